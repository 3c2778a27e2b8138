namespace Meniscus.Training.Schema;

/// <summary>
/// The name nearest to a mistyped one, by the number of letters to insert, delete, replace or swap with the next; a name
/// that was only begun counts as one letter away.
/// </summary>
internal static class NearestName
{
    private const int ShortestBeginning = 4;

    /// <summary>The nearest of the candidates; the first of equals.</summary>
    public static string Of(string name, IEnumerable<string> candidates) =>
        candidates.MinBy(candidate => name.Length >= ShortestBeginning && candidate.StartsWith(name, StringComparison.Ordinal) ? 1 : Distance(name, candidate)) ?? "";

    /// <summary>Optimal string alignment distance (V. I. Levenshtein 1966, with F. J. Damerau's transpositions).</summary>
    private static int Distance(string a, string b)
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
