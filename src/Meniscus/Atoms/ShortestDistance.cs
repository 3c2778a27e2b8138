namespace Meniscus.Atoms;

/// <summary>
/// The shortest distance between two atoms of a frame under periodic images; an atom and its own image count as a pair.
/// A neighbour list with a cutoff below a bond length is empty or holds the pair; where it is empty the cutoff is
/// doubled, until at the latest an image of the same atom comes within it.
/// </summary>
public sealed class ShortestDistance
{
    // Longer than any bond with hydrogen, so that one list is enough wherever there are such bonds.
    private const double FirstCutoff = 1.2;

    private readonly NeighborList _list = new();
    private double[] _positions = [];
    private int[] _atoms = [];

    /// <summary>Finds it.</summary>
    /// <param name="frame">Positions, box and types; atoms of type −1 (padding) are left out.</param>
    /// <returns>The distance, Å, and the two atoms (equal for an atom and its image); infinity and −1 without any pair.</returns>
    /// <exception cref="InputException">A position is not finite, or the cell cannot be used.</exception>
    public (double Distance, int I, int J) Find(LabelledFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var count = TakeAtoms(frame);
        return Find(count, frame.Periodic ? new Cell(frame.Box) : Cell.None);
    }

    /// <summary>Finds it.</summary>
    /// <param name="frame">The frame.</param>
    /// <returns>The distance, Å, and the two atoms (equal for an atom and its image); infinity and −1 without any pair.</returns>
    /// <exception cref="InputException">A position is not finite.</exception>
    public (double Distance, int I, int J) Find(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        _positions = [.. frame.Positions];
        _atoms = [.. Enumerable.Range(0, frame.AtomCount)];
        return Find(frame.AtomCount, frame.Cell);
    }

    private (double Distance, int I, int J) Find(int count, in Cell cell)
    {
        if (count == 0 || (count == 1 && !cell.IsPeriodic))
            return (double.PositiveInfinity, -1, -1);
        for (var cutoff = FirstCutoff; ; cutoff *= 2)
        {
            _list.Build(_positions.AsSpan(0, 3 * count), cell, cutoff);
            if (_list.PairCount > 0)
                return Shortest(count);
        }
    }

    /// <summary>Copies the atoms that are there.</summary>
    private int TakeAtoms(LabelledFrame frame)
    {
        if (_atoms.Length < frame.AtomCount)
            (_atoms, _positions) = (new int[frame.AtomCount], new double[3 * frame.AtomCount]);
        var count = 0;
        for (var i = 0; i < frame.AtomCount; i++)
        {
            if (frame.Types[i] < 0)
                continue;
            frame.Positions.AsSpan(3 * i, 3).CopyTo(_positions.AsSpan(3 * count, 3));
            _atoms[count++] = i;
        }

        return count;
    }

    private (double Distance, int I, int J) Shortest(int count)
    {
        var x = _list.WrappedPositions;
        var shifts = _list.ShiftVectors;
        var best = (Square: double.PositiveInfinity, I: -1, J: -1);
        for (var i = 0; i < count; i++)
        {
            for (var p = _list.Start[i]; p < _list.Start[i + 1]; p++)
            {
                var j = _list.Neighbors[p];
                if (j < i)
                    continue;
                var s = 3 * _list.Shifts[p];
                var (dx, dy, dz) = (
                    x[3 * j] + shifts[s] - x[3 * i],
                    x[(3 * j) + 1] + shifts[s + 1] - x[(3 * i) + 1],
                    x[(3 * j) + 2] + shifts[s + 2] - x[(3 * i) + 2]);
                var square = (dx * dx) + (dy * dy) + (dz * dz);
                if (square < best.Square)
                    best = (square, _atoms[i], _atoms[j]);
            }
        }

        return (Math.Sqrt(best.Square), best.I, best.J);
    }
}
