using Meniscus.Dynamics;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Dynamics;

/// <summary>Whole runs: stages, outputs, restarts, and what happens when something goes wrong.</summary>
public sealed class MdRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Stages => new(
        """{ "type": "nve", "steps": 40 }""",
        """{ "type": "nvt", "steps": 40, "temperature_K": [200, 400] }""",
        """{ "type": "nvt", "steps": 40, "temperature_K": 300, "thermostat": "csvr" }""",
        """{ "type": "nvt", "steps": 40, "temperature_K": 300, "thermostat": "langevin" }""",
        """{ "type": "npt", "steps": 40, "temperature_K": [300, 400], "pressure_bar": [1, 10000], "barostat_fs": 300 }""",
        """{ "type": "npt", "steps": 40, "temperature_K": 300, "pressure_bar": [1, 10000], "barostat_fs": 300, "coupling": "aniso" }""",
        """{ "type": "npt", "steps": 40, "temperature_K": 300, "pressure_bar": 1, "barostat_fs": 300, "coupling": "z" }""",
        """{ "type": "minimize", "steps": 40, "force_tolerance_eV_per_A": 1e-9 }""",
        """{ "type": "minimize", "steps": 7 }, { "type": "nvt", "steps": 20, "temperature_K": 300, "velocities_K": 250 }, { "type": "nve", "steps": 13 }""");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Stages))]
    public void ARunInPiecesIsTheRunInOne(string stages)
    {
        Run("whole", stages);
        string? restart = null;
        for (var piece = 0; piece < 4; piece++)
        {
            Run("pieces", stages, restart, maxSteps: 11);
            restart = Path.Combine(_folder.Path, "pieces", "md.restart");
        }

        foreach (var file in (string[])["thermo.out", "t.xyz", "t.dump", "md.restart"])
        {
            // Restarts name their outputs, whose folders differ.
            if (file != "md.restart")
                Assert.Equal(File.ReadAllText(At("whole", file)), File.ReadAllText(At("pieces", file)));
        }

        Assert.Equal(File.ReadAllText(At("whole", "final.xyz")), File.ReadAllText(At("pieces", "final.xyz")));
    }

    [Fact]
    public void ACommitteeWritesHowFarItsModelsAreApartAndGoesOnFromARestart()
    {
        const string Stage = """{ "type": "nvt", "steps": 30, "temperature_K": 300 }""";
        RunCommittee("whole", Stage, null, null);
        RunCommittee("pieces", Stage, null, 13);
        RunCommittee("pieces", Stage, At("pieces", "md.restart"), null);
        Assert.Equal(File.ReadAllText(At("whole", "model_devi.out")), File.ReadAllText(At("pieces", "model_devi.out")));

        var rows = File.ReadAllLines(At("whole", "model_devi.out"));
        Assert.Equal(["0", "10", "20", "30"], rows.Skip(1).Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]));
        // Forces of 0.4 and 0.6 eV: apart from their mean by a fifth of it, and the first drives.
        var last = rows[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Number).ToArray();
        var frame = Trajectory.ReadLast(At("whole", "t.xyz"));
        var largest = Enumerable.Range(0, frame.AtomCount).Max(i => Math.Sqrt(frame.Forces!.AsSpan(3 * i, 3).ToArray().Sum(f => f * f)));
        Assert.Equal(0.25 * largest, last[4], 1e-5 * largest);
    }

    [Fact]
    public void LennardJonesWithRepulsionRunsFromItsInput()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "lj"));
        Trajectory.Write(At("lj", "start.xyz"), [SoftSpheres.Lattice(4, spacing: 3.8)]);
        var input = Input(
            "lj", """{ "type": "nve", "steps": 20 }""", """ "model": "lennard-jones", "lennard_jones": { "types": { "Ar": [0.0103, 3.4], "Ne": [0.003, 2.8] }, "cutoff_A": 7 }, "zbl": { "inner_A": 1, "outer_A": 2 } """);
        using var team = new WorkerTeam(1);
        using var model = MdModel.Open(input, team);
        Assert.IsType<SumPotential>(model.Potential);
        var result = MdRun.Run(input, new MdOptions(), model.Potential, model.Deviation, null, TestContext.Current.CancellationToken);
        Assert.InRange(result.Drifts[0].LargestMevPerAtom, 0, 0.05);
    }

    [Fact]
    public void WhatACrashLeftBehindTheRestartIsCutOff()
    {
        const string Stage = """{ "type": "nvt", "steps": 40, "temperature_K": 300 }""";
        Run("whole", Stage);
        Run("crashed", Stage, maxSteps: 20);
        File.AppendAllText(At("crashed", "t.xyz"), "64\nLattice=\"10 0 0 0 1");
        File.AppendAllText(At("crashed", "thermo.out"), "      30   0.015   3");
        Run("crashed", Stage, At("crashed", "md.restart"));
        foreach (var file in (string[])["thermo.out", "t.xyz", "t.dump"])
            Assert.Equal(File.ReadAllText(At("whole", file)), File.ReadAllText(At("crashed", file)));
    }

    [Fact]
    public void AFinishedRunGoesOnWithMoreSteps()
    {
        Run("long", """{ "type": "nve", "steps": 40 }""");
        Run("longer", """{ "type": "nve", "steps": 20 }""");
        var result = Run("longer", """{ "type": "nve", "steps": 40 }""", At("longer", "md.restart"));
        Assert.Equal(20, result.Steps);
        Assert.Equal(File.ReadAllText(At("long", "t.xyz")), File.ReadAllText(At("longer", "t.xyz")));
    }

    [Fact]
    public void NumbersThatAreNoneStopTheRunAndLeaveTheLastRestart()
    {
        const string Stage = """{ "type": "nve", "steps": 40 }""";
        var error = Assert.Throws<MdFailedException>(() => Run("broken", Stage, potential: new SoftSpheres { BreakAt = 28 }));
        Assert.Contains("step 27", error.Message, StringComparison.Ordinal);
        Assert.Contains("atom 1 ", error.Message, StringComparison.Ordinal);
        Assert.Contains("md.restart", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", File.ReadAllText(At("broken", "thermo.out")), StringComparison.OrdinalIgnoreCase);
        Run("whole", Stage);
        Run("broken", Stage, At("broken", "md.restart"));
        Assert.Equal(File.ReadAllText(At("whole", "t.xyz")), File.ReadAllText(At("broken", "t.xyz")));
    }

    [Fact]
    public void StoppedByTheUserItLeavesARestart()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Relay<ProgressReport>(report =>
        {
            if (report.Done == 13)
                stop.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => Run("stopped", """{ "type": "nve", "steps": 40 }""", progress: progress, stop: stop));
        var rest = Run("stopped", """{ "type": "nve", "steps": 40 }""", At("stopped", "md.restart"));
        Assert.Equal(27, rest.Steps);
    }

    [Fact]
    public void EveryDamageOfARestartIsRefused()
    {
        const string Stage = """{ "type": "nve", "steps": 5 }""";
        Run("damage", Stage);
        var path = At("damage", "md.restart");
        var whole = File.ReadAllBytes(path);
        var random = new Random(1);
        for (var trial = 0; trial < 60; trial++)
        {
            var bytes = whole.ToArray();
            if (trial % 2 == 0)
                Array.Resize(ref bytes, random.Next(whole.Length));
            else
                bytes[random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bytes);
            var error = Assert.Throws<InputException>(() => Run("damage", Stage, path));
            Assert.Contains("md.restart", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ARestartOfAnotherRunIsRefused()
    {
        Run("first", """{ "type": "nvt", "steps": 10, "temperature_K": 300 }""");
        var restart = At("first", "md.restart");
        Assert.Throws<InputException>(() => Run("first", """{ "type": "nve", "steps": 20 }""", restart));
        Assert.Throws<InputException>(() => Run("first", """{ "type": "nvt", "steps": 20, "temperature_K": 300, "thermostat": "csvr" }""", restart));
        Assert.Throws<InputException>(() => Run("first", """{ "type": "nvt", "steps": 20, "temperature_K": 300, "chain": 5 }""", restart));
    }

    [Fact]
    public void OutputsStayAsTheyAreWhenTheInputIsWrong()
    {
        Run("kept", """{ "type": "nve", "steps": 5 }""");
        var before = File.ReadAllText(At("kept", "thermo.out"));
        File.WriteAllText(At("kept", "start.xyz"), "1\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3\nXe 0 0 0\n");
        var error = Assert.Throws<InputException>(() => RunIn("kept", """{ "type": "nve", "steps": 5 }"""));
        Assert.Contains("'Xe'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Ar Ne", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(At("kept", "thermo.out")));
    }

    [Fact]
    public void StepsAreCountedThroughTheStagesAndTheLastOfEachIsInTheTable()
    {
        Run("steps", """{ "type": "nve", "steps": 7 }, { "type": "nve", "steps": 4, "timestep_fs": 1 }""");
        var rows = File.ReadAllLines(At("steps", "thermo.out")).Skip(2).Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.Equal(["0", "5", "7", "10", "11"], rows.Select(row => row[0]));
        Assert.Equal(0.0075, double.Parse(rows[^1][1], System.Globalization.CultureInfo.InvariantCulture), 1e-12);
    }

    private string At(string run, string file) => Path.Combine(_folder.Path, run, file);

    private MdResult Run(
        string name, string stages, string? restart = null, long? maxSteps = null, SoftSpheres? potential = null, IProgress<ProgressReport>? progress = null, CancellationTokenSource? stop = null)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, name));
        Trajectory.Write(At(name, "start.xyz"), [SoftSpheres.Lattice(4)]);
        return RunIn(name, stages, restart, maxSteps, potential, progress, stop);
    }

    private MdResult RunIn(
        string name, string stages, string? restart = null, long? maxSteps = null, SoftSpheres? potential = null, IProgress<ProgressReport>? progress = null, CancellationTokenSource? stop = null)
    {
        var input = Input(name, stages, """ "model": "spheres" """);
        using var model = potential ?? new SoftSpheres();
        return MdRun.Run(input, new MdOptions { Restart = restart, MaxSteps = maxSteps }, model, null, progress, stop?.Token ?? TestContext.Current.CancellationToken);
    }

    private void RunCommittee(string name, string stages, string? restart, long? maxSteps)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, name));
        Trajectory.Write(At(name, "start.xyz"), [SoftSpheres.Lattice(4)]);
        var input = Input(name, stages, """ "model": "spheres" """);
        using var committee = new Committee([new SoftSpheres(), new SoftSpheres { Strength = 0.6 }]);
        using var deviation = new ModelDeviationRecorder(committee, At(name, "model_devi.out"));
        MdRun.Run(
            input with { ModelDeviation = new() { File = At(name, "model_devi.out"), Every = 10 } }, new MdOptions { Restart = restart, MaxSteps = maxSteps }, committee, deviation, null, TestContext.Current.CancellationToken);
    }

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private MdInput Input(string name, string stages, string model)
    {
        string Json(string file) => At(name, file).Replace("\\", "/", StringComparison.Ordinal);
        return MdInput.Parse($$"""
            { {{model}}, "structure": "{{Json("start.xyz")}}", "velocities_K": 300, "timestep_fs": 0.5, "remove_com_every": 9,
              "thermo": { "file": "{{Json("thermo.out")}}", "every": 5 },
              "trajectories": [ { "file": "{{Json("t.xyz")}}", "every": 5, "velocities": true, "forces": true }, { "file": "{{Json("t.dump")}}", "every": 10 } ],
              "restart": { "file": "{{Json("md.restart")}}", "every": 10 },
              "final_structure": "{{Json("final.xyz")}}",
              "stages": [ {{stages}} ] }
            """);
    }
}
