using System.Text.Json.Nodes;
using Meniscus.Input;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;
using Meniscus.Training;

namespace Meniscus.Workflow;

/// <summary>Trains one model, and freezes it.</summary>
internal sealed class TrainingStage : StudyStage
{
    /// <summary>The model.</summary>
    public const string ModelFile = "model.dp";

    /// <summary>The learning curve.</summary>
    public const string LearningCurve = "lcurve.out";

    private const string InputFileName = "input.json";
    private const string CheckpointPrefix = "model.ckpt";

    private readonly JsonObject _given;
    private readonly IReadOnlyList<string> _systems;
    private readonly IReadOnlyList<string> _validation;
    private readonly string? _initModel;
    private readonly int _seed;
    private readonly long _steps;
    private readonly double? _startRate;
    private readonly int _atoms;
    private readonly bool _checksData;

    /// <summary>Declares the stage.</summary>
    /// <param name="name">Name.</param>
    /// <param name="given">The project's training input.</param>
    /// <param name="systems">Systems to train on, as <see cref="Inputs"/> names them.</param>
    /// <param name="validation">Systems kept apart.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="atoms">Atoms of a frame, for the cost.</param>
    /// <param name="initModel">Model to go on from, or null.</param>
    /// <param name="startRate">Learning rate it begins with, or null for the project's.</param>
    /// <param name="checksData">Whether all frames are checked for what looks wrong; once in a study is enough.</param>
    public TrainingStage(
        string name, JsonObject given, IReadOnlyList<string> systems, IReadOnlyList<string> validation, long steps, int seed, int atoms, string? initModel = null, double? startRate = null, bool checksData = false)
        : base(name)
    {
        _checksData = checksData;
        (_given, _systems, _validation, _steps, _seed, _atoms, _initModel, _startRate) = (given, systems, validation, steps, seed, atoms, initModel, startRate);
    }

    /// <inheritdoc/>
    public override string Kind => "training 1";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [.. _systems, .. _validation, .. _initModel is null ? (string[])[] : [_initModel]];

    /// <inheritdoc/>
    public override JsonObject Settings => new() { ["input"] = Input(path => path), ["init_model"] = _initModel };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [ModelFile, LearningCurve, InputFileName];

    /// <inheritdoc/>
    public override StageCost Cost => StudyCosts.Training(Input(path => path), _atoms);

    /// <inheritdoc/>
    public override JsonObject Run(StageRun run)
    {
        var path = run.File(InputFileName);
        AtomicFile.WriteText(path, writer => writer.Write(JsonText.Indented(Input(run.Relative))));
        var input = TrainingInput.Load(path).InFolder(run.Folder);
        var prefix = run.File(CheckpointPrefix);
        var numbers = new JsonObject { ["steps"] = _steps, ["seed"] = _seed };
        // A run that was killed right after its last checkpoint has only the model file to write.
        if (!File.Exists(Checkpoint.PathOf(prefix, _steps)))
        {
            var result = Train(run, input, prefix);
            if (double.IsFinite(result.MillisecondsPerStep))
                numbers["ms_per_step"] = result.MillisecondsPerStep;
        }

        DeepPotModelFile.Save(DeepPotModels.Load(prefix), run.File(ModelFile));
        return numbers;
    }

    private TrainingResult Train(StageRun run, TrainingInput input, string prefix)
    {
        var goesOn = Checkpoint.Exists(prefix);
        return Trainer.Run(
            input,
            new TrainerOptions
            {
                Restart = goesOn ? prefix : null,
                InitModel = _initModel is not null && !goesOn ? run.Input(_initModel) : null,
                Threads = run.Threads,
                SkipDataCheck = !_checksData,
                Notice = run.Notice,
            },
            run.Progress,
            run.Cancellation);
    }

    private JsonObject Input(Func<string, string> path) =>
        StudyTraining.Complete(_given, [.. _systems.Select(path)], [.. _validation.Select(path)], _steps, _seed, _startRate);
}
