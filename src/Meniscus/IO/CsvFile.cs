using System.Globalization;

namespace Meniscus.IO;

/// <summary>
/// Columns of numbers as comma-separated values: one line of names, which carry their unit, then the rows. What is not a
/// number is an empty cell, as spreadsheets and pandas read it.
/// </summary>
public static class CsvFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="columns">Name and values, all of one length.</param>
    /// <param name="labels">A first column of texts without commas, or null.</param>
    public static void Write(string path, IReadOnlyList<(string Name, double[] Values)> columns, (string Name, string[] Values)? labels = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        AtomicFile.WriteText(path, writer =>
        {
            var first = labels is var (name, texts) ? (Name: $"{name},", Of: row => $"{texts[row]},") : (Name: "", Of: (Func<int, string>)(_ => ""));
            writer.WriteLine(first.Name + string.Join(',', columns.Select(c => c.Name)));
            for (var row = 0; row < columns[0].Values.Length; row++)
                writer.WriteLine(first.Of(row) + string.Join(',', columns.Select(c => Cell(c.Values[row]))));
        });
    }

    private static string Cell(double value) => double.IsFinite(value) ? value.ToString("G9", CultureInfo.InvariantCulture) : "";
}
