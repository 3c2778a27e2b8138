using System.Runtime.Intrinsics;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.Spcfw;

/// <summary>A run of blocks of eight atoms seen by an atom through one image.</summary>
/// <param name="Shift">Which of the list's shift vectors.</param>
/// <param name="Begin">First of <see cref="PairGroups.Blocks"/>.</param>
/// <param name="End">The one after the last.</param>
internal readonly record struct PairGroup(int Shift, int Begin, int End);

/// <summary>
/// The neighbour list in a form for vectors (after S. Páll and B. Hess, Comput. Phys. Commun. 184, 2641 (2013)): atoms are
/// put in an order in which eight that follow each other lie close together, and an atom's neighbours are the blocks of
/// eight in which the list has at least one. Positions of a block are loaded as they lie, nothing is gathered; what is
/// beyond the cutoff is masked out.
/// <para>The order and the blocks depend on the list alone, and the list on the positions and the cell it was made from.</para>
/// </summary>
internal sealed unsafe class PairGroups : IDisposable
{
    /// <summary>Atoms per block.</summary>
    public const int Width = 8;

    // So far away that no cutoff reaches it, near enough for its square to be finite.
    private const double Nowhere = 1e30;

    private readonly NativeBuffer<double> _slots = new(0);
    private readonly NativeBuffer<int> _blocks = new(0);
    private PairGroup[] _groups = [];
    private int[] _groupStart = [];
    private int[] _order = [];
    private int[] _slotOf = [];
    private int[] _stamps = [];
    private int[] _shiftCounts = [];
    private double[] _keys = [];
    private int _stamp;
    private int _atoms;

    /// <summary>Places of atoms, a multiple of <see cref="Width"/>.</summary>
    public int Slots { get; private set; }

    /// <summary>Index of the atom at each place; as many as there are atoms.</summary>
    public ReadOnlySpan<int> Order => _order.AsSpan(0, _atoms);

    /// <summary>x of the atoms by place; then come y, z, charge, √ε and σ/2, each <see cref="Slots"/> long.</summary>
    public double* Positions => _slots.Pointer;

    /// <summary>Number of the block, for every neighbour.</summary>
    public int* Blocks => _blocks.Pointer;

    /// <summary>The groups of the atom at a place.</summary>
    public ReadOnlySpan<PairGroup> GroupsOf(int slot) => _groups.AsSpan(_groupStart[slot], _groupStart[slot + 1] - _groupStart[slot]);

    /// <summary>Makes the blocks from a list that has just been made.</summary>
    public void Build(NeighborList list, in Cell cell)
    {
        MakeRoom(list.AtomCount);
        Sort(list.WrappedPositions, cell);
        var shifts = list.ShiftVectors.Length / 3;
        var blocks = Slots / Width;
        if (_stamps.Length < shifts * blocks)
            (_stamps, _stamp) = (new int[shifts * blocks], 0);
        if (_shiftCounts.Length < shifts)
            _shiftCounts = new int[shifts];
        var (groups, entries) = (0, 0);
        for (var slot = 0; slot < _atoms; slot++)
        {
            _groupStart[slot] = groups;
            AddGroups(list, _order[slot], shifts, blocks, ref groups, ref entries);
        }

        _groupStart[_atoms] = groups;
    }

    /// <summary>Every atom sees every other, without images.</summary>
    public void BuildOpen(int atoms)
    {
        MakeRoom(atoms);
        var blocks = Slots / Width;
        _blocks.EnsureLength(blocks);
        for (var block = 0; block < blocks; block++)
            _blocks.Pointer[block] = block;
        if (_groups.Length < atoms)
            _groups = new PairGroup[atoms];
        for (var i = 0; i < atoms; i++)
        {
            _order[i] = i;
            _groupStart[i] = i;
            _groups[i] = new PairGroup(0, 0, blocks);
        }

        _groupStart[atoms] = atoms;
    }

    /// <summary>Copies what is known of each atom to its place.</summary>
    public void Fill(ReadOnlySpan<double> positions, ReadOnlySpan<double> charges, ReadOnlySpan<double> rootDepths, ReadOnlySpan<double> radii)
    {
        var x = _slots.Pointer;
        for (var slot = 0; slot < _atoms; slot++)
        {
            var i = _order[slot];
            x[slot] = positions[3 * i];
            x[slot + Slots] = positions[(3 * i) + 1];
            x[slot + (2 * Slots)] = positions[(3 * i) + 2];
            x[slot + (3 * Slots)] = charges[i];
            x[slot + (4 * Slots)] = rootDepths[i];
            x[slot + (5 * Slots)] = radii[i];
        }

        for (var slot = _atoms; slot < Slots; slot++)
        {
            x[slot] = Nowhere;
            for (var k = 1; k < 6; k++)
                x[slot + (k * Slots)] = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _slots.Dispose();
        _blocks.Dispose();
    }

    private void MakeRoom(int atoms)
    {
        _atoms = atoms;
        Slots = (atoms + Width - 1) / Width * Width;
        _slots.EnsureLength(6 * Slots);
        if (_order.Length >= atoms && _groupStart.Length > atoms)
            return;
        _order = new int[atoms];
        _slotOf = new int[atoms];
        _keys = new double[atoms];
        _groupStart = new int[atoms + 1];
    }

    /// <summary>Columns along c of a width that makes eight atoms fill a cube, up one column and down the next.</summary>
    private void Sort(ReadOnlySpan<double> wrapped, in Cell cell)
    {
        var side = Math.Cbrt(Width * cell.Volume / Math.Max(1, _atoms));
        var columnsA = (int)Math.Clamp(Math.Round(cell.Height(0) / side), 1, 1024);
        var columnsB = (int)Math.Clamp(Math.Round(cell.Height(1) / side), 1, 1024);
        for (var i = 0; i < _atoms; i++)
        {
            var (a, b, c) = cell.Fractional(wrapped[3 * i], wrapped[(3 * i) + 1], wrapped[(3 * i) + 2]);
            var columnA = Math.Clamp((int)(a * columnsA), 0, columnsA - 1);
            var columnB = Math.Clamp((int)(b * columnsB), 0, columnsB - 1);
            var column = (columnA * columnsB) + ((columnA & 1) == 0 ? columnB : columnsB - 1 - columnB);
            var height = Math.Clamp(c, 0, 1);
            _keys[i] = column + (0.5 * ((column & 1) == 0 ? height : 1 - height));
            _order[i] = i;
        }

        Array.Sort(_keys, _order, 0, _atoms);
        for (var slot = 0; slot < _atoms; slot++)
            _slotOf[_order[slot]] = slot;
    }

    /// <summary>Finds the blocks of one atom's neighbours, image by image, each block once per image.</summary>
    private void AddGroups(NeighborList list, int atom, int shifts, int blocks, ref int groups, ref int entries)
    {
        var (begin, end) = (list.Start[atom], list.Start[atom + 1]);
        var neighbors = list.Neighbors;
        var images = list.Shifts;
        var counts = _shiftCounts.AsSpan(0, shifts);
        counts.Clear();
        NextStamp();
        // Its own block always, so that of all places just one, its own, lies where the atom is.
        var (own, identity) = (_slotOf[atom] / Width, shifts / 2);
        _stamps[(identity * blocks) + own] = _stamp;
        counts[identity] = 1;
        for (var n = begin; n < end; n++)
        {
            ref var stamp = ref _stamps[(images[n] * blocks) + (_slotOf[neighbors[n]] / Width)];
            if (stamp == _stamp)
                continue;
            stamp = _stamp;
            counts[images[n]]++;
        }

        for (var shift = 0; shift < shifts; shift++)
        {
            var count = counts[shift];
            if (count == 0)
                continue;
            if (groups == _groups.Length)
                Array.Resize(ref _groups, Math.Max(64, 2 * groups));
            _groups[groups++] = new PairGroup(shift, entries, entries + count);
            counts[shift] = entries;
            entries += count;
        }

        Reserve(entries);
        NextStamp();
        _stamps[(identity * blocks) + own] = _stamp;
        _blocks.Pointer[counts[identity]++] = own;
        for (var n = begin; n < end; n++)
        {
            var block = _slotOf[neighbors[n]] / Width;
            ref var stamp = ref _stamps[(images[n] * blocks) + block];
            if (stamp == _stamp)
                continue;
            stamp = _stamp;
            _blocks.Pointer[counts[images[n]]++] = block;
        }
    }

    private void NextStamp()
    {
        if (_stamp == int.MaxValue)
        {
            Array.Clear(_stamps);
            _stamp = 0;
        }

        _stamp++;
    }

    private void Reserve(int entries)
    {
        if (entries <= _blocks.Length)
            return;
        var kept = _blocks.Span.ToArray();
        _blocks.EnsureLength(2 * entries);
        kept.CopyTo(_blocks.Span);
    }
}
