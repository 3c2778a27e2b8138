using Meniscus.Input;
using static Meniscus.Input.InputTypes;

namespace Meniscus.Training.Schema;

/// <summary>The keys of <c>learning_rate</c>. Names and defaults: DeePMD-kit v2.2 to v3.2.</summary>
internal static class LearningRateSchema
{
    private static readonly (Func<LearningRateInput, bool>, string) ForExponential = (l => l.Decay == LearningRateDecay.Exponential, "for type exp");

    private static readonly (Func<LearningRateInput, bool>, string) ForStable = (l => l.Decay == LearningRateDecay.StableThenDecay, "for type wsd");

    /// <summary><c>learning_rate</c>.</summary>
    public static InputSection<LearningRateInput> Section { get; } = new(
        () => new(),
        [
            InputKey<LearningRateInput>.Value("type", OneOf(("exp", LearningRateDecay.Exponential), ("cosine", LearningRateDecay.Cosine), ("wsd", LearningRateDecay.StableThenDecay)), l => l.Decay, (l, x) => l with { Decay = x }, "How the rate falls after the warm-up: exponentially, as half a cosine, or not until the last part of the run (wsd)."),
            InputKey<LearningRateInput>.Value("start_lr", Positive, l => l.Start, (l, x) => l with { Start = x }, "Rate at the start, after the warm-up. The prefactors of the loss are tied to the rate over this."),
            InputKey<LearningRateInput>.Value("stop_lr", NotNegative.OrNull(), l => l.Stop, (l, x) => l with { Stop = x }, "Rate at the end; with `decay_rate` the smallest rate. Where neither this nor `stop_lr_ratio` is given, 5e-8 as in DeePMD-kit v3.2 (v2 and v3.0: 1e-8)."),
            InputKey<LearningRateInput>.Value("stop_lr_ratio", NotNegative.OrNull(), l => l.StopRatio, (l, x) => l with { StopRatio = x }, "Rate at the end over `start_lr`, instead of `stop_lr`."),
            InputKey<LearningRateInput>.Value("decay_steps", WholeFrom(1), l => l.DecaySteps, (l, x) => l with { DecaySteps = x }, "Steps between two decays. Where it is not below the number of steps after the warm-up, T, it becomes 100 for T above 1009, else T div 100 + 1.", when: ForExponential),
            InputKey<LearningRateInput>.Value("decay_rate", Positive.Where(x => x <= 1, "a number above 0, at most 1").OrNull(), l => l.DecayRate, (l, x) => l with { DecayRate = x }, "Factor per decay, instead of the one that leads to `stop_lr` at the end.", when: ForExponential),
            InputKey<LearningRateInput>.Value("smooth", Flag, l => l.Smooth, (l, x) => l with { Smooth = x }, "Decay at every step instead of every `decay_steps`.", when: ForExponential),
            InputKey<LearningRateInput>.Value("decay_phase_ratio", Positive.Where(x => x <= 1, "a number above 0, at most 1"), l => l.DecayPhaseRatio, (l, x) => l with { DecayPhaseRatio = x }, "Part of the run in which the rate falls.", when: ForStable),
            InputKey<LearningRateInput>.Value("decay_type", OneOf(("inverse_linear", StableDecayShape.InverseLinear), ("cosine", StableDecayShape.Cosine), ("linear", StableDecayShape.Linear)), l => l.StableDecayShape, (l, x) => l with { StableDecayShape = x }, "Shape of the fall.", when: ForStable),
            InputKey<LearningRateInput>.Value("warmup_steps", WholeFrom(0), l => l.WarmupSteps, (l, x) => l with { WarmupSteps = x }, "Steps in which the rate rises linearly to `start_lr`."),
            InputKey<LearningRateInput>.Value("warmup_ratio", NotNegative.Where(x => x < 1, "a number of at least 0, below 1").OrNull(), l => l.WarmupRatio, (l, x) => l with { WarmupRatio = x }, "Warm-up as a part of the run, instead of `warmup_steps`."),
            InputKey<LearningRateInput>.Value("warmup_start_factor", NotNegative, l => l.WarmupStartFactor, (l, x) => l with { WarmupStartFactor = x }, "Rate at the first step of the warm-up over `start_lr`."),
            InputKey<LearningRateInput>.NoEffect("scale_by_worker", "training runs in one process", "\"linear\"", "\"sqrt\"", "\"none\""),
        ],
        Complete);

    private static LearningRateInput Complete(LearningRateInput l, InputNode node, List<string> warnings)
    {
        if (l.Stop is not null && l.StopRatio is not null)
            throw node.Error("stop_lr and stop_lr_ratio are both given; give one of them");
        if (l.WarmupSteps != 0 && l.WarmupRatio is not null)
            throw node.Error("warmup_steps and warmup_ratio are both given; give one of them");
        if (l.Decay == LearningRateDecay.StableThenDecay && l.EffectiveStop <= 0)
            throw node.Error("type wsd needs a rate above 0 at the end; raise stop_lr or stop_lr_ratio");
        if (l.Stop is not null || l.StopRatio is not null)
            return l;
        warnings.Add($"{node.File}: learning_rate/stop_lr is not given; 5e-8 is taken as in DeePMD-kit v3.2 (v2 and v3.0 took 1e-8)");
        return l with { Stop = LearningRateInput.DefaultStop };
    }
}
