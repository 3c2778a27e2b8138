using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// VASP's POSCAR and CONTCAR with a line of element names (VASP 5), direct or Cartesian, selective dynamics passed over,
/// velocities read where they are Cartesian (Å/fs). Source: the VASP wiki, page POSCAR.
/// </summary>
public static class Poscar
{
    private const int MaximumAtoms = int.MaxValue / 3;

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file, may end in .gz.</param>
    /// <exception cref="InputException">The file is missing, or a line is not what it should be.</exception>
    public static Frame Read(string path)
    {
        using var lines = TextLines.Open(path);
        lines.Require("a comment line");
        var cell = ReadCell(lines, out var scales);
        var naming = new TypeNaming(null);
        var counts = ReadCounts(lines, naming);
        var direct = ReadMode(lines);
        var positions = ReadVectors(lines, counts.Sum(group => group.Count), "atom");
        // Only now, when the atoms have come: the counts may be damaged.
        int[] types = [.. counts.SelectMany(group => Enumerable.Repeat(group.Type, group.Count))];
        for (var i = 0; i < positions.Length; i += 3)
        {
            (positions[i], positions[i + 1], positions[i + 2]) = direct
                ? cell.Cartesian(positions[i], positions[i + 1], positions[i + 2])
                : (positions[i] * scales[0], positions[i + 1] * scales[1], positions[i + 2] * scales[2]);
        }

        return new Frame(naming.Map, types, positions, cell) { Velocities = ReadVelocities(lines, types.Length), Masses = naming.Masses };
    }

    /// <summary>Writes a frame, Cartesian, its atoms sorted by element.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="frame">A frame with a cell.</param>
    /// <exception cref="InputException">The frame has no cell.</exception>
    public static void Write(string path, Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (!frame.Cell.IsPeriodic)
            throw new InputException($"{path}: the frame has no cell, which POSCAR needs; write extended XYZ");
        var atoms = Enumerable.Range(0, frame.AtomCount).OrderBy(atom => frame.Types[atom]).ToArray();
        var groups = atoms.GroupBy(frame.NameOf).ToArray();
        var text = new Utf8Text();
        text.Append(string.Concat(groups.Select(group => FormattableString.Invariant($"{group.Key}{group.Count()}")))).Append("\n1\n"u8);
        for (var row = 0; row < 3; row++)
            text.Append(frame.Cell[row, 0]).Append(' ').Append(frame.Cell[row, 1]).Append(' ').Append(frame.Cell[row, 2]).Append('\n');
        text.Append(string.Join(' ', groups.Select(group => group.Key))).Append('\n');
        text.Append(string.Join(' ', groups.Select(group => FormattableString.Invariant($"{group.Count()}")))).Append("\nCartesian\n"u8);
        foreach (var p in atoms.Select(atom => 3 * atom))
            text.Append(frame.Positions[p]).Append(' ').Append(frame.Positions[p + 1]).Append(' ').Append(frame.Positions[p + 2]).Append('\n');
        AtomicFile.Write(path, stream => stream.Write(text.Written));
    }

    private static Cell ReadCell(TextLines lines, out double[] scales)
    {
        scales = Numbers(lines.Require("the scale"), 3);
        if (scales.Length is not (1 or 3) || scales.Any(scale => scale == 0) || (scales.Length == 3 && scales.Any(scale => scale < 0)))
            throw lines.Error("expected the scale, one number other than 0 or three above 0");
        var rows = new double[9];
        for (var row = 0; row < 3; row++)
        {
            var vector = Numbers(lines.Require("a lattice vector"), 3);
            if (vector.Length < 3)
                throw lines.Error("expected a lattice vector, three finite numbers");
            vector.CopyTo(rows, 3 * row);
        }

        // A negative scale is the volume.
        if (scales[0] < 0)
            scales = [Math.Cbrt(-scales[0] / LammpsBox.Guard(lines, rows).Volume)];
        if (scales.Length == 1)
            scales = [scales[0], scales[0], scales[0]];
        for (var i = 0; i < 9; i++)
            rows[i] *= scales[i % 3];
        return LammpsBox.Guard(lines, rows);
    }

    private static (int Type, int Count)[] ReadCounts(TextLines lines, TypeNaming naming)
    {
        var perName = new List<int>();
        var words = new Words(lines.Require("the names of the elements"));
        while (words.Next(out var word))
        {
            if (Words.IsInteger(word, out _))
                throw lines.Error("numbers of atoms without names before them (VASP 4); insert a line with the names of the elements");
            // VASP 6 writes O_h or O/hash; the element is before that.
            var end = word.IndexOfAny((byte)'_', (byte)'/');
            if (naming.TakeName(end > 0 ? word[..end] : word, out var type) is { } wrong)
                throw lines.Error(wrong);
            perName.Add(type);
        }

        words = new Words(lines.Require("the numbers of atoms"));
        var counts = new List<int>();
        var total = 0L;
        while (words.Next(out var word) && word[0] != (byte)'!')
        {
            if (!Words.IsInteger(word, out var count) || count < 0 || (total += count) > MaximumAtoms)
                throw lines.Error($"'{TextLines.Printable(word)}' is no number of atoms");
            counts.Add((int)count);
        }

        if (counts.Count != perName.Count || total == 0)
            throw lines.Error($"{counts.Count} numbers of atoms for {perName.Count} names; expected one for each");
        return [.. perName.Zip(counts)];
    }

    private static bool ReadMode(TextLines lines)
    {
        var mode = lines.Require("Direct or Cartesian").Trim(" \t"u8);
        if (mode.Length > 0 && mode[0] is (byte)'s' or (byte)'S')
            mode = lines.Require("Direct or Cartesian").Trim(" \t"u8);
        return mode.Length == 0 || mode[0] is not ((byte)'c' or (byte)'C' or (byte)'k' or (byte)'K');
    }

    private static double[] ReadVectors(TextLines lines, int count, string what)
    {
        var values = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var words = new Words(lines.Require($"{what} {i + 1} of {count}"));
            for (var k = 0; k < 3; k++)
            {
                if (!words.NextNumber(out var value))
                    throw lines.Error($"{what} {i + 1} of {count}: expected three finite numbers");
                values.Add(value);
            }
        }

        return [.. values];
    }

    /// <summary>Velocities follow the positions after a line that is empty or says Cartesian.</summary>
    private static double[]? ReadVelocities(TextLines lines, int count)
    {
        if (!lines.TryRead(out var line) || (!line.Trim(" \t"u8).IsEmpty && line.Trim(" \t"u8)[0] is not ((byte)'c' or (byte)'C')))
            return null;
        if (!lines.TryRead(out var first) || Numbers(first, 4).Length != 3)
            return null;
        lines.PutBack();
        var velocities = ReadVectors(lines, count, "velocity");
        return Array.ConvertAll(velocities, v => v / Units.Femtosecond);
    }

    /// <summary>The finite numbers at the beginning of a line.</summary>
    private static double[] Numbers(ReadOnlySpan<byte> line, int maximum)
    {
        var values = new List<double>();
        var words = new Words(line);
        while (values.Count < maximum && words.NextNumber(out var value))
            values.Add(value);
        return [.. values];
    }
}
