using System.Globalization;
using Meniscus.Building;
using Meniscus.Workflow;

namespace Meniscus.Reporting.Study;

/// <summary>The bulk liquid: density, diffusion, radial distribution functions against those of the reference.</summary>
internal static class BulkSection
{
    // Beyond the longest O–H bond and the H–H distance in a molecule: their peaks are higher by an order of magnitude.
    private const double BeyondMolecule = 1.75;

    public static void Add(ReportPage page, StudyResults results)
    {
        if (results.Bulk.Count == 0)
            return;
        page.Section("bulk", "Bulk liquid");
        page.Paragraph(string.Create(CultureInfo.InvariantCulture, $"Simulated at {results.Project.Pressure} bar. Errors in brackets are one standard error, from block averages; bands and bars in figures are, too."));
        var pure = results.Project.Substance is { Solutes.Count: 0, Structure: null };
        page.Figures([("density-temperature", $"Density of the bulk{(pure ? " against that of real water (Kell 1975; saturated, Wagner and Pruss 1993, above 373 K)" : "")}.", TemperaturePlot.Make(
            "Density of the bulk", "density (g/cm³)", results.Project, [.. results.Bulk.Select(b => (b.Conditions.Source, b.Conditions.Target, b.Density))],
            pure ? t => WaterDensity.At(Math.Min(t, 647)) : null, "real water"))]);
        AddNumbers(page, results);
        page.Subtitle("Radial distribution functions");
        if (results.Project.CompareWith is null)
            page.Paragraph("No reference was simulated (compare_with is null), so the functions stand alone.", quiet: true);
        page.Figures(results.Bulk.Where(b => b.Conditions.Source == StudyResults.Model).SelectMany(bulk => Functions(results, bulk)));
    }

    private static void AddNumbers(ReportPage page, StudyResults results)
    {
        var table = new ReportTable(
            ReportColumn.One("run", "run"), ReportColumn.One("of", "source"), ReportColumn.Estimate("temperature (K)", "temperature", "K"), ReportColumn.One("sampled (ps)", "sampling_ps"),
            ReportColumn.Estimate("density (g/cm³)", "density", "g_per_cm3"), ReportColumn.One("independent samples", "density_samples"), ReportColumn.Estimate("pressure (bar)", "pressure", "bar"),
            ReportColumn.Estimate("diffusion (10⁻⁹ m²/s)", "diffusion", "1e-9_m2_per_s"));
        foreach (var b in results.Bulk)
        {
            table.Add(
                b.Conditions.Run, SourceNames.Of(b.Conditions.Source, results.Project), ReportCell.Of(b.Conditions.Temperature), ReportCell.Number(b.Conditions.SamplingPs, "0.##"),
                ReportCell.Of(b.Density), ReportCell.Number(b.Density.IndependentSamples, "0"), ReportCell.Of(b.Pressure), ReportCell.Of(b.Diffusion));
        }

        page.Table("bulk", "Bulk; diffusion is in the box as it is, without the correction for its size", table);
    }

    private static IEnumerable<(string Name, string Caption, Figure? Figure)> Functions(StudyResults results, BulkResult bulk)
    {
        if (bulk.RadialDistribution is not { } table)
            yield break;
        var partner = results.Bulk.PartnerOf(bulk.Conditions, b => b.Conditions);
        foreach (var column in table.Names.Where(n => n.StartsWith("g_", StringComparison.Ordinal) && !n.EndsWith("_error", StringComparison.Ordinal)))
        {
            var pair = column[2..];
            var title = string.Create(CultureInfo.InvariantCulture, $"{Dashed(pair)}, {bulk.Conditions.Target} K");
            yield return (
                $"rdf-{pair}-{bulk.Conditions.Run}",
                $"Radial distribution function {title}{(pair == "OO" ? "" : "; the peaks of the bonds are cut off")}.",
                CurvePlot.Make(
                    title, "r (Å)", "g(r)", results.Project, [(StudyResults.Model, table), (StudyResults.Reference, partner?.RadialDistribution)], ("r_A", column, $"{column}_error"), level: 1, interesting: BeyondMolecule));
        }
    }

    /// <summary>The column names two elements without a mark between them; the second begins with the last capital.</summary>
    private static string Dashed(string pair)
    {
        var second = pair.Length - 1;
        while (second > 0 && !char.IsUpper(pair[second]))
            second--;
        return $"{pair[..second]}–{pair[second..]}";
    }
}
