using Meniscus.Analysis;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;

namespace Meniscus.Tests.Analysis;

public sealed class EquationOfStateTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ARampOfTaitDataGivesItsParametersBack(bool byTarget)
    {
        var options = byTarget ? new EquationOfStateOptions { TargetColumn = "v_ptarget" } : new EquationOfStateOptions();
        var state = new EquationOfState();
        state.AddRamp(Ramp(40_000, noise: 0.003), options);
        Assert.Equal(20, state.States.Count);
        var fit = state.Fit();
        Assert.NotNull(fit);
        Covers(0.9970, fit.Density);
        Covers(0.1368, fit.C);
        Covers(2996, fit.B);
        Covers(0.1368 / 2997, fit.Compressibility);
        Assert.InRange(fit.ReducedChiSquare, 0.2, 2.5);
        Assert.InRange(fit.Compressibility.StandardError / fit.Compressibility.Mean, 1e-4, 0.1);
        Assert.Equal(Tait(5000), fit.At(5000), 0.001);
        Assert.Equal(1, fit.ReferencePressure);
        var slope = (Tait(5010) - Tait(4990)) / 20 / Tait(5000);
        Covers(slope, fit.CompressibilityAt(5000));
    }

    [Fact]
    public void RunsAtOnePressureEachAreStates()
    {
        var state = new EquationOfState();
        foreach (var pressure in new[] { 1.0, 1000, 3000, 6000, 10_000 })
        {
            var random = new RandomStream((long)pressure, "state");
            state.AddRun(
                ThermoTable.Of("run", ("Step", Steps(2000)), ("Press", Noise(random, pressure, 500, 2000)), ("Density", Noise(random, Tait(pressure), 0.002, 2000))),
                new EquationOfStateOptions());
        }

        Assert.Equal(5, state.States.Count);
        Covers(0.1368 / 2997, state.Fit()!.Compressibility);
    }

    [Fact]
    public void VolumeFluctuationsGiveTheCompressibility()
    {
        // ⟨δV²⟩ = κ k_B T V with κ = 4.5e-5/bar, T = 300 K, V = 5760 Å³.
        var deviation = Math.Sqrt(4.5e-5 * Units.EvPerCubicAngstrom * Units.Boltzmann * 300 * 5760);
        var random = new RandomStream(2, "volume");
        var volume = Array.ConvertAll(BlockAverageTests.AutoRegressive(random, 0.9, 100_000), x => 5760 + (deviation * x));
        var table = ThermoTable.Of("npt", ("Step", Steps(100_000)), ("Volume", volume), ("Temp", [.. Enumerable.Repeat(300.0, 100_000)]));
        Covers(4.5e-5, EquationOfState.FluctuationCompressibility(table, Skip.None));
    }

    [Fact]
    public void ACurveThatEndsAboveOneBarIsGivenAtTheLowestState()
    {
        // B = −500 bar: a liquid that would boil at low pressure.
        var state = new EquationOfState();
        foreach (var pressure in new[] { 900.0, 1000, 1500, 2000, 3000, 5000 })
        {
            var random = new RandomStream((long)pressure, "negative");
            var density = 1.2 / (1 - (0.15 * Math.Log((pressure - 500) / 400)));
            state.AddRun(
                ThermoTable.Of("run", ("Step", Steps(1000)), ("Press", [.. Enumerable.Repeat(pressure, 1000)]), ("Density", Noise(random, density, 0.001, 1000))),
                new EquationOfStateOptions());
        }

        var fit = state.Fit();
        Assert.NotNull(fit);
        Assert.Equal(900, fit.ReferencePressure);
        Covers(-500, fit.B);
        Covers(0.15 / 400, fit.Compressibility);
    }

    [Fact]
    public void ThreeStatesDetermineNoCurve()
    {
        var state = new EquationOfState();
        state.AddRamp(Ramp(1000, 0.001), new EquationOfStateOptions { Bins = 3 });
        Assert.Null(state.Fit());
    }

    [Fact]
    public void ThermoSummaryTellsDriftFromNoise()
    {
        var random = new RandomStream(3, "drift");
        var time = Array.ConvertAll(Steps(20_000), s => 0.01 * s);
        var still = BlockAverageTests.AutoRegressive(random, 0.9, 20_000);
        var moving = still.Select((x, i) => x + (0.01 * time[i])).ToArray();
        var columns = ThermoSummary.Of(ThermoTable.Of("t", ("Step", Steps(20_000)), ("Time", time), ("A", still), ("B", moving)), Skip.None);
        Assert.Equal(["A", "B"], columns.Select(c => c.Name));
        Assert.False(columns[0].Drifts);
        Assert.True(columns[1].Drifts);
        Covers(0.01, columns[1].Drift);
        Assert.InRange(columns[0].CorrelationSamples, 7, 12);
    }

    private static double Tait(double pressure) => 0.9970 / (1 - (0.1368 * Math.Log((2996 + pressure) / 2997)));

    private static double[] Steps(int rows) => [.. Enumerable.Range(0, rows).Select(i => (double)i)];

    private static double[] Noise(RandomStream random, double mean, double deviation, int rows) =>
        Array.ConvertAll(BlockAverageTests.AutoRegressive(random, 0.8, rows), x => mean + (deviation * x));

    private static ThermoTable Ramp(int rows, double noise)
    {
        var random = new RandomStream(1, "ramp");
        var target = Array.ConvertAll(Steps(rows), s => 1 + (9999 * s / (rows - 1)));
        var (pressure, density) = (Noise(random, 0, 600, rows), Noise(random, 0, noise, rows));
        for (var i = 0; i < rows; i++)
            (pressure[i], density[i]) = (pressure[i] + target[i], density[i] + Tait(target[i]));
        return ThermoTable.Of("ramp", ("Step", Steps(rows)), ("Press", pressure), ("Density", density), ("v_ptarget", target));
    }

    private static void Covers(double expected, Estimate estimate) =>
        Assert.True(Math.Abs(estimate.Mean - expected) < 4 * estimate.StandardError, $"{estimate.Mean} ± {estimate.StandardError} is not {expected}");
}
