using System.Globalization;
using Meniscus.IO;

namespace Meniscus.Analysis;

/// <summary>
/// What to leave out at the start of a run: a number of rows or frames (<c>200</c>), a time (<c>50ps</c>, <c>1.5ns</c>),
/// a share (<c>20%</c>), or what has not come to equilibrium by <see cref="Equilibration"/> (<c>auto</c>).
/// </summary>
public sealed record Skip
{
    private Skip(string text)
    {
        Text = text;
    }

    /// <summary>Nothing is left out.</summary>
    public static Skip None { get; } = new("0");

    /// <summary>As the user typed it.</summary>
    public string Text { get; }

    /// <summary>Rows or frames, or null where it is a time, a share or automatic.</summary>
    public long? Count { get; private init; } = 0;

    /// <summary>Time from the first row or frame on, ps.</summary>
    public double? Time { get; private init; }

    /// <summary>Share of the whole, 0 to 1.</summary>
    public double? Share { get; private init; }

    /// <summary>Whether the start of equilibrium is looked for.</summary>
    public bool IsAutomatic { get; private init; }

    /// <summary>Reads it.</summary>
    /// <param name="text">As typed.</param>
    /// <exception cref="InputException">It is none of the four.</exception>
    public static Skip Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var word = text.Trim();
        if (word == "auto")
            return new Skip(word) { Count = null, IsAutomatic = true };
        if (Number(word, "ps") is { } ps)
            return new Skip(word) { Count = null, Time = ps };
        if (Number(word, "ns") is { } ns)
            return new Skip(word) { Count = null, Time = 1000 * ns };
        if (Number(word, "%") is { } percent and < 100)
            return new Skip(word) { Count = null, Share = percent / 100 };
        if (long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return new Skip(word) { Count = count };
        throw new InputException($"skip '{text}': expected a number of rows or frames (200), a time (50ps, 1.5ns), a share (20%) or auto");
    }

    /// <summary>Number of rows of a table to leave out.</summary>
    /// <param name="table">The table.</param>
    /// <param name="series">The quantity whose equilibrium is looked for.</param>
    /// <exception cref="InputException">A time is asked for and the table has none, or nothing would be left.</exception>
    public int RowsOf(ThermoTable table, ReadOnlySpan<double> series)
    {
        ArgumentNullException.ThrowIfNull(table);
        var rows = Count ?? 0;
        if (IsAutomatic)
            rows = Equilibration.Detect(series);
        else if (Share is { } share)
            rows = (long)(share * table.RowCount);
        else if (Time is { } time)
            rows = RowsBefore(time, table);
        if (table.RowCount - rows < 2)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{table.Source}: skip {Text} leaves {Math.Max(0, table.RowCount - rows)} of {table.RowCount} rows; expected at least 2, skip less or run longer"));
        }

        return (int)rows;
    }

    private static int RowsBefore(double time, ThermoTable table)
    {
        var times = table.Times() ?? throw new InputException($"{table.Source}: no column 'Time' to skip by; give a number of rows or a share (20%)");
        var rows = 0;
        // Sums of time steps do not come out even.
        while (rows < times.Length && times[rows] - times[0] < time - (1e-9 * Math.Abs(time)))
            rows++;
        return rows;
    }

    private static double? Number(string word, string unit) =>
        word.EndsWith(unit, StringComparison.Ordinal)
        && double.TryParse(word[..^unit.Length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value)
        && value >= 0 && double.IsFinite(value)
            ? value
            : null;
}
