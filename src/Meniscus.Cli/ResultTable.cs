using System.Globalization;
using Spectre.Console;

namespace Meniscus.Cli;

/// <summary>
/// A table for a person: with a border on a terminal, otherwise plain columns that <c>awk</c> and <c>column</c> can
/// work with. Columns whose cells are all numbers are aligned to the right.
/// </summary>
internal sealed class ResultTable
{
    private readonly string[] _headers;
    private readonly List<string[]> _rows = [];

    /// <summary>Creates a table.</summary>
    /// <param name="headers">Titles of the columns, units included.</param>
    public ResultTable(params string[] headers)
    {
        _headers = headers;
    }

    /// <summary>Adds a row.</summary>
    /// <param name="cells">One text per column, numbers formatted.</param>
    public void AddRow(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, _headers.Length);
        _rows.Add(cells);
    }

    /// <summary>Writes the table.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="terminal">Whether that is a terminal.</param>
    /// <param name="width">Columns of the terminal.</param>
    public void Write(TextWriter writer, bool terminal, int width)
    {
        if (terminal)
            WriteBordered(writer, width);
        else
            WritePlain(writer);
    }

    private void WriteBordered(TextWriter writer, int width)
    {
        var table = new Table().Border(TableBorder.Rounded);
        for (var column = 0; column < _headers.Length; column++)
        {
            var header = new TableColumn(new Text(_headers[column]));
            table.AddColumn(IsNumeric(column) ? header.RightAligned() : header);
        }
        foreach (var row in _rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = width;
        console.Write(table);
    }

    private void WritePlain(TextWriter writer)
    {
        var widths = _headers.Select((header, column) => _rows.Select(row => row[column].Length).Append(header.Length).Max()).ToArray();
        foreach (var row in _rows.Prepend(_headers))
        {
            var cells = row.Select((cell, column) => IsNumeric(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            writer.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    private bool IsNumeric(int column) =>
        _rows.Count > 0 && _rows.TrueForAll(row => double.TryParse(row[column], NumberStyles.Float, CultureInfo.InvariantCulture, out _));
}
