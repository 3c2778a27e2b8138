using System.Text;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Reads LAMMPS dumps item by item; the format and its source are at <see cref="LammpsDump"/>.
/// </summary>
internal sealed class LammpsDumpReader(TextLines lines, TrajectoryOptions options) : FrameReader(lines)
{
    private readonly TypeNaming _naming = new(options.TypeNames);
    private readonly double[] _origin = new double[3];
    private readonly double[] _extent = new double[3];
    private LammpsUnits _units = options.Units ?? LammpsUnits.Metal;
    private long? _step;
    private double? _time;
    private int _count;
    private Cell _cell;

    private enum Positions
    {
        AsTheyAre,
        Fractions,
    }

    /// <inheritdoc/>
    protected override Frame? Read()
    {
        if (!ReadHeader(out var columns))
            return null;
        var (fields, kind, unwrapped) = Fields(columns);
        var rows = new AtomRows(Lines, _naming, fields, _count, exact: true);
        rows.Read();
        rows.SortById();
        if (kind == Positions.Fractions)
            FromFractions(rows.Positions);
        if (rows.Images is { } images && _cell.IsPeriodic && !unwrapped)
            Unwrap(rows.Positions, images);
        if (_units == LammpsUnits.Real)
            FromReal(rows);
        return new Frame(_naming.Map, rows.Types, rows.Positions, _cell)
        {
            Velocities = rows.Velocities,
            Forces = rows.Forces,
            Masses = _naming.Masses,
            Step = _step,
            Time = _units == LammpsUnits.Real ? _time * Units.Femtosecond : _time,
            Unwrapped = unwrapped || rows.Images is not null,
        };
    }

    /// <inheritdoc/>
    protected override bool Skip()
    {
        if (!ReadHeader(out _))
            return false;
        Lines.Skip(_count, $"{_count} atoms");
        return true;
    }

    /// <summary>Reads the items up to the atoms.</summary>
    /// <param name="columns">Names of the columns.</param>
    /// <returns>False at the end of the file.</returns>
    private bool ReadHeader(out string[] columns)
    {
        (_step, _time, _count) = (null, null, -1);
        var hasBox = false;
        var started = false;
        columns = [];
        while (true)
        {
            if (!Lines.TryRead(out var line))
                return started ? throw Lines.EndError("ITEM: ATOMS") : false;
            if (!started && line.Trim(" \t"u8).IsEmpty)
                continue;
            started = true;
            if (!line.StartsWith("ITEM: "u8))
                throw Lines.Error($"'{TextLines.Printable(line)}'; expected a line that begins with 'ITEM:'");
            var item = line[6..].Trim(" \t"u8);
            if (item.StartsWith("ATOMS"u8))
            {
                columns = Encoding.UTF8.GetString(item[5..]).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                break;
            }

            if (item.StartsWith("BOX BOUNDS"u8))
                hasBox = ReadBox(item.ToArray());
            else
                ReadItem(item.ToArray());
        }

        if (_count < 0 || !hasBox || _step is null)
            throw Lines.Error($"ITEM: ATOMS without {(_count < 0 ? "ITEM: NUMBER OF ATOMS" : hasBox ? "ITEM: TIMESTEP" : "ITEM: BOX BOUNDS")} before it; expected all items of a dump");
        return true;
    }

    private void ReadItem(ReadOnlySpan<byte> item)
    {
        var value = Lines.Require($"the value of ITEM: {TextLines.Printable(item)}").Trim(" \t"u8);
        if (item.SequenceEqual("TIMESTEP"u8))
        {
            _step = Words.IsInteger(value, out var step) ? step : throw Lines.Error($"'{TextLines.Printable(value)}' is no time step; expected an integer");
        }
        else if (item.SequenceEqual("NUMBER OF ATOMS"u8))
        {
            _count = Words.IsInteger(value, out var count) && count is > 0 and <= int.MaxValue / 3
                ? (int)count
                : throw Lines.Error($"'{TextLines.Printable(value)}' is no number of atoms; expected an integer above 0");
        }
        else if (item.SequenceEqual("TIME"u8))
        {
            _time = Words.IsNumber(value, out var time) ? time : throw Lines.Error($"'{TextLines.Printable(value)}' is no time; expected a number");
        }
        else if (item.SequenceEqual("UNITS"u8) && options.Units is null)
        {
            _units = LammpsDump.UnitsNamed(value) ?? throw Lines.Error($"units '{TextLines.Printable(value)}'; metal and real are read, so write the dump in one of these");
        }
    }

    private bool ReadBox(ReadOnlySpan<byte> item)
    {
        var text = Encoding.UTF8.GetString(item);
        var general = text.Contains("abc origin", StringComparison.Ordinal);
        var tilted = text.Contains("xy xz yz", StringComparison.Ordinal);
        Span<double> b = stackalloc double[12];
        var width = general ? 4 : tilted ? 3 : 2;
        for (var axis = 0; axis < 3; axis++)
        {
            var words = new Words(Lines.Require("three lines with the bounds of the box"));
            for (var k = 0; k < width; k++)
            {
                if (!words.NextNumber(out b[(4 * axis) + k]))
                    throw Lines.Error($"expected {width} finite numbers, the bounds of the box");
            }
        }

        var flags = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => word.Length == 2 && word.All(c => "pfsm".Contains(c, StringComparison.Ordinal))).ToList();
        var periodic = flags.Count == 0 || flags.Contains("pp");
        if (periodic && flags.Any(flag => flag.Contains('s', StringComparison.Ordinal) || flag.Contains('m', StringComparison.Ordinal)))
            throw Lines.Error($"box '{string.Join(' ', flags)}': periodic in some directions and shrunk to the atoms in others; expected pp, or ff with room, in every direction");
        _cell = periodic ? general ? General(b) : Bounded(b, tilted) : Cell.None;
        if (!periodic)
            TakeBounds(b);
        return true;
    }

    private Cell General(ReadOnlySpan<double> b)
    {
        (_origin[0], _origin[1], _origin[2]) = (b[3], b[7], b[11]);
        return LammpsBox.Guard(Lines, [b[0], b[1], b[2], b[4], b[5], b[6], b[8], b[9], b[10]]);
    }

    /// <summary>The box within its bounds: those of a triclinic box hold its corners.</summary>
    private Cell Bounded(ReadOnlySpan<double> b, bool tilted)
    {
        var (xy, xz, yz) = tilted ? (b[2], b[6], b[10]) : (0, 0, 0);
        _origin[0] = b[0] - Math.Min(Math.Min(0, xy), Math.Min(xz, xy + xz));
        _origin[1] = b[4] - Math.Min(0, yz);
        _origin[2] = b[8];
        var x = b[1] - Math.Max(Math.Max(0, xy), Math.Max(xz, xy + xz)) - _origin[0];
        var y = b[5] - Math.Max(0, yz) - _origin[1];
        var z = b[9] - b[8];
        if (!(x > 0 && y > 0 && z > 0))
            throw Lines.Error(FormattableString.Invariant($"the box has the edges {x} {y} {z} Å; expected lower bounds below upper ones"));
        return LammpsBox.Guard(Lines, [x, 0, 0, xy, y, 0, xz, yz, z]);
    }

    // Without periodicity, only fractions of the extent need the bounds.
    private void TakeBounds(ReadOnlySpan<double> b)
    {
        for (var axis = 0; axis < 3; axis++)
            (_origin[axis], _extent[axis]) = (b[4 * axis], b[(4 * axis) + 1] - b[4 * axis]);
    }

    private (AtomField[] Fields, Positions Kind, bool Unwrapped) Fields(string[] columns)
    {
        // What is best known goes first: unwrapped before wrapped, positions before fractions.
        var prefix = Array.Find(["xu", "xsu", "x", "xs"], columns.Contains)
            ?? throw Lines.Error("ITEM: ATOMS has no positions; expected the columns x y z, xs ys zs, xu yu zu or xsu ysu zsu");
        var fields = new AtomField[columns.Length];
        for (var i = 0; i < columns.Length; i++)
            fields[i] = Field(columns[i], prefix[1..]);
        foreach (var first in (ReadOnlySpan<AtomField>)[AtomField.PositionX, AtomField.VelocityX, AtomField.ForceX, AtomField.ImageX])
            KeepWhole(fields, first);
        if (Array.IndexOf(fields, AtomField.PositionX) < 0)
            throw Lines.Error($"ITEM: ATOMS has {prefix} without {prefix.Replace('x', 'y')} or {prefix.Replace('x', 'z')}; expected all three");
        if (Array.IndexOf(fields, AtomField.Element) < 0 && Array.IndexOf(fields, AtomField.Type) < 0 && Array.IndexOf(fields, AtomField.Mass) < 0)
            throw Lines.Error("ITEM: ATOMS has none of the columns element, type and mass; expected at least one");
        return (fields, prefix.Contains('s', StringComparison.Ordinal) ? Positions.Fractions : Positions.AsTheyAre, prefix.Contains('u', StringComparison.Ordinal));
    }

    private static AtomField Field(string column, string suffix) => column switch
    {
        "id" => AtomField.Id,
        "type" => AtomField.Type,
        "element" => AtomField.Element,
        "mass" => AtomField.Mass,
        "vx" => AtomField.VelocityX,
        "vy" => AtomField.VelocityY,
        "vz" => AtomField.VelocityZ,
        "fx" => AtomField.ForceX,
        "fy" => AtomField.ForceY,
        "fz" => AtomField.ForceZ,
        "ix" => AtomField.ImageX,
        "iy" => AtomField.ImageY,
        "iz" => AtomField.ImageZ,
        _ when column.Length == 1 + suffix.Length && column[0] is 'x' or 'y' or 'z' && column[1..] == suffix => AtomField.PositionX + (column[0] - 'x'),
        _ => AtomField.Skip,
    };

    /// <summary>A vector with a component missing or twice is passed over.</summary>
    private static void KeepWhole(AtomField[] fields, AtomField first)
    {
        if (Enumerable.Range(0, 3).All(k => fields.Count(field => field == first + k) == 1))
            return;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i] >= first && fields[i] <= first + 2)
                fields[i] = AtomField.Skip;
        }
    }

    private void FromFractions(double[] positions)
    {
        for (var i = 0; i < positions.Length; i += 3)
        {
            var (x, y, z) = _cell.IsPeriodic
                ? _cell.Cartesian(positions[i], positions[i + 1], positions[i + 2])
                : (positions[i] * _extent[0], positions[i + 1] * _extent[1], positions[i + 2] * _extent[2]);
            (positions[i], positions[i + 1], positions[i + 2]) = (_origin[0] + x, _origin[1] + y, _origin[2] + z);
        }
    }

    private void Unwrap(double[] positions, int[] images)
    {
        for (var i = 0; i < positions.Length; i += 3)
        {
            var (x, y, z) = _cell.Cartesian(images[i], images[i + 1], images[i + 2]);
            (positions[i], positions[i + 1], positions[i + 2]) = (positions[i] + x, positions[i + 1] + y, positions[i + 2] + z);
        }
    }

    private static void FromReal(AtomRows rows)
    {
        Scale(rows.Velocities, 1 / Units.Femtosecond);
        Scale(rows.Forces, Units.KilocaloriePerMole);
    }

    private static void Scale(double[]? values, double factor)
    {
        for (var i = 0; i < values?.Length; i++)
            values[i] *= factor;
    }
}
