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
        RefuseUnsupported(input);
        if (options.Restart is not null && options.InitModel is not null)
            throw new InputException("--restart and --init-model exclude each other: the first goes on with a run, the second begins one with given weights");
        var section = input.Training;
        input = WithTypes(input);
        using var training = TrainingData.Open(input, section.TrainingData, input.Model.TypeMap);
        using var validation = section.ValidationData is { } v ? TrainingData.Open(input, v.Data, input.Model.TypeMap) : null;
        if (!options.SkipDataCheck)
        {
            training.Check(RequiredLabels(input.Loss), options.Notice, cancellation);
            validation?.Check(RequiredLabels(input.Loss), options.Notice, cancellation);
        }

        var start = Start(input, options, training, cancellation);
        validation?.RequireParameters(start.Model.Fitting.FrameParameterCount, start.Model.Fitting.AtomParameterCount);
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

    private static void RefuseUnsupported(TrainingInput input)
    {
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
        using var data = TrainingData.Open(input, input.Training.TrainingData, types: null);
        return input with { Model = input.Model.WithTypeMap(data.Systems[0].TypeMap) };
    }

    private static RunStart Start(TrainingInput input, TrainerOptions options, TrainingData training, CancellationToken cancellation)
    {
        if (options.Restart is { } restart)
        {
            var (model, state, path) = Checkpoint.Load(restart);
            RequireSameModel(input.Model, model, path);
            return new RunStart(model, state, path);
        }

        if (options.InitModel is { } initial)
        {
            var model = DeepPotModels.Load(initial);
            RequireSameModel(input.Model, model, initial);
            return new RunStart(model with { Tables = null }, null, initial);
        }

        return new RunStart(ModelPreparation.Create(input, training, options, cancellation), null, null);
    }

    /// <summary>A model to go on with must have the shape that the input asks for.</summary>
    private static void RequireSameModel(ModelInput input, DeepPotModel model, string path)
    {
        Require("type_map", input.TypeMap.ToString(), model.TypeMap.ToString());
        Require("descriptor/rcut", input.Descriptor.Cutoff, model.Descriptor.Cutoff);
        Require("descriptor/rcut_smth", input.Descriptor.SmoothCutoff, model.Descriptor.SmoothCutoff);
        Require("descriptor/neuron", string.Join(' ', input.Descriptor.Neuron), string.Join(' ', model.Descriptor.Neuron));
        Require("descriptor/axis_neuron", input.Descriptor.AxisNeuron, model.Descriptor.AxisNeuron);
        Require("descriptor/type_one_side", input.Descriptor.TypeOneSide, model.Descriptor.TypeOneSide);
        Require("descriptor/precision", input.Descriptor.Precision, model.Descriptor.Precision);
        Require("fitting_net/neuron", string.Join(' ', input.Fitting.Neuron), string.Join(' ', model.Fitting.Neuron));
        Require("fitting_net/precision", input.Fitting.Precision, model.Fitting.Precision);
        if (input.Descriptor.Sel.Numbers is { } sel)
            Require("descriptor/sel", string.Join(' ', sel), string.Join(' ', model.Descriptor.Sel));

        void Require<TValue>(string key, TValue wanted, TValue found)
        {
            if (!EqualityComparer<TValue>.Default.Equals(wanted, found))
                throw new InputException($"{path}: model/{key} is {found}, the input says {wanted}; give the input the model was made with");
        }
    }
}

/// <summary>What a run begins with: a model, and the state of the run it goes on with, if any.</summary>
/// <param name="Model">The model.</param>
/// <param name="State">State of a checkpoint, or null for a new run.</param>
/// <param name="Path">The file the model came from, or null.</param>
internal sealed record RunStart(DeepPotModel Model, System.Text.Json.Nodes.JsonObject? State, string? Path);

/// <summary>Training cannot go on; the message is one finished line. The last checkpoint is intact.</summary>
public sealed class TrainingFailedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TrainingFailedException(string message)
        : base(message)
    {
    }
}
