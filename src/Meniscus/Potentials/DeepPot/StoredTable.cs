using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>An <see cref="EmbeddingTable"/> laid out for vectors: per step six rows, one coefficient of all outputs each.</summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class StoredTable<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Terms = EmbeddingTable.Terms;

    private readonly EmbeddingTable _source;
    private readonly NativeBuffer<T> _coefficients;

    /// <summary>Lays out a table.</summary>
    public StoredTable(EmbeddingTable source)
    {
        _source = source;
        PaddedWidth = MatrixProduct.PadColumns(source.Width);
        _coefficients = new NativeBuffer<T>(checked(source.StepCount * Terms * PaddedWidth));
        for (var step = 0; step < source.StepCount; step++)
        {
            for (var m = 0; m < source.Width; m++)
            {
                for (var k = 0; k < Terms; k++)
                    _coefficients.Pointer[(((step * Terms) + k) * PaddedWidth) + m] = T.CreateTruncating(source.Coefficients[(((step * source.Width) + m) * Terms) + k]);
            }
        }
    }

    /// <summary>M, padded to whole vectors; what lies beyond M is zero.</summary>
    public int PaddedWidth { get; }

    /// <summary>G and dG/ds̃ of all outputs.</summary>
    public void Evaluate(T s, T* values, T* slopes)
    {
        var step = _source.Locate(double.CreateTruncating(s), out var place, out var outside);
        var a = _coefficients.Pointer + ((nint)step * Terms * PaddedWidth);
        var x = Vector512.Create(T.CreateTruncating(place));
        var beyond = Vector512.Create(T.CreateTruncating(outside));
        for (var m = 0; m < PaddedWidth; m += Vector512<T>.Count)
        {
            var value = Row(a, 5, m);
            var slope = Vector512<T>.Zero;
            for (var k = 4; k >= 0; k--)
            {
                slope = (slope * x) + value;
                value = (value * x) + Row(a, k, m);
            }

            slope.Store(slopes + m);
            (value + (slope * beyond)).Store(values + m);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _coefficients.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<T> Row(T* a, int term, int m) => Vector512.Load(a + (term * PaddedWidth) + m);
}
