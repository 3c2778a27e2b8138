using System.Numerics;
using System.Runtime.InteropServices;

namespace Meniscus.Training;

/// <summary>
/// Gradient descent with heavy-ball momentum (B. T. Polyak, 1964), in PyTorch's form: g ← g + λw; b ← μb + g (b = g at
/// the first step); w ← w − lr·b.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class StochasticGradientDescent<T> : Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _momentum;
    private readonly T _weightDecay;
    private readonly T[] _buffer;
    private readonly T[][] _moments;
    private T _rate;

    /// <summary>Creates the optimizer at rest.</summary>
    /// <param name="parameterCount">Number of parameters.</param>
    /// <param name="momentum">μ; without it no state is kept.</param>
    /// <param name="weightDecay">λ.</param>
    public StochasticGradientDescent(int parameterCount, double momentum = 0, double weightDecay = 0)
        : base(parameterCount)
    {
        _momentum = T.CreateChecked(momentum);
        _weightDecay = T.CreateChecked(weightDecay);
        _buffer = momentum == 0 ? [] : new T[parameterCount];
        _moments = momentum == 0 ? [] : [_buffer];
    }

    /// <summary>b, where there is momentum.</summary>
    public override IReadOnlyList<T[]> Moments => _moments;

    /// <inheritdoc/>
    protected override void Prepare(double learningRate) => _rate = T.CreateChecked(learningRate);

    /// <inheritdoc/>
    protected override void UpdateRange(int start, Span<T> parameters, ReadOnlySpan<T> gradient)
    {
        var buffer = _buffer.Length == 0 ? default : _buffer.AsSpan(start, parameters.Length);
        var w = MemoryMarshal.Cast<T, Vector<T>>(parameters);
        var dw = MemoryMarshal.Cast<T, Vector<T>>(gradient);
        var b = MemoryMarshal.Cast<T, Vector<T>>(buffer);
        for (var i = 0; i < w.Length; i++)
        {
            var g = dw[i] + _weightDecay * w[i];
            if (b.Length > 0)
                b[i] = g = _momentum * b[i] + g;
            w[i] -= _rate * g;
        }

        for (var i = w.Length * Vector<T>.Count; i < parameters.Length; i++)
        {
            var g = gradient[i] + _weightDecay * parameters[i];
            if (buffer.Length > 0)
                buffer[i] = g = _momentum * buffer[i] + g;
            parameters[i] -= _rate * g;
        }
    }
}
