using Meniscus.IO;
using Meniscus.Workflow;
using ScottPlot;

namespace Meniscus.Reporting.Study;

/// <summary>A curve of the model over that of the reference, each with a band of one standard error, out of the tables of their analyses.</summary>
internal static class CurvePlot
{
    /// <summary>The figure; null without a curve.</summary>
    /// <param name="title">Title.</param>
    /// <param name="xLabel">Label of the horizontal axis.</param>
    /// <param name="yLabel">Label of the vertical axis.</param>
    /// <param name="project">The project.</param>
    /// <param name="tables">The tables of the sources.</param>
    /// <param name="columns">Their columns for x, y and the error of y.</param>
    /// <param name="level">A dotted line across, or null.</param>
    /// <param name="interesting">From which x on the height of the panel is taken from the curves.</param>
    /// <param name="fromZero">Whether the vertical axis begins at 0.</param>
    public static Figure? Make(
        string title, string xLabel, string yLabel, ProjectInput project, IEnumerable<(string Source, CsvTable? Table)> tables, (string X, string Y, string Error) columns,
        double? level = null, double interesting = double.NegativeInfinity, bool fromZero = true)
    {
        var figure = ReportPage.NewFigure();
        var plot = figure.AddPanel(title, xLabel, yLabel);
        var (left, right) = (double.PositiveInfinity, double.NegativeInfinity);
        var (low, high) = fromZero ? (0, 0) : (double.PositiveInfinity, double.NegativeInfinity);
        if (level is { } across)
            plot.AddLevel(across);
        foreach (var (source, table) in tables)
        {
            if (table is null || table.RowCount < 2)
                continue;
            var (x, y, error) = (table.Column(columns.X), table.Column(columns.Y), table.Column(columns.Error));
            if (!y.Any(double.IsFinite))
                continue;
            plot.AddBand(x, y, error, SourceNames.Colour(source));
            var line = plot.AddLine(x, y, SourceNames.Colour(source), SourceNames.Of(source, project));
            // Where both lie on each other, the model is seen between the dashes.
            if (source == StudyResults.Reference)
                line.LinePattern = LinePattern.Dashed;
            (left, right) = (Math.Min(left, x[0]), Math.Max(right, x[^1]));
            for (var i = 0; i < x.Length; i++)
            {
                if (x[i] < interesting || !double.IsFinite(y[i]))
                    continue;
                (low, high) = (Math.Min(low, y[i]), Math.Max(high, y[i]));
            }
        }

        if (!double.IsFinite(left))
            return null;
        plot.Fit(fromZero ? Math.Min(left, 0) : left, right, low, high, 0.4, fromZero ? 0.02 : 0.06);
        plot.ShowLegend(Alignment.UpperRight);
        return figure;
    }
}
