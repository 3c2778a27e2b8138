namespace Meniscus.Analysis;

/// <summary>
/// Where a series has come to equilibrium, by the marginal standard error rule on batches of five, MSER-5: of all
/// starts d up to half the series the one with the smallest Σ_{i≥d}(x_i − x̄_d)²/(n − d)² (9.5), which weighs the bias of a
/// transient against the samples lost. K. P. White, Simulation 69, 323 (1997).
/// </summary>
public static class Equilibration
{
    private const int Batch = 5;

    /// <summary>Number of samples to leave out at the start.</summary>
    /// <param name="series">Samples at even intervals.</param>
    public static int Detect(ReadOnlySpan<double> series)
    {
        var batches = series.Length / Batch;
        if (batches < 4)
            return 0;
        var start = series.Length - (batches * Batch);
        // Sums from the end, about the mean of the last half so that squares do not cancel.
        var shift = Moments.Mean(series[(series.Length / 2)..]);
        double sum = 0, squares = 0, best = double.PositiveInfinity;
        var bestStart = 0;
        for (var b = batches - 1; b >= 0; b--)
        {
            var x = Moments.Mean(series.Slice(start + (b * Batch), Batch)) - shift;
            sum += x;
            squares += x * x;
            double n = batches - b;
            var spread = (squares - (sum * sum / n)) / (n * n);
            if (b <= batches / 2 && spread <= best)
                (best, bestStart) = (spread, b);
        }

        return bestStart == 0 ? 0 : start + (bestStart * Batch);
    }
}
