using System.Globalization;

namespace Meniscus.Training;

/// <summary>A learning curve read back: what <see cref="LearningCurveFile"/> or any DeePMD-kit from v2 on wrote.</summary>
public sealed class LearningCurve
{
    private readonly List<double[]> _rows;

    private LearningCurve(string[] columns, List<double[]> rows)
    {
        Columns = columns;
        _rows = rows;
    }

    /// <summary>Names of the columns, the first <c>step</c> and the last <c>lr</c>.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount => _rows.Count;

    /// <summary>All values of a column.</summary>
    /// <param name="name">Name of the column.</param>
    /// <exception cref="InputException">There is no such column.</exception>
    public double[] Column(string name)
    {
        var index = Columns.ToList().IndexOf(name);
        if (index < 0)
            throw new InputException($"learning curve: there is no column '{name}', only {string.Join(' ', Columns)}");
        return [.. _rows.Select(row => row[index])];
    }

    /// <summary>Reads a file. A last line without a line end, cut short by a crash, is left out.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing or not a learning curve.</exception>
    public static LearningCurve Read(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"{path}: no such file; expected a learning curve written by a training run");
        string[]? columns = null;
        var rows = new List<double[]>();
        var number = 0;
        foreach (var line in CompleteLines(File.ReadAllText(path)))
        {
            number++;
            if (line.TrimStart().StartsWith('#'))
                columns ??= Words(line.TrimStart(' ', '\t', '#'));
            else if (Words(line) is { Length: > 0 } words)
                rows.Add(ParseRow(words, columns, $"{path}: line {number}"));
        }

        if (columns is not ["step", .., "lr"])
            throw new InputException($"{path}: the first line is not the header of a learning curve; expected '# step … lr'");
        return new(columns, rows);
    }

    private static string[] CompleteLines(string text)
    {
        var end = text.LastIndexOf('\n');
        return end < 0 ? [] : text[..end].Split('\n');
    }

    private static double[] ParseRow(string[] words, string[]? columns, string where)
    {
        if (columns is null)
            throw new InputException($"{where}: numbers before the header '# step … lr'; this is not a learning curve");
        if (words.Length != columns.Length)
            throw new InputException($"{where}: {words.Length} numbers for {columns.Length} columns; remove the line");
        var row = new double[words.Length];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = words[i] switch
            {
                "nan" => double.NaN,
                "inf" => double.PositiveInfinity,
                "-inf" => double.NegativeInfinity,
                _ when double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
                _ => throw new InputException($"{where}: found '{words[i]}' in column {columns[i]}, expected a number; remove the line"),
            };
        }

        return row;
    }

    private static string[] Words(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
