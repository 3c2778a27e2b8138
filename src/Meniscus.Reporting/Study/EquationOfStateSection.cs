using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Workflow;
using ScottPlot;

namespace Meniscus.Reporting.Study;

/// <summary>Density along the rising pressure.</summary>
internal static class EquationOfStateSection
{
    private const double BarPerKbar = 1000;

    public static void Add(ReportPage page, StudyResults results)
    {
        if (results.Ramps.Count == 0)
            return;
        page.Section("compression", "Equation of state");
        var (start, stop) = results.Project.Production.RampBar;
        page.Paragraph(string.Create(
            CultureInfo.InvariantCulture,
            $"The pressure rises from {start} to {stop} bar in {results.Project.Production.RampPs} ps. Each point is one of {results.Project.Analysis.RampBins} equal parts of that time. A fast ramp lags behind equilibrium: compare with the bulk at its beginning."));
        page.Figures(results.Ramps.Where(r => r.Conditions.Source == StudyResults.Model).Select(ramp => (
            $"states-{ramp.Conditions.Run}", string.Create(CultureInfo.InvariantCulture, $"Density against pressure at {ramp.Conditions.Target} K, with bars of one standard error."), Plot(results, ramp))));
        var table = new ReportTable(
            ReportColumn.One("run", "run"), ReportColumn.One("of", "source"), ReportColumn.Estimate("temperature (K)", "temperature", "K"), ReportColumn.One("ramp (ps)", "sampling_ps"),
            ReportColumn.One("at (bar)", "reference_pressure_bar"), ReportColumn.Estimate("density (g/cm³)", "density", "g_per_cm3"), ReportColumn.Estimate("compressibility (1/GPa)", "compressibility", "per_GPa"));
        foreach (var r in results.Ramps)
        {
            table.Add(
                r.Conditions.Run, SourceNames.Of(r.Conditions.Source, results.Project), ReportCell.Of(r.Conditions.Temperature), ReportCell.Number(r.Conditions.SamplingPs, "0.##"),
                ReportCell.Number(r.ReferencePressure, "0.##"), ReportCell.Of(r.Density), ReportCell.Of(r.Compressibility?.Times(1e4)));
        }

        page.Table("compression", "From the equation of Tait through the states", table);
    }

    private static Figure? Plot(StudyResults results, RampResult ramp)
    {
        var figure = ReportPage.NewFigure();
        var plot = figure.AddPanel(string.Create(CultureInfo.InvariantCulture, $"Compression, {ramp.Conditions.Target} K"), "pressure (kbar)", "density (g/cm³)");
        var (x, y) = (new List<double>(), new List<double>());
        foreach (var one in new[] { ramp, results.Ramps.PartnerOf(ramp.Conditions, r => r.Conditions) })
        {
            if (one?.States is not { RowCount: > 0 } states)
                continue;
            var pressure = Array.ConvertAll(states.Column("pressure_bar"), p => p / BarPerKbar);
            var density = states.Column("density_g_per_cm3");
            plot.AddPoints(pressure, density, states.Column("density_error_g_per_cm3"), SourceNames.Colour(one.Conditions.Source), SourceNames.Of(one.Conditions.Source, results.Project));
            x.AddRange(pressure);
            y.AddRange(density);
        }

        if (x.Count == 0)
            return null;
        var margin = Math.Max(0.01, 0.03 * (x.Max() - x.Min()));
        plot.Fit(x.Min() - margin, x.Max() + margin, y.Min(), y.Max(), 0.4);
        plot.ShowLegend(Alignment.UpperLeft);
        return figure;
    }
}
