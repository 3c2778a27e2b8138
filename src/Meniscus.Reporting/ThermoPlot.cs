using Meniscus.Analysis;
using Meniscus.IO;

namespace Meniscus.Reporting;

/// <summary>All columns of a thermo table against time, one small panel each: the values faintly, their means over a fiftieth of the run strongly.</summary>
public static class ThermoPlot
{
    private const int MostPoints = 1500;
    private const int Means = 50;

    /// <summary>Saves the plot.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">Columns to show and their means.</param>
    /// <param name="units">Unit of each column, or an empty text.</param>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>.</param>
    /// <exception cref="InputException">The name has another ending.</exception>
    public static void Save(ThermoTable table, IReadOnlyList<ThermoColumn> columns, Func<string, string> units, string path)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(units);
        var figure = new Figure(columns: Math.Min(3, columns.Count), 380, 240);
        var (label, x) = table.Has("Time") ? ("time (ps)", table.Column("Time")) : ("step", table.Column("Step"));
        foreach (var column in columns)
        {
            var unit = units(column.Name);
            var plot = figure.AddPanel("", label, unit.Length > 0 ? $"{column.Name} ({unit})" : column.Name);
            var y = table.Column(column.Name);
            var rows = Curves.Thinned(y.Length, MostPoints);
            plot.AddLine(Array.ConvertAll(rows, i => x[i]), Array.ConvertAll(rows, i => y[i]), Curves.Colour(0).WithOpacity(0.35), width: 1);
            var count = Math.Min(Means, y.Length);
            var parts = Enumerable.Range(0, count).Select(b => (From: (int)((long)b * y.Length / count), To: (int)((b + 1L) * y.Length / count))).ToArray();
            plot.AddLine(
                Array.ConvertAll(parts, p => (x[p.From] + x[p.To - 1]) / 2),
                Array.ConvertAll(parts, p => y[p.From..p.To].Average()),
                Curves.Colour(0));
            plot.Fit(x[0], x[^1], y.Min(), y.Max());
        }

        figure.Save(path);
    }
}
