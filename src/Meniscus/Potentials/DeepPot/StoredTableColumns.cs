using System.Numerics;
using System.Runtime.Intrinsics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The embedding step of a model that DeePMD-kit compressed: its polynomials are evaluated for every neighbour, as they
/// are. Energies and forces only: without networks there is nothing to train.
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class StoredTableColumns<T> : EmbeddingColumns<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly DescriptorSettings _settings;
    private readonly EnvironmentMatrix<T> _environment;
    private readonly StoredTable<T>?[] _tables;
    private readonly int _padded;
    private readonly NativeBuffer<T> _padding;
    private readonly NativeBuffer<T> _scratch;
    private int _stride;

    /// <summary>Creates the step for the centres of an environment.</summary>
    /// <param name="settings">The descriptor.</param>
    /// <param name="environment">The centres.</param>
    /// <param name="tables">Tables by <see cref="DescriptorSettings.NetworkIndex"/>; null where none is needed.</param>
    public StoredTableColumns(DescriptorSettings settings, EnvironmentMatrix<T> environment, StoredTable<T>?[] tables)
    {
        _settings = settings;
        _environment = environment;
        _tables = [.. Enumerable.Range(0, settings.TypeCount).Select(t => tables[settings.NetworkIndex(environment.CentreType, t)])];
        _padded = MatrixProduct.PadColumns(settings.Width);
        _scratch = new NativeBuffer<T>(6 * _padded);
        _padding = new NativeBuffer<T>(settings.TypeCount * _padded);
        for (var t = 0; t < _tables.Length; t++)
            _tables[t]?.Evaluate(T.CreateTruncating(settings.PaddingRow(environment.CentreType, t, 0)), _padding.Pointer + (t * _padded), Slopes);
    }

    private T* Values => _scratch.Pointer;

    private T* Slopes => _scratch.Pointer + _padded;

    /// <inheritdoc/>
    public override void Resize(int stride) => _stride = stride;

    /// <inheritdoc/>
    public override void Forward(T* values, int first, int count, T* a)
    {
        for (var i = first; i < first + count; i++)
        {
            new Span<T>(Sum(0), 4 * _padded).Clear();
            if (i < _environment.Count)
                AddNeighbors(i);
            var scale = T.One / T.CreateTruncating(_settings.SlotCount);
            for (var m = 0; m < _settings.Width; m++)
            {
                for (var c = 0; c < 4; c++)
                    a[((nint)((4 * m) + c) * _stride) + i] = scale * Sum(c)[m];
            }
        }
    }

    /// <inheritdoc/>
    public override void Backward(T* values, int first, int count, T* aBar)
    {
        var types = _settings.TypeCount;
        for (var i = first; i < Math.Min(first + count, _environment.Count); i++)
        {
            var scale = T.One / T.CreateTruncating(_settings.SlotCount);
            for (var m = 0; m < _settings.Width; m++)
            {
                for (var c = 0; c < 4; c++)
                    Sum(c)[m] = scale * aBar[((nint)((4 * m) + c) * _stride) + i];
            }

            var segment = _environment.Segment + (i * (types + 1));
            for (var t = 0; t < types; t++)
            {
                for (var p = segment[t]; p < segment[t + 1]; p++)
                    RowAdjoint(p, _tables[t]);
            }
        }
    }

    /// <inheritdoc/>
    public override void Tangent(T* values, int first, int count, T* aDot) => throw Untrainable();

    /// <inheritdoc/>
    public override void Reverse(T* values, int first, int count, T* aBar, T* aBar2) => throw Untrainable();

    /// <inheritdoc/>
    public override void AccumulateGradient(T* gradient, T* aBar, T* aBar2, int part, int parts) => throw Untrainable();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _padding.Dispose();
        _scratch.Dispose();
    }

    private static NotSupportedException Untrainable() => new("a model whose embedding networks are replaced by tables cannot be trained");

    /// <summary>Four rows of M: A of one centre on the way there, its adjoint on the way back.</summary>
    private T* Sum(int component) => _scratch.Pointer + ((2 + component) * _padded);

    private void AddNeighbors(int centre)
    {
        var types = _settings.TypeCount;
        var segment = _environment.Segment + (centre * (types + 1));
        for (var t = 0; t < types; t++)
        {
            if (_tables[t] is not { } table)
                continue;
            for (var p = segment[t]; p < segment[t + 1]; p++)
            {
                table.Evaluate(_environment.Row(0)[p], Values, Slopes);
                for (var c = 0; c < 4; c++)
                    AddScaled(Sum(c), Values, _environment.Row(c)[p]);
            }

            var empty = T.CreateTruncating(_settings.Sel[t] - _environment.Filled[(centre * types) + t]);
            for (var c = 0; c < 4; c++)
                AddScaled(Sum(c), _padding.Pointer + (t * _padded), empty * T.CreateTruncating(_settings.PaddingRow(_environment.CentreType, t, c)));
        }
    }

    /// <summary>R̄_c = Σ_m Ā_mc G_m, and through s̃: R̄_0 += Σ_m (Σ_c Ā_mc R̃_c) G_m′.</summary>
    private void RowAdjoint(int p, StoredTable<T>? table)
    {
        Vector512<T> sum0 = default, sum1 = default, sum2 = default, sum3 = default, along = default;
        if (table is not null)
        {
            table.Evaluate(_environment.Row(0)[p], Values, Slopes);
            var (r0, r1) = (Vector512.Create(_environment.Row(0)[p]), Vector512.Create(_environment.Row(1)[p]));
            var (r2, r3) = (Vector512.Create(_environment.Row(2)[p]), Vector512.Create(_environment.Row(3)[p]));
            for (var m = 0; m < _padded; m += Vector512<T>.Count)
            {
                var g = Vector512.Load(Values + m);
                var (a0, a1) = (Vector512.Load(Sum(0) + m), Vector512.Load(Sum(1) + m));
                var (a2, a3) = (Vector512.Load(Sum(2) + m), Vector512.Load(Sum(3) + m));
                sum0 += a0 * g;
                sum1 += a1 * g;
                sum2 += a2 * g;
                sum3 += a3 * g;
                along += ((a0 * r0) + (a1 * r1) + (a2 * r2) + (a3 * r3)) * Vector512.Load(Slopes + m);
            }
        }

        (_environment.RowAdjoint(0)[p], _environment.RowAdjoint(1)[p], _environment.RowAdjoint(2)[p], _environment.RowAdjoint(3)[p]) =
            FourSums.Of(sum0 + along, sum1, sum2, sum3);
    }

    /// <summary>target += factor · source.</summary>
    private void AddScaled(T* target, T* source, T factor)
    {
        var f = Vector512.Create(factor);
        for (var m = 0; m < _padded; m += Vector512<T>.Count)
            (Vector512.Load(target + m) + (f * Vector512.Load(source + m))).Store(target + m);
    }
}
