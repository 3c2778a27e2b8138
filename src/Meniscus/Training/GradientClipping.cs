using System.Numerics;
using System.Numerics.Tensors;

namespace Meniscus.Training;

/// <summary>
/// Limits the length of the whole gradient (<c>gradient_max_norm</c>), as PyTorch's <c>clip_grad_norm_</c>: every
/// element is multiplied by min(1, limit/(‖g‖ + 1e-6)).
/// </summary>
public static class GradientClipping
{
    private const double Guard = 1e-6;

    // Blocks of this many elements are summed in the gradient's own format, the blocks in double.
    private const int Block = 1024;

    /// <summary>‖g‖ over all elements.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="gradient">The gradient by all parameters.</param>
    public static double Norm<T>(ReadOnlySpan<T> gradient)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = 0.0;
        for (var start = 0; start < gradient.Length; start += Block)
        {
            var block = gradient.Slice(start, Math.Min(Block, gradient.Length - start));
            sum += double.CreateTruncating(TensorPrimitives.SumOfSquares(block));
        }

        return Math.Sqrt(sum);
    }

    /// <summary>Shortens the gradient where it is longer than the limit.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="gradient">The gradient by all parameters, changed in place.</param>
    /// <param name="limit">Largest length allowed; 0 for no limit.</param>
    /// <returns>‖g‖ before. Where it is not finite the gradient is left as it is, for the caller to report.</returns>
    public static double Clip<T>(Span<T> gradient, double limit)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var norm = Norm<T>(gradient);
        var factor = limit / (norm + Guard);
        if (limit > 0 && double.IsFinite(norm) && factor < 1)
            TensorPrimitives.Multiply(gradient, T.CreateChecked(factor), gradient);
        return norm;
    }
}
