using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.IO;

/// <summary>
/// Which frames of a data set are taken: first the range and every n-th by their number, then by force and energy, then a
/// random choice among those left, which keeps their order and is the same for the same seed.
/// </summary>
public sealed record FrameSelection
{
    /// <summary>First frame, from 0.</summary>
    public long First { get; init; }

    /// <summary>The frame after the last; null for the end.</summary>
    public long? End { get; init; }

    /// <summary>Every how many frames one is taken.</summary>
    public long Every { get; init; } = 1;

    /// <summary>Largest force on any atom, eV/Å; frames above are left out.</summary>
    public double? MaximumForce { get; init; }

    /// <summary>Least energy, eV per atom.</summary>
    public double? MinimumEnergy { get; init; }

    /// <summary>Largest energy, eV per atom.</summary>
    public double? MaximumEnergy { get; init; }

    /// <summary>Number of frames chosen at random; null for all.</summary>
    public int? Random { get; init; }

    /// <summary>Seed of the random choice.</summary>
    public int Seed { get; init; }

    /// <summary>The chosen frames. With a random choice they are read twice.</summary>
    /// <param name="read">Reads all frames from the beginning.</param>
    public IEnumerable<Frame> Choose(Func<IEnumerable<Frame>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (Random is not { } wanted)
            return Candidates(read());
        var count = Candidates(read()).LongCount();
        var chosen = Sample(count, wanted, Seed);
        return Candidates(read()).Where((_, index) => chosen.Contains(index));
    }

    /// <summary>Different numbers from 0 on, by Floyd's algorithm (J. Bentley, Commun. ACM 30, 754 (1987)).</summary>
    /// <param name="count">Numbers to choose from.</param>
    /// <param name="wanted">How many; all where there are fewer.</param>
    /// <param name="seed">The same seed gives the same numbers.</param>
    public static IReadOnlySet<long> Sample(long count, long wanted, int seed)
    {
        var random = new RandomStream(seed, "frame selection");
        var chosen = new HashSet<long>();
        for (var last = Math.Max(0, count - wanted); last < count; last++)
        {
            var candidate = Math.Min(last, (long)(random.NextDouble() * (last + 1)));
            chosen.Add(chosen.Contains(candidate) ? last : candidate);
        }

        return chosen;
    }

    /// <summary>Whole groups, taken in random order as long as each brings the number of frames closer to what is wanted.</summary>
    /// <param name="counts">Frames of each group, two groups at least.</param>
    /// <param name="fraction">Wanted fraction of all frames, between 0 and 1.</param>
    /// <param name="seed">The same seed gives the same groups.</param>
    /// <returns>Indices of the groups: at least one, never all.</returns>
    public static IReadOnlySet<int> SampleGroups(IReadOnlyList<long> counts, double fraction, int seed)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentOutOfRangeException.ThrowIfLessThan(counts.Count, 2, nameof(counts));
        var order = Enumerable.Range(0, counts.Count).ToArray();
        new RandomStream(seed, "group selection").Shuffle<int>(order);
        var chosen = new HashSet<int>();
        var missing = fraction * counts.Sum();
        foreach (var group in order)
        {
            if (chosen.Count < counts.Count - 1 && Math.Abs(missing - counts[group]) < Math.Abs(missing))
            {
                chosen.Add(group);
                missing -= counts[group];
            }
        }

        // Where every group is too large, the smallest comes closest.
        if (chosen.Count == 0)
            chosen.Add(order.MinBy(group => counts[group]));
        return chosen;
    }

    private IEnumerable<Frame> Candidates(IEnumerable<Frame> frames)
    {
        var index = -1L;
        foreach (var frame in frames)
        {
            index++;
            if (index >= End)
                yield break;
            if (index >= First && (index - First) % Every == 0 && IsWithin(frame, index))
                yield return frame;
        }
    }

    private bool IsWithin(Frame frame, long index)
    {
        if (MaximumForce is { } limit)
        {
            var forces = frame.Forces ?? throw new InputException($"frame {index} has no forces to choose by; leave out the limit of the force");
            for (var i = 0; i < forces.Length; i += 3)
            {
                // Written so that a force that is no number is not within.
                if (!((forces[i] * forces[i]) + (forces[i + 1] * forces[i + 1]) + (forces[i + 2] * forces[i + 2]) <= limit * limit))
                    return false;
            }
        }

        if (MinimumEnergy is null && MaximumEnergy is null)
            return true;
        var energy = (frame.Energy ?? throw new InputException($"frame {index} has no energy to choose by; leave out the range of the energy")) / frame.AtomCount;
        return energy >= (MinimumEnergy ?? double.NegativeInfinity) && energy <= (MaximumEnergy ?? double.PositiveInfinity);
    }
}
