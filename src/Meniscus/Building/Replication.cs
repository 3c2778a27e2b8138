using Meniscus.Atoms;

namespace Meniscus.Building;

/// <summary>
/// Repeats a frame along its lattice vectors, the whole frame after each other. Velocities are copied; forces, energy and virial belong
/// to the small cell and are left out.
/// </summary>
public static class Replication
{
    private const long MaximumAtoms = int.MaxValue / 3;

    /// <summary>Repeats a frame.</summary>
    /// <param name="frame">A frame with a cell.</param>
    /// <param name="a">Times along the first lattice vector.</param>
    /// <param name="b">Times along the second.</param>
    /// <param name="c">Times along the third.</param>
    /// <exception cref="InputException">The frame has no cell, or the result is too large.</exception>
    public static Frame Repeat(Frame frame, int a, int b, int c)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(a, Math.Min(b, c)), 1, nameof(a));
        if (!frame.Cell.IsPeriodic)
            throw new InputException("the frame has no cell to repeat; give one that is periodic");
        var copies = (Int128)a * b * c;
        if (copies * frame.AtomCount > MaximumAtoms)
            throw new InputException($"{frame.AtomCount} atoms {a} x {b} x {c} times are more than {MaximumAtoms}; repeat less");
        var total = (int)copies * frame.AtomCount;
        var (types, positions) = (new int[total], new double[3 * total]);
        var velocities = frame.Velocities is null ? null : new double[3 * total];
        for (var copy = 0; copy < (int)copies; copy++)
        {
            var (x, y, z) = frame.Cell.Cartesian(copy / (b * c), copy / c % b, copy % c);
            var first = copy * frame.AtomCount;
            frame.Types.CopyTo(types, first);
            frame.Velocities?.CopyTo(velocities!, 3 * first);
            for (var i = 0; i < 3 * frame.AtomCount; i++)
                positions[(3 * first) + i] = frame.Positions[i] + (i % 3 == 0 ? x : i % 3 == 1 ? y : z);
        }

        var rows = frame.Cell.ToArray();
        for (var i = 0; i < 9; i++)
            rows[i] *= i < 3 ? a : i < 6 ? b : c;
        return new Frame(frame.TypeMap, types, positions, new Cell(rows)) { Velocities = velocities, Masses = frame.Masses, Unwrapped = frame.Unwrapped };
    }
}
