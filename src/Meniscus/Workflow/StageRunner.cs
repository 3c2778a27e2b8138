using System.Text.Json.Nodes;

namespace Meniscus.Workflow;

/// <summary>Does the stages of a part of a study, or lists them.</summary>
internal interface IStageRunner
{
    /// <summary>Whether stages are listed only.</summary>
    bool IsListing { get; }

    /// <summary>Does them, or lists them.</summary>
    void Run(string phase, IReadOnlyList<StudyStage> stages);

    /// <summary>What a stage found.</summary>
    JsonObject ResultOf(StudyStage stage);
}

/// <summary>Does them.</summary>
internal sealed class StageRunner(StageScheduler scheduler, StudyMonitor monitor, CancellationToken cancellation) : IStageRunner
{
    /// <inheritdoc/>
    public bool IsListing => false;

    /// <inheritdoc/>
    public void Run(string phase, IReadOnlyList<StudyStage> stages)
    {
        if (stages.Count == 0)
            return;
        monitor.Phase(phase);
        scheduler.Run(stages, cancellation);
    }

    /// <inheritdoc/>
    public JsonObject ResultOf(StudyStage stage) => scheduler.RecordOf(stage).Result;
}
