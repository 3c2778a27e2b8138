using System.Globalization;
using Meniscus.Atoms;

namespace Meniscus.Building;

/// <summary>How a slab is made of a bulk.</summary>
public sealed record SlabOptions
{
    /// <summary>Axis that is normal to the surfaces: 0, 1, 2 for x, y, z.</summary>
    public int Axis { get; init; } = 2;

    /// <summary>Length of the cell along the axis, vacuum included, Å.</summary>
    public double Length { get; init; } = 50;

    /// <summary>Whether the mean cell of the frames is taken; else the last one's.</summary>
    public bool MeanBox { get; init; } = true;

    /// <summary>Frames at the beginning that do not count for the mean.</summary>
    public int Skip { get; init; }
}

/// <summary>A slab, and what it was made of.</summary>
/// <param name="Frame">The slab, molecules whole, centred along the axis.</param>
/// <param name="BulkCell">Cell of the bulk it was cut from, after scaling.</param>
/// <param name="BulkLength">Length of that cell along the axis, Å.</param>
/// <param name="Vacuum">Length of the slab's cell minus that of the bulk, Å.</param>
/// <param name="FrameCount">Frames that counted for the mean cell.</param>
/// <param name="MoleculeCount">Number of molecules.</param>
public sealed record Slab(Frame Frame, Cell BulkCell, double BulkLength, double Vacuum, int FrameCount, int MoleculeCount)
{
    /// <summary>Vacuum below which the two surfaces see each other, Å.</summary>
    public const double SmallVacuum = 10;
}

/// <summary>
/// Cuts a slab with two surfaces out of a bulk liquid: the last frame is scaled to the mean cell of the trajectory, each
/// molecule moved as a whole with its centre of mass, and the cell is then made longer along one axis. Molecules are found
/// by <see cref="Molecules"/> and never cut.
/// </summary>
public static class SlabBuilder
{
    /// <summary>Builds the slab.</summary>
    /// <param name="frames">A frame or the frames of a trajectory of the bulk, read once.</param>
    /// <param name="options">How.</param>
    /// <exception cref="InputException">There is no frame left, the cell cannot be used, or it is as long as the slab's already.</exception>
    public static Slab Build(IEnumerable<Frame> frames, SlabOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(frames);
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)options.Axis, 2u, nameof(options));
        var (last, mean, count) = TakeFrames(frames, options);
        RequireStraight(last.Cell, options.Axis);
        RequireStraight(mean, options.Axis);
        var length = mean[options.Axis, options.Axis];
        if (!(options.Length > length))
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"length {options.Length} Å: the bulk is {length:f3} Å long along {"xyz"[options.Axis]} already; give more, by 20 Å of vacuum or so"));
        var molecules = Molecules.Find(last);
        var masses = AtomicMasses.PerAtom(last);
        var positions = ScaleMolecules(last, molecules, masses, mean);
        Centre(positions, masses, options.Axis, options.Length / 2);
        var rows = mean.ToArray();
        for (var k = 0; k < 3; k++)
            rows[(3 * options.Axis) + k] = k == options.Axis ? options.Length : 0;
        var slab = new Frame(last.TypeMap, last.Types, positions, new Cell(rows)) { Velocities = last.Velocities, Masses = last.Masses, Unwrapped = true };
        return new Slab(slab, mean, length, options.Length - length, count, molecules.Count);
    }

    private static (Frame Last, Cell Mean, int Count) TakeFrames(IEnumerable<Frame> frames, SlabOptions options)
    {
        var sum = new double[9];
        var (index, count) = (0, 0);
        Frame? last = null;
        foreach (var frame in frames)
        {
            if (!frame.Cell.IsPeriodic)
                throw new InputException($"frame {index} has no cell; a slab is cut from a periodic bulk");
            last = frame;
            if (index++ < options.Skip)
                continue;
            count++;
            for (var i = 0; i < 9; i++)
                sum[i] += frame.Cell[i / 3, i % 3];
        }

        if (last is null || count == 0)
            throw new InputException($"{index} frames, {options.Skip} of them skipped; at least one has to be left");
        return (last, options.MeanBox ? new Cell(Array.ConvertAll(sum, value => value / count)) : last.Cell, count);
    }

    /// <summary>
    /// The surfaces have to be normal to the axis. A tilt of the axis' own lattice vector does not matter: the liquid repeats
    /// in the plane, so the slab's vector is put upright.
    /// </summary>
    private static void RequireStraight(in Cell cell, int axis)
    {
        for (var row = 0; row < 3; row++)
        {
            if (row != axis && Math.Abs(cell[row, axis]) > 1e-6 * cell.Height(axis))
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"lattice vector {row + 1} of the cell has the component {cell[row, axis]:g4} Å along {"xyz"[axis]}; the other two have to lie in the plane of the surface, so turn the frame or choose another axis"));
        }

        if (!(cell[axis, axis] > 0))
            throw new InputException($"lattice vector {axis + 1} of the cell points against {"xyz"[axis]}; turn the frame or choose another axis");
    }

    /// <summary>Moves each molecule so that its centre of mass has the same fractional coordinates, within the cell, in the new cell.</summary>
    private static double[] ScaleMolecules(Frame frame, Molecules molecules, double[] masses, in Cell target)
    {
        var whole = molecules.WholePositions;
        var positions = new double[whole.Length];
        for (var m = 0; m < molecules.Count; m++)
        {
            if (molecules.IsInfinite(m))
                throw new InputException($"atom {molecules.Atoms(m)[0]} (counted from 0) is bonded to its own periodic images; a slab can be cut between molecules only");
            var (x, y, z, mass) = (0.0, 0.0, 0.0, 0.0);
            foreach (var i in molecules.Atoms(m))
                (x, y, z, mass) = (x + (masses[i] * whole[3 * i]), y + (masses[i] * whole[(3 * i) + 1]), z + (masses[i] * whole[(3 * i) + 2]), mass + masses[i]);
            (x, y, z) = (x / mass, y / mass, z / mass);
            var (a, b, c) = frame.Cell.Fractional(x, y, z);
            var (tx, ty, tz) = target.Cartesian(a - Math.Floor(a), b - Math.Floor(b), c - Math.Floor(c));
            foreach (var i in molecules.Atoms(m))
                (positions[3 * i], positions[(3 * i) + 1], positions[(3 * i) + 2]) = (whole[3 * i] + tx - x, whole[(3 * i) + 1] + ty - y, whole[(3 * i) + 2] + tz - z);
        }

        return positions;
    }

    private static void Centre(double[] positions, double[] masses, int axis, double middle)
    {
        var (sum, mass) = (0.0, 0.0);
        for (var i = 0; i < masses.Length; i++)
            (sum, mass) = (sum + (masses[i] * positions[(3 * i) + axis]), mass + masses[i]);
        for (var i = 0; i < masses.Length; i++)
            positions[(3 * i) + axis] += middle - (sum / mass);
    }
}
