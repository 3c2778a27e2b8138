using Meniscus.Analysis;
using Meniscus.Workflow;
using ScottPlot;

namespace Meniscus.Reporting.Study;

/// <summary>A quantity against temperature: model and reference with bars of one standard error, and what is known of real water as a line.</summary>
internal static class TemperaturePlot
{
    // Three names above the points.
    private const double RoomForLegend = 0.6;

    /// <summary>The figure; null without a point.</summary>
    /// <param name="title">Title.</param>
    /// <param name="label">Label of the quantity, with unit.</param>
    /// <param name="project">The project.</param>
    /// <param name="points">Source, temperature and value.</param>
    /// <param name="curve">The line, or null.</param>
    /// <param name="curveName">Its name.</param>
    public static Figure? Make(
        string title, string label, ProjectInput project, IReadOnlyList<(string Source, double Temperature, Estimate Value)> points, Func<double, double>? curve, string curveName)
    {
        points = [.. points.Where(p => double.IsFinite(p.Value.Mean))];
        if (points.Count == 0)
            return null;
        var figure = ReportPage.NewFigure();
        var plot = figure.AddPanel(title, "temperature (K)", label);
        var (left, right) = (points.Min(p => p.Temperature), points.Max(p => p.Temperature));
        var margin = Math.Max(10, 0.08 * (right - left));
        var shift = 0.012 * (right - left + (2 * margin));
        (left, right) = (left - margin, right + margin);
        var values = points.SelectMany(p => (double[])[p.Value.Mean - Error(p.Value), p.Value.Mean + Error(p.Value)]).ToList();
        if (curve is not null)
        {
            var from = Math.Max(left, 273.16);
            var to = Math.Min(right, 647);
            if (to > from)
            {
                var x = Enumerable.Range(0, 101).Select(i => from + ((to - from) * i / 100)).ToArray();
                var y = Array.ConvertAll(x, t => curve(t));
                plot.AddLine(x, y, Colors.Black.WithOpacity(0.6), curveName, 1.4f).LinePattern = LinePattern.Dashed;
                values.AddRange(y);
            }
        }

        foreach (var source in points.GroupBy(p => p.Source))
        {
            plot.AddPoints(
                [.. source.Select(p => p.Temperature + SourceNames.Shift(p.Source, shift))], [.. source.Select(p => p.Value.Mean)], [.. source.Select(p => Error(p.Value))],
                SourceNames.Colour(source.Key), SourceNames.Of(source.Key, project));
        }

        plot.Fit(left, right, values.Min(), values.Max(), RoomForLegend);
        plot.ShowLegend(Alignment.UpperRight);
        return figure;
    }

    private static double Error(Estimate value) => double.IsFinite(value.StandardError) ? value.StandardError : 0;
}
