using System.Globalization;
using System.Net;
using System.Text;
using Meniscus.IO;
using Meniscus.Reporting.Study;
using Meniscus.Workflow;

namespace Meniscus.Reporting;

/// <summary>
/// The report of a study: one HTML page that needs nothing else, and beside it the figures as SVG and PNG and the tables as CSV. Of a study
/// that is not finished it shows what there is.
/// </summary>
public static class StudyReport
{
    /// <summary>Name of the folder, in that of the study.</summary>
    public const string FolderName = "report";

    /// <summary>Name of the page.</summary>
    public const string PageName = "index.html";

    /// <summary>Writes the report.</summary>
    /// <param name="results">What the study has found.</param>
    /// <param name="folder">Folder to write to; made where it does not exist.</param>
    /// <returns>The files, relative to the folder, the page first.</returns>
    public static IReadOnlyList<string> Write(StudyResults results, string folder)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(folder);
        var page = new ReportPage(folder);
        HeadlineSection.Add(page, results);
        DataSection.Add(page, results);
        LearningSection.Add(page, results);
        AccuracySection.Add(page, results);
        DeviationSection.Add(page, results);
        BulkSection.Add(page, results);
        InterfaceSection.Add(page, results);
        EquationOfStateSection.Add(page, results);
        ChecksSection.Add(page, results);
        ReproductionSection.Add(page, results);
        var html = page.Html(results.Project.Name, About(results));
        AtomicFile.WriteText(Path.Combine(folder, PageName), writer => writer.Write(html));
        return [PageName, .. page.Files];
    }

    /// <summary>The page as it is served while the study runs: it asks how far the study is, and loads itself anew when there is more to see.</summary>
    /// <param name="html">The page.</param>
    /// <param name="version">Another one when the page is another.</param>
    public static string Live(string html, string version)
    {
        ArgumentNullException.ThrowIfNull(html);
        return html
            .Replace("<html lang=\"en\">", $"<html lang=\"en\" data-version=\"{WebUtility.HtmlEncode(version)}\">", StringComparison.Ordinal)
            .Replace("</header>", "</header>\n<section class=\"live\" id=\"live\">…</section>", StringComparison.Ordinal)
            .Replace("</body>", $"<script>\n{ReportPage.Resource("live.js")}</script>\n</body>", StringComparison.Ordinal);
    }

    /// <summary>How far a study is, as a part of the page.</summary>
    /// <param name="status">The status.</param>
    public static string StatusHtml(StudyStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var html = new StringBuilder($"<strong>{WebUtility.HtmlEncode(status.Words)}</strong>");
        foreach (var stage in status.Running)
        {
            var share = double.IsFinite(stage.Share) ? stage.Share : 0;
            html.Append(CultureInfo.InvariantCulture, $"<div>{WebUtility.HtmlEncode(stage.Name)} <span class=\"quiet\">{100 * share:0} %, {stage.Seconds:0} s {WebUtility.HtmlEncode(stage.Message)}</span></div><progress max=\"1\" value=\"{share:0.###}\"></progress>");
        }

        return html.ToString();
    }

    private static IEnumerable<string> About(StudyResults results)
    {
        var project = results.Project;
        var solutes = string.Concat(project.Substance.Solutes.Select(s => string.Create(CultureInfo.InvariantCulture, $", {s.Value} {s.Key}")));
        var substance = project.Substance.Structure is { } file ? file : string.Create(CultureInfo.InvariantCulture, $"{project.Substance.Water} water molecules{solutes}");
        yield return string.Create(CultureInfo.InvariantCulture, $"{substance}; {string.Join(", ", project.Production.Temperatures ?? project.Temperatures)} K; {results.Stages.Count(s => s.Done)} stages done; status: {results.Status.Words}");
        if (results.Stages.Count > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"Begun {results.Stages[0].Started:yyyy-MM-dd HH:mm} UTC, last changed {results.Stages.Max(s => s.Started.AddSeconds(s.Seconds)):yyyy-MM-dd HH:mm} UTC");
    }
}
