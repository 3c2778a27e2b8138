using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Numerics;
using ScottPlot;

namespace Meniscus.Reporting;

/// <summary>The distribution of kinetic energies of each run with the one it should be, and the log ratio of two runs with its slope.</summary>
public static class EnsembleCheckPlot
{
    /// <summary>Saves the plot.</summary>
    /// <param name="check">What was found; with kinetic energies.</param>
    /// <param name="names">Names of the runs.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">The name has another ending.</exception>
    public static void Save(EnsembleCheck check, IReadOnlyList<string> names, string path)
    {
        ArgumentNullException.ThrowIfNull(check);
        ArgumentNullException.ThrowIfNull(names);
        var panels = check.Kinetic.Count + (check.TwoStates is null ? 0 : 1);
        var figure = new Figure(panels, Curves.PanelWidth, Curves.PanelHeight);
        for (var k = 0; k < check.Kinetic.Count; k++)
            AddKinetic(figure, check.Kinetic[k], Path.GetFileName(names[k]));
        if (check.TwoStates is { } both)
            AddRatio(figure, both);
        figure.Save(path);
    }

    private static void AddKinetic(Figure figure, KineticEnergyCheck check, string name)
    {
        var plot = figure.AddPanel(name, "kinetic energy (eV)", "probability density (1/eV)");
        var histogram = KineticHistogram.Of(check);
        var markers = plot.Add.Markers(histogram.X, histogram.Density, MarkerShape.FilledCircle, 5, Curves.Colour(0));
        markers.MarkerStyle.LineWidth = 0;
        markers.LegendText = "run";
        plot.AddLine(histogram.X, histogram.Expected, Curves.Colour(1), string.Create(CultureInfo.InvariantCulture, $"gamma, {check.Temperature:g6} K"));
        plot.Fit(histogram.X[0], histogram.X[^1], 0, Math.Max(histogram.Density.Max(), histogram.Expected.Max()), 0.3, 0);
        plot.AddNote(
            string.Create(CultureInfo.InvariantCulture, $"mean z {check.MeanZ:+0.0;−0.0}\ndeviation z {check.DeviationZ:+0.0;−0.0}\nKS p {check.Probability:g2}"),
            Alignment.UpperLeft);
        plot.ShowLegend(Alignment.UpperRight);
    }

    private static void AddRatio(Figure figure, TwoStateCheck both)
    {
        var plot = figure.AddPanel("Two states", $"{both.Quantity} ({both.Unit})", "ln of the ratio of distributions");
        var points = both.LogRatio();
        if (points.Length == 0)
            return;
        double[] x = [.. points.Select(p => p.X)];
        var centre = (x[0] + x[^1]) / 2;
        plot.AddPoints(x, [.. points.Select(p => p.Value)], [.. points.Select(p => p.Error)], Curves.Colour(0), "histograms");
        plot.AddLine(x, [.. x.Select(v => both.Offset + (both.Slope * v))], Curves.Colour(0), $"slope {Estimate.Text(both.Slope, both.SlopeError)} per {both.Unit}");
        plot.AddLine(
            x,
            [.. x.Select(v => both.Offset + (both.Slope * centre) + (both.ExpectedSlope * (v - centre)))],
            Curves.Colour(1),
            string.Create(CultureInfo.InvariantCulture, $"expected {both.ExpectedSlope:g5}"));
        plot.Fit(x[0], x[^1], points.Min(p => p.Value - p.Error), points.Max(p => p.Value + p.Error), 0.4);
        plot.ShowLegend(Alignment.UpperRight);
    }
}

/// <summary>Histogram of kinetic energies, and the density it should have.</summary>
/// <param name="X">Middle of each bin, eV.</param>
/// <param name="Density">Density of the run, 1/eV.</param>
/// <param name="Expected">Density of the gamma distribution, 1/eV.</param>
public sealed record KineticHistogram(double[] X, double[] Density, double[] Expected)
{
    private const int Bins = 50;

    /// <summary>The histogram of a run.</summary>
    public static KineticHistogram Of(KineticEnergyCheck check)
    {
        ArgumentNullException.ThrowIfNull(check);
        var low = Math.Min(check.Samples.Min(), Math.Max(0, check.ExpectedMean - (4 * check.ExpectedDeviation)));
        var high = Math.Max(check.Samples.Max(), check.ExpectedMean + (4 * check.ExpectedDeviation));
        var width = (high - low) / Bins;
        var density = new double[Bins];
        foreach (var sample in check.Samples)
            density[Math.Min(Bins - 1, (int)((sample - low) / width))] += 1 / (width * check.Samples.Length);
        double[] x = [.. Enumerable.Range(0, Bins).Select(k => low + ((k + 0.5) * width))];
        var thermal = check.ExpectedMean / (0.5 * check.DegreesOfFreedom);
        return new KineticHistogram(x, density, [.. x.Select(k => GammaDistribution.Density(k, 0.5 * check.DegreesOfFreedom, thermal))]);
    }
}
