using System.Globalization;
using System.Text;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Reads a LAMMPS data file section by section; the format and its source are at <see cref="LammpsData"/>.
/// </summary>
internal sealed class LammpsDataReader(TextLines lines, TrajectoryOptions options)
{
    private const int MaximumTypes = 1000;

    private readonly Dictionary<long, (double Mass, string? Name)> _masses = [];
    private readonly Dictionary<string, long> _labels = [];
    private readonly double[] _edges = new double[6];
    private readonly double[] _tilts = new double[3];
    private readonly double[] _general = new double[9];
    private readonly bool[] _hasEdges = new bool[3];
    private bool _isGeneral;
    private int _count = -1;
    private int _typeCount = -1;
    private string? _title;
    private Dictionary<long, int>? _rowOfId;
    private long[] _ids = [];
    private int[] _types = [];
    private double[] _positions = [];
    private int[]? _images;
    private double[]? _velocities;

    private enum Style
    {
        Atomic,
        Charge,
        Molecular,
        Full,
    }

    public Frame Read()
    {
        if (lines.TryRead(out var title))
            _title = TextLines.Printable(title);
        var section = ReadHeader();
        if (_count < 0 || _typeCount < 0)
            throw lines.Error($"the header has no line '{(_count < 0 ? "N atoms" : "N atom types")}'; expected a LAMMPS data file");
        while (section is not null)
            section = ReadSection(section);
        if (_ids.Length == 0)
            throw lines.EndError("a section Atoms");
        return Assemble();
    }

    /// <summary>Whether a line begins a section: the words of one begin with a letter.</summary>
    private static bool IsSection(ReadOnlySpan<byte> line) => line.Length > 0 && char.IsAsciiLetter((char)line[0]);

    private static ReadOnlySpan<byte> WithoutComment(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> comment)
    {
        var mark = line.IndexOf((byte)'#');
        comment = mark < 0 ? default : line[(mark + 1)..].Trim(" \t"u8);
        return (mark < 0 ? line : line[..mark]).Trim(" \t"u8);
    }

    private string? ReadHeader()
    {
        while (lines.TryRead(out var raw))
        {
            var line = WithoutComment(raw, out _);
            if (line.IsEmpty)
                continue;
            if (IsSection(line))
                return TextLines.Printable(raw.Trim(" \t"u8));
            ReadHeaderLine(line);
        }

        return null;
    }

    private void ReadHeaderLine(ReadOnlySpan<byte> line)
    {
        Span<double> numbers = stackalloc double[3];
        var words = new Words(line);
        var count = 0;
        var name = "";
        while (words.Next(out var word))
        {
            if (name.Length == 0 && count < 3 && Words.IsNumber(word, out var number))
                numbers[count++] = number;
            else
                name += name.Length == 0 ? TextLines.Printable(word) : " " + TextLines.Printable(word);
        }

        switch (name)
        {
            case "atoms":
                _count = Count(numbers[0], count, "atoms", int.MaxValue / 3);
                break;
            case "atom types":
                _typeCount = Count(numbers[0], count, "atom types", MaximumTypes);
                break;
            case "xlo xhi" or "ylo yhi" or "zlo zhi":
                var axis = name[0] - 'x';
                Require(count, 2, name);
                (_edges[2 * axis], _edges[(2 * axis) + 1], _hasEdges[axis]) = (numbers[0], numbers[1], true);
                break;
            case "xy xz yz":
                Require(count, 3, name);
                numbers.CopyTo(_tilts);
                break;
            case "avec" or "bvec" or "cvec":
                Require(count, 3, name);
                numbers.CopyTo(_general.AsSpan(3 * (name[0] - 'a')));
                _hasEdges[name[0] - 'a'] = true;
                _isGeneral = true;
                break;
            default:
                // Numbers of bonds, angles and such, which do not matter here.
                if (count == 0)
                    throw lines.Error($"'{TextLines.Printable(line)}' in the header; expected numbers and a keyword, such as '192 atoms'");
                break;
        }
    }

    private int Count(double value, int found, string name, int maximum)
    {
        Require(found, 1, name);
        return value >= 1 && value <= maximum && value == Math.Floor(value) ? (int)value : throw lines.Error(FormattableString.Invariant($"{value} {name}; expected an integer from 1 to {maximum}"));
    }

    private void Require(int found, int expected, string name)
    {
        if (found != expected)
            throw lines.Error($"{found} numbers before '{name}'; expected {expected}");
    }

    /// <summary>Reads a section.</summary>
    /// <returns>The line that begins the next one, or null at the end.</returns>
    private string? ReadSection(string header)
    {
        var (name, comment) = header.IndexOf('#', StringComparison.Ordinal) is var mark and >= 0
            ? (header[..mark].Trim(), header[(mark + 1)..].Trim())
            : (header, "");
        switch (name)
        {
            case "Atoms":
                ReadAtoms(comment);
                break;
            case "Velocities":
                ReadVelocities();
                break;
            case "Masses" or "Atom Type Labels":
                return ReadTypes(name == "Masses");
        }

        while (NextRow(out var raw, out _))
        {
            if (IsSection(raw))
                return TextLines.Printable(raw);
        }

        return null;
    }

    /// <summary>The next line that is not empty, without its comment.</summary>
    private bool NextRow(out ReadOnlySpan<byte> row, out ReadOnlySpan<byte> comment)
    {
        while (lines.TryRead(out var raw))
        {
            row = WithoutComment(raw, out comment);
            if (!row.IsEmpty)
            {
                // The style stands in the comment of a section's name.
                if (IsSection(row))
                    row = raw.Trim(" \t"u8);
                return true;
            }
        }

        row = default;
        comment = default;
        return false;
    }

    private string? ReadTypes(bool masses)
    {
        while (NextRow(out var row, out var comment))
        {
            var words = new Words(row);
            words.Next(out var word);
            if (!Words.IsInteger(word, out var type) && !_labels.TryGetValue(TextLines.Printable(word), out type))
            {
                if (IsSection(row))
                    return TextLines.Printable(row);
                throw lines.Error($"'{TextLines.Printable(row)}'; expected an atom type and its {(masses ? "mass" : "label")}");
            }

            if (type < 1 || type > _typeCount || !words.Next(out var value))
                throw lines.Error($"'{TextLines.Printable(row)}'; expected an atom type from 1 to {_typeCount} and its {(masses ? "mass" : "label")}");
            if (masses)
            {
                var mass = Words.IsNumber(value, out var number) && number > 0 ? number : throw lines.Error($"'{TextLines.Printable(value)}' is no mass; expected a number above 0 in amu");
                var firstOfComment = new Words(comment).Next(out var name) ? TextLines.Printable(name) : null;
                _masses[type] = (mass, firstOfComment ?? _labels.FirstOrDefault(label => label.Value == type).Key);
            }
            else
            {
                _labels[TextLines.Printable(value)] = type;
            }
        }

        return null;
    }

    private void ReadAtoms(string comment)
    {
        if (_ids.Length > 0)
            throw lines.Error("a second section Atoms; expected one");
        var row = 0;
        var style = (Style?)null;
        var width = 0;
        for (; row < _count; row++)
        {
            if (!NextRow(out var line, out _) || IsSection(line))
                throw lines.ReachedEnd ? lines.EndError($"atom {row + 1} of {_count}") : lines.Error($"'{TextLines.Printable(line)}' after {row} atoms; the header says {_count}");
            style ??= StyleOf(comment, line);
            if (row == 0)
            {
                width = Words.Count(line);
                if (width != Columns(style.Value) && width != Columns(style.Value) + 3)
                    throw lines.Error($"{width} columns; atom style {style.Value.ToString().ToLowerInvariant()} has {Columns(style.Value)}, or {Columns(style.Value) + 3} with image flags");
                if (width == Columns(style.Value) + 3)
                    _images = [];
            }

            if (row == _ids.Length)
                Grow();
            ReadAtom(line, row, style.Value, width);
        }

        _rowOfId = new Dictionary<long, int>(_count);
        for (var i = 0; i < _count; i++)
        {
            if (!_rowOfId.TryAdd(_ids[i], i))
                throw lines.Error($"atom id {_ids[i]} occurs twice in Atoms; every atom needs its own id");
        }
    }

    private static int Columns(Style style) => style switch
    {
        Style.Atomic => 5,
        Style.Full => 7,
        _ => 6,
    };

    private Style StyleOf(string comment, ReadOnlySpan<byte> line)
    {
        switch (comment.Split(' ')[0])
        {
            case "atomic":
                return Style.Atomic;
            case "charge":
                return Style.Charge;
            case "bond" or "angle" or "molecular":
                return Style.Molecular;
            case "full":
                return Style.Full;
            case "":
                break;
            default:
                throw lines.Error($"atom style '{comment}'; the styles atomic, charge, bond, angle, molecular and full are read");
        }

        var words = new Words(line);
        words.Next(out _);
        words.Next(out _);
        words.Next(out var third);
        return Words.Count(line) switch
        {
            5 or 8 => Style.Atomic,
            // A type is an integer, a charge is mostly not.
            6 or 9 => Words.IsInteger(third, out var type) && type >= 1 && type <= _typeCount ? Style.Molecular : Style.Charge,
            7 or 10 => Style.Full,
            var count => throw lines.Error($"{count} columns in Atoms; expected 5 (atomic), 6 (charge, molecular) or 7 (full), and three more with image flags"),
        };
    }

    private void Grow()
    {
        var rows = (int)Math.Min(_count, Math.Max(1 << 14, 2L * _ids.Length));
        Array.Resize(ref _ids, rows);
        Array.Resize(ref _types, rows);
        Array.Resize(ref _positions, 3 * rows);
        if (_images is not null)
            Array.Resize(ref _images, 3 * rows);
    }

    private void ReadAtom(ReadOnlySpan<byte> line, int row, Style style, int width)
    {
        var words = new Words(line);
        var typeColumn = style is Style.Molecular or Style.Full ? 2 : 1;
        var positionColumn = Columns(style) - 3;
        for (var column = 0; column < width; column++)
        {
            if (!words.Next(out var word))
                throw lines.Error($"{column} columns; the first atom has {width}");
            if (column == 0)
                _ids[row] = Integer(word, "atom id");
            else if (column == typeColumn)
                _types[row] = Type(word);
            else if (column >= positionColumn + 3)
                _images![(3 * row) + column - positionColumn - 3] = (int)Math.Clamp(Integer(word, "image flag"), int.MinValue, int.MaxValue);
            else if (column >= positionColumn)
                _positions[(3 * row) + column - positionColumn] = Number(word);
        }

        if (words.Next(out _))
            throw lines.Error($"more than the {width} columns of the first atom");
    }

    private int Type(ReadOnlySpan<byte> word)
    {
        if (!Words.IsInteger(word, out var type) && !_labels.TryGetValue(TextLines.Printable(word), out type))
            throw lines.Error($"'{TextLines.Printable(word)}' is no atom type; expected 1 to {_typeCount}");
        return type >= 1 && type <= _typeCount ? (int)type : throw lines.Error($"atom type {type}; the header has {_typeCount} atom types");
    }

    private void ReadVelocities()
    {
        if (_rowOfId is null)
            throw lines.Error("Velocities before Atoms; expected Atoms first");
        _velocities = new double[3 * _count];
        for (var row = 0; row < _count; row++)
        {
            if (!NextRow(out var line, out _) || IsSection(line))
                throw lines.ReachedEnd ? lines.EndError($"velocity {row + 1} of {_count}") : lines.Error($"'{TextLines.Printable(line)}' after {row} velocities; the header says {_count} atoms");
            var words = new Words(line);
            words.Next(out var word);
            var id = Integer(word, "atom id");
            if (!_rowOfId.TryGetValue(id, out var atom))
                throw lines.Error($"velocity of atom {id}, which is not in Atoms");
            for (var k = 0; k < 3; k++)
            {
                if (!words.Next(out word))
                    throw lines.Error($"{k + 1} columns; expected the id and three components of the velocity");
                _velocities[(3 * atom) + k] = Number(word);
            }
        }
    }

    private double Number(ReadOnlySpan<byte> word) =>
        Words.IsNumber(word, out var value) ? value : throw lines.Error($"'{TextLines.Printable(word)}' is not a finite number; correct the line");

    private long Integer(ReadOnlySpan<byte> word, string what) =>
        Words.IsInteger(word, out var value) ? value : throw lines.Error($"'{TextLines.Printable(word)}' is no {what}; expected an integer");

    private Frame Assemble()
    {
        var naming = new TypeNaming(options.TypeNames);
        var typeOf = new int[_typeCount + 1];
        for (var type = 1; type <= _typeCount; type++)
            typeOf[type] = Name(naming, type);
        var cell = MakeCell();
        var order = new int[_count];
        for (var i = 0; i < _count; i++)
            order[i] = i;
        Array.Sort(_ids, order);
        var (types, positions) = (new int[_count], new double[3 * _count]);
        var velocities = _velocities is null ? null : new double[3 * _count];
        var factor = (options.Units ?? UnitsOfTitle()) == LammpsUnits.Real ? 1 / Units.Femtosecond : 1;
        for (var i = 0; i < _count; i++)
        {
            var from = 3 * order[i];
            types[i] = typeOf[_types[order[i]]];
            var (x, y, z) = _images is null ? (0, 0, 0) : cell.Cartesian(_images[from], _images[from + 1], _images[from + 2]);
            (positions[3 * i], positions[(3 * i) + 1], positions[(3 * i) + 2]) = (_positions[from] + x, _positions[from + 1] + y, _positions[from + 2] + z);
            for (var k = 0; k < 3 && velocities is not null; k++)
                velocities[(3 * i) + k] = factor * _velocities![from + k];
        }

        return new Frame(naming.Map, types, positions, cell) { Velocities = velocities, Masses = naming.Masses, Unwrapped = _images is not null };
    }

    /// <summary>LAMMPS's write_data says the units in the first line.</summary>
    private LammpsUnits UnitsOfTitle() =>
        _title?.Contains("units = real", StringComparison.Ordinal) == true ? LammpsUnits.Real : LammpsUnits.Metal;

    /// <summary>The name of a type: what the user says, else the comment at its mass, else its label, else its mass.</summary>
    private int Name(TypeNaming naming, long type)
    {
        var known = _masses.TryGetValue(type, out var entry);
        var result = naming.OfInteger(type);
        var name = entry.Name ?? _labels.FirstOrDefault(label => label.Value == type).Key;
        if (result < 0 && name is not null && TypeNaming.IsElement(name))
            naming.TakeName(Encoding.UTF8.GetBytes(name), out result);
        if (result < 0 && known)
            result = naming.OfMass(entry.Mass);
        if (result < 0)
        {
            throw new InputException(known
                ? string.Create(CultureInfo.InvariantCulture, $"{lines.Path}: no element has the mass {entry.Mass} of atom type {type}; give the names of the types in order, such as O H")
                : $"{lines.Path}: atom type {type} has no name: {naming.Lack}, so give the names of all types in order, such as O H");
        }

        if (known && naming.TakeMass(result, entry.Mass) is { } wrong)
            throw new InputException($"{lines.Path}: Masses: {wrong}");
        return result;
    }

    private Cell MakeCell()
    {
        if (!_hasEdges.All(has => has))
            throw new InputException($"{lines.Path}: the header lacks {(_isGeneral ? "avec, bvec or cvec" : "'xlo xhi', 'ylo yhi' or 'zlo zhi'")}; expected all three");
        double[] rows = _isGeneral
            ? _general
            : [_edges[1] - _edges[0], 0, 0, _tilts[0], _edges[3] - _edges[2], 0, _tilts[1], _tilts[2], _edges[5] - _edges[4]];
        if (!_isGeneral && !(rows[0] > 0 && rows[4] > 0 && rows[8] > 0))
            throw new InputException(FormattableString.Invariant($"{lines.Path}: the box has the edges {rows[0]} {rows[4]} {rows[8]} Å; expected lower bounds below upper ones"));
        return LammpsBox.Guard(lines, rows);
    }
}
