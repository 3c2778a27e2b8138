namespace Meniscus.Numerics;

/// <summary>The activation functions DeePMD-kit knows, by the names its input file uses.</summary>
public enum ActivationFunction
{
    /// <summary>tanh(x).</summary>
    Tanh,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>min(max(0, x), 6).</summary>
    Relu6,

    /// <summary>ln(1 + eˣ).</summary>
    Softplus,

    /// <summary>1/(1 + e⁻ˣ).</summary>
    Sigmoid,

    /// <summary>½x(1 + tanh(√(2/π)(x + 0.044715x³))), the tanh approximation. Also called <c>gelu_tf</c>.</summary>
    Gelu,

    /// <summary>x/(1 + e⁻ˣ).</summary>
    Silu,

    /// <summary>x (<c>none</c> or <c>linear</c>).</summary>
    Linear,
}
