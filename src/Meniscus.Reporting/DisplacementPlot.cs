using System.Globalization;
using Meniscus.Analysis;
using ScottPlot;

namespace Meniscus.Reporting;

/// <summary>A mean squared displacement with its straight line, and on logarithmic scales, where diffusion has slope 1.</summary>
public static class DisplacementPlot
{
    /// <summary>Saves the plot.</summary>
    /// <param name="result">The displacement.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">The name has another ending.</exception>
    public static void Save(DisplacementResult result, string path)
    {
        ArgumentNullException.ThrowIfNull(result);
        var figure = new Figure(columns: 2, Curves.PanelWidth, Curves.PanelHeight);
        var plot = figure.AddPanel("Mean squared displacement", "time (ps)", "MSD (Å²)");
        plot.AddEstimates(result.Times, result.Displacement, Curves.Colour(0), "simulation");
        double[] ends = [result.FitStart, result.FitEnd];
        var line = plot.AddLine(ends, Array.ConvertAll(ends, t => result.Intercept + (6 * result.Diffusion.Mean * t)), Curves.Colour(1), "6Dt + c", 2);
        line.LinePattern = LinePattern.Dashed;
        plot.Fit(0, result.Times[^1], 0, result.Displacement.Max(v => v.Mean), 0.3, 0.02);
        plot.AddNote(string.Create(CultureInfo.InvariantCulture, $"D = {result.Diffusion.Times(10)}·10⁻⁹ m²/s"), Alignment.UpperLeft);
        plot.ShowLegend(Alignment.LowerRight);
        AddLogarithmic(figure, result);
        figure.Save(path);
    }

    private static void AddLogarithmic(Figure figure, DisplacementResult result)
    {
        var points = Enumerable.Range(1, result.Times.Length - 1).Where(i => result.Displacement[i].Mean > 0).ToArray();
        if (points.Length < 2)
            return;
        var plot = figure.AddPanel("Logarithmic", "time (ps)", "MSD (Å²)");
        var x = Array.ConvertAll(points, i => Math.Log10(result.Times[i]));
        var y = Array.ConvertAll(points, i => Math.Log10(result.Displacement[i].Mean));
        plot.AddLine(x, y, Curves.Colour(0), "simulation");
        var slope = plot.AddLine([x[0], x[^1]], [y[^1] - (x[^1] - x[0]), y[^1]], Colors.Black.WithOpacity(0.5), "slope 1", 1);
        slope.LinePattern = LinePattern.Dotted;
        var (low, high) = (Math.Min(y.Min(), y[^1] - (x[^1] - x[0])), y.Max());
        plot.Fit(x[0], x[^1], low, high);
        plot.Axes.Bottom.TickGenerator = LogAxis.Ticks(x[0], x[^1]);
        plot.Axes.Left.TickGenerator = LogAxis.Ticks(low, high);
        plot.ShowLegend(Alignment.LowerRight);
    }
}
