namespace Meniscus.Analysis;

/// <summary>Mean and variance of plain samples.</summary>
internal static class Moments
{
    public static double Mean(ReadOnlySpan<double> x)
    {
        double sum = 0;
        foreach (var value in x)
            sum += value;
        var mean = sum / x.Length;
        // A second pass takes out what rounding left of a large mean.
        double rest = 0;
        foreach (var value in x)
            rest += value - mean;
        return mean + (rest / x.Length);
    }

    /// <summary>Σ(x − mean)²/(n − 1); NaN for fewer than two samples.</summary>
    public static double Variance(ReadOnlySpan<double> x, double mean)
    {
        if (x.Length < 2)
            return double.NaN;
        double sum = 0;
        foreach (var value in x)
            sum += (value - mean) * (value - mean);
        return sum / (x.Length - 1);
    }
}
