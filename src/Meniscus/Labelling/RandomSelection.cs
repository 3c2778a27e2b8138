using System.Globalization;
using Meniscus.IO;
using Meniscus.Numerics;

namespace Meniscus.Labelling;

/// <summary>Seeded random choices: a number of frames of all, or a number of each group (file), given in a table <c>file,count</c>.</summary>
public static class RandomSelection
{
    /// <summary>Chooses frames.</summary>
    /// <param name="candidates">The frames.</param>
    /// <param name="count">How many; all where there are fewer.</param>
    /// <param name="seed">Seed.</param>
    public static void Choose(IReadOnlyList<SelectionCandidate> candidates, int count, long seed)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var order = candidates.ToArray();
        if (count < order.Length)
            new RandomStream(seed, "selection").Shuffle(order.AsSpan());
        foreach (var candidate in order.Take(count))
        {
            candidate.Chosen = true;
            candidate.Reason += $"{(candidate.Reason.Length > 0 ? "; " : "")}{(count < order.Length ? "random" : "all")}";
        }
    }

    /// <summary>Chooses a number of frames of each file.</summary>
    /// <param name="candidates">The frames.</param>
    /// <param name="counts">Number per file.</param>
    /// <param name="seed">Seed.</param>
    /// <exception cref="InputException">A file has fewer frames than asked for.</exception>
    public static void ChooseByGroup(IReadOnlyList<SelectionCandidate> candidates, IReadOnlyList<(string File, int Count)> counts, long seed)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(counts);
        foreach (var (file, count) in counts)
        {
            var group = candidates.Where(candidate => candidate.File == file).ToArray();
            if (group.Length < count)
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{file}: {count} frames asked for, {group.Length} are there to choose from; ask for fewer"));
            Choose(group, count, seed);
        }
    }

    /// <summary>Reads a table of files and numbers.</summary>
    /// <param name="path">The file; lines <c>file,count</c>, a first line with these words may stand above.</param>
    /// <exception cref="InputException">A line is something else.</exception>
    public static IReadOnlyList<(string File, int Count)> ReadCounts(string path)
    {
        const long LargestTable = 16 << 20;
        var counts = new List<(string, int)>();
        var lines = InputFile.ReadText(path, LargestTable).Split('\n');
        for (var n = 0; n < lines.Length; n++)
        {
            var line = lines[n].Trim();
            if (line.Length == 0 || line == "file,count")
                continue;
            var comma = line.LastIndexOf(',');
            if (comma <= 0 || !int.TryParse(line[(comma + 1)..], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var count))
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{path}: line {n + 1}: '{(line.Length > 60 ? line[..60] + "…" : line)}'; expected a file and a number, file,count"));
            counts.Add((line[..comma].Trim(), count));
        }

        return counts.Count > 0 ? counts : throw new InputException($"{path}: no lines; expected file,count");
    }
}
