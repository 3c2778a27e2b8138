using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Dynamics;
using Meniscus.IO;
using Meniscus.Potentials;
using Meniscus.Reporting;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Dynamics;

/// <summary>The integrators of all ensembles pass; forces that are not the gradient of the energy, and steps too long, do not.</summary>
public sealed class ConservationCheckTests : IDisposable
{
    private readonly SampleRun _run = new();

    public static TheoryData<string> Stages => new(
        """{ "type": "nve", "steps": 40 }""",
        """{ "type": "nvt", "steps": 40, "temperature_K": [300, 400] }""",
        """{ "type": "nvt", "steps": 40, "temperature_K": 300, "thermostat": "csvr" }""",
        """{ "type": "nvt", "steps": 40, "temperature_K": 300, "thermostat": "langevin" }""",
        """{ "type": "npt", "steps": 40, "temperature_K": 300, "pressure_bar": 10000, "barostat_fs": 500 }""",
        """{ "type": "npt", "steps": 40, "temperature_K": 300, "pressure_bar": 10000, "barostat_fs": 500, "coupling": "z" }""");

    public void Dispose() => _run.Dispose();

    [Theory]
    [MemberData(nameof(Stages))]
    public void EveryEnsemblePasses(string stage)
    {
        using var potential = new SoftSpheres();
        // Noise takes every time step along another path; they have to be far apart for the exponent to be seen.
        var stochastic = stage.Contains("thermostat", StringComparison.Ordinal);
        var check = stochastic ? Check(stage, potential, time: 12, [20, 40]) : Check(stage, potential, time: 6);
        Assert.Empty(check.Failures);
        Assert.Equal(stochastic ? [10, 20, 40] : [10, 15, 20], check.Points.Select(p => p.TimestepFs));
        Assert.Equal(stochastic, check.IsStochastic);
        Assert.InRange(check.Exponent, stochastic ? 1.4 : 1.85, stochastic ? 2.6 : 2.15);
        Assert.InRange(check.Own.DriftError, 1e-9, 0.05);
        ConservationPlot.Save(check, _run.Path("c.png"));
        Assert.True(new FileInfo(_run.Path("c.png")).Length > 10_000);
    }

    [Fact]
    public void ForcesThatAreNotTheGradientDrift()
    {
        // A force that circles around the axis of the box has no energy.
        using var potential = new Circling(2e-4);
        var check = Check("""{ "type": "nve", "steps": 40 }""", potential, time: 6);
        Assert.Contains(check.Failures, f => f.Contains("drifts by", StringComparison.Ordinal));
    }

    [Fact]
    public void AnEnergyThatIsNotThatOfTheForcesHasNoExponent()
    {
        // Half of the energy left out of account scatters as much at every time step.
        using var potential = new Circling(0) { EnergyShare = 0.5 };
        var check = Check("""{ "type": "nve", "steps": 40 }""", potential, time: 6);
        Assert.InRange(check.Exponent, -0.5, 0.5);
        Assert.Contains(check.Failures, f => f.Contains("to the power", StringComparison.Ordinal));
    }

    [Fact]
    public void AScatterThatLevelsOffIsToldAndNotTakenForTheIntegrators()
    {
        using var potential = new Circling(0) { Noise = 3e-3 };
        var check = Check("""{ "type": "nve", "steps": 40 }""", potential, time: 12, [20, 40]);
        Assert.Empty(check.Failures);
        Assert.Contains(check.Warnings, w => w.Contains("levels off", StringComparison.Ordinal));
        Assert.InRange(check.Exponent, 1.5, 2.2);
    }

    [Fact]
    public void ATimeStepTooLongIsUnstableAndNoFaultOfTheShorterOnes()
    {
        using var potential = new SoftSpheres();
        var check = Check("""{ "type": "nve", "steps": 40 }""", potential, time: 30, timesteps: [5, 200]);
        Assert.False(check.Points[^1].IsStable);
        Assert.Contains(check.Warnings, w => w.Contains("at 200 fs the atoms flew apart", StringComparison.Ordinal));
    }

    [Fact]
    public void TheVerbRunsTheBuiltInWaterAndRefusesWhatItCannotUse()
    {
        SampleRun.Succeeds("build", "water", "-o", _run.Path("w.xyz"), "-n", "16", "--temperature", "300");
        var input = _run.Path("md.json");
        File.WriteAllText(input, $$"""
            { "model": "spcfw", "structure": "{{_run.Path("w.xyz")}}", "timestep_fs": 0.5,
              "stages": [{ "type": "minimize", "steps": 20 }, { "type": "nvt", "steps": 10, "temperature_K": 300, "thermostat_fs": 100 }] }
            """);
        var json = SampleRun.Json("check", "conservation", input, "--time", "0.3", "--thermalise", "0.1", "--max-drift", "1", "-o", _run.Path("cons"));
        Assert.InRange((double)json["exponent"]!, 1.7, 2.3);
        Assert.Equal([0.25, 0.5, 1], json["points"]!.AsArray().Select(p => (double)p!["timestep_fs"]!));
        Assert.True(File.Exists(_run.Path("cons.csv")) && File.Exists(_run.Path("cons.png")));

        _run.Refuses("is a minimization", "check", "conservation", input, "--stage", "1");
        _run.Refuses("stage 3 of 2", "check", "conservation", input, "--stage", "3");
        _run.Refuses("expected at least 128", "check", "conservation", input, "--time", "0.01");
        _run.Refuses("'x' is no number", "check", "conservation", input, "--timesteps", "0.5,x");
        _run.Refuses("give at least one other", "check", "conservation", input, "--timesteps", "0.5");
    }

    private ConservationCheck Check(string stage, IPotential potential, double time, double[]? timesteps = null)
    {
        Trajectory.Write(_run.Path("s.xyz"), [SoftSpheres.Lattice(3)]);
        var input = MdInput.Parse(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{ "model": "spcfw", "structure": "{{_run.Path("s.xyz")}}", "timestep_fs": 10, "velocities_K": 300, "stages": [{{stage}}] }"""));
        return ConservationCheck.Run(input, new ConservationCheckOptions { TimePs = time, TimestepsFs = timesteps ?? [15, 20] }, potential);
    }

    /// <summary>Soft spheres that a wind blows around the z axis.</summary>
    private sealed class Circling(double strength) : IPotential
    {
        private readonly SoftSpheres _spheres = new();
        private readonly Random _random = new(3);

        public double EnergyShare { get; init; } = 1;

        public double Noise { get; init; }

        public TypeMap TypeMap => _spheres.TypeMap;

        public double Cutoff => _spheres.Cutoff;

        public double Skin { get; set; }

        public long NeighborListBuilds => 0;

        public void Evaluate(in Configuration configuration, Evaluation result)
        {
            _spheres.Evaluate(configuration, result);
            result.Energy = (EnergyShare * result.Energy) + (Noise * _random.NextDouble());
            for (var k = 0; k < result.Forces.Length; k += 3)
            {
                result.Forces[k] -= strength * configuration.Positions[k + 1];
                result.Forces[k + 1] += strength * configuration.Positions[k];
            }
        }

        public void SaveMemory(BinaryWriter writer) => _spheres.SaveMemory(writer);

        public void RestoreMemory(BinaryReader reader) => _spheres.RestoreMemory(reader);

        public void Dispose() => _spheres.Dispose();
    }
}
