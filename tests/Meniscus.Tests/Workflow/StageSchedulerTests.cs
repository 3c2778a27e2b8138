using System.Text.Json.Nodes;
using Meniscus.Tests.Fixtures;
using Meniscus.Workflow;

namespace Meniscus.Tests.Workflow;

/// <summary>Stages are done when something they depend on has changed, go on where they were, and wait for each other.</summary>
public sealed class StageSchedulerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _done = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AStageIsDoneOnceAndAgainOnlyWhenItsInputOrSettingsOrFilesChange()
    {
        File.WriteAllText(_folder.File("mine.txt"), "1");
        StudyStage[] Chain(int setting = 1) => [new Copy(this, "a", _folder.File("mine.txt"), setting), new Copy(this, "b", "a/out.txt"), new Copy(this, "c", "b/out.txt")];
        Assert.Equal(["a", "b", "c"], Run(Chain()));
        Assert.Empty(Run(Chain()));
        // The same content, written again, is no change.
        File.WriteAllText(_folder.File("mine.txt"), "1");
        Assert.Empty(Run(Chain()));
        File.WriteAllText(_folder.File("mine.txt"), "2");
        Assert.Equal(["a", "b", "c"], Run(Chain()));
        // Another setting that makes the same file changes nothing for those who read it.
        Assert.Equal(["a"], Run(Chain(setting: 2)));
        File.WriteAllText(_folder.File("b/out.txt"), "changed by hand");
        Assert.Equal(["b"], Run(Chain(setting: 2)));
        File.Delete(_folder.File("c/out.txt"));
        Assert.Equal(["c"], Run(Chain(setting: 2)));
        Assert.Equal("2", File.ReadAllText(_folder.File("c/out.txt")));
    }

    [Fact]
    public void AStageThatWasStoppedGoesOnWithWhatItLeftUnlessItsInputChanged()
    {
        File.WriteAllText(_folder.File("mine.txt"), "1");
        var fails = new Copy(this, "a", _folder.File("mine.txt")) { Fails = true };
        var error = Assert.Throws<StudyFailedException>(() => Run([fails]));
        Assert.Equal("a: out of luck", error.Message);
        Assert.True(File.Exists(_folder.File("a/partial.txt")));
        Run([new Copy(this, "a", _folder.File("mine.txt"))]);
        Assert.Equal("found partial", File.ReadAllText(_folder.File("a/how.txt")));
        Assert.Throws<StudyFailedException>(() => Run([new Copy(this, "a", _folder.File("mine.txt"), 2) { Fails = true }]));
        Run([new Copy(this, "a", _folder.File("mine.txt"), 3)]);
        Assert.Equal("began anew", File.ReadAllText(_folder.File("a/how.txt")));
    }

    [Fact]
    public void AFailureNamesTheStageAndWhatIsMissingIsNamedToo()
    {
        var error = Assert.Throws<StudyFailedException>(() => Run([new Copy(this, "a", _folder.File("nowhere.txt"))]));
        Assert.Contains("nowhere.txt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StagesThatNeedNotWaitRunAtTheSameTimeOnOneCoreEach()
    {
        File.WriteAllText(_folder.File("mine.txt"), "1");
        using var both = new Barrier(2);
        StudyStage[] stages =
        [
            new Copy(this, "a", _folder.File("mine.txt")) { Meets = both },
            new Copy(this, "b", _folder.File("mine.txt")) { Meets = both },
            new Copy(this, "c", "a/out.txt") { Also = "b/out.txt" },
        ];
        Run(stages);
        Assert.Equal("1", File.ReadAllText(_folder.File("a/threads.txt")));
        // The one that is left has all cores.
        Assert.Equal("2", File.ReadAllText(_folder.File("c/threads.txt")));
    }

    private List<string> Run(IReadOnlyList<StudyStage> stages)
    {
        _done.Clear();
        var ledger = new StageLedger(_folder.Path);
        new StageScheduler(_folder.Path, ledger, new StudyMonitor(_folder.Path, null), 2).Run(stages, TestContext.Current.CancellationToken);
        return [.. _done];
    }

    /// <summary>Copies a file.</summary>
    private sealed class Copy(StageSchedulerTests owner, string name, string input, int setting = 1) : StudyStage(name)
    {
        public bool Fails { get; init; }

        public Barrier? Meets { get; init; }

        public override string Kind => "copy";

        public string? Also { get; init; }

        public override IReadOnlyList<string> Inputs => Also is null ? [input] : [input, Also];

        public override JsonObject Settings => new() { ["setting"] = setting };

        public override IReadOnlyList<string> Outputs => ["out.txt"];

        public override StageCost Cost => new(1, "");

        public override JsonObject Run(StageRun run)
        {
            File.WriteAllText(run.File("how.txt"), File.Exists(run.File("partial.txt")) ? "found partial" : "began anew");
            File.WriteAllText(run.File("partial.txt"), "");
            File.WriteAllText(run.File("threads.txt"), $"{run.Threads}");
            Assert.True(Meets is null || Meets.SignalAndWait(TimeSpan.FromSeconds(20)));
            if (Fails)
                throw new InputException("out of luck");
            File.Copy(run.Input(input), run.File("out.txt"), overwrite: true);
            lock (owner._done)
                owner._done.Add(Name);
            return [];
        }
    }
}
