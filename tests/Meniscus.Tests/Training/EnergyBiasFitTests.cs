using System.Text.Json;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

public class EnergyBiasFitTests
{
    [Fact]
    public void FitsAreThoseOfDeepmdKit()
    {
        using var stats = JsonDocument.Parse(File.ReadAllText(SharedData.Path("reference", "stats", "stats.json")));
        var cases = stats.RootElement.GetProperty("energy_bias").EnumerateArray().ToList();
        Assert.True(cases.Count >= 4);
        foreach (var fit in cases)
        {
            var expected = Numbers(fit.GetProperty("bias"));
            var counts = fit.GetProperty("natoms").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(n => n.GetInt32())).ToArray();
            double?[] preset = fit.TryGetProperty("preset", out var given)
                ? [.. given.EnumerateArray().Select(x => x.ValueKind == JsonValueKind.Null ? (double?)null : x.GetDouble())]
                : [];
            var found = EnergyBiasFit.Solve(Numbers(fit.GetProperty("energy")), counts, expected.Length, preset);
            var scale = expected.Max(Math.Abs);
            for (var t = 0; t < expected.Length; t++)
                Assert.True(Math.Abs(found.Bias[t] - expected[t]) <= 1e-11 * scale, $"{fit.GetProperty("name")}: type {t}: {found.Bias[t]:R} is not {expected[t]:R}");
            var deviation = Numbers(fit.GetProperty("std"))[0];
            Assert.Equal(deviation, found.StandardDeviation, 1e-9 * deviation);
        }
    }

    [Fact]
    public void ProportionalCountsGiveTheSolutionOfLeastNorm()
    {
        // Counts (n, 2n) with energy −5 per n: of all (a, b) with a + 2b = −5 the shortest is (−1, −2).
        var fit = EnergyBiasFit.Solve([-10, -20, -35], [2, 4, 4, 8, 7, 14], 2);
        Assert.Equal(-1, fit.Bias[0], 1e-13);
        Assert.Equal(-2, fit.Bias[1], 1e-13);
        Assert.Equal(0, fit.StandardDeviation, 1e-12);
    }

    [Fact]
    public void RcondDecidesWhichDirectionsCount()
    {
        // Nearly proportional: the default solves exactly, a large rcond keeps the main direction only.
        int[] counts = [100, 200, 100, 201];
        double[] energies = [-100 - 3 * 200, -100 - 3 * 201];
        var exact = EnergyBiasFit.Solve(energies, counts, 2);
        Assert.Equal(-1, exact.Bias[0], 1e-9);
        Assert.Equal(-3, exact.Bias[1], 1e-9);
        var rough = EnergyBiasFit.Solve(energies, counts, 2, rcond: 0.1);
        Assert.Equal(2, rough.Bias[1] / rough.Bias[0], 0.01);
    }

    [Fact]
    public void NoFramesGiveZero()
    {
        var fit = EnergyBiasFit.Solve([], [], 2);
        Assert.Equal([0.0, 0.0], fit.Bias);
    }

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(x => x.GetDouble())];
}
