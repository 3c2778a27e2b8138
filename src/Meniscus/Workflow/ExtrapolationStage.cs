using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.Input;
using Meniscus.IO;
using Meniscus.Labelling;
using Meniscus.Training;

namespace Meniscus.Workflow;

/// <summary>
/// Asks whether a run stayed where its model knows its way: how far the models of the study differ along it, and which share of its
/// neighbours is closer than any pair of these elements in the frames that were trained on.
/// </summary>
internal sealed class ExtrapolationStage : StudyStage
{
    private const int MostFrames = 400;
    private const double Reach = 2.5;

    private readonly ProtocolRun _run;
    private readonly double _skipPs;
    private readonly IReadOnlyList<string> _models;
    private readonly IReadOnlyList<string> _training;
    private readonly ChoiceInput _bounds;

    /// <summary>Declares the stage.</summary>
    /// <param name="name">Name.</param>
    /// <param name="run">The run.</param>
    /// <param name="skipPs">Start of it that is left out, ps.</param>
    /// <param name="models">The models; deviations need two.</param>
    /// <param name="training">Systems they were trained on.</param>
    /// <param name="bounds">Bounds of the deviation.</param>
    public ExtrapolationStage(string name, ProtocolRun run, double skipPs, IReadOnlyList<string> models, IReadOnlyList<string> training, ChoiceInput bounds)
        : base(name)
    {
        (_run, _skipPs, _models, _training, _bounds) = (run, skipPs, models, training, bounds);
    }

    /// <inheritdoc/>
    public override string Kind => "extrapolation 1";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [_run.Trajectory, .. _models, .. _training];

    /// <inheritdoc/>
    public override JsonObject Settings => new() { ["skip_ps"] = _skipPs, ["low_eV_per_A"] = _bounds.Low, ["high_eV_per_A"] = _bounds.High };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [AnalysisStage.SummaryFile];

    /// <inheritdoc/>
    public override StageCost Cost => new(2, "analysis");

    /// <inheritdoc/>
    public override JsonObject Run(StageRun run)
    {
        var path = run.Input(_run.Trajectory);
        var every = Math.Max(1, Trajectory.CountFrames(path, new TrajectoryOptions { TolerateTornEnd = true }) / MostFrames);
        Frame[] frames = [.. SampledFrames.Read(path, _skipPs, every)];
        var summary = new JsonObject { ["frames"] = frames.Length };
        if (_models.Count > 1 && frames.Length > 0)
            AddDeviation(run, frames, summary);
        AddClosePairs(run, frames, summary);
        AtomicFile.WriteText(run.File(AnalysisStage.SummaryFile), writer => writer.Write(JsonText.Indented(summary)));
        return summary;
    }

    private void AddDeviation(StageRun run, Frame[] frames, JsonObject summary)
    {
        using var team = run.Team();
        using var committee = PotentialModels.OpenCommittee(_models.Select(run.Input), team, tabulate: true);
        SelectionCandidate[] all = [.. frames.Select((frame, index) => new SelectionCandidate(_run.Trajectory, index, frame))];
        DeviationSelection.Filter(all, committee, _bounds.Low, _bounds.High, run.Progress, run.Cancellation);
        summary.Number("mean_deviation_eV_per_A", all.Average(c => c.Deviation))
            .Number("max_deviation_eV_per_A", all.Max(c => c.Deviation))
            .Number("share_above_low", all.Count(c => c.Deviation >= _bounds.Low) / (double)all.Length)
            .Number("share_above_high", all.Count(c => c.Deviation >= _bounds.High) / (double)all.Length);
    }

    private void AddClosePairs(StageRun run, Frame[] frames, JsonObject summary)
    {
        var closest = new Dictionary<(string, string), double>();
        foreach (var folder in _training)
        {
            foreach (var frame in LabelledFrames.Read(run.Input(folder)))
                ForPairs(frame, (pair, r) => closest[pair] = Math.Min(r, closest.GetValueOrDefault(pair, double.MaxValue)));
        }

        var (pairs, closer) = (0L, 0L);
        foreach (var frame in frames)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            ForPairs(frame, (pair, r) =>
            {
                pairs++;
                if (r < closest.GetValueOrDefault(pair, double.MaxValue))
                    closer++;
            });
        }

        summary.Number("share_of_neighbors_closer_than_trained", pairs > 0 ? closer / (double)pairs : 0);
    }

    private static void ForPairs(Frame frame, Action<(string, string), double> action)
    {
        var list = new NeighborList();
        list.Build(frame.Positions, frame.Cell, Reach);
        var x = list.WrappedPositions;
        var shifts = list.ShiftVectors;
        for (var i = 0; i < frame.AtomCount; i++)
        {
            for (var p = list.Start[i]; p < list.Start[i + 1]; p++)
            {
                var (j, s) = (list.Neighbors[p], 3 * list.Shifts[p]);
                var squared = 0.0;
                for (var k = 0; k < 3; k++)
                {
                    var d = x[(3 * j) + k] + shifts[s + k] - x[(3 * i) + k];
                    squared += d * d;
                }

                action((frame.NameOf(i), frame.NameOf(j)), Math.Sqrt(squared));
            }
        }
    }
}
