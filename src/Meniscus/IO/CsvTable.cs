using System.Globalization;

namespace Meniscus.IO;

/// <summary>Columns of numbers read back from comma-separated values (<see cref="CsvFile"/>); an empty cell is not a number.</summary>
public sealed class CsvTable
{
    // Tables of results have hundreds of rows; anything of this size is another file.
    private const long LargestFile = 256 << 20;

    private readonly Dictionary<string, double[]> _columns;

    private CsvTable(IReadOnlyList<string> names, Dictionary<string, double[]> columns, int rowCount)
    {
        (Names, _columns, RowCount) = (names, columns, rowCount);
    }

    /// <summary>Names of the columns.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>A column; all NaN where the file has none of this name.</summary>
    /// <param name="name">Its name.</param>
    public double[] Column(string name)
    {
        if (_columns.TryGetValue(name, out var values))
            return values;
        var missing = new double[RowCount];
        Array.Fill(missing, double.NaN);
        return missing;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing, or its rows differ in length.</exception>
    public static CsvTable Read(string path)
    {
        var lines = InputFile.ReadText(path, LargestFile).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 0)
            throw new InputException($"{path}: is empty; expected a line of column names");
        var names = lines[0].Split(',');
        var columns = new Dictionary<string, double[]>();
        foreach (var name in names)
            columns[name] = new double[lines.Length - 1];
        for (var row = 1; row < lines.Length; row++)
        {
            var cells = lines[row].Split(',');
            if (cells.Length != names.Length)
                throw new InputException($"{path} line {row + 1}: {cells.Length} cells for {names.Length} columns; remove or complete the line");
            for (var k = 0; k < names.Length; k++)
                columns[names[k]][row - 1] = double.TryParse(cells[k], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;
        }

        return new CsvTable(names, columns, lines.Length - 1);
    }
}
