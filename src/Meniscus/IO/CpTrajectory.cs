using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Trajectories of cp.x: <c>prefix.pos</c> (bohr), <c>prefix.for</c> (hartree/bohr), <c>prefix.cel</c> (bohr, the lattice vectors as
/// columns; only where the cell moves) and <c>prefix.evp</c> (hartree), with the elements and else the cell from the input. Every
/// block begins with step and time (ps). A row of <c>.evp</c> is nfi, time, ekinc, Tcell, Tion, etot, …; in old versions the time
/// comes last and etot fifth: the time of the block tells which. Old versions write atoms sorted by species.
/// Source: Quantum ESPRESSO, user's guide of cp.x and its routine that prints the files.
/// </summary>
internal sealed class CpTrajectory : IDisposable
{
    private const double ForceUnit = Units.Hartree / Units.Bohr;

    private readonly Frame _structure;
    private readonly int[] _species;
    private readonly LabelledFrameOptions _options;
    private readonly TextLines _positions;
    private readonly TextLines? _forces;
    private readonly TextLines? _cells;
    private readonly TextLines? _energies;
    private int[]? _order;

    private CpTrajectory(string path, LabelledFrameOptions options)
    {
        _options = options;
        var stem = path[..^Path.GetExtension(path).Length];
        (_structure, _species) = PwInput.ReadWithSpecies(InputOf(stem));
        _positions = TextLines.Open(path);
        _forces = Beside(stem, ".for");
        _cells = Beside(stem, ".cel");
        _energies = Beside(stem, ".evp");
    }

    /// <summary>The frames of a trajectory.</summary>
    /// <param name="path">The file of positions, <c>prefix.pos</c>.</param>
    /// <param name="options">Whether a torn end is tolerated.</param>
    public static IEnumerable<Frame> Read(string path, LabelledFrameOptions options)
    {
        if (!Path.GetExtension(path).Equals(".pos", StringComparison.OrdinalIgnoreCase))
            throw new InputException($"{path}: expected the positions of cp.x, prefix.pos, with prefix.in, prefix.for and prefix.evp beside it");
        using var trajectory = new CpTrajectory(path, options);
        var any = false;
        while (trajectory.ReadStep() is { } frame)
        {
            any = true;
            yield return frame;
        }

        if (!any)
            throw new InputException($"{path}: no whole step in it");
    }

    public void Dispose()
    {
        _positions.Dispose();
        _forces?.Dispose();
        _cells?.Dispose();
        _energies?.Dispose();
    }

    private static string InputOf(string stem)
    {
        string[] candidates = [$"{stem}.in", $"{stem}.inp", Path.Combine(Path.GetDirectoryName(stem) ?? "", "cp.in")];
        return Array.Find(candidates, File.Exists)
            ?? throw new InputException($"{stem}.in: no such file; the elements and the cell are in the input of cp.x, so copy it there");
    }

    private static TextLines? Beside(string stem, string ending) => File.Exists(stem + ending) ? TextLines.Open(stem + ending) : null;

    private Frame? ReadStep()
    {
        if (ReadHeading(_positions) is not { } at)
            return null;
        var positions = Block(_positions, _structure.AtomCount, at.Step);
        var forces = _forces is null ? null : BlockOf(_forces, at, _structure.AtomCount);
        var cell = _cells is null ? null : BlockOf(_cells, at, 3);
        var energy = _energies is null ? null : EnergyOf(_energies, at);
        if (positions is null || (_forces is not null && forces is null) || (_cells is not null && cell is null) || (_energies is not null && energy is null))
            return null;
        Scale(positions, Units.Bohr);
        Scale(forces, ForceUnit);
        Scale(cell, Units.Bohr);
        var lattice = cell is null
            ? _structure.Cell
            : LammpsBox.Guard(_cells!, [cell[0], cell[3], cell[6], cell[1], cell[4], cell[7], cell[2], cell[5], cell[8]]);
        _order ??= OrderOf(positions);
        return new Frame(_structure.TypeMap, Array.ConvertAll(_order, atom => _structure.Types[atom]), positions, lattice)
        {
            Unwrapped = true,
            Forces = forces,
            Energy = energy * Units.Hartree,
            Step = at.Step,
            Time = at.Time,
        };
    }

    /// <summary>Step and time (ps) at the head of a block; null at the end of the file.</summary>
    private static (long Step, double Time)? ReadHeading(TextLines lines)
    {
        while (lines.TryRead(out var line))
        {
            var words = new Words(line);
            if (!words.Next(out var first))
                continue;
            if (!Words.IsInteger(first, out var step) || !words.NextNumber(out var time))
                throw lines.Error($"'{TextLines.Printable(line)}' where a block begins; expected step and time (ps), as cp.x writes them");
            return (step, time);
        }

        return null;
    }

    /// <summary>The numbers of a block; null where the file ends in it and that is tolerated.</summary>
    private double[]? Block(TextLines lines, int rows, long step)
    {
        var values = new double[3 * rows];
        for (var i = 0; i < rows; i++)
        {
            if (!lines.TryRead(out var line))
                return EndIn(lines, $"line {i + 1} of {rows} of step {step}");
            var words = new Words(line);
            for (var k = 0; k < 3; k++)
            {
                if (!words.NextNumber(out values[(3 * i) + k]))
                    throw lines.Error($"line {i + 1} of {rows} of step {step}: expected three finite numbers");
            }

            if (!words.Rest.IsEmpty)
                throw lines.Error($"line {i + 1} of {rows} of step {step}: more than three numbers");
        }

        return values;
    }

    /// <summary>The block of the same step; steps that are not in the positions are passed over.</summary>
    private double[]? BlockOf(TextLines lines, (long Step, double Time) at, int rows)
    {
        while (ReadHeading(lines) is { } heading)
        {
            var values = Block(lines, rows, heading.Step);
            if (heading.Step == at.Step || values is null)
                return values;
        }

        return EndIn(lines, $"step {at.Step}, which {_positions.Path} has");
    }

    private double? EnergyOf(TextLines lines, (long Step, double Time) at)
    {
        var row = new List<double>();
        while (lines.TryRead(out var line))
        {
            if (line.TrimStart(" \t"u8).StartsWith("#"u8))
                continue;
            row.Clear();
            var words = new Words(line);
            while (words.NextNumber(out var value))
                row.Add(value);
            if (row.Count == 0)
                continue;
            if (row.Count < 8)
                throw lines.Error($"{row.Count} numbers; expected a row of 11, as cp.x writes them");
            if (row[0] == at.Step)
                return row[EnergyColumn(row, at, lines)];
        }

        EndIn(lines, $"step {at.Step}, which {_positions.Path} has");
        return null;
    }

    private static int EnergyColumn(List<double> row, (long Step, double Time) at, TextLines lines)
    {
        // Both round the time to some digits.
        if (Math.Abs(row[1] - at.Time) <= 1e-5 + (1e-5 * at.Time))
            return 5;
        if (Math.Abs(row[^1] - at.Time) <= 1e-5 + (1e-5 * at.Time))
            return 4;
        throw lines.Error(FormattableString.Invariant($"neither the second nor the last number is the time {at.Time} ps of step {at.Step}; the columns of this version of cp.x are not known"));
    }

    private double[]? EndIn(TextLines lines, string expected)
    {
        if (!_options.TolerateTornEnd)
            throw lines.EndError(expected);
        _options.LeftOut?.Add(lines.Path, $"the file ends before {expected}");
        return null;
    }

    /// <summary>
    /// For every atom of the file, the atom of the input: the same, or sorted by species. Where these differ, the atoms that
    /// moved less from the input are the right ones.
    /// </summary>
    private int[] OrderOf(double[] positions)
    {
        var same = Enumerable.Range(0, _structure.AtomCount).ToArray();
        var sorted = same.OrderBy(atom => _species[atom]).ToArray();
        if (same.AsSpan().SequenceEqual(sorted))
            return same;
        var (inOrder, bySpecies) = (Moved(positions, same), Moved(positions, sorted));
        if (Math.Max(inOrder, bySpecies) < 2 * Math.Min(inOrder, bySpecies))
            throw new InputException(FormattableString.Invariant($"{_positions.Path}: the atoms of the input are not grouped by species, and the first step ({inOrder:0.0} Å from the input in its order, {bySpecies:0.0} Å sorted) does not tell whether cp.x sorted them; give as input one whose ATOMIC_POSITIONS are those of the first step, in its order"));
        return inOrder < bySpecies ? same : sorted;
    }

    /// <summary>Root mean square distance from the input, by the nearest image, Å.</summary>
    private double Moved(double[] positions, int[] order)
    {
        var sum = 0.0;
        for (var i = 0; i < order.Length; i++)
        {
            var (a, b) = (3 * i, 3 * order[i]);
            var x = _structure.Positions;
            var (s, t, u) = _structure.Cell.Fractional(positions[a] - x[b], positions[a + 1] - x[b + 1], positions[a + 2] - x[b + 2]);
            var (dx, dy, dz) = _structure.Cell.Cartesian(s - Math.Round(s), t - Math.Round(t), u - Math.Round(u));
            sum += (dx * dx) + (dy * dy) + (dz * dz);
        }

        return Math.Sqrt(sum / order.Length);
    }

    private static void Scale(double[]? values, double factor)
    {
        for (var i = 0; i < values?.Length; i++)
            values[i] *= factor;
    }
}
