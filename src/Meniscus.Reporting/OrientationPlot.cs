using Meniscus.Analysis;
using ScottPlot;

namespace Meniscus.Reporting;

/// <summary>An orientation profile; the number of molecules is drawn faintly to show where the liquid is.</summary>
public static class OrientationPlot
{
    /// <summary>Saves the plot.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="axis">Name of the axis.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">The name has another ending.</exception>
    public static void Save(OrientationProfile profile, char axis, string path)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var figure = new Figure(columns: 2, Curves.PanelWidth, Curves.PanelHeight);
        AddPanel(figure, profile, profile.Cosine(), "Dipole along the normal", "⟨cos θ⟩", axis, Curves.Colour(0));
        AddPanel(figure, profile, profile.SecondLegendre(), "Order parameter", "⟨P₂(cos θ)⟩", axis, Curves.Colour(1));
        figure.Save(path);
    }

    private static void AddPanel(Figure figure, OrientationProfile profile, Estimate[] values, string title, string label, char axis, Color colour)
    {
        var plot = figure.AddPanel(title, $"{axis} from the centre of mass (Å)", label);
        var z = profile.Positions();
        // Bins that few molecules ever visit have errors that would fill the panel.
        var molecules = profile.Molecules();
        var most = molecules.Max();
        var shown = values.Select((v, i) => molecules[i] > 0.02 * most ? v : default(Estimate) with { Mean = double.NaN }).ToArray();
        var high = shown.Where(v => double.IsFinite(v.Mean)).Select(v => Math.Abs(v.Mean) + (double.IsFinite(v.StandardError) ? v.StandardError : 0)).DefaultIfEmpty(1).Max();
        high = Math.Max(high, 0.02);
        var water = plot.Add.FillY(z, [.. z.Select(_ => -1.1 * high)], [.. molecules.Select(m => (0.5 * high * m / most) - (1.1 * high))]);
        water.FillColor = Colors.Black.WithOpacity(0.08);
        water.LineWidth = 0;
        water.LegendText = "molecules";
        plot.AddLevel(0);
        plot.AddEstimates(z, shown, colour, label);
        plot.Fit(z[0], z[^1], -1.1 * high, high, 0.2, 0);
        plot.ShowLegend(Alignment.UpperRight);
    }
}
