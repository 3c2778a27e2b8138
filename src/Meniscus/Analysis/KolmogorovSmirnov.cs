namespace Meniscus.Analysis;

/// <summary>
/// Whether samples come from a distribution: the largest distance D of their empirical distribution function from it, and
/// the probability of a distance as large, Q(λ) = 2 Σ_k (−1)^{k−1} e^{−2k²λ²} with λ = (√n + 0.12 + 0.11/√n) D:
/// M. A. Stephens, J. R. Stat. Soc. B 32, 115 (1970). The samples have to be independent.
/// </summary>
public static class KolmogorovSmirnov
{
    /// <summary>Distance and probability.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="cumulative">The distribution function.</param>
    public static (double Distance, double Probability) Test(ReadOnlySpan<double> samples, Func<double, double> cumulative)
    {
        ArgumentNullException.ThrowIfNull(cumulative);
        var sorted = samples.ToArray();
        Array.Sort(sorted);
        double n = sorted.Length, distance = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var p = cumulative(sorted[i]);
            distance = Math.Max(distance, Math.Max(p - (i / n), ((i + 1) / n) - p));
        }

        var root = Math.Sqrt(n);
        return (distance, Probability((root + 0.12 + (0.11 / root)) * distance));
    }

    private static double Probability(double lambda)
    {
        // Below, Q is 1 to seven digits and the sum converges slowly.
        if (lambda < 0.3)
            return 1;
        double sum = 0;
        for (var k = 1; k <= 20; k++)
            sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2 * k * k * lambda * lambda);
        return Math.Clamp(sum, 0, 1);
    }
}
