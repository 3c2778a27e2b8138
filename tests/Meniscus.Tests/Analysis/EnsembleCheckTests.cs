using Meniscus.Analysis;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Analysis;

/// <summary>What the thermostats and the barostat make passes; other temperatures, other ensembles and wrong fluctuations do not.</summary>
public sealed class EnsembleCheckTests : IDisposable
{
    private const double Pressure = 10_000;
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("nose-hoover")]
    [InlineData("csvr")]
    [InlineData("langevin")]
    public void ThermostatsSampleTheCanonicalEnsemble(string name)
    {
        var (cold, hot) = (Table(name, 280), Table(name, 320));
        var check = EnsembleCheck.Of([cold, hot], Targets(280, 320));
        Assert.Empty(check.Failures);
        Assert.Empty(check.Warnings);
        Assert.Equal(SampledEnsemble.Nvt, check.Ensemble);
        Assert.All(check.Kinetic, k => Assert.Equal(78, k.DegreesOfFreedom));
        Assert.InRange(check.TwoStates!.Slope / check.TwoStates.ExpectedSlope, 0.8, 1.25);

        // The same tables, said to be of other temperatures, with other degrees of freedom, or of constant energy.
        Assert.Contains("the mean kinetic energy", Failure([cold], Targets(295)), StringComparison.Ordinal);
        Assert.Contains("(it is that of 3", Failure([hot], Targets(300)), StringComparison.Ordinal);
        Assert.Contains("the mean kinetic energy", Failure([hot], Targets(320) with { DegreesOfFreedom = 81 }), StringComparison.Ordinal);
        Assert.Contains("the total energy fluctuates", Failure([hot], new EnsembleCheckOptions { Ensemble = SampledEnsemble.Nve }), StringComparison.Ordinal);
    }

    [Fact]
    public void TheBarostatSamplesTheIsothermalIsobaricEnsemble()
    {
        var low = Table("npt-iso", 300, Pressure);
        var warm = EnsembleCheck.Of([low, Table("npt-iso", 330, Pressure)], Targets(300, 330) with { Pressures = [Pressure] });
        Assert.Equal((SampledEnsemble.Npt, "enthalpy U + PV"), (warm.Ensemble, warm.TwoStates!.Quantity));
        Assert.Empty(warm.Failures);
        var dense = EnsembleCheck.Of([low, Table("npt-iso", 300, 1.1 * Pressure)], Targets(300) with { Pressures = [Pressure, 1.1 * Pressure] });
        Assert.Equal("volume", dense.TwoStates!.Quantity);
        Assert.Empty(dense.Failures);
        Assert.InRange(dense.TwoStates.Slope / dense.TwoStates.ExpectedSlope, 0.8, 1.25);
        // A pressure half as far away would be no sampling of either.
        Assert.NotNull(TwoStateCheck.Of("volume", "Å³", low.Column("Volume"), low.Column("Volume").Select(v => v - 8).ToArray(), dense.TwoStates.ExpectedSlope).Failure);
    }

    [Fact]
    public void ConstantEnergyIsNotConstantTemperature()
    {
        var table = Table("nve", 300);
        Assert.Empty(EnsembleCheck.Of([table], new EnsembleCheckOptions { Ensemble = SampledEnsemble.Nve }).Failures);
        // Even at the very temperature that it has.
        Assert.Contains("samples another ensemble", Failure([table], Targets(table.Column("Temp").Average())), StringComparison.Ordinal);
    }

    [Fact]
    public void TooSmallFluctuationsOfARightMeanAreFound()
    {
        // Berendsen's thermostat: the mean is right, the fluctuations are damped.
        var table = Canonical(300, 78, 4000, damping: 0.8);
        Assert.Contains("samples another ensemble", Failure([table], Targets(300)), StringComparison.Ordinal);
        Assert.Empty(EnsembleCheck.Of([Canonical(300, 78, 4000)], Targets(300)).Failures);
    }

    [Fact]
    public void ASeriesOfTheRightMomentsAndTheWrongShapeIsFound()
    {
        var random = new RandomStream(2, "shape");
        var (mean, deviation) = (0.5 * 78 * Units.Boltzmann * 300, Math.Sqrt(39) * Units.Boltzmann * 300);
        double[] kinetic = [.. Enumerable.Range(0, 4000).Select(_ => mean + (deviation * Math.Sqrt(3) * ((2 * random.NextDouble()) - 1)))];
        Assert.Contains("another distribution", Failure([OfKinetic(kinetic, 78)], Targets(300)), StringComparison.Ordinal);
    }

    [Fact]
    public void ChanceIsJudgedAsOftenAsItShouldBe()
    {
        var random = new RandomStream(9, "chance");
        var probabilities = new List<double>();
        var z = new List<double>();
        for (var trial = 0; trial < 200; trial++)
        {
            double[] x = [.. Enumerable.Range(0, 300).Select(_ => Gamma(random, 78, Units.Boltzmann * 300))];
            var check = KineticEnergyCheck.Of(OfKinetic(x, 78), 300, null, 0);
            probabilities.Add(check.Probability);
            z.Add(check.DeviationZ);
        }

        Assert.InRange(probabilities.Count(p => p < 0.1), 8, 34);
        Assert.InRange(z.Average(v => v * v), 0.7, 1.4);
    }

    [Fact]
    public void TheSlopeOfTwoStatesIsThatOfTheWeightsWithARightError()
    {
        // Energies of a harmonic system are gamma variables at every temperature.
        var random = new RandomStream(5, "two");
        var expected = (1 / (Units.Boltzmann * 300)) - (1 / (Units.Boltzmann * 320));
        var z = new List<double>();
        for (var trial = 0; trial < 40; trial++)
            z.Add(TwoStateCheck.Of("U", "eV", Energies(300), Energies(320), expected).Deviation);
        Assert.InRange(z.Average(), -0.6, 0.6);
        Assert.InRange(z.Average(v => v * v), 0.5, 1.8);
        // A thermostat that is off by a fifth of the gap.
        Assert.Contains("standard errors from", TwoStateCheck.Of("U", "eV", Energies(300, 20_000), Energies(316, 20_000), expected).Failure ?? "", StringComparison.Ordinal);
        var error = Assert.Throws<InputException>(() => TwoStateCheck.Of("U", "eV", Energies(300), Energies(900), expected));
        Assert.Contains("do not overlap", error.Message, StringComparison.Ordinal);

        double[] Energies(double temperature, int count = 2000) =>
            [.. Enumerable.Range(0, count).Select(_ => Gamma(random, 78, Units.Boltzmann * temperature))];
    }

    [Fact]
    public void TheIncompleteGammaFunctionIsRight()
    {
        // Erlang's sum for whole shapes, the exponential, and the median of a wide one (a − 1/3 + 8/405a).
        Assert.Equal(1 - Math.Exp(-2), GammaDistribution.Cumulative(2, 1, 1), 1e-14);
        Assert.Equal(1 - (Math.Exp(-5) * (1 + 5 + 12.5)), GammaDistribution.Cumulative(10, 3, 2), 1e-14);
        Assert.Equal(1 - (Math.Exp(-1) * 2.5), GammaDistribution.Cumulative(1, 3, 1), 1e-14);
        Assert.Equal(0.5, GammaDistribution.Cumulative(50_000 - (1.0 / 3) + (8 / (405 * 50_000.0)), 50_000, 1), 1e-9);
        Assert.Equal(Math.Log(Math.Sqrt(Math.PI)), GammaDistribution.LogGamma(0.5), 1e-13);
        Assert.Equal(Math.Log(362_880), GammaDistribution.LogGamma(10), 1e-12);
    }

    [Fact]
    public void TheVerbReadsTablesAndLogsAndPlots()
    {
        var (cold, hot) = (Write("cold.out", Canonical(300, 78, 3000)), Write("hot.out", Canonical(315, 78, 3000, seed: 8)));
        var json = SampleRun.Json("check", "ensemble", cold, hot, "--temperature", "300", "315", "--skip", "0", "-o", _run.Path("two"));
        Assert.True((bool)json["passed"]!);
        Assert.InRange((double)json["two_states"]!["slope_z"]!, -4, 4);
        Assert.All((string[])["two.png", "two.1.csv", "two.2.csv", "two.ratio.csv"], name => Assert.True(File.Exists(_run.Path(name)), name));
        var failed = ProgramRun.Of("check", "ensemble", cold, "--temperature", "310", "--skip", "0");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("the mean kinetic energy", failed.ErrorLine, StringComparison.Ordinal);
        _run.Refuses("no column 'TempTarget'", "check", "ensemble", cold);
        _run.Refuses("same temperature", "check", "ensemble", cold, hot, "--temperature", "300");
        _run.Refuses("2 values for 1 tables", "check", "ensemble", cold, "--temperature", "300", "310");
    }

    private static EnsembleCheckOptions Targets(params double[] temperatures) => new() { Temperatures = temperatures };

    private static string Failure(ThermoTable[] tables, EnsembleCheckOptions options)
    {
        var failures = EnsembleCheck.Of(tables, options).Failures;
        return failures.Count > 0 ? failures[0] : "";
    }

    /// <summary>27 soft spheres for 100 ps.</summary>
    private static ThermoTable Table(string name, double temperature, double pressure = 0)
    {
        using var potential = new SoftSpheres { Skin = 1 };
        var state = SphereRun.State(potential, n: 3, temperature);
        var ensemble = SphereRun.Create(name, state, potential, 0.004);
        var (rows, columns) = (new List<double[]>(), (string[])["Step", "Temp", "PotEng", "KinEng", "TotEng", "Volume"]);
        for (var step = 1; step <= 25_000; step++)
        {
            ensemble.Advance(temperature, pressure);
            var kinetic = state.KineticEnergy();
            if (step > 2000 && step % 5 == 0)
                rows.Add([step, state.Temperature(kinetic), state.Evaluation.Energy, kinetic, kinetic + state.Evaluation.Energy, state.Cell.Volume]);
        }

        return ThermoTable.Of(name, [.. columns.Select((column, c) => (column, rows.Select(row => row[c]).ToArray()))]);
    }

    /// <summary>Kinetic energies of a temperature, and potential energies of a harmonic system.</summary>
    private static ThermoTable Canonical(double temperature, int degrees, int rows, double damping = 1, long seed = 7)
    {
        var random = new RandomStream(seed, "canonical");
        var thermal = Units.Boltzmann * temperature;
        double[] kinetic = [.. Enumerable.Range(0, rows).Select(_ => Gamma(random, degrees, thermal))];
        return OfKinetic([.. kinetic.Select(k => (damping * k) + ((1 - damping) * 0.5 * degrees * thermal))], degrees, [.. kinetic.Select(_ => Gamma(random, degrees, thermal))]);
    }

    private static ThermoTable OfKinetic(double[] kinetic, int degrees, double[]? potential = null) => ThermoTable.Of(
        "table",
        ("Step", [.. Enumerable.Range(0, kinetic.Length).Select(i => (double)i)]),
        ("Temp", [.. kinetic.Select(k => 2 * k / (degrees * Units.Boltzmann))]),
        ("PotEng", potential ?? kinetic),
        ("KinEng", kinetic));

    private string Write(string name, ThermoTable table)
    {
        var lines = Enumerable.Range(0, table.RowCount).Select(row => string.Join(' ', table.Names.Select(column => table.Column(column)[row].ToString("R", System.Globalization.CultureInfo.InvariantCulture))));
        File.WriteAllLines(_run.Path(name), ["# units: ps K eV bar A A^3 g/cm^3", $"{string.Join(' ', table.Names)}", .. lines]);
        return _run.Path(name);
    }

    /// <summary>½ θ Σ R² of as many normal numbers.</summary>
    private static double Gamma(RandomStream random, int degrees, double scale)
    {
        double sum = 0;
        for (var k = 0; k < degrees; k++)
            sum += Math.Pow(random.NextNormal(), 2);
        return 0.5 * scale * sum;
    }
}
