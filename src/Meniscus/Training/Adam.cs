using System.Numerics;
using System.Runtime.InteropServices;

namespace Meniscus.Training;

/// <summary>
/// Adam (D. P. Kingma and J. Ba, arXiv:1412.6980) and AdamW (I. Loshchilov and F. Hutter, arXiv:1711.05101) with the
/// operations in PyTorch's order, so that a run can be compared with one of DeePMD-kit step by step:
/// <code>
/// Adam: g ← g + λw     AdamW: w ← w − lr·λ·w
/// m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
/// w ← w − lr/(1 − β₁ᵗ) · m/(√v/√(1 − β₂ᵗ) + ε)
/// </code>
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Adam<T> : Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _weightDecay;
    private readonly bool _decoupled;
    private readonly T[] _first;
    private readonly T[] _second;
    private readonly T[][] _moments;
    private Coefficients _c;

    /// <summary>Creates the optimizer with zero moments.</summary>
    /// <param name="parameterCount">Number of parameters.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="decoupled">Whether λ shrinks the parameters directly (AdamW) instead of adding to the gradient.</param>
    public Adam(int parameterCount, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0, bool decoupled = false)
        : base(parameterCount)
    {
        _beta1 = beta1;
        _beta2 = beta2;
        _weightDecay = weightDecay;
        _decoupled = decoupled;
        _c.Epsilon = T.CreateChecked(epsilon);
        _first = new T[parameterCount];
        _second = new T[parameterCount];
        _moments = [_first, _second];
    }

    /// <summary>m and v.</summary>
    public override IReadOnlyList<T[]> Moments => _moments;

    /// <inheritdoc/>
    protected override void Prepare(double learningRate)
    {
        _c.Beta1 = T.CreateChecked(_beta1);
        _c.Beta2 = T.CreateChecked(_beta2);
        _c.OneMinusBeta1 = T.CreateChecked(1 - _beta1);
        _c.OneMinusBeta2 = T.CreateChecked(1 - _beta2);
        _c.GradientDecay = T.CreateChecked(_decoupled ? 0 : _weightDecay);
        _c.Shrink = T.CreateChecked(_decoupled ? 1 - learningRate * _weightDecay : 1);
        _c.Rate = T.CreateChecked(learningRate / (1 - Math.Pow(_beta1, StepCount)));
        _c.SecondNorm = T.CreateChecked(Math.Sqrt(1 - Math.Pow(_beta2, StepCount)));
    }

    /// <inheritdoc/>
    protected override void UpdateRange(int start, Span<T> parameters, ReadOnlySpan<T> gradient)
    {
        var first = _first.AsSpan(start, parameters.Length);
        var second = _second.AsSpan(start, parameters.Length);
        var done = UpdateVectors(parameters, gradient, first, second);
        for (var i = done; i < parameters.Length; i++)
        {
            var g = gradient[i] + _c.GradientDecay * parameters[i];
            var m = _c.Beta1 * first[i] + _c.OneMinusBeta1 * g;
            var v = _c.Beta2 * second[i] + _c.OneMinusBeta2 * (g * g);
            first[i] = m;
            second[i] = v;
            var denominator = T.Sqrt(v) / _c.SecondNorm + _c.Epsilon;
            parameters[i] = _c.Shrink * parameters[i] - _c.Rate * (m / denominator);
        }
    }

    private int UpdateVectors(Span<T> parameters, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second)
    {
        var w = MemoryMarshal.Cast<T, Vector<T>>(parameters);
        var dw = MemoryMarshal.Cast<T, Vector<T>>(gradient);
        var m = MemoryMarshal.Cast<T, Vector<T>>(first);
        var v = MemoryMarshal.Cast<T, Vector<T>>(second);
        var secondNorm = new Vector<T>(_c.SecondNorm);
        var epsilon = new Vector<T>(_c.Epsilon);
        for (var i = 0; i < w.Length; i++)
        {
            var g = dw[i] + _c.GradientDecay * w[i];
            var mi = _c.Beta1 * m[i] + _c.OneMinusBeta1 * g;
            var vi = _c.Beta2 * v[i] + _c.OneMinusBeta2 * (g * g);
            m[i] = mi;
            v[i] = vi;
            var denominator = Vector.SquareRoot(vi) / secondNorm + epsilon;
            w[i] = _c.Shrink * w[i] - _c.Rate * (mi / denominator);
        }

        return w.Length * Vector<T>.Count;
    }

    private struct Coefficients
    {
        public T Beta1;
        public T Beta2;
        public T OneMinusBeta1;
        public T OneMinusBeta2;
        public T GradientDecay;
        public T Shrink;
        public T Rate;
        public T SecondNorm;
        public T Epsilon;
    }
}
