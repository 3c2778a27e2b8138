using System.Numerics;

namespace Meniscus.Training;

/// <summary>The optimizers, by the names of <c>optimizer/type</c>.</summary>
public enum OptimizerKind
{
    /// <summary>Adam; weight decay, if any, is added to the gradient (<c>Adam</c>).</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (<c>AdamW</c>).</summary>
    AdamW,

    /// <summary>Plain gradient descent, with momentum where asked for (<c>SGD</c>, not in DeePMD-kit).</summary>
    Sgd,
}

/// <summary>The <c>optimizer</c> section of the training input.</summary>
public sealed record OptimizerInput
{
    /// <summary>Which one (<c>type</c>).</summary>
    public OptimizerKind Kind { get; init; }

    /// <summary>β₁ (<c>adam_beta1</c>).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂ (<c>adam_beta2</c>).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>λ (<c>weight_decay</c>).</summary>
    public double WeightDecay { get; init; }

    /// <summary>μ of plain gradient descent (<c>momentum</c>).</summary>
    public double Momentum { get; init; }

    /// <summary>The settings an input gets that names the optimizer and nothing else.</summary>
    public static OptimizerInput DefaultsOf(OptimizerKind kind) =>
        new() { Kind = kind, WeightDecay = kind == OptimizerKind.AdamW ? 1e-3 : 0 };

    /// <summary>Builds the optimizer at rest.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="parameterCount">Number of parameters.</param>
    public Optimizer<T> Create<T>(int parameterCount)
        where T : unmanaged, IFloatingPointIeee754<T> => Kind switch
        {
            OptimizerKind.Sgd => new StochasticGradientDescent<T>(parameterCount, Momentum, WeightDecay),
            _ => new Adam<T>(parameterCount, Beta1, Beta2, weightDecay: WeightDecay, decoupled: Kind == OptimizerKind.AdamW),
        };
}
