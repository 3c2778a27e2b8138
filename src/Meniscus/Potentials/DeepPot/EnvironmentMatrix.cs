using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The environment rows of a set of atoms of one type, and their derivatives.
/// <para>
/// For a neighbour at x = r_j − r_i, r = |x|, with w the switch of DeepPot-SE and p the protection (docs/theory.md, 1.1):
/// </para>
/// <code>
/// u = (r − r_s)/(r_c − r_s) clipped to 0…1,   w = u³(−6u² + 15u − 10) + 1
/// R = (w/(r + p), g x, g y, g z),             g = w/(r + p)²
/// R̃ = (R − davg)/dstd
/// ∂R₀/∂x_a = q₀ x_a,   ∂R_c/∂x_a = g δ_ca + q₁ x_c x_a,   q₀ = R₀′/r,   q₁ = g′/r
/// </code>
/// <para>
/// Geometry is float64; the rows R̃, and what the networks send back for them, have the networks' format. Neighbours are
/// sorted by type; empty slots are only counted. Source: L. Zhang et al., arXiv:1805.09003, eqs 2–4; the rule for too
/// many neighbours is DeePMD-kit's: the nearest Σ sel of all, then the nearest sel of each type; the latter only in models
/// of its TensorFlow backend.
/// </para>
/// </summary>
/// <typeparam name="T">Number format of the networks.</typeparam>
internal sealed unsafe class EnvironmentMatrix<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Most listed neighbours of an atom that are gathered on the stack.</summary>
    private const int NearOnStack = 1024;

    private readonly DescriptorSettings _settings;
    private readonly int _types;
    private readonly NativeBuffer<double>[] _geometry;
    private readonly NativeBuffer<T>[] _rows;
    private readonly NativeBuffer<int> _neighbor = new(0);
    private readonly NativeBuffer<int> _segment = new(0);
    private readonly NativeBuffer<int> _filled = new(0);
    private readonly NativeBuffer<int> _atom = new(0);

    /// <summary>Creates an empty set for centres of a type.</summary>
    public EnvironmentMatrix(DescriptorSettings settings, int centreType)
    {
        _settings = settings;
        _types = settings.TypeCount;
        CentreType = centreType;
        _geometry = [.. Enumerable.Range(0, 9).Select(_ => new NativeBuffer<double>(0))];
        _rows = [.. Enumerable.Range(0, 12).Select(_ => new NativeBuffer<T>(0))];
    }

    /// <summary>Type of the centres.</summary>
    public int CentreType { get; }

    /// <summary>Number of types.</summary>
    public int TypeCount => _types;

    /// <summary>Number of centres.</summary>
    public int Count { get; private set; }

    /// <summary>Index of each centre among the atoms of the configuration.</summary>
    public int* Atom => _atom.Pointer;

    /// <summary>Index of each neighbour among the atoms of the configuration.</summary>
    public int* Neighbor => _neighbor.Pointer;

    /// <summary>Neighbours of type t of centre i are the pairs Segment[i·(types + 1) + t] to the next entry.</summary>
    public int* Segment => _segment.Pointer;

    /// <summary>Occupied slots of type t of centre i at [i·types + t]; zeroed pairs count, removed ones do not.</summary>
    public int* Filled => _filled.Pointer;

    /// <summary>Neighbour vector, Å, by component.</summary>
    public double* X(int component) => _geometry[component].Pointer;

    /// <summary>dE/dx of each pair, eV/Å, by component.</summary>
    public double* PairGradient(int component) => _geometry[6 + component].Pointer;

    /// <summary>R̃, by component 0…3.</summary>
    public T* Row(int component) => _rows[component].Pointer;

    /// <summary>Adjoint of R̃.</summary>
    public T* RowAdjoint(int component) => _rows[4 + component].Pointer;

    /// <summary>Tangent of R̃.</summary>
    public T* RowTangent(int component) => _rows[8 + component].Pointer;

    private double* SlopeR0 => _geometry[3].Pointer;

    private double* FactorG => _geometry[4].Pointer;

    private double* SlopeG => _geometry[5].Pointer;

    /// <summary>Makes room; afterwards every centre is given to <see cref="Fill"/> once.</summary>
    /// <param name="centres">Number of centres.</param>
    /// <param name="pairs">Upper bound of the number of pairs.</param>
    /// <param name="training">Whether tangents are needed.</param>
    public void Resize(int centres, int pairs, bool training)
    {
        Count = centres;
        // Room for a vector beyond the last pair.
        var length = pairs + MatrixProduct.ColumnAlignment;
        foreach (var buffer in _geometry)
            buffer.EnsureLength(length);
        for (var b = 0; b < (training ? 12 : 8); b++)
            _rows[b].EnsureLength(length);
        _neighbor.EnsureLength(length);
        _segment.EnsureLength(centres * (_types + 1));
        _filled.EnsureLength(centres * _types);
        _atom.EnsureLength(centres);
    }

    /// <summary>Computes the rows of one centre.</summary>
    /// <param name="centre">Its place in this set.</param>
    /// <param name="firstPair">Where its pairs go; the list's count of neighbours is room enough.</param>
    /// <param name="list">Neighbour list of its frame, made with at least the model's cutoff.</param>
    /// <param name="types">Types of the frame's atoms.</param>
    /// <param name="atom">Index of the centre in its frame.</param>
    /// <param name="frameOffset">Added to atom indices.</param>
    /// <param name="overflow">Counts centres with more neighbours than slots.</param>
    [SkipLocalsInit]
    public void Fill(int centre, int firstPair, NeighborList list, ReadOnlySpan<int> types, int atom, int frameOffset, ref NeighborOverflow overflow)
    {
        Atom[centre] = frameOffset + atom;
        var segment = Segment + (centre * (_types + 1));
        var filled = Filled + (centre * _types);
        // Of the caller's own: threads fill different centres of one matrix.
        var listed = list.Start[atom + 1] - list.Start[atom] + 1;
        Span<NearNeighbor> near = listed <= NearOnStack ? stackalloc NearNeighbor[listed] : new NearNeighbor[listed];
        near = near[..FindNear(list, types, atom, near)];
        CountByType(near, filled, segment, firstPair);
        if (IsTooMany(filled, near.Length))
        {
            overflow.Add(new ReadOnlySpan<int>(filled, _types), _settings.Sel, _settings.SlotCount);
            FillNearest(centre, firstPair, near, frameOffset);
            return;
        }

        Span<int> next = stackalloc int[_types];
        for (var t = 0; t < _types; t++)
            next[t] = segment[t];
        foreach (ref readonly var pair in near)
        {
            if (!_settings.IsRemoved(CentreType, pair.Type) && !_settings.IsZeroed(CentreType, pair.Type))
                SetPair(next[pair.Type]++, pair.Type, frameOffset + pair.Atom, pair.X, pair.Y, pair.Z, pair.R2);
        }

        LeaveOutRemoved(filled);
    }

    /// <summary>dE/dx of every pair of some centres from the adjoints of their rows.</summary>
    public void GradientFromRows(int firstCentre, int count)
    {
        Span<double> scale = stackalloc double[4];
        for (var i = firstCentre; i < firstCentre + count; i++)
        {
            var segment = Segment + (i * (_types + 1));
            for (var t = 0; t < _types; t++)
            {
                _settings.InverseStd(CentreType, t).CopyTo(scale);
                for (var p = segment[t]; p < segment[t + 1]; p++)
                    PairGradientOf(p, scale);
            }
        }
    }

    /// <summary>
    /// Tangents of the rows of some centres along ẋ = v_j − v_i + V x: a direction for every atom and a strain.
    /// </summary>
    /// <param name="firstCentre">First centre.</param>
    /// <param name="count">Number of centres.</param>
    /// <param name="direction">v, x y z per atom of the configuration.</param>
    /// <param name="strain">V, row-major 3 × 3 per frame.</param>
    /// <param name="frameOfAtom">Frame of each atom.</param>
    public void TangentRows(int firstCentre, int count, double* direction, double* strain, int* frameOfAtom)
    {
        Span<double> scale = stackalloc double[4];
        for (var i = firstCentre; i < firstCentre + count; i++)
        {
            var v = direction + (3 * Atom[i]);
            var s = strain + (9 * frameOfAtom[Atom[i]]);
            var segment = Segment + (i * (_types + 1));
            for (var t = 0; t < _types; t++)
            {
                _settings.InverseStd(CentreType, t).CopyTo(scale);
                for (var p = segment[t]; p < segment[t + 1]; p++)
                    PairTangentOf(p, v, s, direction + (3 * Neighbor[p]), scale);
            }
        }
    }

    /// <summary>Raises the largest s̃ seen per neighbour type by those of some centres.</summary>
    public void RaiseUpper(int firstCentre, int count, Span<double> upper)
    {
        for (var i = firstCentre; i < firstCentre + count; i++)
        {
            var segment = Segment + (i * (_types + 1));
            for (var t = 0; t < _types; t++)
            {
                var largest = T.NegativeInfinity;
                for (var p = segment[t]; p < segment[t + 1]; p++)
                    largest = Row(0)[p] > largest ? Row(0)[p] : largest;
                upper[t] = Math.Max(upper[t], largest == T.NegativeInfinity ? double.MinValue : double.CreateTruncating(largest));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _geometry)
            buffer.Dispose();
        foreach (var buffer in _rows)
            buffer.Dispose();
        _neighbor.Dispose();
        _segment.Dispose();
        _filled.Dispose();
        _atom.Dispose();
    }

    /// <summary>
    /// Gathers the listed neighbours that are within the cutoff: vector, squared distance, atom and type of each. With a skin
    /// a third of the list is not, without any pattern, so every one is written and the next one overwrites what is too far:
    /// a branch would be guessed wrongly every third time.
    /// </summary>
    /// <returns>How many there are.</returns>
    private int FindNear(NeighborList list, ReadOnlySpan<int> types, int atom, Span<NearNeighbor> near)
    {
        var (begin, end) = (list.Start[atom], list.Start[atom + 1]);
        var limit = _settings.Cutoff * _settings.Cutoff;
        var count = 0;
        fixed (double* positions = list.WrappedPositions, shifts = list.ShiftVectors)
        fixed (int* neighbors = list.Neighbors, type = types)
        fixed (short* shiftOf = list.Shifts)
        fixed (NearNeighbor* target = near)
        {
            var (x0, y0, z0) = (positions[3 * atom], positions[(3 * atom) + 1], positions[(3 * atom) + 2]);
            for (var p = begin; p < end; p++)
            {
                var j = neighbors[p];
                var r = positions + (3 * j);
                var s = shifts + (3 * shiftOf[p]);
                var (x, y, z) = (r[0] + s[0] - x0, r[1] + s[1] - y0, r[2] + s[2] - z0);
                var r2 = (x * x) + (y * y) + (z * z);
                target[count] = new NearNeighbor(x, y, z, r2, j, type[j], p);
                count += (r2 <= limit ? 1 : 0) & (type[j] >= 0 ? 1 : 0);
            }
        }

        return count;
    }

    /// <summary>Counts the gathered neighbours per type and lays out the segments.</summary>
    private void CountByType(ReadOnlySpan<NearNeighbor> near, int* filled, int* segment, int firstPair)
    {
        new Span<int>(filled, _types).Clear();
        foreach (ref readonly var pair in near)
            filled[pair.Type]++;
        segment[0] = firstPair;
        for (var t = 0; t < _types; t++)
        {
            var visible = !_settings.IsRemoved(CentreType, t) && !_settings.IsZeroed(CentreType, t);
            segment[t + 1] = segment[t] + (visible ? filled[t] : 0);
        }
    }

    private bool IsTooMany(int* filled, int total)
    {
        var tooMany = total > _settings.SlotCount;
        for (var t = 0; t < _types; t++)
            tooMany |= filled[t] > _settings.Sel[t];
        return tooMany;
    }

    private void LeaveOutRemoved(int* filled)
    {
        for (var t = 0; t < _types; t++)
        {
            if (_settings.IsRemoved(CentreType, t))
                filled[t] = 0;
        }
    }

    /// <summary>The slow path for a centre with more neighbours than slots.</summary>
    private void FillNearest(int centre, int firstPair, Span<NearNeighbor> near, int frameOffset)
    {
        // Equal distances in the order of the list, which is that of the atoms in it.
        near.Sort(static (a, b) => a.R2 != b.R2 ? a.R2.CompareTo(b.R2) : a.Order.CompareTo(b.Order));
        if (!_settings.TruncatesPerType)
            near = near[..Math.Min(near.Length, _settings.SlotCount)];
        var segment = Segment + (centre * (_types + 1));
        var filled = Filled + (centre * _types);
        var next = firstPair;
        for (var t = 0; t < _types; t++)
        {
            segment[t] = next;
            filled[t] = 0;
            foreach (ref readonly var pair in near)
            {
                if (pair.Type != t || filled[t] == _settings.Sel[t])
                    continue;
                filled[t]++;
                if (!_settings.IsRemoved(CentreType, t) && !_settings.IsZeroed(CentreType, t))
                    SetPair(next++, t, frameOffset + pair.Atom, pair.X, pair.Y, pair.Z, pair.R2);
            }
        }

        segment[_types] = next;
        LeaveOutRemoved(filled);
    }

    private void SetPair(int p, int type, int neighbor, double x, double y, double z, double r2)
    {
        const double Overlap = 1e-4;
        if (r2 < Overlap * Overlap)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"coord: atom {neighbor} (counted from 0) lies {Math.Sqrt(r2):g3} Å from another atom or from its own image; atoms must not overlap"));
        }

        var (rc, rs, protection) = (_settings.Cutoff, _settings.SmoothCutoff, _settings.Protection);
        var r = Math.Sqrt(r2);
        var u = Math.Clamp((r - rs) / (rc - rs), 0, 1);
        var w = (u * u * u * ((((-6 * u) + 15) * u) - 10)) + 1;
        // At u = 0 and u = 1 the slope vanishes by itself, so the clip needs no case of its own.
        var slope = u * u * ((((-30 * u) + 60) * u) - 30) / (rc - rs);
        var inverse = 1 / (r + protection);
        var r0 = w * inverse;
        var g = r0 * inverse;
        Neighbor[p] = neighbor;
        X(0)[p] = x;
        X(1)[p] = y;
        X(2)[p] = z;
        SlopeR0[p] = ((slope * inverse) - g) / r;
        FactorG[p] = g;
        SlopeG[p] = ((slope * inverse * inverse) - (2 * g * inverse)) / r;
        var mean = _settings.Mean(CentreType, type);
        var scale = _settings.InverseStd(CentreType, type);
        Row(0)[p] = T.CreateTruncating((r0 - mean[0]) * scale[0]);
        Row(1)[p] = T.CreateTruncating(((g * x) - mean[1]) * scale[1]);
        Row(2)[p] = T.CreateTruncating(((g * y) - mean[2]) * scale[2]);
        Row(3)[p] = T.CreateTruncating(((g * z) - mean[3]) * scale[3]);
    }

    private void PairGradientOf(int p, ReadOnlySpan<double> scale)
    {
        var (x, y, z, g) = (X(0)[p], X(1)[p], X(2)[p], FactorG[p]);
        var a0 = double.CreateTruncating(RowAdjoint(0)[p]) * scale[0];
        var a1 = double.CreateTruncating(RowAdjoint(1)[p]) * scale[1];
        var a2 = double.CreateTruncating(RowAdjoint(2)[p]) * scale[2];
        var a3 = double.CreateTruncating(RowAdjoint(3)[p]) * scale[3];
        var radial = (a0 * SlopeR0[p]) + (SlopeG[p] * ((a1 * x) + (a2 * y) + (a3 * z)));
        PairGradient(0)[p] = (radial * x) + (g * a1);
        PairGradient(1)[p] = (radial * y) + (g * a2);
        PairGradient(2)[p] = (radial * z) + (g * a3);
    }

    private void PairTangentOf(int p, double* vi, double* strain, double* vj, ReadOnlySpan<double> scale)
    {
        var (x, y, z, g) = (X(0)[p], X(1)[p], X(2)[p], FactorG[p]);
        var dx = vj[0] - vi[0] + (strain[0] * x) + (strain[1] * y) + (strain[2] * z);
        var dy = vj[1] - vi[1] + (strain[3] * x) + (strain[4] * y) + (strain[5] * z);
        var dz = vj[2] - vi[2] + (strain[6] * x) + (strain[7] * y) + (strain[8] * z);
        var along = (x * dx) + (y * dy) + (z * dz);
        var radial = SlopeG[p] * along;
        RowTangent(0)[p] = T.CreateTruncating(SlopeR0[p] * along * scale[0]);
        RowTangent(1)[p] = T.CreateTruncating(((g * dx) + (radial * x)) * scale[1]);
        RowTangent(2)[p] = T.CreateTruncating(((g * dy) + (radial * y)) * scale[2]);
        RowTangent(3)[p] = T.CreateTruncating(((g * dz) + (radial * z)) * scale[3]);
    }

    /// <summary>A neighbour within the cutoff.</summary>
    private readonly record struct NearNeighbor(double X, double Y, double Z, double R2, int Atom, int Type, int Order);
}

/// <summary>How often atoms had more neighbours than the model has slots, for the one message the user gets.</summary>
public struct NeighborOverflow
{
    /// <summary>Number of atoms.</summary>
    public long Atoms { get; private set; }

    /// <summary>Largest number of neighbours beyond the slots of a type, or of all.</summary>
    public int LargestExcess { get; private set; }

    /// <summary>Counts an atom if it has more neighbours than slots.</summary>
    /// <param name="counts">Its neighbours within the cutoff, per type.</param>
    /// <param name="sel">Slots per type.</param>
    /// <param name="slots">Slots of all types.</param>
    internal void Add(ReadOnlySpan<int> counts, ReadOnlySpan<int> sel, int slots)
    {
        var (total, excess) = (0, 0);
        for (var t = 0; t < sel.Length; t++)
        {
            total += counts[t];
            excess = Math.Max(excess, counts[t] - sel[t]);
        }

        excess = Math.Max(excess, total - slots);
        Atoms += excess > 0 ? 1 : 0;
        LargestExcess = Math.Max(LargestExcess, excess);
    }

    internal void Add(in NeighborOverflow other)
    {
        Atoms += other.Atoms;
        LargestExcess = Math.Max(LargestExcess, other.LargestExcess);
    }
}
