using Meniscus.Atoms;

namespace Meniscus.Analysis;

/// <summary>
/// Coordinates along the normal of a slab in a periodic cell of any shape: fractional ones along the lattice vector that
/// crosses the slab, times the distance of its two faces. The centre of mass of a periodic coordinate is found as the
/// angle of the mean of e^{2πis} (L. Bai and D. Breen, J. Graphics Tools 13, 53 (2008)), which depends on no choice of the
/// cell's origin, and is then refined as the mean of the coordinates taken within half a cell of it (9.7).
/// </summary>
internal sealed class SlabAxis
{
    private readonly int _axis;
    private double[] _fractions = [];

    public SlabAxis(int axis)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)axis, 2u);
        _axis = axis;
    }

    /// <summary>Distance of the faces of the last frame, Å.</summary>
    public double Length { get; private set; }

    /// <summary>Volume of the last frame's cell, Å³.</summary>
    public double Volume { get; private set; }

    /// <summary>Fractional coordinate of the centre in the cell of the last frame, 0 to 1.</summary>
    public double Centre { get; private set; }

    /// <summary>Length |Σ m e^{2πis}|/Σm of the last frame: near 1 for a thin slab, 0 for a filled cell.</summary>
    public double Order { get; private set; }

    /// <summary>Finds the centre and the coordinates of all atoms from it, as fractions of the cell in [−½, ½).</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="masses">Mass per type.</param>
    public ReadOnlySpan<double> Locate(Frame frame, double[] masses)
    {
        if (!frame.Cell.IsPeriodic)
            throw new InputException("the trajectory has no cell; a profile along an axis needs a periodic one");
        if (_fractions.Length < frame.AtomCount)
            _fractions = new double[frame.AtomCount];
        Length = frame.Cell.Height(_axis);
        Volume = frame.Cell.Volume;
        var s = _fractions.AsSpan(0, frame.AtomCount);
        double cosine = 0, sine = 0, mass = 0;
        for (var i = 0; i < s.Length; i++)
        {
            s[i] = FractionOf(frame.Cell, frame.Positions, i);
            var m = masses[frame.Types[i]];
            cosine += m * Math.Cos(2 * Math.PI * s[i]);
            sine += m * Math.Sin(2 * Math.PI * s[i]);
            mass += m;
        }

        Order = Math.Sqrt((cosine * cosine) + (sine * sine)) / mass;
        var centre = Math.Atan2(sine, cosine) / (2 * Math.PI);
        double shift = 0;
        for (var i = 0; i < s.Length; i++)
            shift += masses[frame.Types[i]] * Wrap(s[i] - centre);
        centre += shift / mass;
        for (var i = 0; i < s.Length; i++)
            s[i] = Wrap(s[i] - centre);
        Centre = centre - Math.Floor(centre);
        return s;
    }

    /// <summary>Brings a difference of fractional coordinates to [−½, ½).</summary>
    public static double Wrap(double s) => s - Math.Floor(s + 0.5);

    private double FractionOf(in Cell cell, double[] positions, int atom)
    {
        var (a, b, c) = cell.Fractional(positions[3 * atom], positions[(3 * atom) + 1], positions[(3 * atom) + 2]);
        var fraction = _axis == 0 ? a : _axis == 1 ? b : c;
        return double.IsFinite(fraction)
            ? fraction
            : throw new InputException($"the position of atom {atom} (counted from 0) is not finite; the trajectory is damaged or the run blew up");
    }
}
