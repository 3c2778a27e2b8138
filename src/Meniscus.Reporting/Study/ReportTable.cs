using System.Globalization;
using System.Net;
using System.Text;
using Meniscus.Analysis;
using Meniscus.IO;

namespace Meniscus.Reporting.Study;

/// <summary>A cell: what people read, and what the CSV file holds, one value or several.</summary>
/// <param name="Text">For people.</param>
/// <param name="Values">For the file.</param>
/// <param name="IsNumber">Whether it is aligned to the right.</param>
internal readonly record struct ReportCell(string Text, IReadOnlyList<string> Values, bool IsNumber)
{
    private const string Missing = "–";

    public static implicit operator ReportCell(string text) => new(text, [text], false);

    public static implicit operator ReportCell(long count) => new(count.ToString(CultureInfo.InvariantCulture), [count.ToString(CultureInfo.InvariantCulture)], true);

    /// <summary>A number; missing where it is none.</summary>
    public static ReportCell Number(double value, string format) => double.IsFinite(value)
        ? new(value.ToString(format, CultureInfo.InvariantCulture), [Full(value)], true)
        : new(Missing, [""], true);

    /// <summary>A mean with its error; in the file mean, error and independent samples.</summary>
    public static ReportCell Of(Estimate? value) => value is { } v && double.IsFinite(v.Mean)
        ? new(v.ToString(), [Full(v.Mean), Full(v.StandardError), Full(v.IndependentSamples)], true)
        : new(Missing, ["", "", ""], true);

    /// <summary>Smallest and largest value; in the file both.</summary>
    public static ReportCell Range(ValueRange? range, string format) => range is { } r && double.IsFinite(r.Minimum)
        ? new(Words(r.Minimum.ToString(format, CultureInfo.InvariantCulture), r.Maximum.ToString(format, CultureInfo.InvariantCulture)), [Full(r.Minimum), Full(r.Maximum)], true)
        : new(Missing, ["", ""], true);

    private static string Words(string low, string high) => low == high ? low : $"{low} … {high}";

    private static string Full(double value) => double.IsFinite(value) ? value.ToString("G9", CultureInfo.InvariantCulture) : "";
}

/// <summary>A column.</summary>
/// <param name="Title">For people, with the unit.</param>
/// <param name="Keys">Columns of the CSV file, with the unit.</param>
internal readonly record struct ReportColumn(string Title, IReadOnlyList<string> Keys)
{
    public static ReportColumn One(string title, string key) => new(title, [key]);

    public static ReportColumn Estimate(string title, string name, string unit) => new(title, [$"{name}_{unit}", $"{name}_standard_error_{unit}", $"{name}_independent_samples"]);

    public static ReportColumn Range(string title, string name, string unit) => new(title, [$"{name}_min_{unit}", $"{name}_max_{unit}"]);
}

/// <summary>A table of the report: as HTML, and as a CSV file with all digits.</summary>
internal sealed class ReportTable(params ReportColumn[] columns)
{
    // Longer cells are broken into lines.
    private const int LongestLine = 40;

    private readonly List<ReportCell[]> _rows = [];

    public bool IsEmpty => _rows.Count == 0;

    public int RowCount => _rows.Count;

    public void Add(params ReportCell[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, columns.Length);
        _rows.Add(cells);
    }

    public void WriteHtml(StringBuilder html, string caption)
    {
        // Not a caption element, which would be as wide as the table and scroll with it.
        if (caption.Length > 0)
            html.Append("<div class=\"caption\">").Append(WebUtility.HtmlEncode(caption)).Append("</div>");
        html.Append("<div class=\"table\"><table><thead><tr>");
        for (var c = 0; c < columns.Length; c++)
            html.Append(Class("th", IsNumber(c))).Append(WebUtility.HtmlEncode(columns[c].Title)).Append("</th>");
        html.Append("</tr></thead>\n<tbody>");
        foreach (var row in _rows)
        {
            html.Append("<tr>");
            for (var c = 0; c < row.Length; c++)
                html.Append(row[c].Text.Length > LongestLine ? "<td class=\"long\">" : Class("td", IsNumber(c))).Append(WebUtility.HtmlEncode(row[c].Text)).Append("</td>");
            html.Append("</tr>\n");
        }

        html.Append("</tbody></table></div>\n");
    }

    public void WriteCsv(string path) => AtomicFile.WriteText(path, writer =>
    {
        writer.WriteLine(string.Join(',', columns.SelectMany(c => c.Keys)));
        foreach (var row in _rows)
            writer.WriteLine(string.Join(',', row.SelectMany((cell, c) => Enumerable.Range(0, columns[c].Keys.Count).Select(k => Csv(k < cell.Values.Count ? cell.Values[k] : "")))));
    });

    private bool IsNumber(int column) => _rows.TrueForAll(row => row[column].IsNumber);

    private static string Class(string element, bool number) => number ? $"<{element} class=\"number\">" : $"<{element}>";

    private static string Csv(string value) => value.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
}
