using System.Globalization;
using Meniscus.Analysis;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Meniscus.Reporting;

/// <summary>A blocking curve: standard error against the size of the blocks, with its own errors and the plateau marked.</summary>
internal static class BlockingPanel
{
    /// <summary>Adds the panel.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="average">The curve.</param>
    /// <param name="unit">Unit of the quantity, or an empty text.</param>
    /// <param name="interval">Time between samples, ps; null to count samples.</param>
    public static void Add(Figure figure, BlockAverage average, string unit, double? interval)
    {
        var (label, size) = interval is { } dt && dt > 0 ? ("block length (ps)", dt) : ("block length (samples)", 1);
        var plot = figure.AddPanel("Blocking", label, unit.Length > 0 ? $"standard error ({unit})" : "standard error");
        var levels = average.Levels;
        if (levels.Count == 0)
            return;
        var x = levels.Select(l => Math.Log10(l.BlockSize * size)).ToArray();
        var error = levels.Select(l => l.StandardError).ToArray();
        var uncertainty = levels.Select(l => l.Uncertainty).ToArray();
        // The last levels have a block or two and bars that would squeeze all others.
        var shown = Math.Max(1, levels.Count(l => l.BlockCount >= 4));
        var high = Enumerable.Range(0, shown).Max(i => error[i] + uncertainty[i]);
        plot.AddPoints(x[..shown], error[..shown], uncertainty[..shown], Curves.Colour(0));
        if (average.Plateau < shown)
        {
            plot.AddBand(
                [x[average.Plateau], x[shown - 1] + 0.15],
                [average.StandardError, average.StandardError],
                [average.StandardErrorUncertainty, average.StandardErrorUncertainty],
                Curves.Colour(1));
            plot.AddLine([x[average.Plateau], x[shown - 1] + 0.15], [average.StandardError, average.StandardError], Curves.Colour(1));
        }

        plot.Fit(x[0] - 0.1, x[shown - 1] + 0.15, 0, high, 0.28, 0);
        plot.Axes.Bottom.TickGenerator = LogAxis.Ticks(x[0] - 0.1, x[shown - 1] + 0.15);
        var verdict = average.PlateauReached ? "" : "\nno plateau";
        plot.AddNote(
            string.Create(CultureInfo.InvariantCulture, $"plateau {Estimate.Text(average.StandardError, average.StandardErrorUncertainty)} {unit}\n{average.IndependentSamples:0} independent samples{verdict}"),
            Alignment.UpperLeft);
    }
}
