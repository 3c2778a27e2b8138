namespace Meniscus.Numerics;

/// <summary>
/// Median and median absolute deviation, scaled so that it is the standard deviation of a normal distribution: what a few
/// wrong values cannot move. Source: P. J. Huber, Robust Statistics (Wiley, 1981), section 5.
/// </summary>
/// <param name="Median">The median.</param>
/// <param name="Sigma">1.4826 times the median of |value − median|.</param>
public readonly record struct RobustSpread(double Median, double Sigma)
{
    private const double NormalFactor = 1.4826;

    /// <summary>Of some values, in any order; there must be one at least.</summary>
    public static RobustSpread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values];
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length, nameof(values));
        var median = Middle(sorted);
        return new RobustSpread(median, NormalFactor * Middle(Array.ConvertAll(sorted, value => Math.Abs(value - median))));
    }

    private static double Middle(double[] values)
    {
        Array.Sort(values);
        return 0.5 * (values[(values.Length - 1) / 2] + values[values.Length / 2]);
    }
}
