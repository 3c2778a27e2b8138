namespace Meniscus.Cli;

/// <summary>
/// The known name that a mistyped one was probably meant to be: the smallest edit distance (Levenshtein 1966, with
/// swapped neighbours counted as one edit), as long as no more than about a third of the word is wrong.
/// </summary>
internal static class NearestName
{
    /// <summary>Finds the nearest name.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="known">What could have been meant.</param>
    /// <returns>The nearest name, or null where none is near.</returns>
    public static string? Find(string word, IEnumerable<string> known)
    {
        var best = known.Select(name => (Name: name, Distance: Distance(word, name))).OrderBy(c => c.Distance).FirstOrDefault();
        return best.Name is not null && best.Distance <= Math.Max(1, (word.Length + 1) / 3) ? best.Name : null;
    }

    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }
                var substitution = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + substitution);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
