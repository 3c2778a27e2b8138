using Meniscus.Analysis;
using ScottPlot;

namespace Meniscus.Reporting;

/// <summary>A density profile: mass with the fitted interfaces and dividing surfaces, and the numbers of each element.</summary>
public static class DensityProfilePlot
{
    /// <summary>Saves the plot.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="fit">Interfaces, or null.</param>
    /// <param name="axis">Name of the axis.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">The name has another ending.</exception>
    public static void Save(DensityProfile profile, InterfaceFit? fit, char axis, string path)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var figure = new Figure(columns: 2, Curves.PanelWidth, Curves.PanelHeight);
        var z = profile.Positions();
        var mass = figure.AddPanel("Mass density", $"{axis} from the centre of mass (Å)", "density (g/cm³)");
        var density = profile.MassDensity();
        mass.AddEstimates(z, density, Curves.Colour(0), "simulation");
        if (fit is not null)
        {
            var curve = Enumerable.Range(0, 401).Select(i => z[0] + ((z[^1] - z[0]) * i / 400)).ToArray();
            mass.AddLine(curve, Array.ConvertAll(curve, fit.At), Curves.Colour(1), "tanh fit", 1.4f).LinePattern = LinePattern.Dashed;
            mass.AddMark(fit.Lower.Mean, Colors.Black.WithOpacity(0.45));
            mass.AddMark(fit.Upper.Mean, Colors.Black.WithOpacity(0.45));
            mass.AddNote(
                $"liquid {fit.Liquid} g/cm³\nvapour {fit.Vapour} g/cm³\n10–90 width {fit.LowerWidth}, {fit.UpperWidth} Å",
                Alignment.UpperLeft);
        }

        mass.Fit(-profile.Length / 2, profile.Length / 2, 0, density.Max(v => v.Mean), fit is null ? 0.2 : 0.42, 0.02);
        mass.ShowLegend(Alignment.UpperRight);
        AddNumbers(figure, profile, z, axis);
        figure.Save(path);
    }

    private static void AddNumbers(Figure figure, DensityProfile profile, double[] z, char axis)
    {
        var plot = figure.AddPanel("Number density", $"{axis} from the centre of mass (Å)", "density (1/Å³)");
        double high = 0;
        for (var type = 0; type < profile.Types.Count; type++)
        {
            var density = profile.NumberDensity(type);
            plot.AddEstimates(z, density, Curves.Colour(type), profile.Types[type]);
            high = Math.Max(high, density.Max(v => v.Mean));
        }

        plot.Fit(-profile.Length / 2, profile.Length / 2, 0, high, 0.28, 0.02);
        plot.ShowLegend(Alignment.UpperRight);
    }
}
