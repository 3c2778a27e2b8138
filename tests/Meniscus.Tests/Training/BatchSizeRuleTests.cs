using Meniscus.Training;

namespace Meniscus.Tests.Training;

public class BatchSizeRuleTests
{
    private static readonly int[] Atoms = [3, 32, 33, 192];

    [Theory]
    [InlineData("auto", new[] { 11, 1, 1, 1 })]
    [InlineData("auto:64", new[] { 22, 2, 2, 1 })]
    [InlineData("max:64", new[] { 21, 2, 1, 1 })]
    [InlineData("filter:64", new[] { 21, 2, 1, 0 })]
    public void RulesCountAtoms(string text, int[] frames)
    {
        Assert.True(BatchSizeRule.TryParse(text, out var rule));
        Assert.Equal(frames, rule.Resolve(Atoms));
    }

    [Fact]
    public void NumbersAreTaken()
    {
        Assert.Equal([4, 4, 4, 4], BatchSizeRule.Fixed(4).Resolve(Atoms));
        Assert.Equal([1, 2, 3, 4], BatchSizeRule.ForEach([1, 2, 3, 4]).Resolve(Atoms));
        var e = Assert.Throws<InputException>(() => BatchSizeRule.ForEach([1, 2]).Resolve(Atoms));
        Assert.Contains("2 numbers for 4 systems", e.Message, StringComparison.Ordinal);
        Assert.True(BatchSizeRule.TryParse("filter:2", out var none));
        Assert.Throws<InputException>(() => none.Resolve(Atoms));
    }

    [Theory]
    [InlineData("auto:")]
    [InlineData("auto:0")]
    [InlineData("auto:-3")]
    [InlineData("max")]
    [InlineData("mixed:8")]
    [InlineData("32")]
    public void OtherTextsAreNoRule(string text) => Assert.False(BatchSizeRule.TryParse(text, out _));

    [Theory]
    [InlineData("prob_uniform", null, new[] { 0.25, 0.25, 0.25, 0.25 })]
    [InlineData("prob_sys_size", null, new[] { 0.1, 0.2, 0.3, 0.4 })]
    [InlineData("prob_sys_size; 0:2:0.6; 2:4:1.4", null, new[] { 0.1, 0.2, 0.3, 0.4 })]
    [InlineData("prob_sys_size;1:2:1;3:4:3", null, new[] { 0, 0.25, 0, 0.75 })]
    [InlineData("", new[] { 0.5, 0.1, 0.2, 0.2 }, new[] { 0.5, 0.1, 0.2, 0.2 })]
    [InlineData("", new[] { 0.4, -1, 0.3, -1 }, new[] { 0.4, 0.1, 0.3, 0.2 })]
    public void ProbabilitiesFollowTheRule(string rule, double[]? given, double[] expected)
    {
        var found = SystemProbabilities.Resolve(rule, given, [10, 20, 30, 40]);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-14);
    }

    [Theory]
    [InlineData("prob_size", null)]
    [InlineData("prob_sys_size; 0:5:1", null)]
    [InlineData("prob_sys_size; 2:2:1", null)]
    [InlineData("prob_sys_size; 0:2", null)]
    [InlineData("prob_sys_size; 0:3:1; 2:4:1", null)]
    [InlineData("prob_sys_size; 0:4:0", null)]
    [InlineData("", new[] { 0.5, 0.5 })]
    [InlineData("", new[] { 0.5, 0.2, 0.2, 0.2 })]
    public void ProbabilitiesThatDoNotFitAreErrors(string rule, double[]? given) =>
        Assert.Throws<InputException>(() => SystemProbabilities.Resolve(rule, given, [10, 20, 30, 40]));

    [Fact]
    public void ASystemLeftOutIsNotDrawn()
    {
        Assert.Equal([0.5, 0.0, 0.5], SystemProbabilities.Resolve("prob_uniform", null, [10, 0, 20]));
        Assert.Throws<InputException>(() => SystemProbabilities.Resolve("", [0.5, 0.5, 0], [10, 0, 20]));
    }

    [Fact]
    public void AnEpochDrawsEverySystemOnce()
    {
        // One epoch with probabilities by size is the number of batches, whatever the rounding of n/(n/total).
        for (var total = 2; total < 300; total++)
        {
            int[] batches = [1, total - 1, total / 2 + 1];
            var p = SystemProbabilities.Resolve("prob_sys_size", null, batches);
            Assert.Equal(batches.Sum(), SystemProbabilities.StepsForEpochs(1, batches, p));
        }

        Assert.Equal(150, SystemProbabilities.StepsForEpochs(2.5, [10, 30], [0.5, 0.5]));
        Assert.Equal(4, SystemProbabilities.BatchCount(10, 3));
        Assert.Equal(3, SystemProbabilities.BatchCount(9, 3));
    }

    [Fact]
    public void SelIsRoundedUpToFour()
    {
        // Largest counts of the water data of the reference numbers, [38, 72], give DeePMD-kit's sel.
        Assert.Equal([44, 80], SelRule.Default.Resolve([38, 72]));
        Assert.True(SelRule.TryParse("auto:1", out var exact));
        Assert.Equal([40, 72], exact.Resolve([38, 72]));
        Assert.Equal([46, 92], SelRule.Given([46, 92]).Resolve([38, 72]));
        Assert.False(SelRule.TryParse("auto:0.5", out _));
    }
}
