using Meniscus.Input;
using static Meniscus.Input.InputTypes;

namespace Meniscus.Training.Schema;

/// <summary>The keys of <c>optimizer</c>. Names and defaults: DeePMD-kit v3.2; <c>SGD</c> is an addition.</summary>
internal static class OptimizerSchema
{
    private static readonly (Func<OptimizerInput, bool>, string) ForAdam = (o => o.Kind != OptimizerKind.Sgd, "for types Adam and AdamW");

    private static readonly (Func<OptimizerInput, bool>, string) ForSgd = (o => o.Kind == OptimizerKind.Sgd, "for type SGD");

    private static readonly InputType<double> Beta = NotNegative.Where(x => x < 1, "a number of at least 0, below 1");

    /// <summary><c>optimizer</c>.</summary>
    public static InputSection<OptimizerInput> Section { get; } = new(
        () => new(),
        [
            InputKey<OptimizerInput>.Value("type", OneOf("Adam, AdamW or SGD (LKF, AdaMuon and HybridMuon are not supported)", ("Adam", OptimizerKind.Adam), ("AdamW", OptimizerKind.AdamW), ("SGD", OptimizerKind.Sgd)), o => o.Kind, (_, x) => OptimizerInput.DefaultsOf(x), "Adam, AdamW, or plain gradient descent (SGD, which DeePMD-kit does not have)."),
            InputKey<OptimizerInput>.Value("adam_beta1", Beta, o => o.Beta1, (o, x) => o with { Beta1 = x }, "Decay of the mean of the gradient.", when: ForAdam),
            InputKey<OptimizerInput>.Value("adam_beta2", Beta, o => o.Beta2, (o, x) => o with { Beta2 = x }, "Decay of the mean of the squared gradient.", when: ForAdam),
            InputKey<OptimizerInput>.Value("weight_decay", NotNegative, o => o.WeightDecay, (o, x) => o with { WeightDecay = x }, "Pull of the parameters towards zero: added to the gradient for Adam and SGD, decoupled from it for AdamW, where the default is 0.001."),
            InputKey<OptimizerInput>.Value("momentum", Beta, o => o.Momentum, (o, x) => o with { Momentum = x }, "Part of the last change that is kept.", when: ForSgd),
        ]);
}
