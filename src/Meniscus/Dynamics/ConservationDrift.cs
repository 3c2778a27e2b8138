namespace Meniscus.Dynamics;

/// <summary>
/// The drift of a conserved quantity: the slope of the least-squares line through its values at all steps of a stage. One
/// pass, with sums about the first value so that the digits of a large total energy do not drown it.
/// </summary>
public sealed class ConservationDrift
{
    private double _count;
    private double _first;
    private double _firstTime;
    private double _t;
    private double _e;
    private double _tt;
    private double _te;
    private double _largest;

    /// <summary>Slope, eV/ps; 0 with fewer than two values.</summary>
    public double Slope
    {
        get
        {
            var spread = (_count * _tt) - (_t * _t);
            return spread > 0 ? ((_count * _te) - (_t * _e)) / spread : 0;
        }
    }

    /// <summary>Largest distance from the first value, eV.</summary>
    public double LargestDeviation => _largest;

    /// <summary>Takes a value.</summary>
    /// <param name="time">ps.</param>
    /// <param name="energy">eV.</param>
    public void Add(double time, double energy)
    {
        if (_count == 0)
            (_first, _firstTime) = (energy, time);
        var (t, e) = (time - _firstTime, energy - _first);
        _count++;
        _t += t;
        _e += e;
        _tt += t * t;
        _te += t * e;
        _largest = Math.Max(_largest, Math.Abs(e));
    }

    /// <summary>The sums, for a restart.</summary>
    public double[] Save() => [_count, _first, _firstTime, _t, _e, _tt, _te, _largest];

    /// <summary>Takes back what <see cref="Save"/> gave.</summary>
    public void Restore(ReadOnlySpan<double> sums)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sums.Length, 8);
        (_count, _first, _firstTime, _t) = (sums[0], sums[1], sums[2], sums[3]);
        (_e, _tt, _te, _largest) = (sums[4], sums[5], sums[6], sums[7]);
    }
}
