using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Dynamics;
using ScottPlot;

namespace Meniscus.Reporting;

/// <summary>The conserved quantity against time at every time step, and its scatter against the time step on logarithmic axes with a line of slope 2.</summary>
public static class ConservationPlot
{
    private const int MostPoints = 2000;

    /// <summary>Saves the plot.</summary>
    /// <param name="check">What was found.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">The name has another ending.</exception>
    public static void Save(ConservationCheck check, string path)
    {
        ArgumentNullException.ThrowIfNull(check);
        var figure = new Figure(columns: 2, Curves.PanelWidth, Curves.PanelHeight);
        ConservationPoint[] stable = [.. check.Points.Where(p => p.IsStable)];
        AddSeries(figure, check.Stage, stable);
        AddScatter(figure, check, [.. stable.Where(p => p.Scatter > 0)]);
        figure.Save(path);
    }

    private static void AddSeries(Figure figure, string title, ConservationPoint[] points)
    {
        var plot = figure.AddPanel(title, "time (ps)", "deviation (meV/atom)");
        // The longest time step scatters most; it goes behind the others.
        for (var k = points.Length - 1; k >= 0; k--)
        {
            var (point, dt) = (points[k], points[k].TimestepFs * Units.Femtosecond);
            var rows = Curves.Thinned(point.Values.Count, MostPoints);
            plot.AddLine(
                Array.ConvertAll(rows, i => i * dt), Array.ConvertAll(rows, i => point.Values[i]), Curves.Colour(k),
                string.Create(CultureInfo.InvariantCulture, $"{point.TimestepFs} fs"), width: 1);
        }

        if (points.Length == 0)
            return;
        plot.Fit(0, points[0].Steps * points[0].TimestepFs * Units.Femtosecond, points.Min(p => p.Values.Min()), points.Max(p => p.Values.Max()), 0.3);
        plot.ShowLegend(Alignment.UpperRight);
    }

    private static void AddScatter(Figure figure, ConservationCheck check, ConservationPoint[] points)
    {
        var plot = figure.AddPanel("Scatter", "time step (fs)", "scatter (meV/atom)");
        if (points.Length == 0)
            return;
        double[] x = [.. points.Select(p => Math.Log10(p.TimestepFs))];
        double[] y = [.. points.Select(p => Math.Log10(p.Scatter))];
        double[] square = [.. x.Select(t => y[^1] + (2 * (t - x[^1])))];
        var markers = plot.Add.Markers(x, y, MarkerShape.FilledCircle, 6, Curves.Colour(0));
        markers.LegendText = "scatter";
        plot.AddLine(x, square, Curves.Colour(1), "slope 2");
        plot.AddLevel(Math.Log10(check.NoiseLevel));
        var (low, high) = (Math.Min(y.Min(), square.Min()), Math.Max(y.Max(), square.Max()));
        plot.Fit(x[0] - 0.1, x[^1] + 0.1, low, high, 0.35, 0.1);
        plot.Axes.Bottom.TickGenerator = LogAxis.Ticks(x[0] - 0.1, x[^1] + 0.1);
        plot.Axes.Left.TickGenerator = LogAxis.Ticks(low, high);
        plot.AddNote(
            double.IsNaN(check.Exponent) ? "noise" : string.Create(CultureInfo.InvariantCulture, $"exponent {check.Exponent:f2}"), Alignment.UpperLeft);
        plot.ShowLegend(Alignment.UpperRight);
    }
}
