using System.Globalization;
using System.Text.Json.Nodes;
using Meniscus.IO;
using Meniscus.Labelling;

namespace Meniscus.Workflow;

/// <summary>
/// Labels the chosen frames of one run and divides them: <c>train</c>, and <c>valid</c>, which no model is trained on. Jobs that are done stay
/// when other frames or settings come, as each knows by its hash whether it is still the same.
/// </summary>
internal sealed class LabelStage : StudyStage
{
    /// <summary>Labelled frames to train on.</summary>
    public const string TrainFolder = "train";

    /// <summary>Labelled frames kept apart.</summary>
    public const string ValidFolder = "valid";

    private const string WorkFolder = "work";
    private const string AllFolder = "all";

    private readonly string _frames;
    private readonly int _count;
    private readonly StudyLabelsInput _labels;
    private readonly string _projectFolder;

    /// <summary>Declares the stage.</summary>
    /// <param name="name">Name.</param>
    /// <param name="frames">The frames.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="labels">What labels them.</param>
    /// <param name="projectFolder">Where pseudopotentials are looked for.</param>
    public LabelStage(string name, string frames, int count, StudyLabelsInput labels, string projectFolder)
        : base(name)
    {
        (_frames, _count, _labels, _projectFolder) = (frames, count, labels, projectFolder);
    }

    /// <summary>Checks what labelling will need.</summary>
    /// <param name="labels">What labels.</param>
    /// <param name="projectFolder">Where pseudopotentials are looked for.</param>
    /// <param name="source">Name of the project file, for messages.</param>
    /// <param name="elements">Elements of the frames.</param>
    public static void RequireReady(StudyLabelsInput labels, string projectFolder, string source, IReadOnlyList<string> elements) => LabelRun.RequireReady(
        new LabelInput { Calculator = labels.Calculator, Jobs = labels.Jobs, Pwscf = labels.Pwscf, Cp2k = labels.Cp2k, Source = $"{source}: labels", SourceFolder = projectFolder }, elements);

    /// <inheritdoc/>
    public override string Kind => "labels 1";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [_frames, .. Pseudopotentials.Values.Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public override JsonObject Settings
    {
        get
        {
            var input = JsonNode.Parse(Input("", "", "").ToJson())!.AsObject();
            // How many jobs run at a time, and where, changes no label.
            foreach (var key in (string[])["frames", "output", "work", "extxyz", "jobs"])
                input.Remove(key);
            foreach (var program in (string[])["pwscf", "cp2k"])
            {
                if (program != (string?)input["calculator"])
                    input.Remove(program);
            }

            input["validation_share"] = _labels.ValidationShare;
            input["seed"] = _labels.Seed;
            return input;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [TrainFolder, ValidFolder];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Kept => [WorkFolder];

    /// <inheritdoc/>
    public override StageCost Cost => new(
        _labels.Calculator == LabelCalculator.Spcfw ? 0.01 * _count : double.NaN,
        string.Create(CultureInfo.InvariantCulture, $"{_count} frames"));

    private Dictionary<string, string> Pseudopotentials => _labels.Calculator == LabelCalculator.Pwscf
        ? _labels.Pwscf.Pseudopotentials.ToDictionary(p => p.Key, p => Path.GetFullPath(Path.Combine(_projectFolder, p.Value)))
        : [];

    /// <inheritdoc/>
    public override JsonObject Run(StageRun run)
    {
        using var team = run.Team();
        var input = Input(run.Input(_frames), run.File(AllFolder), run.File(WorkFolder));
        var summary = LabelRun.Run(input, new LabelOptions { Team = team, RetryFailed = false }, run.Progress, run.Cancellation);
        var done = summary.Count(JobStatus.Done);
        // A program that labels nothing is set up wrongly; the built-in water refuses frames whose molecules have come apart.
        if (done == 0 && _labels.Calculator != LabelCalculator.Spcfw)
            throw new InputException($"none of the {summary.Jobs.Count} frames has labels; {summary.StatusFile} says why");
        if (done < summary.Jobs.Count)
            run.Notice(string.Create(CultureInfo.InvariantCulture, $"{summary.Jobs.Count - done} of {summary.Jobs.Count} frames have no labels ({Failures(summary)}) and were left out; {run.Relative(summary.StatusFile)} says why"));
        var (train, valid) = Divide(run, done);
        return new JsonObject
        {
            ["frames"] = summary.Jobs.Count,
            ["done"] = done,
            ["not_converged"] = summary.Count(JobStatus.NotConverged),
            ["crashed"] = summary.Count(JobStatus.Crashed),
            ["timed_out"] = summary.Count(JobStatus.TimedOut),
            ["train"] = train,
            ["valid"] = valid,
        };
    }

    private LabelInput Input(string frames, string output, string work) => new()
    {
        Frames = [new LabelFramesInput { File = frames }],
        Calculator = _labels.Calculator,
        Output = output,
        Work = work,
        Jobs = _labels.Jobs,
        Pwscf = _labels.Pwscf with { Pseudopotentials = frames.Length > 0 ? Pseudopotentials : _labels.Pwscf.Pseudopotentials },
        Cp2k = _labels.Cp2k,
        Source = "labels",
        SourceFolder = _projectFolder,
    };

    private static string Failures(LabelSummary summary) => string.Join(", ", summary.Jobs
        .Where(job => job.Status != JobStatus.Done)
        .GroupBy(job => job.Status)
        .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {JobStatusNames.Of(group.Key)}")));

    private (int Train, int Valid) Divide(StageRun run, int count)
    {
        var apart = Math.Max(0, Math.Min(count - 1, (int)Math.Ceiling(_labels.ValidationShare * count)));
        var chosen = FrameSelection.Sample(count, apart, _labels.Seed);
        Write(TrainFolder, index => !chosen.Contains(index), count - apart);
        Write(ValidFolder, chosen.Contains, apart);
        return (count - apart, apart);

        void Write(string name, Func<long, bool> take, int frames)
        {
            var folder = run.File(name);
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
            if (frames > 0)
                DeepmdFrameWriter.Write(folder, LabelledFrames.Read(run.File(AllFolder)).Where((_, index) => take(index)));
        }
    }
}
