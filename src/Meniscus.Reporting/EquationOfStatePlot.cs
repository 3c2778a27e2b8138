using System.Globalization;
using Meniscus.Analysis;
using ScottPlot;

namespace Meniscus.Reporting;

/// <summary>Density against pressure with Tait's equation through it, and how far the states are from the curve.</summary>
public static class EquationOfStatePlot
{
    /// <summary>Saves the plot.</summary>
    /// <param name="states">The states.</param>
    /// <param name="fit">The curve, or null.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">The name has another ending.</exception>
    public static void Save(IReadOnlyList<StatePoint> states, TaitFit? fit, string path)
    {
        const double BarPerKbar = 1000;
        ArgumentNullException.ThrowIfNull(states);
        var figure = new Figure(columns: fit is null ? 1 : 2, Curves.PanelWidth, Curves.PanelHeight);
        var pressure = states.Select(s => s.Pressure.Mean / BarPerKbar).ToArray();
        var density = states.Select(s => s.Density.Mean).ToArray();
        var error = states.Select(s => s.Density.StandardError).ToArray();
        var (left, right) = (pressure.Min(), pressure.Max());
        var margin = Math.Max(1e-6, 0.03 * (right - left));
        var plot = figure.AddPanel("Equation of state", "pressure (kbar)", "density (g/cm³)");
        plot.AddPoints(pressure, density, error, Curves.Colour(0), "simulation");
        plot.Fit(left - margin, right + margin, density.Min(), density.Max(), 0.3);
        if (fit is not null)
        {
            var x = Enumerable.Range(0, 201).Select(i => left + ((right - left) * i / 200)).ToArray();
            plot.AddLine(x, Array.ConvertAll(x, p => fit.At(p * BarPerKbar)), Curves.Colour(1), "Tait");
            plot.AddNote(string.Create(CultureInfo.InvariantCulture, $"at {fit.ReferencePressure:0.##} bar\nρ = {fit.Density} g/cm³\nκ = {fit.Compressibility.Times(1e4)} 1/GPa"), Alignment.UpperLeft);
            var rest = figure.AddPanel("Distance from the curve", "pressure (kbar)", "density difference (mg/cm³)");
            var difference = states.Select(s => 1000 * (s.Density.Mean - fit.At(s.Pressure.Mean))).ToArray();
            var bars = Array.ConvertAll(error, e => double.IsFinite(e) ? 1000 * e : 0);
            var most = Math.Max(1e-6, difference.Zip(bars).Max(d => Math.Abs(d.First) + d.Second));
            rest.AddLevel(0);
            rest.AddPoints(pressure, difference, bars, Curves.Colour(0));
            rest.Fit(left - margin, right + margin, -most, most);
        }

        plot.ShowLegend(Alignment.LowerRight);
        figure.Save(path);
    }
}
