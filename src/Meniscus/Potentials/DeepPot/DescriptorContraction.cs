using System.Numerics;
using System.Runtime.Intrinsics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The invariant descriptor D = A A_&lt;ᵀ and its sweeps, a vector of centres at a time (docs/theory.md, 1.3 and 3.6):
/// <code>
/// D_ma = Σ_c A_mc A_ac                                      a &lt; axis_neuron
/// Ā_mc = Σ_a D̄_ma A_ac  (+ Σ_m′ D̄_m′m A_m′c for m &lt; axis_neuron)
/// Ḋ_ma = Σ_c Ȧ_mc A_ac + A_mc Ȧ_ac
/// A̿    = the same form as Ā with (D̿, A) plus (D̄, Ȧ)
/// </code>
/// Source: L. Zhang et al., arXiv:1805.09003, eq. 5. A is laid out as in <see cref="EmbeddingColumns{T}"/>; D has one
/// row per m·axis + a.
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal readonly unsafe struct DescriptorContraction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _width;
    private readonly int _axis;

    /// <summary>Creates the contraction of a width M and a number of axis neurons.</summary>
    public DescriptorContraction(int width, int axis)
    {
        _width = width;
        _axis = axis;
    }

    /// <summary>D from A.</summary>
    public void Forward(T* a, T* d, int stride, int first, int count)
    {
        for (var m = 0; m < _width; m++)
        {
            for (var axis = 0; axis < _axis; axis++)
            {
                var left = a + ((nint)m * 4 * stride);
                var right = a + ((nint)axis * 4 * stride);
                var row = d + ((nint)((m * _axis) + axis) * stride);
                for (var i = first; i < first + count; i += Vector512<T>.Count)
                    Dot(left + i, right + i, stride).Store(row + i);
            }
        }
    }

    /// <summary>Ā from D̄ and A.</summary>
    public void Backward(T* a, T* dBar, T* aBar, int stride, int first, int count)
    {
        Clear(aBar, stride, first, count);
        AddAdjoint(a, dBar, aBar, stride, first, count);
    }

    /// <summary>Ḋ from A and Ȧ.</summary>
    public void Tangent(T* a, T* aDot, T* dDot, int stride, int first, int count)
    {
        for (var m = 0; m < _width; m++)
        {
            for (var axis = 0; axis < _axis; axis++)
            {
                var (left, right) = ((nint)m * 4 * stride, (nint)axis * 4 * stride);
                var row = dDot + ((nint)((m * _axis) + axis) * stride);
                for (var i = first; i < first + count; i += Vector512<T>.Count)
                    (Dot(aDot + left + i, a + right + i, stride) + Dot(a + left + i, aDot + right + i, stride)).Store(row + i);
            }
        }
    }

    /// <summary>A̿ from D̿ with A and D̄ with Ȧ.</summary>
    public void Reverse(T* a, T* aDot, T* dBar, T* dBar2, T* aBar2, int stride, int first, int count)
    {
        Clear(aBar2, stride, first, count);
        AddAdjoint(a, dBar2, aBar2, stride, first, count);
        AddAdjoint(aDot, dBar, aBar2, stride, first, count);
    }

    private static Vector512<T> Dot(T* left, T* right, int stride)
    {
        var sum = Vector512.Load(left) * Vector512.Load(right);
        sum += Vector512.Load(left + stride) * Vector512.Load(right + stride);
        sum += Vector512.Load(left + (2 * stride)) * Vector512.Load(right + (2 * stride));
        return sum + (Vector512.Load(left + (3 * stride)) * Vector512.Load(right + (3 * stride)));
    }

    private void Clear(T* a, int stride, int first, int count)
    {
        for (var row = 0; row < 4 * _width; row++)
            new Span<T>(a + ((nint)row * stride) + first, count).Clear();
    }

    private void AddAdjoint(T* a, T* dBar, T* aBar, int stride, int first, int count)
    {
        for (var i = first; i < first + count; i += Vector512<T>.Count)
        {
            for (var m = 0; m < _width; m++)
                AddRow(a + i, dBar + ((nint)m * _axis * stride) + i, aBar + i, m, stride);
        }
    }

    /// <summary>Row m of D̄ gives to Ā_m through A_&lt;, and to Ā_&lt; through A_m.</summary>
    private void AddRow(T* a, T* dBar, T* aBar, int m, int stride)
    {
        var own = a + ((nint)m * 4 * stride);
        var (a0, a1) = (Vector512.Load(own), Vector512.Load(own + stride));
        var (a2, a3) = (Vector512.Load(own + (2 * stride)), Vector512.Load(own + (3 * stride)));
        Vector512<T> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (var axis = 0; axis < _axis; axis++)
        {
            var d = Vector512.Load(dBar + ((nint)axis * stride));
            var other = a + ((nint)axis * 4 * stride);
            sum0 += d * Vector512.Load(other);
            sum1 += d * Vector512.Load(other + stride);
            sum2 += d * Vector512.Load(other + (2 * stride));
            sum3 += d * Vector512.Load(other + (3 * stride));
            var target = aBar + ((nint)axis * 4 * stride);
            (Vector512.Load(target) + (d * a0)).Store(target);
            (Vector512.Load(target + stride) + (d * a1)).Store(target + stride);
            (Vector512.Load(target + (2 * stride)) + (d * a2)).Store(target + (2 * stride));
            (Vector512.Load(target + (3 * stride)) + (d * a3)).Store(target + (3 * stride));
        }

        var line = aBar + ((nint)m * 4 * stride);
        (Vector512.Load(line) + sum0).Store(line);
        (Vector512.Load(line + stride) + sum1).Store(line + stride);
        (Vector512.Load(line + (2 * stride)) + sum2).Store(line + (2 * stride));
        (Vector512.Load(line + (3 * stride)) + sum3).Store(line + (3 * stride));
    }
}
