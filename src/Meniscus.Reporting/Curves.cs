using System.Globalization;
using Meniscus.Analysis;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Meniscus.Reporting;

/// <summary>How lines, bands of error and marks look in all plots of results; colours are those of Okabe and Ito, which most colour-blind readers tell apart.</summary>
internal static class Curves
{
    public const int PanelWidth = 520;
    public const int PanelHeight = 360;

    private static readonly Color[] Palette =
    [
        Color.FromHex("#0072B2"), Color.FromHex("#D55E00"), Color.FromHex("#009E73"), Color.FromHex("#CC79A7"),
        Color.FromHex("#E69F00"), Color.FromHex("#56B4E9"), Color.FromHex("#000000"),
    ];

    public static Color Colour(int index) => Palette[index % Palette.Length];

    /// <summary>A line with a band of one standard error either side; points without a number are left out.</summary>
    public static void AddEstimates(this Plot plot, double[] x, Estimate[] y, Color colour, string name)
    {
        AddBand(plot, x, [.. y.Select(v => v.Mean)], [.. y.Select(v => v.StandardError)], colour);
        AddLine(plot, x, [.. y.Select(v => v.Mean)], colour, name);
    }

    public static void AddBand(this Plot plot, double[] x, double[] mean, double[] error, Color colour)
    {
        var known = Enumerable.Range(0, x.Length).Where(i => double.IsFinite(mean[i]) && double.IsFinite(error[i])).ToArray();
        if (known.Length < 2)
            return;
        var band = plot.Add.FillY(
            Array.ConvertAll(known, i => x[i]),
            Array.ConvertAll(known, i => mean[i] - error[i]),
            Array.ConvertAll(known, i => mean[i] + error[i]));
        band.FillColor = colour.WithOpacity(0.25);
        band.LineWidth = 0;
    }

    public static ScottPlot.Plottables.Scatter AddLine(this Plot plot, double[] x, double[] y, Color colour, string? name = null, float width = 1.8f)
    {
        var known = Enumerable.Range(0, x.Length).Where(i => double.IsFinite(y[i])).ToArray();
        var line = plot.Add.ScatterLine(Array.ConvertAll(known, i => x[i]), Array.ConvertAll(known, i => y[i]), colour);
        line.LineWidth = width;
        if (name is not null)
            line.LegendText = name;
        return line;
    }

    /// <summary>Points with bars of one standard error.</summary>
    public static void AddPoints(this Plot plot, double[] x, double[] y, double[] error, Color colour, string? name = null)
    {
        var bars = plot.Add.ErrorBar(x, y, Array.ConvertAll(error, e => double.IsFinite(e) ? e : 0));
        bars.Color = colour;
        bars.LineWidth = 1.2f;
        bars.CapSize = 3;
        var markers = plot.Add.Markers(x, y, MarkerShape.FilledCircle, 5, colour);
        markers.MarkerStyle.LineWidth = 0;
        if (name is not null)
            markers.LegendText = name;
    }

    public static void AddMark(this Plot plot, double x, Color colour)
    {
        var line = plot.Add.VerticalLine(x, 1.2f, colour, LinePattern.Dashed);
        line.EnableAutoscale = false;
    }

    public static void AddLevel(this Plot plot, double y)
    {
        var line = plot.Add.HorizontalLine(y, 1, Colors.Black.WithOpacity(0.4), LinePattern.Dotted);
        line.EnableAutoscale = false;
    }

    /// <summary>A note in a corner.</summary>
    public static void AddNote(this Plot plot, string text, Alignment corner)
    {
        var note = plot.Add.Annotation(text, corner);
        note.LabelFontSize = 12;
        note.LabelBackgroundColor = Colors.White.WithOpacity(0.8);
        note.LabelBorderWidth = 0;
        note.LabelShadowColor = Colors.Transparent;
    }

    /// <summary>Sets the range of the panel: all of x, and y with room above for legend or note.</summary>
    public static void Fit(this Plot plot, double left, double right, double low, double high, double roomAbove = 0.06, double roomBelow = 0.06)
    {
        var height = high > low ? high - low : Math.Max(1e-9, Math.Abs(high) * 0.1);
        plot.Axes.SetLimits(left, right > left ? right : left + 1, low - (roomBelow * height), high + (roomAbove * height));
        // Without the commas that would set thousands apart.
        plot.Axes.Left.TickGenerator = new NumericAutomatic { LabelFormatter = Label };
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { LabelFormatter = Label };
    }

    private static string Label(double value) => Math.Round(value, 10).ToString("G10", CultureInfo.InvariantCulture);

    /// <summary>Every so manieth index, so that at most about this many are left.</summary>
    public static int[] Thinned(int count, int most)
    {
        var stride = Math.Max(1, (count + most - 1) / most);
        return [.. Enumerable.Range(0, (count + stride - 1) / stride).Select(i => i * stride)];
    }
}
