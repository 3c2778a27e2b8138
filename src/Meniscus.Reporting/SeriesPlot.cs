using System.Globalization;
using Meniscus.Analysis;
using ScottPlot;

namespace Meniscus.Reporting;

/// <summary>
/// A series in time, or what a surface tension comes from: means of blocks, the running mean with its band of error, and
/// the blocking curve beside it.
/// </summary>
public static class SeriesPlot
{
    private const int BlockMeans = 60;

    /// <summary>Saves the plot.</summary>
    /// <param name="title">What it is.</param>
    /// <param name="label">Label of the quantity, with unit.</param>
    /// <param name="unit">Its unit, or an empty text.</param>
    /// <param name="times">Time of each sample, ps; null to count samples.</param>
    /// <param name="series">The samples.</param>
    /// <param name="average">Their mean and blocking curve.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">The name has another ending.</exception>
    public static void Save(string title, string label, string unit, double[]? times, double[] series, BlockAverage average, string path)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(average);
        var figure = new Figure(columns: 2, Curves.PanelWidth, Curves.PanelHeight);
        var plot = figure.AddPanel(title, times is null ? "sample" : "time (ps)", label);
        var x = times ?? [.. Enumerable.Range(0, series.Length).Select(i => (double)i)];
        var (blockX, blockY) = Means(x, series);
        var (meanX, mean, error) = Running(x, series, average);
        var markers = plot.Add.Markers(blockX, blockY, MarkerShape.FilledCircle, 4, Colors.Black.WithOpacity(0.3));
        markers.MarkerStyle.LineWidth = 0;
        markers.LegendText = string.Create(CultureInfo.InvariantCulture, $"means over {(x[^1] - x[0]) / blockX.Length:G2}{(times is null ? " samples" : " ps")}");
        plot.AddBand(meanX, mean, error, Curves.Colour(0));
        plot.AddLine(meanX, mean, Curves.Colour(0), "running mean");
        plot.AddLevel(average.Mean);
        // The running mean starts anywhere; the scale is that of the blocks.
        var (low, high) = (blockY.Min(), blockY.Max());
        plot.Fit(x[0], x[^1], Math.Min(low, average.Mean - average.StandardError), Math.Max(high, average.Mean + average.StandardError), 0.32);
        plot.AddNote($"{average.Estimate} {unit}".TrimEnd(), Alignment.UpperLeft);
        plot.ShowLegend(Alignment.UpperRight);
        BlockingPanel.Add(figure, average, unit, times is { Length: > 1 } ? (times[^1] - times[0]) / (times.Length - 1) : null);
        figure.Save(path);
    }

    private static (double[] X, double[] Y) Means(double[] x, double[] series)
    {
        var count = Math.Min(BlockMeans, series.Length);
        var (means, places) = (new double[count], new double[count]);
        for (var b = 0; b < count; b++)
        {
            var (from, to) = ((int)((long)b * series.Length / count), (int)((b + 1L) * series.Length / count));
            means[b] = series[from..to].Average();
            places[b] = (x[from] + x[to - 1]) / 2;
        }

        return (places, means);
    }

    private static (double[] X, double[] Mean, double[] Error) Running(double[] x, double[] series, BlockAverage average)
    {
        var rows = Curves.Thinned(series.Length, 500);
        var sums = new double[series.Length];
        double sum = 0;
        for (var i = 0; i < series.Length; i++)
            sums[i] = sum += series[i];
        return (
            Array.ConvertAll(rows, i => x[i]),
            Array.ConvertAll(rows, i => sums[i] / (i + 1)),
            Array.ConvertAll(rows, i => average.StandardError * Math.Sqrt(series.Length / (i + 1.0))));
    }
}
