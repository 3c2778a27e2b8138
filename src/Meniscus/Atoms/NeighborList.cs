using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Meniscus.Atoms;

/// <summary>
/// For every atom, all atoms and periodic images within a cutoff: the full list (each pair occurs from both ends).
/// <para>
/// Atoms are wrapped into the cell and sorted into bins; a bin looks at the bins around it as far as the cutoff reaches,
/// going round the cell as often as needed and counting the turns as images. Cells smaller than the cutoff, down to one
/// bin whose every neighbour is itself, need no special case. A list made with a cutoff larger than the model's
/// (a skin) stays valid until atoms have moved half the difference: L. Verlet, Phys. Rev. 159, 98 (1967).
/// </para>
/// <para>
/// The images are kept as small integers and the wrapping as one offset per atom, so that the same list serves moved
/// atoms and a breathing cell: <see cref="Locate"/> gives the wrapped positions, <see cref="ShiftVectors"/> the images.
/// Buffers are kept from one build to the next.
/// </para>
/// </summary>
public sealed class NeighborList
{
    private double[] _wrapped = [];
    private int[] _offsets = [];
    private int[] _binOf = [];
    private int[] _binStart = [];
    private int[] _binAtoms = [];
    private double[] _sorted = [];
    private int[] _start = [0];
    private int[] _neighbors = [];
    private short[] _shiftOf = [];
    private int _shiftRange;
    private double[] _shiftVectors = [];

    /// <summary>Number of atoms of the last build.</summary>
    public int AtomCount { get; private set; }

    /// <summary>Number of pairs, each counted from both ends.</summary>
    public int PairCount => _start[AtomCount];

    /// <summary>Cutoff of the last build, Å.</summary>
    public double Cutoff { get; private set; }

    /// <summary>Neighbours of atom i are the entries Start[i] to Start[i + 1] of <see cref="Neighbors"/>.</summary>
    public ReadOnlySpan<int> Start => _start.AsSpan(0, AtomCount + 1);

    /// <summary>Atom index of each neighbour.</summary>
    public ReadOnlySpan<int> Neighbors => _neighbors.AsSpan(0, PairCount);

    /// <summary>For each neighbour, which of <see cref="ShiftVectors"/> is added to its wrapped position.</summary>
    public ReadOnlySpan<short> Shifts => _shiftOf.AsSpan(0, PairCount);

    /// <summary>Translations of the images for the cell last given to <see cref="Build"/> or <see cref="Locate"/>, Å, x y z each.</summary>
    public ReadOnlySpan<double> ShiftVectors => _shiftVectors;

    /// <summary>Positions of the last <see cref="Build"/> or <see cref="Locate"/>, wrapped as at the build, Å, x y z per atom.</summary>
    public ReadOnlySpan<double> WrappedPositions => _wrapped.AsSpan(0, 3 * AtomCount);

    /// <summary>Builds the list.</summary>
    /// <param name="positions">Å, x y z per atom, anywhere.</param>
    /// <param name="cell">The cell, or <see cref="Cell.None"/>.</param>
    /// <param name="cutoff">Largest distance of a pair, Å, inclusive.</param>
    /// <exception cref="InputException">A position is not finite, or the cell is so thin that images cannot be counted.</exception>
    public void Build(ReadOnlySpan<double> positions, in Cell cell, double cutoff)
    {
        AtomCount = positions.Length / 3;
        Cutoff = cutoff;
        RequireFinite(positions);
        Grow(ref _wrapped, 3 * AtomCount);
        Grow(ref _offsets, 3 * AtomCount);
        Grow(ref _start, AtomCount + 1);
        var grid = cell.IsPeriodic ? PeriodicGrid(positions, cell) : OpenGrid(positions);
        SortIntoBins(grid);
        MakeShiftVectors(cell);
        FindPairs(grid);
    }

    /// <summary>Takes pairs from elsewhere; nothing is wrapped, and there are no images but those that are atoms.</summary>
    /// <param name="positions">Å, x y z per atom.</param>
    /// <param name="given">The pairs, of as many atoms.</param>
    /// <exception cref="InputException">A position is not finite.</exception>
    public void Take(ReadOnlySpan<double> positions, GivenNeighbors given)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentOutOfRangeException.ThrowIfNotEqual(positions.Length, 3 * given.AtomCount);
        RequireFinite(positions);
        AtomCount = given.AtomCount;
        Cutoff = double.NaN;
        Grow(ref _wrapped, positions.Length);
        positions.CopyTo(_wrapped);
        Grow(ref _start, AtomCount + 1);
        given.Start.CopyTo(_start);
        Grow(ref _neighbors, PairCount);
        given.Neighbors.CopyTo(_neighbors);
        Grow(ref _shiftOf, PairCount);
        Array.Clear(_shiftOf, 0, PairCount);
        _shiftRange = 0;
        MakeShiftVectors(Cell.None);
    }

    /// <summary>
    /// Places moved atoms, in a cell that may have changed, into the images of the last build. The pairs stay the same.
    /// </summary>
    /// <param name="positions">Å, x y z per atom.</param>
    /// <param name="cell">The cell now.</param>
    public void Locate(ReadOnlySpan<double> positions, in Cell cell)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(positions.Length, 3 * AtomCount);
        for (var i = 0; i < AtomCount; i++)
            Unwrap(positions, cell, i);
        MakeShiftVectors(cell);
    }

    private static void RequireFinite(ReadOnlySpan<double> positions)
    {
        for (var i = 0; i < positions.Length; i++)
        {
            if (!double.IsFinite(positions[i]))
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"coord: atom {i / 3} (counted from 0) has {"xyz"[i % 3]} = {positions[i]}; expected a finite number in Å"));
            }
        }
    }

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            array = new T[length + (length / 4)];
    }

    private void Unwrap(ReadOnlySpan<double> positions, in Cell cell, int i)
    {
        var p = 3 * i;
        var (x, y, z) = cell.IsPeriodic ? cell.Cartesian(_offsets[p], _offsets[p + 1], _offsets[p + 2]) : (0, 0, 0);
        _wrapped[p] = positions[p] + x;
        _wrapped[p + 1] = positions[p + 1] + y;
        _wrapped[p + 2] = positions[p + 2] + z;
    }

    /// <summary>Wraps the atoms and divides the cell into bins about half a cutoff thick.</summary>
    private Grid PeriodicGrid(ReadOnlySpan<double> positions, in Cell cell)
    {
        var grid = default(Grid);
        var density = AtomCount / cell.Volume;
        for (var axis = 0; axis < 3; axis++)
        {
            // Bins of half the cutoff test fewer useless pairs than bins of a whole one, unless they hold almost no atom.
            var thickness = density * Cutoff * Cutoff * Cutoff > 16 ? Cutoff / 2 : Cutoff;
            grid.Count[axis] = (int)Math.Clamp(cell.Height(axis) / thickness, 1, 1024);
            var reach = Cutoff * grid.Count[axis] / cell.Height(axis);
            if (reach > 4000)
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"box: the cell is only {cell.Height(axis):g4} Å thick along lattice vector {axis + 1}, far below the cutoff of {Cutoff} Å; check the unit of the box (Å expected)"));
            }

            grid.Reach[axis] = (int)Math.Ceiling(reach);
        }

        Coarsen(ref grid, cell);
        Grow(ref _binOf, AtomCount);
        for (var i = 0; i < AtomCount; i++)
        {
            var p = 3 * i;
            var (a, b, c) = cell.Fractional(positions[p], positions[p + 1], positions[p + 2]);
            RequireCountable(i, a, b, c);
            (_offsets[p], _offsets[p + 1], _offsets[p + 2]) = (-(int)Math.Floor(a), -(int)Math.Floor(b), -(int)Math.Floor(c));
            _binOf[i] = grid.Bin(
                BinAlong(a + _offsets[p], grid.Count[0]),
                BinAlong(b + _offsets[p + 1], grid.Count[1]),
                BinAlong(c + _offsets[p + 2], grid.Count[2]));
            Unwrap(positions, cell, i);
        }

        // An atom may go round the cell as far as the reach does; one more for an atom on the face itself.
        _shiftRange = 0;
        for (var axis = 0; axis < 3; axis++)
            _shiftRange = Math.Max(_shiftRange, (grid.Reach[axis] / grid.Count[axis]) + 1);
        if (_shiftRange > 15)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"box: heights {cell.Height(0):g4} {cell.Height(1):g4} {cell.Height(2):g4} Å are less than a fifteenth of the cutoff of {Cutoff} Å; check the unit of the box (Å expected)"));
        }

        return grid;
    }

    /// <summary>Halves the grid of a large, nearly empty cell until the bins are about as many as the atoms.</summary>
    private void Coarsen(ref Grid grid, in Cell cell)
    {
        while ((long)grid.Count[0] * grid.Count[1] * grid.Count[2] > (8L * AtomCount) + 64)
        {
            for (var axis = 0; axis < 3; axis++)
            {
                grid.Count[axis] = Math.Max(1, grid.Count[axis] / 2);
                grid.Reach[axis] = cell.IsPeriodic ? (int)Math.Ceiling(Cutoff * grid.Count[axis] / cell.Height(axis)) : 1;
            }
        }
    }

    private static void RequireCountable(int atom, double a, double b, double c)
    {
        const double Limit = 1e8;
        if (Math.Abs(a) > Limit || Math.Abs(b) > Limit || Math.Abs(c) > Limit)
            throw new InputException($"coord: atom {atom} (counted from 0) lies more than 1e8 cells away from the origin; expected positions in Å");
    }

    private static int BinAlong(double fraction, int count) => Math.Clamp((int)(fraction * count), 0, count - 1);

    /// <summary>Divides the box around a cluster into bins; nothing is wrapped and there are no images.</summary>
    private Grid OpenGrid(ReadOnlySpan<double> positions)
    {
        var grid = default(Grid);
        Span<double> low = [double.MaxValue, double.MaxValue, double.MaxValue];
        Span<double> high = [double.MinValue, double.MinValue, double.MinValue];
        for (var p = 0; p < positions.Length; p++)
        {
            low[p % 3] = Math.Min(low[p % 3], positions[p]);
            high[p % 3] = Math.Max(high[p % 3], positions[p]);
        }

        Span<double> width = stackalloc double[3];
        for (var axis = 0; axis < 3; axis++)
        {
            var extent = AtomCount > 0 ? high[axis] - low[axis] : 0;
            grid.Count[axis] = (int)Math.Clamp(extent / Cutoff, 1, 128);
            grid.Reach[axis] = 1;
        }

        Coarsen(ref grid, Cell.None);
        for (var axis = 0; axis < 3; axis++)
            width[axis] = Math.Max((AtomCount > 0 ? high[axis] - low[axis] : 0) / grid.Count[axis], Cutoff);

        grid.IsOpen = true;
        _shiftRange = 0;
        Array.Clear(_offsets, 0, 3 * AtomCount);
        Grow(ref _binOf, AtomCount);
        for (var i = 0; i < AtomCount; i++)
        {
            Unwrap(positions, Cell.None, i);
            var p = 3 * i;
            _binOf[i] = grid.Bin(
                BinAlong((positions[p] - low[0]) / (width[0] * grid.Count[0]), grid.Count[0]),
                BinAlong((positions[p + 1] - low[1]) / (width[1] * grid.Count[1]), grid.Count[1]),
                BinAlong((positions[p + 2] - low[2]) / (width[2] * grid.Count[2]), grid.Count[2]));
        }

        return grid;
    }

    /// <summary>Counting sort by bin; positions are laid out as x…, y…, z… in that order for vector loads.</summary>
    private void SortIntoBins(in Grid grid)
    {
        var bins = grid.Count[0] * grid.Count[1] * grid.Count[2];
        Grow(ref _binStart, bins + 1);
        Grow(ref _binAtoms, AtomCount);
        // Room for one vector past the end, so that the last bin can be loaded whole.
        Grow(ref _sorted, 3 * (AtomCount + Vector512<double>.Count));
        Array.Clear(_binStart, 0, bins + 1);
        for (var i = 0; i < AtomCount; i++)
            _binStart[_binOf[i] + 1]++;
        for (var b = 0; b < bins; b++)
            _binStart[b + 1] += _binStart[b];
        var stride = AtomCount + Vector512<double>.Count;
        for (var i = 0; i < AtomCount; i++)
        {
            var slot = _binStart[_binOf[i]]++;
            _binAtoms[slot] = i;
            for (var axis = 0; axis < 3; axis++)
                _sorted[(axis * stride) + slot] = _wrapped[(3 * i) + axis];
        }

        // Filling moved every start to the next bin's; move them back.
        for (var b = bins; b > 0; b--)
            _binStart[b] = _binStart[b - 1];
        _binStart[0] = 0;
    }

    private void MakeShiftVectors(in Cell cell)
    {
        var side = (2 * _shiftRange) + 1;
        if (_shiftVectors.Length != 3 * side * side * side)
            _shiftVectors = new double[3 * side * side * side];
        if (!cell.IsPeriodic)
            return;
        for (var n = 0; n < side * side * side; n++)
        {
            var (x, y, z) = cell.Cartesian(
                (n / (side * side)) - _shiftRange, (n / side % side) - _shiftRange, (n % side) - _shiftRange);
            (_shiftVectors[3 * n], _shiftVectors[(3 * n) + 1], _shiftVectors[(3 * n) + 2]) = (x, y, z);
        }
    }

    private void FindPairs(in Grid grid)
    {
        var count = 0;
        for (var i = 0; i < AtomCount; i++)
        {
            _start[i] = count;
            var bin = _binOf[i];
            var (ba, bb, bc) = (bin / (grid.Count[1] * grid.Count[2]), bin / grid.Count[2] % grid.Count[1], bin % grid.Count[2]);
            for (var da = -grid.Reach[0]; da <= grid.Reach[0]; da++)
            {
                if (!Turn(ba + da, grid.Count[0], grid.IsOpen, out var na, out var ta))
                    continue;
                for (var db = -grid.Reach[1]; db <= grid.Reach[1]; db++)
                {
                    if (!Turn(bb + db, grid.Count[1], grid.IsOpen, out var nb, out var tb))
                        continue;
                    for (var dc = -grid.Reach[2]; dc <= grid.Reach[2];)
                    {
                        var exists = Turn(bc + dc, grid.Count[2], grid.IsOpen, out var nc, out var tc);
                        // Bins up to the end of this row, seen through the same image, lie one behind the other.
                        var run = exists ? Math.Min(grid.Reach[2] - dc + 1, grid.Count[2] - nc) : 1;
                        if (exists)
                            count = SearchBins(i, grid.Bin(na, nb, nc), run, ShiftIndex(ta, tb, tc), count);
                        dc += run;
                    }
                }
            }
        }

        _start[AtomCount] = count;
    }

    /// <summary>Brings a bin number back into the cell and counts the turns; without a cell, tells whether the bin exists.</summary>
    private static bool Turn(int bin, int count, bool open, out int inside, out int turns)
    {
        turns = (int)Math.Floor((double)bin / count);
        inside = bin - (turns * count);
        return !open || turns == 0;
    }

    private int ShiftIndex(int a, int b, int c)
    {
        var side = (2 * _shiftRange) + 1;
        return ((((a + _shiftRange) * side) + b + _shiftRange) * side) + c + _shiftRange;
    }

    /// <summary>Adds the atoms of a run of bins, seen through one image, that lie within the cutoff of atom i.</summary>
    private int SearchBins(int i, int firstBin, int bins, int shift, int count)
    {
        var (begin, end) = (_binStart[firstBin], _binStart[firstBin + bins]);
        if (_neighbors.Length < count + end - begin)
            MakeRoomForPairs(i, count + end - begin);

        // Distances from the neighbour's side: (x_i − shift) − x_j.
        var originX = Vector512.Create(_wrapped[3 * i] - _shiftVectors[3 * shift]);
        var originY = Vector512.Create(_wrapped[(3 * i) + 1] - _shiftVectors[(3 * shift) + 1]);
        var originZ = Vector512.Create(_wrapped[(3 * i) + 2] - _shiftVectors[(3 * shift) + 2]);
        var limit = Vector512.Create(Cutoff * Cutoff);
        var stride = AtomCount + Vector512<double>.Count;
        ref var sorted = ref _sorted[0];
        for (var s = begin; s < end; s += Vector512<double>.Count)
        {
            var dx = originX - Vector512.LoadUnsafe(ref sorted, (nuint)s);
            var dy = originY - Vector512.LoadUnsafe(ref sorted, (nuint)(stride + s));
            var dz = originZ - Vector512.LoadUnsafe(ref sorted, (nuint)((2 * stride) + s));
            var near = Vector512.LessThanOrEqual((dx * dx) + (dy * dy) + (dz * dz), limit).ExtractMostSignificantBits();
            if (end - s < Vector512<double>.Count)
                near &= (1UL << (end - s)) - 1;
            for (; near != 0; near &= near - 1)
            {
                var j = _binAtoms[s + BitOperations.TrailingZeroCount(near)];
                if (j == i && IsIdentity(shift))
                    continue;
                _neighbors[count] = j;
                _shiftOf[count] = (short)shift;
                count++;
            }
        }

        return count;
    }

    /// <summary>
    /// Makes room for more pairs. Lists of millions of atoms fill most of a run's memory, so once a part of the atoms has been
    /// searched the room is what the rest will take, with a sixteenth to spare, and not twice what is there.
    /// </summary>
    private void MakeRoomForPairs(int atom, int needed)
    {
        var length = 2L * needed;
        if (atom > AtomCount / 32)
            length = Math.Max((long)needed * AtomCount / atom, needed) * 17 / 16;
        length = Math.Clamp(length, Math.Max(1024, needed), Array.MaxLength);
        Array.Resize(ref _neighbors, (int)length);
        Array.Resize(ref _shiftOf, (int)length);
    }

    private bool IsIdentity(int shift) => shift == ShiftIndex(0, 0, 0);

    private struct Grid
    {
        public Axes Count;
        public Axes Reach;
        public bool IsOpen;

        public readonly int Bin(int a, int b, int c) => (((a * Count[1]) + b) * Count[2]) + c;
    }

    [System.Runtime.CompilerServices.InlineArray(3)]
    private struct Axes
    {
        private int _element;
    }
}
