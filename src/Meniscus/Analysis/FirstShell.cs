namespace Meniscus.Analysis;

/// <summary>
/// The first maximum of a radial distribution function and the first minimum behind it, each placed by a parabola through
/// the smoothed values around it, and the coordination number up to that minimum.
/// </summary>
/// <param name="PeakPosition">r of the maximum, Å.</param>
/// <param name="PeakHeight">g there.</param>
/// <param name="MinimumPosition">r of the minimum, Å; NaN where the function has not come to one.</param>
/// <param name="MinimumHeight">g there.</param>
/// <param name="Coordination">Neighbours up to the minimum.</param>
public readonly record struct FirstShell(
    Estimate PeakPosition, Estimate PeakHeight, Estimate MinimumPosition, Estimate MinimumHeight, Estimate Coordination)
{
    /// <summary>Half width over which values are smoothed and extrema have to stand out, Å.</summary>
    private const double Window = 0.1;

    internal static (double PeakPosition, double PeakHeight, double MinimumPosition, double MinimumHeight)? Locate(double[] g, double binWidth)
    {
        var reach = Math.Max(1, (int)Math.Round(Window / binWidth));
        var smooth = Smoothed(g, Math.Max(1, reach / 2));
        // An intramolecular peak is higher than 1 by far and then falls to 0, a liquid one falls to the minimum between shells.
        var peak = Array.FindIndex(smooth, value => value > 1);
        if (peak < 0)
            return null;
        peak = Climb(smooth, peak, 2 * reach, 1);
        if (peak >= g.Length - 2)
            return null;
        var minimum = Climb(smooth, peak, 4 * reach, -1);
        var (r, height) = Parabola(smooth, peak, binWidth);
        if (minimum >= g.Length - 2)
            return (r, height, double.NaN, double.NaN);
        var (rMinimum, depth) = smooth[minimum] > 1e-6 ? Parabola(smooth, minimum, binWidth) : ((minimum + 0.5) * binWidth, 0);
        return (r, height, rMinimum, depth);
    }

    /// <summary>Goes on to higher (sign 1) or lower (−1) values until none is within reach.</summary>
    private static int Climb(double[] values, int start, int reach, int sign)
    {
        for (var at = start; ;)
        {
            var next = at;
            for (var k = at + 1; k < values.Length && k <= at + reach; k++)
            {
                if (sign * values[k] > sign * values[next])
                    next = k;
            }

            if (next == at)
                return at;
            at = next;
        }
    }

    private static double[] Smoothed(double[] g, int half)
    {
        var smooth = new double[g.Length];
        for (var i = 0; i < g.Length; i++)
        {
            var (from, to) = (Math.Max(0, i - half), Math.Min(g.Length - 1, i + half));
            double sum = 0, weights = 0;
            for (var k = from; k <= to; k++)
            {
                var weight = half + 1.0 - Math.Abs(k - i);
                sum += weight * g[k];
                weights += weight;
            }

            smooth[i] = sum / weights;
        }

        return smooth;
    }

    private static (double Position, double Value) Parabola(double[] y, int i, double binWidth)
    {
        if (i == 0 || i == y.Length - 1)
            return ((i + 0.5) * binWidth, y[i]);
        var (slope, bend) = ((y[i + 1] - y[i - 1]) / 2, y[i + 1] - (2 * y[i]) + y[i - 1]);
        var offset = bend == 0 ? 0 : Math.Clamp(-slope / bend, -1, 1);
        return ((i + 0.5 + offset) * binWidth, y[i] + (slope * offset / 2));
    }
}
