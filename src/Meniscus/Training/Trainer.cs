using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>
/// Trains a model: everything between a training input and a checkpoint. What can be wrong with the input or the data
/// is found before the first step.
/// </summary>
public static class Trainer
{
    private const string TrainingKey = "training/training_data";
    private const string ValidationKey = "training/validation_data";

    /// <summary>Runs a training input to its last step.</summary>
    /// <param name="input">The training input.</param>
    /// <param name="options">What the command line adds.</param>
    /// <param name="progress">Receives the step and the present errors, a few times per second.</param>
    /// <param name="cancellation">When cancelled, the step is finished and a checkpoint written first.</param>
    /// <exception cref="InputException">The input or the data cannot be used.</exception>
    /// <exception cref="TrainingFailedException">The loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped; its checkpoint is written.</exception>
    public static TrainingResult Run(
        TrainingInput input, TrainerOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        RefuseUnsupported(input, options);
        RunOutputs.RequireWritable(input);
        var section = input.Training;
        var given = GivenStart(options);
        input = WithTypes(input);
        using var training = TrainingData.Open(input, section.TrainingData, TrainingKey, input.Model.TypeMap);
        using var validation = section.ValidationData is { } v ? TrainingData.Open(input, v.Data, ValidationKey, input.Model.TypeMap) : null;
        training.RequireParameters(input.Model.Fitting);
        validation?.RequireParameters(input.Model.Fitting);
        given = given?.For(input.Model);
        if (!options.SkipDataCheck)
        {
            options.Information?.Invoke($"checking {training.Systems.Sum(s => (long)s.FrameCount)} training and {validation?.Systems.Sum(s => (long)s.FrameCount) ?? 0} validation frames");
            training.Check(RequiredLabels(input.Loss), options.Notice, cancellation);
            validation?.Check(RequiredLabels(input.Loss), options.Notice, cancellation);
        }

        var start = given ?? new RunStart(ModelPreparation.Create(input, training, options, cancellation), null, null);
        using var team = new WorkerTeam(options.Threads);
        return start.Model.Descriptor.Precision == Precision.Float32 && start.Model.Fitting.Precision == Precision.Float32
            ? Run<float>(input, options, training, validation, start, team, progress, cancellation)
            : Run<double>(input, options, training, validation, start, team, progress, cancellation);
    }

    /// <summary>Labels that the terms of a loss need.</summary>
    public static FrameLabels RequiredLabels(LossInput loss)
    {
        var labels = FrameLabels.None;
        if (loss.Energy.IsOn)
            labels |= FrameLabels.Energy;
        if (loss.Force.IsOn || loss.AtomPref.IsOn)
            labels |= FrameLabels.Force;
        if (loss.Virial.IsOn)
            labels |= FrameLabels.Virial;
        if (loss.AtomEnergy.IsOn)
            labels |= FrameLabels.AtomEnergy;
        if (loss.AtomPref.IsOn && !loss.UseDefaultAtomPref)
            labels |= FrameLabels.AtomPref;
        return labels;
    }

    private static TrainingResult Run<T>(
        TrainingInput input,
        TrainerOptions options,
        TrainingData training,
        TrainingData? validation,
        RunStart start,
        WorkerTeam team,
        IProgress<ProgressReport>? progress,
        CancellationToken cancellation)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        using var loop = new TrainingLoop<T>(input, options, training, validation, start, team);
        return loop.Run(progress, cancellation);
    }

    private static void RefuseUnsupported(TrainingInput input, TrainerOptions options)
    {
        if (options.Restart is not null && options.InitModel is not null)
            throw new InputException("--restart and --init-model exclude each other: the first goes on with a run, the second begins one with given weights");
        if (input.Training.ChangeBiasAfterTraining)
            throw new InputException("training/change_bias_after_training: not done while training; leave it out, and use 'meniscus change-bias' on the model afterwards");
        if (input.Training.StatisticsFile is not null)
            throw new InputException("training/stat_file: statistics take seconds and are always made from the data; leave the key out");
    }

    /// <summary>An input without a type map takes that of its first system.</summary>
    private static TrainingInput WithTypes(TrainingInput input)
    {
        if (input.Model.TypeMap.Count > 0)
            return input;
        using var data = TrainingData.Open(input, input.Training.TrainingData, TrainingKey, types: null);
        return input with { Model = input.Model.WithTypeMap(data.Systems[0].TypeMap) };
    }

    /// <summary>The checkpoint or model that the command line names, or null.</summary>
    private static RunStart? GivenStart(TrainerOptions options)
    {
        if (options.Restart is { } restart)
        {
            var (model, state, path) = Checkpoint.Load(restart);
            return new RunStart(model, state, path);
        }

        if (options.InitModel is not { } initial)
            return null;
        var given = DeepPotModels.Load(initial);
        if (given.Descriptor.Origin is { } origin)
            throw new InputException($"{initial}: a model with a type embedding ({origin.Descriptor}), which is evaluated here but not trained; its networks are shared between types");
        return given.Descriptor.EmbeddingTables is null
            ? new RunStart(given with { Tables = null }, null, initial)
            : throw new InputException($"{initial}: compressed by DeePMD-kit: tables stand in place of the embedding networks, which training needs; start from the model it was compressed from");
    }
}

/// <summary>Training cannot go on; the message is one finished line. The last checkpoint is intact.</summary>
public sealed class TrainingFailedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TrainingFailedException(string message)
        : base(message)
    {
    }
}
