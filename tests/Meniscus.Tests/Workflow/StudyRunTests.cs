using Meniscus.Tests.Fixtures;
using Meniscus.Workflow;

namespace Meniscus.Tests.Workflow;

/// <summary>
/// A whole study at toy scale: 16 molecules, a network of a few neurons. It goes from nothing to analyses, does again only what a
/// change concerns, and comes to the same numbers when it is stopped on the way.
/// </summary>
public sealed class StudyRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Toy(string change = "", string to = "") => """
        {
          "system": { "water_molecules": 16 }, "temperatures_K": [300, 350],
          "dynamics": { "timestep_fs": 0.5, "thermostat_fs": 50, "barostat_fs": 500 },
          "first_exploration": { "temperatures_K": [350], "equilibration_ps": 0.1, "bulk_ps": 0.4, "slab_ps": 0.3, "slab_length_A": 25, "frame_every_fs": 10, "bulk_frames": 20, "ramp_frames": 0, "slab_frames": 15 },
          "exploration": { "temperatures_K": [300], "equilibration_ps": 0.02, "bulk_ps": 0.05, "slab_ps": 0, "frame_every_fs": 5, "bulk_frames": 6, "seed": 2 },
          "selection": { "low_eV_per_A": 0.001, "high_eV_per_A": 50, "seed": 3 },
          "stop": { "candidate_share": 0, "max_iterations": 1 },
          "labels": { "calculator": "spcfw", "validation_share": 0.2, "seed": 4 },
          "training": { "seeds": [1, 2], "steps": 600, "retrain_steps": 300, "final_steps": 0, "input": {
            "model": { "type_map": ["O", "H"], "descriptor": { "type": "se_e2_a", "sel": "auto", "rcut": 4.0, "rcut_smth": 0.5, "neuron": [4, 8], "axis_neuron": 4, "type_one_side": true, "precision": "float32" }, "fitting_net": { "neuron": [12, 12], "precision": "float32" } },
            "learning_rate": { "type": "exp", "start_lr": 1e-2, "stop_lr": 1e-4, "decay_steps": 50 },
            "loss": { "start_pref_e": 0.02, "limit_pref_e": 1, "start_pref_f": 1000, "limit_pref_f": 10 },
            "training": { "batch_size": 1, "disp_freq": 100, "save_freq": 100 } } },
          "production": { "equilibration_ps": 0.02, "bulk_ps": 0.3, "ramp_ps": 0.1, "ramp_bar": [1, 500], "slab_ps": 0, "frame_every_fs": 10, "seed": 5 },
          "compare_with": "spcfw",
          "analysis": { "rdf_max_A": 4, "ramp_bins": 4 }
        }
        """.Replace(change.Length > 0 ? change : "\0", to, StringComparison.Ordinal);

    [Fact]
    public void AChangeRedoesWhatDependsOnItAndNothingElse()
    {
        var all = Run("study", Toy());
        Assert.Contains("iter-000/label/slab-350K", all);
        Assert.Contains("iter-001/train/model-1", all);
        Assert.Contains("analysis/reference/ramp-350K", all);
        Assert.Empty(Run("study", Toy()));
        Assert.All(StudyRun.DryRun(Project("study", Toy())), stage => Assert.True(stage.IsDone, stage.Name));

        // Another seed of one model: that model, what it drives, and what is trained on frames that it found.
        var seed = Run("study", Toy("\"seeds\": [1, 2]", "\"seeds\": [1, 7]"));
        Assert.Contains("iter-000/train/model-1", seed);
        Assert.DoesNotContain("iter-000/train/model-0", seed);
        Assert.DoesNotContain(seed, name => name.StartsWith("iter-000/label", StringComparison.Ordinal) || name.StartsWith("production/reference", StringComparison.Ordinal));

        // One temperature of the production: its runs and analyses.
        var changed = Toy("\"seeds\": [1, 2]", "\"seeds\": [1, 7]").Replace("\"seed\": 5", "\"seed\": 5, \"temperatures_K\": [300, 360]", StringComparison.Ordinal);
        var temperature = Run("study", changed);
        Assert.All(temperature, name => Assert.Contains("360K", name, StringComparison.Ordinal));
        Assert.Contains("production/model/bulk-360K", temperature);

        // A label that was changed by hand is made again, and what was trained on it stays as it was.
        var label = Path.Combine(_folder.Path, "study", "study", "iter-000", "label", "bulk-350K", "train", "O16H32", "set.000000", "force.npy");
        File.WriteAllBytes(label, [.. File.ReadAllBytes(label).Reverse()]);
        Assert.Equal(["iter-000/label/bulk-350K"], Run("study", changed));
    }

    [Fact]
    public void StoppedAtRandomMomentsItEndsWithTheSameNumbers()
    {
        Run("whole", Toy());
        var random = new Random(7);
        var stops = 0;
        for (var attempt = 0; attempt < 60; attempt++)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var left = random.Next(2, 16);
            try
            {
                Run("stopped", Toy(), new Relay<StudyEvent>(e =>
                {
                    if (e.Kind is StudyEventKind.Started or StudyEventKind.Progress or StudyEventKind.Finished && --left == 0)
                        stop.Cancel();
                }), stop.Token);
                break;
            }
            catch (OperationCanceledException)
            {
                stops++;
            }
        }

        Assert.True(stops >= 8, $"stopped {stops} times");
        string[] Files(string study) => [.. Directory.GetFiles(Path.Combine(_folder.Path, study, "study"), "*", SearchOption.AllDirectories)
            // These two also hold times of the clock.
            .Where(file => Path.GetFileName(file) is not ("status.csv" or "lcurve.full.csv"))
            .Where(file => Path.GetExtension(file) is ".csv" or ".xyz" or ".thermo" or ".npy" || Path.GetFileName(file) is "summary.json" or "lcurve.out")
            .Order(StringComparer.Ordinal)];
        var (whole, stopped) = (Files("whole"), Files("stopped"));
        Assert.Equal(whole.Select(file => Path.GetRelativePath(Path.Combine(_folder.Path, "whole"), file)), stopped.Select(file => Path.GetRelativePath(Path.Combine(_folder.Path, "stopped"), file)));
        Assert.All(whole.Zip(stopped), pair => Assert.True(File.ReadAllBytes(pair.First).AsSpan().SequenceEqual(File.ReadAllBytes(pair.Second)), pair.Second));
    }

    [Fact]
    public void ThePlanOfAStudyThatWasNotBegunNamesItsPartsAndTheirCost()
    {
        var plan = StudyRun.DryRun(Project("plan", Toy()));
        Assert.Contains(plan, stage => stage is { Name: "iter-000/explore/bulk-350K", State: "new", CoreSeconds: > 0 });
        Assert.Contains(plan, stage => stage is { Name: "iter-000/explore/slab-350K", State: "after iter-000/explore/bulk-350K" });
        Assert.Contains(plan, stage => stage.Name == "production/model/bulk-300K");
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "plan", "study", "iter-000")));
    }

    [Fact]
    public void TwoProcessesDoNotRunOneStudyAtOnce()
    {
        var project = Project("locked", Toy());
        Directory.CreateDirectory(project.WorkFolder);
        using var held = new FileStream(Path.Combine(project.WorkFolder, "run.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        var error = Assert.Throws<InputException>(() => StudyRun.Run(project, new StudyOptions(), null, TestContext.Current.CancellationToken));
        Assert.Contains("another process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatLabelsNeedIsLookedForBeforeAnythingElse()
    {
        var project = Project("bare", Toy("\"calculator\": \"spcfw\"", "\"calculator\": \"pwscf\", \"jobs\": { \"command\": \"no-such-pw.x\" }, \"pwscf\": { \"pseudopotentials\": { \"O\": \"O.upf\", \"H\": \"H.upf\" } }"));
        var error = Assert.Throws<InputException>(() => StudyRun.Run(project, new StudyOptions(), null, TestContext.Current.CancellationToken));
        Assert.Contains("H.upf", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(project.WorkFolder, "iter-000")));
    }

    [Fact]
    public void FramesOfADpgenRunAreTrainedOn()
    {
        var fp = Directory.CreateDirectory(_folder.File("dpgen/iter.000000/02.fp")).FullName;
        CopyFolder(ExampleData.Path("bulk-300"), Path.Combine(fp, "data.000"));
        File.WriteAllLines(Path.Combine(fp, "candidate.shuffled.000.out"), ["task.000 1", "task.000 2"]);
        File.WriteAllLines(Path.Combine(fp, "rest_accurate.shuffled.000.out"), ["task.000 3"]);
        var run = DpgenRun.Open(_folder.File("dpgen"));
        Assert.Equal([Path.Combine(fp, "data.000")], run.Systems);
        Assert.Equal(new DpgenIteration("iter.000000", 1, 2, 0), run.Iterations[0]);
        var text = Toy("\"compare_with\": \"spcfw\",", "\"start_models\": [], \"data\": { \"dpgen\": [\"../dpgen\"], \"validation_systems\": [\"../dpgen/iter.000000/02.fp/data.000\"] },")
            .Replace("\"max_iterations\": 1", "\"max_iterations\": 0", StringComparison.Ordinal).Replace("\"ramp_ps\": 0.1", "\"ramp_ps\": 0", StringComparison.Ordinal)
            .Replace("\"bulk_ps\": 0.3", "\"bulk_ps\": 0.02", StringComparison.Ordinal);
        var plan = StudyRun.DryRun(Project("own", text));
        Assert.Equal(["iter-000/train/model-0", "iter-000/train/model-1"], plan.Where(stage => stage.State == "new").Select(stage => stage.Name));
        var error = Assert.Throws<InputException>(() => DpgenRun.Open(_folder.Path));
        Assert.Contains("iter.000000", error.Message, StringComparison.Ordinal);
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private ProjectInput Project(string name, string text)
    {
        var folder = Directory.CreateDirectory(_folder.File(name)).FullName;
        File.WriteAllText(Path.Combine(folder, "project.json"), text);
        return ProjectInput.Load(folder);
    }

    /// <summary>Runs it and returns the stages that were done.</summary>
    private List<string> Run(string name, string text, IProgress<StudyEvent>? events = null, CancellationToken? cancellation = null)
    {
        var done = new List<string>();
        StudyRun.Run(Project(name, text), new StudyOptions { Cores = 2 }, new Relay<StudyEvent>(e =>
        {
            if (e.Kind == StudyEventKind.Finished)
                done.Add(e.Stage);
            events?.Report(e);
        }), cancellation ?? TestContext.Current.CancellationToken);
        return done;
    }
}
