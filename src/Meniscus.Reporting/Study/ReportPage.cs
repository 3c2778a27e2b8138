using System.Globalization;
using System.Net;
using System.Text;

namespace Meniscus.Reporting.Study;

/// <summary>
/// The page of a report while it is written: sections, figures, tables. Figures and tables go into files beside the page, too; in the page
/// itself figures are data URIs, so that it is one file that needs nothing else.
/// </summary>
internal sealed class ReportPage(string folder)
{
    /// <summary>Folder for figures.</summary>
    public const string FiguresFolder = "figures";

    /// <summary>Folder for tables.</summary>
    public const string TablesFolder = "tables";

    /// <summary>Width of a figure, in units of 1/96 inch: small, so that its text can be read when it is as wide as a phone.</summary>
    public const int FigureWidth = 440;

    /// <summary>Height of a figure.</summary>
    public const int FigureHeight = 320;

    // Longer tables are shown when the reader asks for them.
    private const int LongestOpenTable = 12;

    private readonly StringBuilder _body = new();
    private readonly List<(string Id, string Title)> _sections = [];
    private readonly List<string> _files = [];

    /// <summary>The files beside the page, relative to its folder.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>An empty figure of the common size.</summary>
    public static Figure NewFigure() => new(columns: 1, FigureWidth, FigureHeight);

    /// <summary>Begins a section.</summary>
    public void Section(string id, string title)
    {
        _sections.Add((id, title));
        _body.Append(CultureInfo.InvariantCulture, $"<h2 id=\"{id}\">{WebUtility.HtmlEncode(title)}</h2>\n");
    }

    /// <summary>A smaller title.</summary>
    public void Subtitle(string title) => _body.Append(CultureInfo.InvariantCulture, $"<h3>{WebUtility.HtmlEncode(title)}</h3>\n");

    /// <summary>A paragraph.</summary>
    public void Paragraph(string text, bool quiet = false) => _body.Append(CultureInfo.InvariantCulture, $"<p{(quiet ? " class=\"quiet\"" : "")}>{WebUtility.HtmlEncode(text)}</p>\n");

    /// <summary>A text that keeps its lines.</summary>
    public void Preformatted(string text) => _body.Append(CultureInfo.InvariantCulture, $"<pre>{WebUtility.HtmlEncode(text)}</pre>\n");

    /// <summary>Text that is shown when the reader asks for it.</summary>
    public void Folded(string title, string text) =>
        _body.Append(CultureInfo.InvariantCulture, $"<details><summary>{WebUtility.HtmlEncode(title)}</summary><pre>{WebUtility.HtmlEncode(text)}</pre></details>\n");

    /// <summary>A list of lines that is shown when the reader asks for it.</summary>
    public void FoldedList(string title, IEnumerable<string> lines) => _body
        .Append(CultureInfo.InvariantCulture, $"<details><summary>{WebUtility.HtmlEncode(title)}</summary><ul>")
        .AppendJoin("", lines.Select(line => $"<li>{WebUtility.HtmlEncode(line)}</li>"))
        .Append("</ul></details>\n");

    /// <summary>The box of warnings.</summary>
    public void Warnings(IReadOnlyList<string> warnings)
    {
        _sections.Add(("warnings", "Warnings"));
        _body.Append(CultureInfo.InvariantCulture, $"<section class=\"warnings\" id=\"warnings\"><h2>Warnings ({warnings.Count})</h2>\n");
        if (warnings.Count == 0)
            _body.Append("<p>None.</p>");
        else
            _body.Append("<ul>").AppendJoin("", warnings.Select(w => $"<li>{WebUtility.HtmlEncode(w)}</li>\n")).Append("</ul>");
        _body.Append("</section>\n");
    }

    /// <summary>Boxes with the results that matter most.</summary>
    /// <param name="cards">Name, value, a line below, and whether it is good; null where it is neither.</param>
    public void Cards(IEnumerable<(string Name, string Value, string Below, bool? Good)> cards)
    {
        _body.Append("<div class=\"cards\">");
        foreach (var (name, value, below, good) in cards)
        {
            var kind = good switch { true => " good", false => " bad", _ => "" };
            _body.Append(
                CultureInfo.InvariantCulture,
                $"<div class=\"card\"><div class=\"name\">{WebUtility.HtmlEncode(name)}</div><div class=\"value{kind}\">{WebUtility.HtmlEncode(value)}</div><div class=\"sub\">{WebUtility.HtmlEncode(below)}</div></div>\n");
        }

        _body.Append("</div>\n");
    }

    /// <summary>Figures, two or three in a row where there is room; those that are null have nothing to show.</summary>
    public void Figures(IEnumerable<(string Name, string Caption, Figure? Figure)> figures)
    {
        var shown = figures.Where(f => f.Figure is not null).ToList();
        if (shown.Count == 0)
            return;
        _body.Append(CultureInfo.InvariantCulture, $"<div class=\"figures{(shown.Count == 3 ? " three" : "")}\">\n");
        foreach (var (name, caption, figure) in shown)
            AddFigure(name, caption, figure!);
        _body.Append("</div>\n");
    }

    /// <summary>A table; nothing where it is empty.</summary>
    /// <param name="name">Name of its file, without ending.</param>
    /// <param name="caption">What it shows.</param>
    /// <param name="table">The table.</param>
    public void Table(string name, string caption, ReportTable table)
    {
        if (table.IsEmpty)
            return;
        FileOnly(name, table);
        var folded = table.RowCount > LongestOpenTable;
        if (folded)
            _body.Append(CultureInfo.InvariantCulture, $"<details><summary>{WebUtility.HtmlEncode(caption)} ({table.RowCount} rows)</summary>");
        table.WriteHtml(_body, folded ? "" : caption);
        if (folded)
            _body.Append("</details>\n");
    }

    /// <summary>A table that is too long for the page: its file alone.</summary>
    public void FileOnly(string name, ReportTable table)
    {
        var file = $"{TablesFolder}/{name}.csv";
        table.WriteCsv(Path.Combine(folder, file));
        _files.Add(file);
    }

    /// <summary>The whole page.</summary>
    /// <param name="title">Title.</param>
    /// <param name="below">Lines below the title.</param>
    public string Html(string title, IEnumerable<string> below)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <link rel="icon" href="data:,"/>
            <title>{WebUtility.HtmlEncode(title)}</title>
            <style>
            {Resource("report.css")}</style>
            </head>
            <body>
            <header><h1>{WebUtility.HtmlEncode(title)}</h1>

            """);
        foreach (var line in below)
            html.Append(CultureInfo.InvariantCulture, $"<div class=\"quiet\">{WebUtility.HtmlEncode(line)}</div>\n");
        html.Append("</header>\n<nav>");
        foreach (var (id, name) in _sections)
            html.Append(CultureInfo.InvariantCulture, $"<a href=\"#{id}\">{WebUtility.HtmlEncode(name)}</a> ");
        return html.Append("</nav>\n<main>\n").Append(_body).Append("</main>\n</body>\n</html>\n").ToString();
    }

    /// <summary>A text carried inside the assembly.</summary>
    public static string Resource(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private void AddFigure(string name, string caption, Figure figure)
    {
        foreach (var ending in (ReadOnlySpan<string>)["svg", "png"])
        {
            var file = $"{FiguresFolder}/{name}.{ending}";
            figure.Save(Path.Combine(folder, file));
            _files.Add(file);
        }

        var bytes = File.ReadAllBytes(Path.Combine(folder, FiguresFolder, $"{name}.png"));
        _body.Append(
            CultureInfo.InvariantCulture,
            $"<figure><img src=\"data:image/png;base64,{Convert.ToBase64String(bytes)}\" width=\"{figure.Width}\" height=\"{figure.Height}\" alt=\"{WebUtility.HtmlEncode(caption)}\"/><figcaption>{WebUtility.HtmlEncode(caption)}</figcaption></figure>\n");
    }
}
