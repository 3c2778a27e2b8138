using System.Globalization;
using Meniscus.IO;
using Meniscus.Training;
using ScottPlot;

namespace Meniscus.Reporting;

/// <summary>Pairs of reference and prediction of one quantity.</summary>
/// <param name="Title">What it is, such as <c>Force</c>.</param>
/// <param name="Unit">Unit of both, such as <c>eV/Å</c>.</param>
/// <param name="Reference">Labels.</param>
/// <param name="Predicted">Predictions, one per label.</param>
public sealed record ParitySeries(string Title, string Unit, double[] Reference, double[] Predicted)
{
    /// <summary>Energies per atom, taken relative to the mean of the references and shown in meV.</summary>
    /// <param name="reference">Labels, eV/atom.</param>
    /// <param name="predicted">Predictions, eV/atom.</param>
    public static ParitySeries EnergyPerAtom(double[] reference, double[] predicted)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(predicted);
        var mean = reference.Where(double.IsFinite).DefaultIfEmpty().Average();
        return new("Energy, from the mean", "meV/atom", MilliFrom(mean, reference), MilliFrom(mean, predicted));
    }

    /// <summary>Force components.</summary>
    /// <param name="reference">Labels, eV/Å.</param>
    /// <param name="predicted">Predictions, eV/Å.</param>
    public static ParitySeries Force(double[] reference, double[] predicted) => new("Force", "eV/Å", reference, predicted);

    /// <summary>Virial components per atom, shown in meV.</summary>
    /// <param name="reference">Labels, eV/atom.</param>
    /// <param name="predicted">Predictions, eV/atom.</param>
    public static ParitySeries VirialPerAtom(double[] reference, double[] predicted) =>
        new("Virial", "meV/atom", MilliFrom(0, reference), MilliFrom(0, predicted));

    /// <summary>Reads the detail files of a test (<c>PREFIX.e_peratom.out</c>, <c>PREFIX.f.out</c>, <c>PREFIX.v_peratom.out</c>), as far as they are there.</summary>
    /// <param name="prefix">What their names begin with.</param>
    /// <exception cref="InputException">A file is damaged.</exception>
    public static IEnumerable<ParitySeries> ReadDetailFiles(string prefix)
    {
        if (Pairs($"{prefix}.e_peratom.out") is var (energy, predictedEnergy))
            yield return EnergyPerAtom(energy, predictedEnergy);
        if (Pairs($"{prefix}.f.out") is var (force, predictedForce))
            yield return Force(force, predictedForce);
        if (Pairs($"{prefix}.v_peratom.out") is var (virial, predictedVirial))
            yield return VirialPerAtom(virial, predictedVirial);
    }

    private static (double[] Reference, double[] Predicted)? Pairs(string path)
    {
        if (!File.Exists(path))
            return null;
        var columns = NumpyText.Read(path);
        if (columns.Count % 2 != 0)
            throw new InputException($"{path}: {columns.Count} columns; expected as many predictions as references in every row");
        var half = columns.Count / 2;
        return ([.. columns.Take(half).SelectMany(c => c)], [.. columns.Skip(half).SelectMany(c => c)]);
    }

    private static double[] MilliFrom(double origin, double[] values) => Array.ConvertAll(values, v => 1000 * (v - origin));
}

/// <summary>
/// Predictions against references, one square panel per quantity, with the line of equality and the errors. Millions of
/// points are fine: each small cell of the panel is drawn once, darker the more points it holds.
/// </summary>
public static class ParityPlot
{
    private const int CellsPerSide = 240;
    private static readonly Color[] Shades =
        [.. new[] { "#9ECAE1", "#6BAED6", "#4292C6", "#2171B5", "#08519C", "#08306B" }.Select(Color.FromHex)];

    /// <summary>Saves the plot.</summary>
    /// <param name="series">One panel each; series without a finite pair are left out.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">Nothing to plot, or the name has another ending.</exception>
    public static void Save(IEnumerable<ParitySeries> series, string path)
    {
        var usable = series.Select(s => (Series: s, Points: FinitePairs(s))).Where(s => s.Points.Count > 0).ToList();
        if (usable.Count == 0)
            throw new InputException($"{path}: not written, because there is no pair of label and prediction to plot; check that the systems have labels");
        var figure = new Figure(usable.Count, panelWidth: 440, panelHeight: 440);
        foreach (var (quantity, points) in usable)
            AddPanel(figure, quantity, points);
        figure.Save(path);
    }

    /// <summary>One quantity as a figure of its own; null without a finite pair.</summary>
    /// <param name="series">The pairs.</param>
    /// <param name="side">Width and height, in units of 1/96 inch.</param>
    internal static Figure? Single(ParitySeries series, int side)
    {
        var points = FinitePairs(series);
        if (points.Count == 0)
            return null;
        var figure = new Figure(columns: 1, side, side);
        AddPanel(figure, series, points);
        return figure;
    }

    private static void AddPanel(Figure figure, ParitySeries quantity, List<Coordinates> points)
    {
        var plot = figure.AddPanel(quantity.Title, $"reference ({quantity.Unit})", $"predicted ({quantity.Unit})");
        var low = points.Min(p => Math.Min(p.X, p.Y));
        var high = points.Max(p => Math.Max(p.X, p.Y));
        var padding = high > low ? 0.05 * (high - low) : Math.Max(1e-3, 0.01 * Math.Abs(high));
        (low, high) = (low - padding, high + padding);

        var equality = plot.Add.Line(low, low, high, high);
        equality.LineColor = Colors.Black.WithOpacity(0.35);
        equality.LineWidth = 1;
        AddShadedPoints(plot, points, low, high);
        AddErrors(plot, quantity.Unit, points);
        plot.Axes.SetLimits(low, high, low, high);
    }

    private static void AddShadedPoints(Plot plot, List<Coordinates> points, double low, double high)
    {
        var cells = new Dictionary<(int, int), (Coordinates Point, int Count)>();
        foreach (var point in points)
        {
            var cell = ((int)(CellsPerSide * (point.X - low) / (high - low)), (int)(CellsPerSide * (point.Y - low) / (high - low)));
            cells[cell] = (point, cells.TryGetValue(cell, out var seen) ? seen.Count + 1 : 1);
        }
        var mostInLog = Math.Log(1 + cells.Values.Max(c => c.Count));
        foreach (var shade in cells.Values.GroupBy(c => Shade(c.Count, mostInLog)).OrderBy(g => g.Key))
        {
            var markers = plot.Add.Markers(shade.Select(c => c.Point).ToArray(), MarkerShape.FilledCircle, size: 4, color: Shades[shade.Key]);
            markers.MarkerStyle.LineWidth = 0;
        }
    }

    private static int Shade(int count, double mostInLog) => count == 1 && mostInLog < Math.Log(3)
        ? Shades.Length / 2
        : (int)((Shades.Length - 1) * Math.Log(1 + count) / mostInLog);

    private static void AddErrors(Plot plot, string unit, List<Coordinates> points)
    {
        var errors = new ErrorStatistic();
        foreach (var point in points)
            errors.Add(point.Y - point.X);
        var note = plot.Add.Annotation(string.Create(
            CultureInfo.InvariantCulture, $"RMSE {errors.Rmse:G3} {unit}\nMAE {errors.Mae:G3} {unit}\n{errors.Count} values"), Alignment.UpperLeft);
        note.LabelFontSize = 12;
        note.LabelBackgroundColor = Colors.White.WithOpacity(0.8);
        note.LabelBorderWidth = 0;
        note.LabelShadowColor = Colors.Transparent;
    }

    private static List<Coordinates> FinitePairs(ParitySeries series)
    {
        var points = new List<Coordinates>(series.Reference.Length);
        for (var i = 0; i < series.Reference.Length; i++)
        {
            if (double.IsFinite(series.Reference[i]) && double.IsFinite(series.Predicted[i]))
                points.Add(new Coordinates(series.Reference[i], series.Predicted[i]));
        }
        return points;
    }
}
