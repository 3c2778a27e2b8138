using System.Globalization;

namespace Meniscus.Training;

/// <summary>
/// Slots per neighbour type (<c>sel</c>): numbers, or <c>auto:factor</c>, the largest number of neighbours seen in the
/// data times the factor, rounded up to a multiple of 4 (<c>auto</c> is <c>auto:1.1</c>).
/// </summary>
public sealed record SelRule
{
    private SelRule()
    {
    }

    /// <summary>DeePMD-kit's default, <c>auto</c>.</summary>
    public static SelRule Default { get; } = Auto(1.1);

    /// <summary>Slots per type where they are given, else null.</summary>
    public IReadOnlyList<int>? Numbers { get; private init; }

    /// <summary>The factor of the automatic rule.</summary>
    public double Factor { get; private init; }

    /// <summary>Given numbers.</summary>
    public static SelRule Given(IReadOnlyList<int> numbers) => new() { Numbers = numbers };

    /// <summary>The automatic rule.</summary>
    public static SelRule Auto(double factor) => new() { Factor = factor };

    /// <summary>Reads <c>auto</c> or <c>auto:factor</c>.</summary>
    /// <returns>Whether the text is one of these.</returns>
    public static bool TryParse(string text, out SelRule rule)
    {
        rule = Default;
        if (text == "auto")
            return true;
        if (!text.StartsWith("auto:", StringComparison.Ordinal)
            || !double.TryParse(text.AsSpan("auto:".Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var factor)
            || !double.IsFinite(factor) || factor < 1)
            return false;
        rule = Auto(factor);
        return true;
    }

    /// <summary>The slots per type.</summary>
    /// <param name="largestCounts">Largest number of neighbours of each type within the cutoff in the training data; not used where the numbers are given.</param>
    public int[] Resolve(ReadOnlySpan<int> largestCounts)
    {
        if (Numbers is not null)
            return [.. Numbers];
        var sel = new int[largestCounts.Length];
        for (var t = 0; t < sel.Length; t++)
            sel[t] = ((int)(largestCounts[t] * Factor) + 3) / 4 * 4;
        return sel;
    }

    /// <summary>The rule as the input file has it.</summary>
    public override string ToString() => Numbers is null
        ? string.Create(CultureInfo.InvariantCulture, $"auto:{Factor}")
        : $"[{string.Join(", ", Numbers)}]";
}
