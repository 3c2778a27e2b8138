using Meniscus.Input;

namespace Meniscus.Training.Schema;

/// <summary>The whole training input: its top-level sections.</summary>
internal static class TrainingInputSchema
{
    /// <summary>The file.</summary>
    public static InputSection<TrainingInput> Root { get; } = new(
        () => new(),
        [
            InputKey<TrainingInput>.Nested("model", ModelSchema.Model, i => i.Model, (i, x) => i with { Model = x }, "The model.", required: true),
            InputKey<TrainingInput>.Nested("learning_rate", LearningRateSchema.Section, i => i.LearningRate, (i, x) => i with { LearningRate = x }, "The learning rate."),
            InputKey<TrainingInput>.Nested("optimizer", OptimizerSchema.Section, i => i.Optimizer, (i, x) => i with { Optimizer = x }, "The optimizer."),
            InputKey<TrainingInput>.Nested("loss", LossSchema.Section, i => i.Loss, (i, x) => i with { Loss = x }, "The loss: what training makes small."),
            InputKey<TrainingInput>.Nested("training", TrainingSchema.Training, i => i.Training, (i, x) => i with { Training = x }, "The data and the run.", required: true),
            InputKey<TrainingInput>.Nested("validating", TrainingSchema.Validating, i => i.Validating, (i, x) => i with { Validating = x }, "Tests on the whole validation set, and the best model."),
            InputKey<TrainingInput>.Refused("loss_dict", "multi-task training"),
            InputKey<TrainingInput>.Refused("nvnmd", "training for NVNMD hardware"),
        ],
        Complete);

    private static TrainingInput Complete(TrainingInput input, InputNode node, List<string> warnings)
    {
        if (!input.Validating.FullValidation || input.Validating.Start == 1)
            return input;
        var validating = node.Child("validating");
        if (input.Training.ValidationData is null)
            throw validating.Child("full_validation").Error("needs training/validation_data; add it or switch full_validation off");
        if (!input.Validating.PrefactorIn(input.Loss).IsOn)
            throw validating.Child("validation_metric").Error("is an error that the loss leaves out; choose another or give its start_pref and limit_pref a value above 0");
        return input;
    }
}
