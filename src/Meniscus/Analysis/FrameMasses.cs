using Meniscus.Atoms;

namespace Meniscus.Analysis;

/// <summary>Masses of the types of a trajectory.</summary>
internal static class FrameMasses
{
    /// <summary>Mass per type, amu: the file's own, otherwise that of the element of the type's name.</summary>
    /// <exception cref="InputException">Neither is known.</exception>
    public static double[] Of(Frame frame)
    {
        if (frame.Masses is { } own)
            return own;
        var masses = new double[frame.TypeMap.Count];
        for (var type = 0; type < masses.Length; type++)
        {
            if (!Element.TryGetMass(frame.TypeMap[type], out masses[type]))
                throw new InputException($"the trajectory's type '{frame.TypeMap[type]}' is no element and has no mass; name the elements of the types");
        }

        return masses;
    }
}
