namespace Meniscus.Atoms;

/// <summary>The masses of the atoms of a frame: those it brings, else the standard atomic weights.</summary>
public static class AtomicMasses
{
    /// <summary>Mass per type, amu.</summary>
    /// <exception cref="InputException">A type that atoms have is no element, and the frame brings no mass for it.</exception>
    public static double[] PerType(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var masses = new double[frame.TypeMap.Count];
        for (var type = 0; type < masses.Length; type++)
        {
            if (frame.Masses?[type] is { } own && own > 0)
                masses[type] = own;
            else if (!Element.TryGetMass(frame.TypeMap[type], out masses[type]) && frame.Types.Contains(type))
                throw new InputException($"'{frame.TypeMap[type]}' is no element, and its mass is not given; name the type by its element");
        }

        return masses;
    }

    /// <summary>Mass per atom, amu.</summary>
    /// <exception cref="InputException">A type that atoms have is no element, and the frame brings no mass for it.</exception>
    public static double[] PerAtom(Frame frame)
    {
        var perType = PerType(frame);
        return Array.ConvertAll(frame.Types, type => perType[type]);
    }

    /// <summary>Density of a frame with a cell, g/cm³.</summary>
    public static double Density(Frame frame) => PerAtom(frame).Sum() * Units.AmuPerCubicAngstrom / frame.Cell.Volume;
}
