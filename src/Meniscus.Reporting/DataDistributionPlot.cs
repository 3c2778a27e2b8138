using System.Globalization;
using Meniscus.IO;
using ScottPlot;

namespace Meniscus.Reporting;

/// <summary>
/// What data sets hold, as histograms: energy per atom, force components (counts on a logarithmic axis, where outliers show),
/// density, virial pressure, and the shortest distance of every pair of elements per frame. A few systems get a line each,
/// more are put together.
/// </summary>
public static class DataDistributionPlot
{
    private const int MostLines = 6;
    private const int Bins = 60;

    /// <summary>Saves the plot; panels without data are left out.</summary>
    /// <param name="systems">At least one system.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">The name has another ending.</exception>
    public static void Save(IReadOnlyList<DataDistributions> systems, string path)
    {
        ArgumentNullException.ThrowIfNull(systems);
        PlotFile.RequireKnownEnding(path);
        var figure = new Figure(columns: 2, Curves.PanelWidth, Curves.PanelHeight);
        var together = systems.Count > MostLines ? string.Create(CultureInfo.InvariantCulture, $" of {systems.Count} systems together") : "";
        AddFrames(figure, systems, "Energy" + together, "energy (eV/atom)", system => system.EnergiesPerAtom);
        AddForces(figure, systems);
        AddFrames(figure, systems, "Density", "density of the cell (g/cm³)", system => system.Densities);
        AddFrames(figure, systems, "Virial pressure", "tr Ξ/3V, without kinetic part (kbar)", system => [.. system.VirialPressures.Select(p => p / 1000)]);
        AddDistances(figure, systems);
        figure.Save(path);
    }

    private static void AddFrames(Figure figure, IReadOnlyList<DataDistributions> systems, string title, string label, Func<DataDistributions, IReadOnlyList<double>> values) =>
        AddHistograms(figure, title, label, [.. Lines(systems).Select(line => (line.Name, line.Systems.SelectMany(values).ToArray()))]);

    private static void AddDistances(Figure figure, IReadOnlyList<DataDistributions> systems)
    {
        var pairs = systems.SelectMany(system => system.ShortestDistances).GroupBy(pair => pair.Key)
            .Select(pair => (pair.Key.Replace('-', '–'), Values: pair.SelectMany(entry => entry.Value).ToArray()))
            .OrderBy(pair => pair.Values.Min()).Take(MostLines);
        AddHistograms(figure, "Shortest distance of each pair", "shortest distance in a frame (Å)", [.. pairs]);
    }

    private static void AddHistograms(Figure figure, string title, string label, List<(string Name, double[] Values)> lines)
    {
        lines.RemoveAll(line => line.Values.Length == 0);
        if (lines.Count == 0)
            return;
        var plot = figure.AddPanel(title, label, "frames");
        var (low, high) = (lines.Min(line => line.Values.Min()), lines.Max(line => line.Values.Max()));
        var width = Math.Max((high - low) / Bins, 1e-9 * Math.Max(Math.Abs(high), 1));
        var most = 0.0;
        for (var i = 0; i < lines.Count; i++)
        {
            var counts = new double[Bins];
            foreach (var value in lines[i].Values)
                counts[Math.Clamp((int)((value - low) / width), 0, Bins - 1)]++;
            most = Math.Max(most, counts.Max());
            AddSteps(plot, low, width, counts, Curves.Colour(i), lines.Count > 1 ? lines[i].Name : null);
        }

        plot.Fit(low - (2 * width), low + ((Bins + 2) * width), 0, most, Room(lines.Count), 0);
        if (lines.Count > 1)
            plot.ShowLegend(Alignment.UpperRight);
    }

    private static void AddForces(Figure figure, IReadOnlyList<DataDistributions> systems)
    {
        var lines = Lines(systems).Select(line => (line.Name, Bins: line.Systems.SelectMany(s => s.ForceComponents).ToArray())).Where(line => line.Bins.Length > 0).ToList();
        if (lines.Count == 0)
            return;
        var plot = figure.AddPanel("Forces", "force component (eV/Å)", "components");
        var (low, high) = (lines.Min(line => line.Bins.Min(b => b.Key)), lines.Max(line => line.Bins.Max(b => b.Key)));
        var merged = ((high - low) / (2 * Bins)) + 1;
        var most = 1.0;
        for (var i = 0; i < lines.Count; i++)
        {
            var counts = new double[((high - low) / merged) + 1];
            foreach (var (bin, count) in lines[i].Bins)
                counts[(bin - low) / merged] += count;
            most = Math.Max(most, counts.Max());
            // Bins without any lie below the axis.
            var logs = Array.ConvertAll(counts, count => count > 0 ? Math.Log10(count) : -1);
            AddSteps(plot, (low - 0.5) * DataDistributions.ForceBin, merged * DataDistributions.ForceBin, logs, Curves.Colour(i), lines.Count > 1 ? lines[i].Name : null);
        }

        var top = Math.Log10(most);
        plot.Fit(low * DataDistributions.ForceBin, (high + merged) * DataDistributions.ForceBin, -0.3, top, Room(lines.Count), 0);
        plot.Axes.Left.TickGenerator = LogAxis.Ticks(-0.3, top);
        if (lines.Count > 1)
            plot.ShowLegend(Alignment.UpperRight);
    }

    /// <summary>Room above the curves for the legend.</summary>
    private static double Room(int lines) => lines > 1 ? 0.1 + (0.12 * lines) : 0.1;

    private static void AddSteps(Plot plot, double low, double width, double[] counts, Color colour, string? name)
    {
        var (x, y) = (new double[(2 * counts.Length) + 2], new double[(2 * counts.Length) + 2]);
        for (var i = 0; i < counts.Length; i++)
        {
            (x[(2 * i) + 1], x[(2 * i) + 2]) = (low + (i * width), low + ((i + 1) * width));
            y[(2 * i) + 1] = y[(2 * i) + 2] = counts[i];
        }

        (x[0], x[^1]) = (x[1], x[^2]);
        (y[0], y[^1]) = (Math.Min(0, counts.Min()), Math.Min(0, counts.Min()));
        plot.AddLine(x, y, colour, name, 1.5f);
    }

    private static IEnumerable<(string Name, IReadOnlyList<DataDistributions> Systems)> Lines(IReadOnlyList<DataDistributions> systems)
    {
        if (systems.Count > MostLines)
            return [("", systems)];
        return systems.Select(system => (Path.GetFileName(Path.TrimEndingDirectorySeparator(system.System)), (IReadOnlyList<DataDistributions>)[system]));
    }
}
