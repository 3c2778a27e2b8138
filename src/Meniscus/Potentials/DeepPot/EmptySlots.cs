using System.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// What the empty slots of the centres of one type add to A where they have the embedding of no type: each the same matrix
/// G R̃ᵀ/N_c, with the embedding G of the padding type and R̃ = −davg/dstd (docs/theory.md, 1.8). It does not depend on
/// where the atoms are, so nothing comes back from it.
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class EmptySlots<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly EnvironmentMatrix<T> _environment;
    private readonly int _slots;
    private readonly T[] _each;

    /// <summary>Makes the matrix of one empty slot.</summary>
    /// <param name="settings">The descriptor.</param>
    /// <param name="environment">The centres.</param>
    /// <param name="embedding">G of an empty slot, M numbers.</param>
    public EmptySlots(DescriptorSettings settings, EnvironmentMatrix<T> environment, double[] embedding)
    {
        _environment = environment;
        _slots = settings.SlotCount;
        _each = new T[4 * embedding.Length];
        for (var k = 0; k < _each.Length; k++)
            _each[k] = T.CreateTruncating(embedding[k / 4] * settings.CutoffRow(environment.CentreType, 0, k % 4) / _slots);
    }

    /// <summary>Adds the share of the empty slots of some centres to A.</summary>
    public void AddTo(T* a, int stride, int first, int count)
    {
        for (var i = first; i < Math.Min(first + count, _environment.Count); i++)
        {
            var empty = T.CreateTruncating(_slots - Occupied(i));
            for (var k = 0; k < _each.Length; k++)
                a[((nint)k * stride) + i] += empty * _each[k];
        }
    }

    private int Occupied(int centre)
    {
        var (types, sum) = (_environment.TypeCount, 0);
        for (var t = 0; t < types; t++)
            sum += _environment.Filled[(centre * types) + t];
        return sum;
    }
}
