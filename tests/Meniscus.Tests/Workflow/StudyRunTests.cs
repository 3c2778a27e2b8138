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

    [Fact]
    public void AChangeRedoesWhatDependsOnItAndNothingElse()
    {
        var all = Run("study", ToyStudy.Text());
        Assert.Contains("iter-000/label/slab-350K", all);
        Assert.Contains("iter-001/train/model-1", all);
        Assert.Contains("analysis/reference/ramp-350K", all);
        Assert.Empty(Run("study", ToyStudy.Text()));
        Assert.All(StudyRun.DryRun(Project("study", ToyStudy.Text())), stage => Assert.True(stage.IsDone, stage.Name));

        // Another seed of one model: that model, what it drives, and what is trained on frames that it found.
        var seed = Run("study", ToyStudy.Text("\"seeds\": [1, 2]", "\"seeds\": [1, 7]"));
        Assert.Contains("iter-000/train/model-1", seed);
        Assert.DoesNotContain("iter-000/train/model-0", seed);
        Assert.DoesNotContain(seed, name => name.StartsWith("iter-000/label", StringComparison.Ordinal) || name.StartsWith("production/reference", StringComparison.Ordinal));

        // One temperature of the production: its runs and analyses.
        var changed = ToyStudy.Text("\"seeds\": [1, 2]", "\"seeds\": [1, 7]").Replace("\"seed\": 5", "\"seed\": 5, \"temperatures_K\": [300, 360]", StringComparison.Ordinal);
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
        Run("whole", ToyStudy.Text());
        var random = new Random(7);
        var stops = 0;
        for (var attempt = 0; attempt < 60; attempt++)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var left = random.Next(2, 16);
            try
            {
                Run("stopped", ToyStudy.Text(), new Relay<StudyEvent>(e =>
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
        ToyStudy.AssertSameNumbers(Path.Combine(_folder.Path, "whole", "study"), Path.Combine(_folder.Path, "stopped", "study"));
    }

    [Fact]
    public void ThePlanOfAStudyThatWasNotBegunNamesItsPartsAndTheirCost()
    {
        var plan = StudyRun.DryRun(Project("plan", ToyStudy.Text()));
        Assert.Contains(plan, stage => stage is { Name: "iter-000/explore/bulk-350K", State: "new", CoreSeconds: > 0 });
        Assert.Contains(plan, stage => stage is { Name: "iter-000/explore/slab-350K", State: "after iter-000/explore/bulk-350K" });
        Assert.Contains(plan, stage => stage.Name == "production/model/bulk-300K");
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "plan", "study", "iter-000")));
    }

    [Fact]
    public void TwoProcessesDoNotRunOneStudyAtOnce()
    {
        var project = Project("locked", ToyStudy.Text());
        Directory.CreateDirectory(project.WorkFolder);
        using var held = new FileStream(Path.Combine(project.WorkFolder, "run.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        var error = Assert.Throws<InputException>(() => StudyRun.Run(project, new StudyOptions(), null, TestContext.Current.CancellationToken));
        Assert.Contains("another process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatLabelsNeedIsLookedForBeforeAnythingElse()
    {
        var project = Project("bare", ToyStudy.Text("\"calculator\": \"spcfw\"", "\"calculator\": \"pwscf\", \"jobs\": { \"command\": \"no-such-pw.x\" }, \"pwscf\": { \"pseudopotentials\": { \"O\": \"O.upf\", \"H\": \"H.upf\" } }"));
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
        var text = ToyStudy.Text("\"compare_with\": \"spcfw\",", "\"start_models\": [], \"data\": { \"dpgen\": [\"../dpgen\"], \"validation_systems\": [\"../dpgen/iter.000000/02.fp/data.000\"] },")
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
