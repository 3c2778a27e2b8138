namespace Meniscus.Analysis;

/// <summary>
/// Integrated autocorrelation time of a series, τ = ½ + Σ_{t=1}^{W} ρ(t) (9.4), in samples, with the window W chosen as
/// the smallest one of at least 5τ(W): A. Sokal, in Functional Integration (Plenum, 1997), p. 131. A series of n samples holds
/// n/2τ independent ones. It is independent of blocking and a check on it.
/// </summary>
public static class Autocorrelation
{
    private const double WindowInTimes = 5;
    private const double MostOperations = 2e8;

    /// <summary>The time in samples, at least ½; NaN for fewer than four samples, ½ for a constant.</summary>
    /// <param name="series">Samples at even intervals.</param>
    public static double IntegratedTime(ReadOnlySpan<double> series)
    {
        if (series.Length < 4)
            return double.NaN;
        var x = series.ToArray();
        var mean = Moments.Mean(x);
        for (var i = 0; i < x.Length; i++)
            x[i] -= mean;
        // Where the window is too long to sum, pairs are averaged: half the samples, half the time.
        var count = x.Length;
        for (var size = 1; ; size *= 2)
        {
            if (TrySum(x.AsSpan(0, count), out var time))
                return Math.Max(0.5, time * size);
            count /= 2;
            for (var i = 0; i < count; i++)
                x[i] = (x[2 * i] + x[(2 * i) + 1]) / 2;
        }
    }

    private static bool TrySum(ReadOnlySpan<double> x, out double time)
    {
        time = 0.5;
        var variance = Product(x, 0);
        if (variance <= 0)
            return true;
        for (var lag = 1; lag < x.Length; lag++)
        {
            time += Product(x, lag) / variance;
            if (lag >= WindowInTimes * time)
                return true;
            if ((double)lag * x.Length > MostOperations)
                return false;
        }

        return true;
    }

    private static double Product(ReadOnlySpan<double> x, int lag)
    {
        double sum = 0;
        for (var i = lag; i < x.Length; i++)
            sum += x[i] * x[i - lag];
        return sum / (x.Length - lag);
    }
}
