using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// The lines of one frame in a file with one atom per line. Arrays grow as lines come, so that a huge number of atoms in
/// a damaged header takes no memory.
/// </summary>
internal sealed class AtomRows
{
    private const int FirstRows = 1 << 14;

    private readonly TextLines _lines;
    private readonly TypeNaming _naming;
    private readonly AtomField[] _fields;
    private readonly bool _exact;
    private readonly bool _hasMass;
    private readonly bool _nameByMass;

    /// <summary>Prepares for a frame.</summary>
    /// <param name="lines">The file.</param>
    /// <param name="naming">Names of the types.</param>
    /// <param name="fields">What the columns are.</param>
    /// <param name="count">Number of atoms that the header says.</param>
    /// <param name="exact">Whether more columns than fields are an error.</param>
    public AtomRows(TextLines lines, TypeNaming naming, AtomField[] fields, int count, bool exact)
    {
        (_lines, _naming, _fields, Count, _exact) = (lines, naming, fields, count, exact);
        var rows = Math.Min(count, FirstRows);
        bool Has(AtomField field) => Array.IndexOf(fields, field) >= 0;
        Types = new int[rows];
        Positions = new double[3 * rows];
        Velocities = Has(AtomField.VelocityX) ? new double[3 * rows] : null;
        Forces = Has(AtomField.ForceX) ? new double[3 * rows] : null;
        Images = Has(AtomField.ImageX) ? new int[3 * rows] : null;
        Ids = Has(AtomField.Id) ? new long[rows] : null;
        _hasMass = Has(AtomField.Mass);
        _nameByMass = _hasMass && !Has(AtomField.Element) && !Has(AtomField.AtomicNumber);
    }

    /// <summary>Number of atoms.</summary>
    public int Count { get; }

    public int[] Types;
    public double[] Positions;
    public double[]? Velocities;
    public double[]? Forces;
    public int[]? Images;
    public long[]? Ids;

    /// <summary>Reads all lines of the frame.</summary>
    public void Read()
    {
        for (var row = 0; row < Count; row++)
        {
            var line = _lines.Require($"atom {row + 1} of {Count}");
            if (row == Types.Length)
                Grow();
            ReadRow(line, row);
        }
    }

    /// <summary>Brings the atoms into the order of their ids.</summary>
    public void SortById()
    {
        if (Ids is null)
            return;
        var order = new int[Count];
        for (var i = 0; i < Count; i++)
            order[i] = i;
        Array.Sort(Ids, order);
        for (var i = 1; i < Count; i++)
        {
            if (Ids[i] == Ids[i - 1])
                throw _lines.Error($"atom id {Ids[i]} occurs twice in the frame; every atom needs its own id");
        }

        Types = Reorder(Types, order, 1)!;
        Positions = Reorder(Positions, order, 3)!;
        Velocities = Reorder(Velocities, order, 3);
        Forces = Reorder(Forces, order, 3);
        Images = Reorder(Images, order, 3);
    }

    private static T[]? Reorder<T>(T[]? values, int[] order, int width)
    {
        if (values is null)
            return null;
        var sorted = new T[values.Length];
        for (var i = 0; i < order.Length; i++)
            values.AsSpan(width * order[i], width).CopyTo(sorted.AsSpan(width * i));
        return sorted;
    }

    private void Grow()
    {
        var rows = (int)Math.Min(Count, 2L * Types.Length);
        Array.Resize(ref Types, rows);
        Array.Resize(ref Positions, 3 * rows);
        if (Velocities is not null)
            Array.Resize(ref Velocities, 3 * rows);
        if (Forces is not null)
            Array.Resize(ref Forces, 3 * rows);
        if (Images is not null)
            Array.Resize(ref Images, 3 * rows);
        if (Ids is not null)
            Array.Resize(ref Ids, rows);
    }

    private void ReadRow(ReadOnlySpan<byte> line, int row)
    {
        var words = new Words(line);
        var (mass, type, integer) = (double.NaN, -1, 0L);
        for (var column = 0; column < _fields.Length; column++)
        {
            if (!words.Next(out var word))
                throw ColumnError(line);
            var field = _fields[column];
            switch (field)
            {
                case AtomField.Skip:
                    break;
                case AtomField.Element:
                    if (_naming.TakeName(word, out type) is { } wrongName)
                        throw _lines.Error(wrongName);
                    break;
                case AtomField.AtomicNumber:
                    type = Words.IsInteger(word, out var z) ? _naming.OfAtomicNumber(z) : -1;
                    if (type < 0)
                        throw _lines.Error($"'{TextLines.Printable(word)}' is not an atomic number; expected 1 to {Element.Count}");
                    break;
                case AtomField.Id:
                    Ids![row] = Integer(word, column);
                    break;
                case AtomField.Type:
                    integer = Integer(word, column);
                    break;
                case AtomField.Mass:
                    mass = Number(word, column);
                    break;
                case >= AtomField.ImageX:
                    var image = Integer(word, column);
                    Images![(3 * row) + (field - AtomField.ImageX)] = image == (int)image ? (int)image : throw _lines.Error($"'{TextLines.Printable(word)}' in column {column + 1} is no image flag; expected a small integer");
                    break;
                case >= AtomField.ForceX:
                    Forces![(3 * row) + (field - AtomField.ForceX)] = Number(word, column);
                    break;
                case >= AtomField.VelocityX:
                    Velocities![(3 * row) + (field - AtomField.VelocityX)] = Number(word, column);
                    break;
                default:
                    Positions[(3 * row) + (field - AtomField.PositionX)] = Number(word, column);
                    break;
            }
        }

        if (_exact && words.Next(out _))
            throw ColumnError(line);
        Types[row] = type >= 0 ? type : NameType(integer, mass);
        if (_hasMass && _naming.TakeMass(Types[row], mass) is { } wrong)
            throw _lines.Error(wrong);
    }

    /// <summary>The type where the line names no element: names the user gave go before masses.</summary>
    private int NameType(long integer, double mass)
    {
        var type = _naming.OfInteger(integer);
        if (type < 0 && _nameByMass)
            type = _naming.OfMass(mass);
        if (type >= 0)
            return type;
        throw _lines.Error(_nameByMass
            ? FormattableString.Invariant($"no element has the mass {mass}; give the names of the types in order, such as O H")
            : $"atom type {integer} has no name: {_naming.Lack}, so give the names of all types in order, such as O H");
    }

    private double Number(ReadOnlySpan<byte> word, int column) =>
        Words.IsNumber(word, out var value) ? value : throw _lines.Error($"'{TextLines.Printable(word)}' in column {column + 1} is not a finite number; correct the line");

    private long Integer(ReadOnlySpan<byte> word, int column) =>
        Words.IsInteger(word, out var value) ? value : throw _lines.Error($"'{TextLines.Printable(word)}' in column {column + 1} is not an integer; correct the line");

    private InputException ColumnError(ReadOnlySpan<byte> line) =>
        _lines.Error($"{Words.Count(line)} columns; expected {_fields.Length}, one line per atom; the number of atoms or the columns in the header may be wrong");
}
