using Meniscus.Analysis;
using ScottPlot;

namespace Meniscus.Reporting;

/// <summary>Radial distribution functions, and the coordination numbers beside them.</summary>
public static class RadialDistributionPlot
{
    private const double LeastNeighbors = 12;

    /// <summary>Saves the plot.</summary>
    /// <param name="functions">The functions.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">The name has another ending.</exception>
    public static void Save(RadialDistribution functions, string path)
    {
        ArgumentNullException.ThrowIfNull(functions);
        var figure = new Figure(columns: 2, Curves.PanelWidth, Curves.PanelHeight);
        var r = functions.Distances();
        var edges = Array.ConvertAll(r, x => x + (functions.Cutoff / functions.BinCount / 2));
        var g = figure.AddPanel("Radial distribution", "r (Å)", "g(r)");
        var n = figure.AddPanel("Coordination number", "r (Å)", "n(r)");
        double highest = 0;
        var neighbors = LeastNeighbors;
        for (var pair = 0; pair < functions.Pairs.Count; pair++)
        {
            var name = $"{functions.Pairs[pair].A}–{functions.Pairs[pair].B}";
            var values = functions.Function(pair);
            g.AddEstimates(r, values, Curves.Colour(pair), name);
            n.AddEstimates(edges, functions.Coordination(pair), Curves.Colour(pair), name);
            highest = Math.Max(highest, Interesting(values, r));
            // Room for the first shell; beyond it the number only grows with r³.
            if (functions.Shell(pair) is { } shell)
                neighbors = Math.Max(neighbors, 1.6 * shell.Coordination.Mean);
        }

        g.AddLevel(1);
        g.Fit(0, functions.Cutoff, 0, highest, 0.1, 0.02);
        g.ShowLegend(Alignment.UpperRight);
        n.Fit(0, functions.Cutoff, 0, neighbors, 0.02, 0.02);
        n.ShowLegend(Alignment.UpperLeft);
        figure.Save(path);
    }

    /// <summary>
    /// The height that the panel has to show. Peaks of bonds are higher by an order of magnitude than those of the liquid and
    /// are cut off where both are there.
    /// </summary>
    private static double Interesting(Estimate[] values, double[] r)
    {
        const double LongestBond = 1.75;
        var beyond = values.Where((_, i) => r[i] > LongestBond).Select(v => v.Mean).DefaultIfEmpty(0).Max();
        return beyond > 1 ? beyond : values.Max(v => v.Mean);
    }
}
