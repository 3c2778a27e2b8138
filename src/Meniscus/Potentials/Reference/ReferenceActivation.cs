using Meniscus.Numerics;

namespace Meniscus.Potentials.Reference;

/// <summary>
/// The activation functions φ and their derivatives, one number at a time, written as they are defined in
/// <see cref="ActivationFunction"/>. Branch points are PyTorch's: softplus is linear above 20, and a kink belongs to
/// the flat side.
/// </summary>
internal static class ReferenceActivation
{
    private static readonly double GeluScale = Math.Sqrt(2 / Math.PI);

    /// <summary>φ(x).</summary>
    public static double Value(ActivationFunction function, double x) => function switch
    {
        ActivationFunction.Tanh => Math.Tanh(x),
        ActivationFunction.Relu => Math.Max(0, x),
        ActivationFunction.Relu6 => Math.Min(Math.Max(0, x), 6),
        ActivationFunction.Softplus => x > 20 ? x : Math.Log(1 + Math.Exp(x)),
        ActivationFunction.Sigmoid => Sigmoid(x),
        ActivationFunction.Gelu => 0.5 * x * (1 + Math.Tanh(GeluArgument(x))),
        ActivationFunction.Silu => x * Sigmoid(x),
        ActivationFunction.Linear => x,
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, null),
    };

    /// <summary>φ′(x).</summary>
    public static double Slope(ActivationFunction function, double x) => function switch
    {
        ActivationFunction.Tanh => 1 - Square(Math.Tanh(x)),
        ActivationFunction.Relu => x > 0 ? 1 : 0,
        ActivationFunction.Relu6 => x is > 0 and < 6 ? 1 : 0,
        ActivationFunction.Softplus => x > 20 ? 1 : Sigmoid(x),
        ActivationFunction.Sigmoid => Sigmoid(x) * (1 - Sigmoid(x)),
        ActivationFunction.Gelu => GeluSlope(x),
        ActivationFunction.Silu => Sigmoid(x) * (1 + (x * (1 - Sigmoid(x)))),
        ActivationFunction.Linear => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, null),
    };

    private static double Square(double x) => x * x;

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double GeluArgument(double x) => GeluScale * (x + (0.044715 * x * x * x));

    private static double GeluSlope(double x)
    {
        var t = Math.Tanh(GeluArgument(x));
        var argumentSlope = GeluScale * (1 + (3 * 0.044715 * x * x));
        return (0.5 * (1 + t)) + (0.5 * x * (1 - Square(t)) * argumentSlope);
    }
}
