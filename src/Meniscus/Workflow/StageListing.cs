using System.Text.Json.Nodes;

namespace Meniscus.Workflow;

/// <summary>Lists the stages of a study, as far as those before are done.</summary>
internal sealed class StageListing(StageLedger ledger) : IStageRunner
{
    private readonly List<PlannedStage> _stages = [];
    private readonly HashSet<string> _open = [];
    private bool _goesOn;

    /// <inheritdoc/>
    public bool IsListing => true;

    /// <summary>The stages.</summary>
    public IReadOnlyList<PlannedStage> Stages => _stages;

    /// <summary>What is listed from now on is done after stages that are open.</summary>
    public void GoOn() => _goesOn = true;

    /// <inheritdoc/>
    public void Run(string phase, IReadOnlyList<StudyStage> stages)
    {
        foreach (var stage in stages)
        {
            var waits = stage.Inputs.FirstOrDefault(path => _open.Any(name => path.StartsWith($"{name}/", StringComparison.Ordinal)));
            var state = _goesOn ? new StageState(StageStanding.Stale, "later", null, null)
                : waits is not null ? new StageState(StageStanding.Stale, $"after {Path.GetDirectoryName(waits)}", null, null)
                : ledger.StateOf(stage);
            var done = state.Standing == StageStanding.Current;
            if (!done)
                _open.Add(stage.Name);
            _stages.Add(new PlannedStage(phase, stage.Name, done ? "done" : state.Reason, done, stage.Cost.CoreSeconds, stage.Cost.Words));
        }
    }

    /// <inheritdoc/>
    public JsonObject ResultOf(StudyStage stage) => !_open.Contains(stage.Name) && StageRecord.Load(ledger.FolderOf(stage)) is { Done: true } record
        ? record.Result
        : throw new NotKnownYetException();

    /// <summary>The plan depends on a stage that is not done.</summary>
    public sealed class NotKnownYetException : Exception;
}
