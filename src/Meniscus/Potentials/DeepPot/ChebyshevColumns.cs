using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The embedding step through <see cref="ChebyshevEmbedding{T}"/> for training: moments of the neighbours against 16
/// polynomials, then matrix products over all pieces. Moments are kept per centre, row c·stride + i, coefficients contiguous.
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class ChebyshevColumns<T> : EmbeddingColumns<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Order = ChebyshevBasis.Order;

    private readonly DescriptorSettings _settings;
    private readonly EnvironmentMatrix<T> _environment;
    private readonly ChebyshevEmbedding<T>.Group _group;
    private readonly NativeBuffer<T> _moments = new(0);
    private readonly NativeBuffer<T> _momentAdjoint = new(0);
    private readonly NativeBuffer<T> _momentTangent = new(0);
    private readonly NativeBuffer<T> _transposed = new(0);
    private readonly NativeBuffer<T> _padding = new(0);
    private readonly int[] _paddingPlace;
    private int _stride;

    /// <summary>Creates the step for the centres of an environment.</summary>
    public ChebyshevColumns(DescriptorSettings settings, EnvironmentMatrix<T> environment, ChebyshevEmbedding<T> embedding)
    {
        _settings = settings;
        _environment = environment;
        _group = embedding.GroupOf(environment.CentreType);
        _paddingPlace = new int[settings.TypeCount];
        _padding.EnsureLength(settings.TypeCount * 4 * Order);
    }

    private int Coefficients => _group.Coefficients;

    /// <inheritdoc/>
    public override void Resize(int stride)
    {
        _stride = stride;
        var rows = 4 * stride;
        _moments.EnsureLength(rows * Coefficients);
        _momentAdjoint.EnsureLength(rows * Coefficients);
        _transposed.EnsureLength(rows * _group.PaddedWidth);
        _momentTangent.EnsureLength(rows * Coefficients);
        ClearPaddedRows(_momentTangent.Pointer);
        ClearPaddedRows(_moments.Pointer);
        MakePadding();
    }

    /// <inheritdoc/>
    public override void Forward(T* values, int first, int count, T* a)
    {
        for (var i = first; i < Math.Min(first + count, _environment.Count); i++)
            Moments(i);
        ToFeatures(_moments.Pointer, first, count, a);
    }

    /// <inheritdoc/>
    public override void Backward(T* values, int first, int count, T* aBar)
    {
        for (var c = 0; c < 4; c++)
        {
            MatrixProduct.Multiply(
                count, Coefficients, _group.Width, aBar + (c * _stride) + first, 1, 4 * _stride, _group.Matrix, Coefficients, MomentRow(_momentAdjoint, c, first), Coefficients, accumulate: false);
        }

        for (var i = first; i < Math.Min(first + count, _environment.Count); i++)
            RowAdjoints(i);
    }

    /// <inheritdoc/>
    public override void Tangent(T* values, int first, int count, T* aDot)
    {
        for (var i = first; i < Math.Min(first + count, _environment.Count); i++)
            MomentTangents(i);
        ToFeatures(_momentTangent.Pointer, first, count, aDot);
    }

    /// <inheritdoc/>
    public override void Reverse(T* values, int first, int count, T* aBar, T* aBar2)
    {
        // Positions are not parameters: nothing below A is needed but the products of AccumulateGradient.
    }

    /// <inheritdoc/>
    public override void AccumulateGradient(T* gradient, T* aBar, T* aBar2, int part, int parts)
    {
        var blocks = (_group.Width + 7) / 8;
        var begin = Math.Min(_group.Width, blocks * part / parts * 8);
        var rows = Math.Min(_group.Width, blocks * (part + 1) / parts * 8) - begin;
        var target = _group.Gradient + ((nint)begin * Coefficients);
        var line = 4 * _stride;
        for (var c = 0; c < 4; c++)
        {
            var source = ((nint)begin * line) + (c * _stride);
            MatrixProduct.MultiplySum(
                rows,
                Coefficients,
                _environment.Count,
                aBar2 + source,
                aBar + source,
                line,
                1,
                MomentRow(_moments, c, 0),
                MomentRow(_momentTangent, c, 0),
                Coefficients,
                target,
                Coefficients,
                accumulate: true);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var buffer in (ReadOnlySpan<NativeBuffer<T>>)[_moments, _momentAdjoint, _momentTangent, _transposed, _padding])
            buffer.Dispose();
    }

    private T* MomentRow(NativeBuffer<T> buffer, int component, int centre) =>
        buffer.Pointer + (((nint)(component * _stride) + centre) * Coefficients);

    private void ClearPaddedRows(T* moments)
    {
        for (var c = 0; c < 4; c++)
        {
            var rows = MatrixProduct.PadColumns(_environment.Count) - _environment.Count;
            new Span<T>(moments + (((nint)(c * _stride) + _environment.Count) * Coefficients), rows * Coefficients).Clear();
        }
    }

    /// <summary>The moments of one empty slot per neighbour type: T_k(x(s̃₀)) R̃₀, the same for every centre.</summary>
    private void MakePadding()
    {
        var basis = stackalloc T[Order];
        for (var t = 0; t < _settings.TypeCount; t++)
        {
            if (!_group.Embeds(t))
                continue;
            var x = Locate(t, T.CreateTruncating(_settings.PaddingRow(_environment.CentreType, t, 0)), out _paddingPlace[t], out _);
            ChebyshevBasis.Values(x, basis);
            for (var c = 0; c < 4; c++)
            {
                var row = T.CreateTruncating(_settings.PaddingRow(_environment.CentreType, t, c));
                for (var k = 0; k < Order; k++)
                    _padding.Pointer[(((t * 4) + c) * Order) + k] = row * basis[k];
            }
        }
    }

    /// <summary>A = B Cᵀ for rows of centres, then laid out by feature.</summary>
    private void ToFeatures(T* moments, int first, int count, T* a)
    {
        var width = _group.PaddedWidth;
        for (var c = 0; c < 4; c++)
        {
            var row = (nint)(c * _stride) + first;
            var product = _transposed.Pointer + (row * width);
            MatrixProduct.Multiply(
                count, width, Coefficients, moments + (row * Coefficients), Coefficients, 1, _group.Transposed, width, product, width, accumulate: false);
            Transpose.Copy(product, width, count, _group.Width, a + row, 4 * _stride);
        }
    }

    /// <summary>Piece of s̃ (as a column of the coefficient matrix), the place x in it, −1…1, and dx/ds̃.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Locate(int type, T s, out int column, out T slope)
    {
        column = Order * _group.Locate(type, s, out var x, out slope);
        return x;
    }

    private void Moments(int centre)
    {
        var types = _settings.TypeCount;
        var segment = _environment.Segment + (centre * (types + 1));
        var basis = stackalloc T[Order];
        for (var c = 0; c < 4; c++)
            new Span<T>(MomentRow(_moments, c, centre), Coefficients).Clear();
        for (var t = 0; t < types; t++)
        {
            if (!_group.Embeds(t))
                continue;
            for (var p = segment[t]; p < segment[t + 1]; p++)
            {
                ChebyshevBasis.Values(Locate(t, _environment.Row(0)[p], out var column, out _), basis);
                for (var c = 0; c < 4; c++)
                    AddScaled(MomentRow(_moments, c, centre) + column, basis, _environment.Row(c)[p]);
            }

            var empty = T.CreateTruncating(_settings.Sel[t] - _environment.Filled[(centre * types) + t]);
            for (var c = 0; c < 4; c++)
                AddScaled(MomentRow(_moments, c, centre) + _paddingPlace[t], _padding.Pointer + (((t * 4) + c) * Order), empty);
        }
    }

    private void MomentTangents(int centre)
    {
        var types = _settings.TypeCount;
        var segment = _environment.Segment + (centre * (types + 1));
        var basis = stackalloc T[Order];
        var slope = stackalloc T[Order];
        for (var c = 0; c < 4; c++)
            new Span<T>(MomentRow(_momentTangent, c, centre), Coefficients).Clear();
        for (var t = 0; t < types; t++)
        {
            if (!_group.Embeds(t))
                continue;
            for (var p = segment[t]; p < segment[t + 1]; p++)
            {
                var x = Locate(t, _environment.Row(0)[p], out var column, out var scale);
                ChebyshevBasis.ValuesAndSlopes(x, scale, basis, slope);
                var along = _environment.RowTangent(0)[p];
                for (var c = 0; c < 4; c++)
                {
                    var target = MomentRow(_momentTangent, c, centre) + column;
                    AddScaled(target, slope, along * _environment.Row(c)[p]);
                    AddScaled(target, basis, _environment.RowTangent(c)[p]);
                }
            }
        }
    }

    private void RowAdjoints(int centre)
    {
        var types = _settings.TypeCount;
        var segment = _environment.Segment + (centre * (types + 1));
        var basis = stackalloc T[Order];
        var slope = stackalloc T[Order];
        for (var t = 0; t < types; t++)
        {
            if (!_group.Embeds(t))
                continue;
            for (var p = segment[t]; p < segment[t + 1]; p++)
            {
                var x = Locate(t, _environment.Row(0)[p], out var column, out var scale);
                ChebyshevBasis.ValuesAndSlopes(x, scale, basis, slope);
                RowAdjoint(p, centre, column, basis, slope);
            }
        }
    }

    /// <summary>R̄_c = Σ_k B̄_kc T_k, and through s̃: R̄_0 += Σ_k (Σ_c B̄_kc R̃_c) T_k′.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RowAdjoint(int p, int centre, int column, T* basis, T* slope)
    {
        Vector512<T> sum0 = default, sum1 = default, sum2 = default, sum3 = default, along = default;
        var (r0, r1) = (Vector512.Create(_environment.Row(0)[p]), Vector512.Create(_environment.Row(1)[p]));
        var (r2, r3) = (Vector512.Create(_environment.Row(2)[p]), Vector512.Create(_environment.Row(3)[p]));
        var b0 = MomentRow(_momentAdjoint, 0, centre) + column;
        var b1 = MomentRow(_momentAdjoint, 1, centre) + column;
        var b2 = MomentRow(_momentAdjoint, 2, centre) + column;
        var b3 = MomentRow(_momentAdjoint, 3, centre) + column;
        for (var k = 0; k < Order; k += Vector512<T>.Count)
        {
            var polynomial = Vector512.Load(basis + k);
            var (v0, v1) = (Vector512.Load(b0 + k), Vector512.Load(b1 + k));
            var (v2, v3) = (Vector512.Load(b2 + k), Vector512.Load(b3 + k));
            sum0 += v0 * polynomial;
            sum1 += v1 * polynomial;
            sum2 += v2 * polynomial;
            sum3 += v3 * polynomial;
            along += ((v0 * r0) + (v1 * r1) + (v2 * r2) + (v3 * r3)) * Vector512.Load(slope + k);
        }

        (_environment.RowAdjoint(0)[p], _environment.RowAdjoint(1)[p], _environment.RowAdjoint(2)[p], _environment.RowAdjoint(3)[p]) =
            FourSums.Of(sum0 + along, sum1, sum2, sum3);
    }

    /// <summary>target += factor · source, 16 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled(T* target, T* source, T factor)
    {
        var f = Vector512.Create(factor);
        for (var k = 0; k < Order; k += Vector512<T>.Count)
            (Vector512.Load(target + k) + (f * Vector512.Load(source + k))).Store(target + k);
    }
}
