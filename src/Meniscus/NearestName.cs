namespace Meniscus;

/// <summary>
/// The name nearest to a mistyped one, by the number of letters to insert, delete, replace or swap with the next; a name
/// that was only begun counts as one letter away.
/// </summary>
public static class NearestName
{
    private const int ShortestBeginning = 4;

    /// <summary>The candidate that was probably meant: the nearest, if no more than about a third of the letters are wrong; else null.</summary>
    public static string? Probable(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(name);
        var nearest = Of(name, candidates);
        return nearest.Length > 0 && Distance(name, nearest) <= Math.Max(1, (name.Length + 1) / 3) ? nearest : null;
    }

    /// <summary>The nearest of the candidates, however far; the first of equals. Empty where there are none.</summary>
    public static string Of(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(name);
        return candidates.MinBy(candidate => Distance(name, candidate)) ?? "";
    }

    private static int Distance(string name, string candidate) =>
        name.Length >= ShortestBeginning && candidate != name && candidate.StartsWith(name, StringComparison.Ordinal)
            ? 1
            : Edits(name, candidate);

    /// <summary>Optimal string alignment distance (V. I. Levenshtein 1966, with F. J. Damerau's transpositions).</summary>
    private static int Edits(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replace, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
