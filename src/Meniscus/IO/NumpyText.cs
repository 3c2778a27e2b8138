using System.Globalization;

namespace Meniscus.IO;

/// <summary>
/// Columns of numbers as <c>numpy.savetxt</c> writes them and <c>numpy.loadtxt</c> reads them: values separated by
/// blanks, and comment lines that start with <c>#</c>.
/// </summary>
public static class NumpyText
{
    /// <summary>Writes a row in savetxt's default format <c>%.18e</c>.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="first">Values at the start of the row.</param>
    /// <param name="second">Values after them.</param>
    /// <param name="divisor">Every value is divided by it.</param>
    public static void WriteRow(TextWriter writer, ReadOnlySpan<double> first, ReadOnlySpan<double> second, double divisor = 1)
    {
        WriteValues(writer, first, divisor, separate: false);
        WriteValues(writer, second, divisor, separate: first.Length > 0);
        writer.Write('\n');
    }

    /// <summary>Reads a whole file of numbers.</summary>
    /// <param name="path">The file.</param>
    /// <returns>One array per column.</returns>
    /// <exception cref="InputException">The file is missing, is not made of numbers, or its rows differ in length.</exception>
    public static IReadOnlyList<double[]> Read(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"{path}: no such file; check the path");
        var columns = new List<List<double>>();
        var lineNumber = 0;
        foreach (var line in File.ReadLines(path))
        {
            lineNumber++;
            var text = line.AsSpan().Trim();
            if (text.Length > 0 && text[0] != '#')
                AddRow(columns, text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), path, lineNumber);
        }
        if (columns.Count == 0)
            throw new InputException($"{path}: has no row of numbers; expected columns as numpy.savetxt writes them");
        return [.. columns.Select(column => column.ToArray())];
    }

    private static void AddRow(List<List<double>> columns, string[] words, string path, int lineNumber)
    {
        if (columns.Count == 0)
            columns.AddRange(words.Select(_ => new List<double>()));
        if (words.Length != columns.Count)
            throw new InputException($"{path} line {lineNumber}: {words.Length} columns where the rows before have {columns.Count}; remove or complete the line");
        for (var i = 0; i < words.Length; i++)
        {
            if (!double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                throw new InputException($"{path} line {lineNumber}: '{Shorten(words[i])}' is not a number; expected columns as numpy.savetxt writes them");
            columns[i].Add(value);
        }
    }

    private static string Shorten(string word) => word.Length <= 40 ? word : word[..40] + "…";

    private static void WriteValues(TextWriter writer, ReadOnlySpan<double> values, double divisor, bool separate)
    {
        Span<char> buffer = stackalloc char[40];
        foreach (var value in values)
        {
            if (separate)
                writer.Write(' ');
            separate = true;
            writer.Write(Format(value / divisor, buffer));
        }
    }

    /// <summary>C's <c>%.18e</c>, which writes at least two digits of the exponent where .NET writes three.</summary>
    private static ReadOnlySpan<char> Format(double value, Span<char> buffer)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        value.TryFormat(buffer, out var length, "e18", CultureInfo.InvariantCulture);
        if (buffer[length - 3] != '0')
            return buffer[..length];
        buffer[length - 3] = buffer[length - 2];
        buffer[length - 2] = buffer[length - 1];
        return buffer[..(length - 1)];
    }
}
