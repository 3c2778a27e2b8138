using System.Globalization;

namespace Meniscus.Analysis;

/// <summary>One step of blocking.</summary>
/// <param name="BlockSize">Samples per block.</param>
/// <param name="BlockCount">Number of blocks.</param>
/// <param name="StandardError">Standard error of the mean if the blocks were independent.</param>
/// <param name="Uncertainty">Standard error of that standard error.</param>
public readonly record struct BlockLevel(int BlockSize, int BlockCount, double StandardError, double Uncertainty);

/// <summary>
/// Mean and standard error of a correlated series by blocking: neighbours are averaged in pairs again and again; the
/// error of the mean taken from the blocks as if they were independent,
/// ε_k = (s_k²/(n_k − 1))^½ (9.1), rises with the size of the blocks until they are longer than the correlation and then
/// stays: H. Flyvbjerg and H. G. Petersen, J. Chem. Phys. 91, 461 (1989).
/// <para>
/// Where it stays is found by a rule, not by eye: the smallest k from which on the correlation of neighbouring blocks is
/// not distinguishable from none, χ² at 99% (9.2): M. Jonsson, Phys. Rev. E 98, 043304 (2018). In short series that test
/// misses weak correlations, so where it finds any the blocks must also be as long as B³ ≥ 2n(ε_k/ε_0)⁴ (9.3), which balances
/// what blocks too short miss against the noise of few: R. M. Lee et al., Phys. Rev. E 83, 066706 (2011); but never so long
/// that fewer than sixteen are left.
/// </para>
/// </summary>
public sealed class BlockAverage
{
    /// <summary>Fewer blocks than this on the plateau, and the error is not to be trusted.</summary>
    public const int FewestBlocks = 16;

    /// <summary>Fewer independent samples than this, and the run is too short.</summary>
    public const int FewestSamples = 20;

    private BlockAverage(double mean, double deviation, int count, IReadOnlyList<BlockLevel> levels, int plateau)
    {
        Mean = mean;
        StandardDeviation = deviation;
        SampleCount = count;
        Levels = levels;
        Plateau = plateau;
    }

    /// <summary>Mean of all samples.</summary>
    public double Mean { get; }

    /// <summary>Standard deviation of the samples themselves, the size of the fluctuations.</summary>
    public double StandardDeviation { get; }

    /// <summary>Number of samples, correlated as they are.</summary>
    public int SampleCount { get; }

    /// <summary>The blocking curve, from blocks of one sample up.</summary>
    public IReadOnlyList<BlockLevel> Levels { get; }

    /// <summary>Index in <see cref="Levels"/> of the level whose error is taken; −1 for a series of fewer than two samples.</summary>
    public int Plateau { get; }

    /// <summary>Standard error of the mean; NaN for fewer than two samples.</summary>
    public double StandardError => Plateau < 0 ? double.NaN : Levels[Plateau].StandardError;

    /// <summary>Standard error of <see cref="StandardError"/>.</summary>
    public double StandardErrorUncertainty => Plateau < 0 ? double.NaN : Levels[Plateau].Uncertainty;

    /// <summary>How many independent samples of the same deviation would give this error, at most <see cref="SampleCount"/>.</summary>
    public double IndependentSamples => Plateau <= 0 || StandardError == 0
        ? SampleCount
        : Math.Min(SampleCount, 1 + (StandardDeviation * StandardDeviation / (StandardError * StandardError)));

    /// <summary>Whether enough blocks are left where the curve is flat for the error to be trusted.</summary>
    public bool PlateauReached => Plateau >= 0 && Levels[Plateau].BlockCount >= FewestBlocks;

    /// <summary>Integrated autocorrelation time that the error implies, ½ n/n_independent, in samples.</summary>
    public double CorrelationSamples => SampleCount / (2 * IndependentSamples);

    /// <summary>The result in short.</summary>
    public Estimate Estimate => new(Mean, StandardError, IndependentSamples);

    /// <summary>What is wrong with the error, one sentence, or null.</summary>
    public string? Warning => PlateauReached
        ? IndependentSamples >= FewestSamples ? null
            : string.Create(CultureInfo.InvariantCulture, $"only {IndependentSamples:0.#} independent samples; the error is uncertain, a run {Math.Ceiling(FewestSamples / IndependentSamples):0} times as long is needed")
        : string.Create(CultureInfo.InvariantCulture, $"the blocking curve has no plateau within {SampleCount} samples: the run is too short for its correlation, and the error is too small");

    /// <summary>Analyses a series of samples taken at even intervals.</summary>
    /// <param name="series">The samples.</param>
    public static BlockAverage Of(ReadOnlySpan<double> series)
    {
        var blocks = series.ToArray();
        var mean = Moments.Mean(series);
        var deviation = Math.Sqrt(Moments.Variance(series, mean));
        var levels = new List<BlockLevel>();
        var statistic = new List<double>();
        for (int count = blocks.Length, size = 1; count >= 2; count /= 2, size *= 2)
        {
            var (variance, covariance) = Covariance(blocks.AsSpan(0, count));
            var error = Math.Sqrt(variance / (count - 1));
            levels.Add(new BlockLevel(size, count, error, error / Math.Sqrt(2.0 * (count - 1))));
            statistic.Add(Correlation(count, variance, covariance));
            for (var i = 0; i < count / 2; i++)
                blocks[i] = (blocks[2 * i] + blocks[(2 * i) + 1]) / 2;
        }

        return new BlockAverage(mean, deviation, series.Length, levels, LongEnough(levels, FirstFlat(statistic)));
    }

    private static (double Variance, double Covariance) Covariance(ReadOnlySpan<double> x)
    {
        var mean = Moments.Mean(x);
        double variance = 0, covariance = 0;
        for (var i = 0; i < x.Length; i++)
        {
            variance += (x[i] - mean) * (x[i] - mean);
            if (i > 0)
                covariance += (x[i - 1] - mean) * (x[i] - mean);
        }

        return (variance / x.Length, covariance / x.Length);
    }

    /// <summary>The term of one level in Jonsson's statistic; the first part takes out the bias of the covariance.</summary>
    private static double Correlation(int count, double variance, double covariance)
    {
        if (variance <= 0)
            return 0;
        double n = count;
        var d = ((n - 1) * variance / (n * n)) + covariance;
        return n * d * d / (variance * variance);
    }

    private static int FirstFlat(List<double> terms)
    {
        var sums = new double[terms.Count + 1];
        for (var k = terms.Count - 1; k >= 0; k--)
            sums[k] = sums[k + 1] + terms[k];
        for (var k = 0; k < terms.Count; k++)
        {
            if (sums[k] <= ChiSquareQuantile99(terms.Count - k))
                return k;
        }

        return terms.Count - 1;
    }

    private static int LongEnough(List<BlockLevel> levels, int flat)
    {
        if (flat <= 0)
            return flat;
        var k = flat;
        while (k + 1 < levels.Count && levels[k + 1].BlockCount >= FewestBlocks && !IsBalanced(levels[k], levels[0]))
            k++;
        return k;
    }

    private static bool IsBalanced(BlockLevel level, BlockLevel single)
    {
        var inefficiency = level.StandardError * level.StandardError / (single.StandardError * single.StandardError);
        return Math.Pow(level.BlockSize, 3) >= 2.0 * single.BlockCount * inefficiency * inefficiency;
    }

    /// <summary>99% quantile of χ² by the approximation of E. B. Wilson and M. M. Hilferty, PNAS 17, 684 (1931).</summary>
    private static double ChiSquareQuantile99(int freedom)
    {
        var h = 2.0 / (9 * freedom);
        var root = 1 - h + (2.3263479 * Math.Sqrt(h));
        return freedom * root * root * root;
    }
}
