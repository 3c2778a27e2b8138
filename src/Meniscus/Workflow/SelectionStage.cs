using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Labelling;
using Meniscus.Training;

namespace Meniscus.Workflow;

/// <summary>
/// Chooses frames of one run for labelling. Without models they are taken evenly over the run; with several, frames on which these differ
/// between two bounds are candidates, as in the DP-GEN procedure (Y. Zhang et al., Comput. Phys. Commun. 253, 107206 (2020)).
/// </summary>
internal sealed class SelectionStage : StudyStage
{
    /// <summary>The chosen frames.</summary>
    public const string ChosenFile = "chosen.xyz";

    /// <summary>The deviation of every frame.</summary>
    public const string DeviationFile = "deviation.csv";

    private readonly string _trajectory;
    private readonly double _skipPs;
    private readonly int _most;
    private readonly IReadOnlyList<string> _models;
    private readonly ChoiceInput _choice;

    /// <summary>Declares the stage.</summary>
    /// <param name="name">Name.</param>
    /// <param name="trajectory">The run's trajectory.</param>
    /// <param name="skipPs">Start of it that is left out, ps.</param>
    /// <param name="most">Most frames to choose.</param>
    /// <param name="models">Models that are compared; none to choose evenly.</param>
    /// <param name="choice">Bounds and how to choose.</param>
    public SelectionStage(string name, string trajectory, double skipPs, int most, IReadOnlyList<string> models, ChoiceInput choice)
        : base(name)
    {
        (_trajectory, _skipPs, _most, _models, _choice) = (trajectory, skipPs, most, models, choice);
    }

    /// <inheritdoc/>
    public override string Kind => "selection 1";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [_trajectory, .. _models];

    /// <inheritdoc/>
    public override JsonObject Settings => _models.Count == 0
        ? new() { ["skip_ps"] = _skipPs, ["frames"] = _most }
        : new()
        {
            ["skip_ps"] = _skipPs,
            ["frames"] = _most,
            ["low_eV_per_A"] = _choice.Low,
            ["high_eV_per_A"] = _choice.High,
            ["method"] = _choice.FarthestPoint ? "farthest" : "random",
            ["seed"] = _choice.Seed,
        };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => _models.Count == 0 ? [ChosenFile] : [ChosenFile, DeviationFile];

    /// <inheritdoc/>
    public override StageCost Cost => new(1, _models.Count == 0 ? "evenly" : "by deviation");

    /// <inheritdoc/>
    public override JsonObject Run(StageRun run) => _models.Count == 0 ? ChooseEvenly(run) : ChooseByDeviation(run);

    private JsonObject ChooseEvenly(StageRun run)
    {
        var all = Frames(run).Count();
        var wanted = Math.Min(_most, all);
        // The frame in the middle of each of as many equal parts of the run.
        var places = Enumerable.Range(0, wanted).Select(k => (int)(((2L * k) + 1) * all / (2L * wanted))).ToHashSet();
        var chosen = Frames(run).Where((_, index) => places.Contains(index));
        var count = Save(run, chosen);
        return new JsonObject { ["frames"] = all, ["chosen"] = count };
    }

    private JsonObject ChooseByDeviation(StageRun run)
    {
        using var team = run.Team();
        using var committee = PotentialModels.OpenCommittee(_models.Select(run.Input), team, tabulate: true);
        IReadOnlyList<SelectionCandidate> all = [.. Frames(run).Select((frame, index) => new SelectionCandidate(_trajectory, index, frame))];
        if (all.Count == 0)
            return Counts(run, all, 0);
        var candidates = DeviationSelection.Filter(all, committee, _choice.Low, _choice.High, run.Progress, run.Cancellation);
        if (_choice.FarthestPoint && candidates.Count > _most)
            FarthestPointSelection.Choose(candidates, committee.Models[0], _most, [], null, run.Cancellation);
        else
            RandomSelection.Choose(candidates, _most, _choice.Seed);
        return Counts(run, all, candidates.Count);
    }

    private JsonObject Counts(StageRun run, IReadOnlyList<SelectionCandidate> all, int candidates)
    {
        double[] Column(Func<SelectionCandidate, double> value) => [.. all.Select(value)];
        CsvFile.Write(run.File(DeviationFile), [("time_ps", Column(c => c.Frame.Time ?? double.NaN)), ("deviation_eV_per_A", Column(c => c.Deviation)), ("chosen", Column(c => c.Chosen ? 1 : 0))]);
        var failed = all.Count(c => c.Deviation >= _choice.High);
        return new JsonObject
        {
            ["frames"] = all.Count,
            ["accurate"] = all.Count - candidates - failed,
            ["candidate"] = candidates,
            ["failed"] = failed,
            ["chosen"] = Save(run, all.Where(c => c.Chosen).Select(c => c.Frame)),
            ["mean_deviation_eV_per_A"] = all.Count > 0 ? all.Average(c => c.Deviation) : 0,
            ["max_deviation_eV_per_A"] = all.Count > 0 ? all.Max(c => c.Deviation) : 0,
        };
    }

    private IEnumerable<Frame> Frames(StageRun run) =>
        SampledFrames.Read(run.Input(_trajectory), _skipPs);

    private static int Save(StageRun run, IEnumerable<Frame> frames)
    {
        var count = 0;
        IEnumerable<Frame> Counted()
        {
            foreach (var frame in frames)
            {
                count++;
                yield return frame;
            }
        }

        Trajectory.Write(run.File(ChosenFile), Counted(), TrajectoryContent.None, TrajectoryFormat.ExtendedXyz);
        return count;
    }
}
