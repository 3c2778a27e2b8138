using System.Globalization;

namespace Meniscus.Training;

/// <summary>
/// The probability of drawing the next batch from each system, DeePMD-kit's <c>auto_prob</c> and <c>sys_probs</c>:
/// <c>prob_uniform</c>; <c>prob_sys_size</c>, proportional to the number of batches; <c>prob_sys_size; a:b:w; …</c>, the
/// systems a to b − 1 share the weight w in proportion to their batches; or explicit numbers, where negative ones
/// share what is left in proportion to their batches. Also the length of a run given in epochs, which depends on them.
/// </summary>
public static class SystemProbabilities
{
    // How far given probabilities may be from summing to 1.
    private const double SumTolerance = 1e-5;

    // n/(n/total) may come out one rounding above total, which must not count as one more batch.
    private const double RoundingSlack = 1e-12;

    /// <summary>Number of batches that hold all frames of a system once; the last one may be smaller.</summary>
    public static int BatchCount(int frames, int batchSize) => batchSize == 0 ? 0 : (frames - 1) / batchSize + 1;

    /// <summary>The probabilities, which sum to 1.</summary>
    /// <param name="autoProb"><c>auto_prob</c>; not used where <paramref name="explicitProbabilities"/> is given.</param>
    /// <param name="explicitProbabilities"><c>sys_probs</c>, or null.</param>
    /// <param name="batchCounts">Number of batches of each system; 0 for a system that is left out.</param>
    /// <exception cref="InputException">The rule does not fit the systems.</exception>
    public static double[] Resolve(string autoProb, IReadOnlyList<double>? explicitProbabilities, ReadOnlySpan<int> batchCounts)
    {
        if (explicitProbabilities is not null)
            return Explicit(explicitProbabilities, batchCounts);
        var blocks = autoProb.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return blocks switch
        {
            ["prob_uniform"] => Uniform(batchCounts),
            ["prob_sys_size"] => Blocks([$"0:{batchCounts.Length}:1"], batchCounts),
            ["prob_sys_size", ..] => Blocks(blocks.AsSpan(1), batchCounts),
            _ => throw new InputException($"auto_prob: found \"{autoProb}\", expected \"prob_uniform\", \"prob_sys_size\" or \"prob_sys_size; first:end:weight; …\""),
        };
    }

    /// <summary>
    /// Number of steps of a run given in epochs: ⌈epochs · ⌈max_i n_i/p_i⌉⌉ with n_i batches in system i, so that on
    /// average every system is seen at least once per epoch.
    /// </summary>
    /// <param name="epochs">Number of epochs, not necessarily whole.</param>
    /// <param name="batchCounts">n_i.</param>
    /// <param name="probabilities">p_i.</param>
    public static long StepsForEpochs(double epochs, ReadOnlySpan<int> batchCounts, ReadOnlySpan<double> probabilities)
    {
        var longest = 0.0;
        for (var i = 0; i < batchCounts.Length; i++)
        {
            if (probabilities[i] > 0)
                longest = Math.Max(longest, batchCounts[i] / probabilities[i]);
        }

        return (long)Math.Ceiling(epochs * Math.Ceiling(longest * (1 - RoundingSlack)));
    }

    private static double[] Uniform(ReadOnlySpan<int> batchCounts)
    {
        var kept = batchCounts.Length - batchCounts.Count(0);
        var probabilities = new double[batchCounts.Length];
        for (var i = 0; i < probabilities.Length; i++)
            probabilities[i] = batchCounts[i] == 0 ? 0 : 1.0 / kept;
        return probabilities;
    }

    private static double[] Blocks(ReadOnlySpan<string> blocks, ReadOnlySpan<int> batchCounts)
    {
        var parsed = new List<(int First, int End, double Weight)>();
        foreach (var block in blocks)
            parsed.Add(ParseBlock(block, batchCounts.Length));
        var totalWeight = parsed.Sum(b => b.Weight);
        if (totalWeight <= 0)
            throw new InputException("auto_prob: the weights of all blocks are 0; give at least one block a weight above 0");

        var probabilities = new double[batchCounts.Length];
        foreach (var (first, end, weight) in parsed)
        {
            long batches = 0;
            foreach (var count in batchCounts[first..end])
                batches += count;
            if (batches == 0 && weight > 0)
                throw new InputException($"auto_prob: the block {first}:{end} has no batch to draw; give it the weight 0 or remove it");
            for (var i = first; i < end && batches > 0; i++)
                probabilities[i] = (double)batchCounts[i] / batches * (weight / totalWeight);
        }

        return Checked(probabilities, "auto_prob: the blocks overlap");
    }

    private static (int First, int End, double Weight) ParseBlock(string block, int systemCount)
    {
        var parts = block.Split(':', StringSplitOptions.TrimEntries);
        if (parts.Length != 3
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            || !double.TryParse(parts[2], NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
            || !double.IsFinite(weight) || weight < 0)
            throw new InputException($"auto_prob: found the block \"{block}\", expected first:end:weight with whole first and end and a weight of at least 0");
        if (first >= end || end > systemCount)
            throw new InputException($"auto_prob: the block \"{block}\" is outside the {systemCount} systems; first and end count from 0, and end is not included");
        return (first, end, weight);
    }

    private static double[] Explicit(IReadOnlyList<double> given, ReadOnlySpan<int> batchCounts)
    {
        if (given.Count != batchCounts.Length)
            throw new InputException($"sys_probs: {given.Count} numbers for {batchCounts.Length} systems; give one per system");
        var assigned = 0.0;
        long openBatches = 0;
        for (var i = 0; i < given.Count; i++)
        {
            if (given[i] > 0 && batchCounts[i] == 0)
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"sys_probs: system {i} has the probability {given[i]} but no frame to draw; set it to 0"));
            if (given[i] >= 0)
                assigned += given[i];
            else
                openBatches += batchCounts[i];
        }

        var rest = 1 - assigned;
        var probabilities = new double[given.Count];
        for (var i = 0; i < given.Count; i++)
            probabilities[i] = given[i] >= 0 ? given[i] : openBatches == 0 ? 0 : Math.Max(0, rest) * batchCounts[i] / openBatches;
        return Checked(probabilities, "sys_probs");
    }

    // A small excess is rounding in the file; what is drawn must sum to 1 exactly enough either way.
    private static double[] Checked(double[] probabilities, string what)
    {
        var sum = probabilities.Sum();
        if (!(Math.Abs(sum - 1) <= SumTolerance))
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{what}: the probabilities sum to {sum:G6}, expected 1"));
        for (var i = 0; i < probabilities.Length; i++)
            probabilities[i] /= sum;
        return probabilities;
    }
}
