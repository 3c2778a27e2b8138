using Meniscus.Analysis;
using Meniscus.Numerics;

namespace Meniscus.Tests.Analysis;

public sealed class BlockAverageTests
{
    [Theory]
    [InlineData(0.0, 20000)]
    [InlineData(0.9, 20000)]
    [InlineData(0.99, 100_000)]
    [InlineData(0.9, 1500)]
    public void TheErrorCoversTheTrueMeanAsOftenAsItShould(double memory, int length)
    {
        // An AR(1) series of mean 0 has the standard error σ(g/n)^½ with g = (1 + φ)/(1 − φ).
        var random = new RandomStream(3, "coverage");
        var expected = Math.Sqrt((1 + memory) / (1 - memory) / length);
        var (inside, flat, errors) = (0, 0, 0.0);
        const int Trials = 100;
        for (var trial = 0; trial < Trials; trial++)
        {
            var average = BlockAverage.Of(AutoRegressive(random, memory, length));
            flat += average.PlateauReached ? 1 : 0;
            inside += Math.Abs(average.Mean) < 2 * average.StandardError ? 1 : 0;
            errors += average.StandardError / expected / Trials;
        }

        Assert.InRange(inside, 88, 100);
        Assert.InRange(flat, 95, 100);
        Assert.InRange(errors, 0.9, 1.1);
    }

    [Fact]
    public void IndependentSamplesAreThoseOfTheCorrelation()
    {
        var series = AutoRegressive(new RandomStream(5, "samples"), 0.9, 200_000);
        var average = BlockAverage.Of(series);
        Assert.InRange(average.IndependentSamples, 200_000 / 19.0 * 0.7, 200_000 / 19.0 * 1.4);
        Assert.InRange(average.CorrelationSamples, 9.5 * 0.7, 9.5 * 1.4);
        Assert.InRange(Autocorrelation.IntegratedTime(series), 9.5 * 0.9, 9.5 * 1.1);
        Assert.Equal(1, average.StandardDeviation, 1);
        Assert.Null(average.Warning);
    }

    [Fact]
    public void AVeryLongCorrelationIsSummedOnCoarserSamples()
    {
        var series = AutoRegressive(new RandomStream(6, "long"), 0.9999, 2_000_000);
        Assert.InRange(Autocorrelation.IntegratedTime(series), 6000, 15000);
    }

    [Fact]
    public void ASeriesShorterThanItsCorrelationIsReported()
    {
        var average = BlockAverage.Of(AutoRegressive(new RandomStream(7, "short"), 0.999, 500));
        Assert.NotNull(average.Warning);
        Assert.False(average.PlateauReached && average.IndependentSamples >= 20);
    }

    [Fact]
    public void TheCurveHasABlockLevelPerDoubling()
    {
        var average = BlockAverage.Of([1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Equal([1, 2, 4], average.Levels.Select(l => l.BlockSize));
        Assert.Equal([8, 4, 2], average.Levels.Select(l => l.BlockCount));
        Assert.Equal(4.5, average.Mean, 12);
        // Blocks of two: 1.5 3.5 5.5 7.5, variance 5, (5/3)^½.
        Assert.Equal(Math.Sqrt(5.0 / 3), average.Levels[1].StandardError, 12);
        Assert.Equal(Math.Sqrt(5.0 / 3) / Math.Sqrt(6), average.Levels[1].Uncertainty, 12);
    }

    [Fact]
    public void ConstantsAndSingleSamplesHaveAnAnswer()
    {
        Assert.Equal(0, BlockAverage.Of([2, 2, 2, 2]).StandardError);
        Assert.True(double.IsNaN(BlockAverage.Of([2]).StandardError));
        Assert.Equal(0.5, Autocorrelation.IntegratedTime([2, 2, 2, 2, 2]));
    }

    [Fact]
    public void TheStartOfEquilibriumIsFound()
    {
        var random = new RandomStream(8, "equilibration");
        var series = AutoRegressive(random, 0.5, 5000);
        for (var i = 0; i < 1500; i++)
            series[i] += 20 * Math.Exp(-i / 200.0);
        Assert.InRange(Equilibration.Detect(series), 600, 1600);
        Assert.InRange(Equilibration.Detect(AutoRegressive(random, 0.5, 5000)), 0, 2500);
    }

    [Theory]
    [InlineData(72.14, 1.43, "72.1(1.4)")]
    [InlineData(0.99712, 0.00123, "0.9971(12)")]
    [InlineData(-1397.5, 0.0996, "-1397.50(10)")]
    [InlineData(24315.3, 432, "24320(430)")]
    [InlineData(5, 0, "5(0)")]
    [InlineData(5.25, double.NaN, "5.25(?)")]
    public void ErrorsStandBehindTheDigitsTheyBelongTo(double mean, double error, string expected) =>
        Assert.Equal(expected, Estimate.Text(mean, error));

    internal static double[] AutoRegressive(RandomStream random, double memory, int length)
    {
        var series = new double[length];
        var x = random.NextNormal();
        var kick = Math.Sqrt(1 - (memory * memory));
        for (var i = 0; i < length; i++)
        {
            series[i] = x;
            x = (memory * x) + (kick * random.NextNormal());
        }

        return series;
    }
}
