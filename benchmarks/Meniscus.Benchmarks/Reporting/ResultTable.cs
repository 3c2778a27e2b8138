using System.Globalization;
using System.Text.Json.Nodes;

namespace Meniscus.Benchmarks.Reporting;

/// <summary>A column: its title for people, its key in JSON (snake_case, with the unit).</summary>
internal sealed record ResultColumn(string Title, string Key);

/// <summary>Results as an aligned text table and as JSON. Cells are texts, whole numbers or numbers; NaN is "not applicable".</summary>
internal sealed class ResultTable
{
    private readonly string _key;
    private readonly string _title;
    private readonly ResultColumn[] _columns;
    private readonly List<object[]> _rows = [];
    private readonly List<string> _remarks = [];

    /// <summary>Creates an empty table.</summary>
    public ResultTable(string key, string title, params ResultColumn[] columns)
    {
        (_key, _title, _columns) = (key, title, columns);
    }

    /// <summary>Whether there is no row.</summary>
    public bool IsEmpty => _rows.Count == 0;

    /// <summary>Adds a row.</summary>
    public void Add(params object[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, _columns.Length);
        _rows.Add(cells);
    }

    /// <summary>Adds a line below the table.</summary>
    public void Remark(string line) => _remarks.Add(line);

    /// <summary>Writes the table with texts aligned to the left and numbers to the right.</summary>
    public void Write(TextWriter writer)
    {
        writer.WriteLine(_title);
        writer.WriteLine();
        var texts = _rows.ConvertAll(row => Array.ConvertAll(row, Text));
        var widths = _columns.Select((column, c) => texts.Select(row => row[c].Length).Append(column.Title.Length).Max()).ToArray();
        foreach (var row in texts.Prepend(Array.ConvertAll(_columns, c => c.Title)))
            writer.WriteLine("  " + string.Join("  ", row.Select((cell, c) => IsText(c) ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).TrimEnd());
        foreach (var remark in _remarks)
            writer.WriteLine($"  {remark}");
    }

    /// <summary>Adds the rows to a JSON object, one object each.</summary>
    public void AddTo(JsonObject json)
    {
        json[_key] = new JsonArray([.. _rows.Select(row => new JsonObject(row.Select((cell, c) => KeyValuePair.Create(_columns[c].Key, Node(cell)))))]);
        if (_remarks.Count > 0)
            json[$"{_key}_remarks"] = new JsonArray([.. _remarks.Select(r => (JsonNode)r)]);
    }

    private bool IsText(int column) => _rows.Exists(row => row[column] is string);

    private static string Text(object cell) => cell switch
    {
        double number => FourDigits(number),
        IFormattable whole => whole.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)cell,
    };

    /// <summary>Four significant digits, never an exponent.</summary>
    private static string FourDigits(double number)
    {
        if (!double.IsFinite(number))
            return "-";
        var whole = number == Math.Round(number);
        var digits = whole ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(number))), 0, 4);
        return number.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static JsonNode? Node(object cell) => cell switch
    {
        double number => double.IsFinite(number) ? number : null,
        int whole => whole,
        long whole => whole,
        _ => (string)cell,
    };
}
