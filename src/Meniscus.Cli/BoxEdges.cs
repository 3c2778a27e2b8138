using System.Globalization;

namespace Meniscus.Cli;

/// <summary>Numbers of an option separated by commas, one for all three directions or three.</summary>
internal static class BoxEdges
{
    /// <summary>Reads finite numbers above 0, such as <c>20</c> or <c>20,20,50</c>.</summary>
    public static (double X, double Y, double Z) Parse(string text, string option)
    {
        var values = Split(text)
            .Select(word => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0 && double.IsFinite(value) ? value : double.NaN)
            .ToList();
        if (values.Count is not (1 or 3) || values.Exists(double.IsNaN))
            throw new InputException($"{option} {text}: expected one or three numbers above 0 in Å, separated by commas, such as 20 or 20,20,50");
        return values.Count == 1 ? (values[0], values[0], values[0]) : (values[0], values[1], values[2]);
    }

    /// <summary>Reads integers above 0, such as <c>2</c> or <c>2,2,1</c>.</summary>
    public static (int A, int B, int C) ParseCounts(string text, string option)
    {
        var values = Split(text).Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0).ToList();
        if (values.Count is not (1 or 3) || values.Exists(value => value < 1))
            throw new InputException($"{option} {text}: expected one or three integers above 0, separated by commas, such as 2 or 2,2,1");
        return values.Count == 1 ? (values[0], values[0], values[0]) : (values[0], values[1], values[2]);
    }

    private static string[] Split(string text) => text.Split([',', 'x', ' '], StringSplitOptions.TrimEntries);
}
