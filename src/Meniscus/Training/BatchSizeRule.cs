using System.Globalization;

namespace Meniscus.Training;

/// <summary>How the number of frames in a batch is found; the forms of <c>batch_size</c>.</summary>
public enum BatchSizeKind
{
    /// <summary>The same number for all systems.</summary>
    Fixed,

    /// <summary>One number per system.</summary>
    PerSystem,

    /// <summary>The smallest number that brings at least N atoms into a batch (<c>auto:N</c>; <c>auto</c> is <c>auto:32</c>).</summary>
    Auto,

    /// <summary>The largest number that brings at most N atoms into a batch, at least one frame (<c>max:N</c>).</summary>
    Max,

    /// <summary>As <see cref="Max"/>, and systems with more than N atoms are left out (<c>filter:N</c>).</summary>
    Filter,
}

/// <summary>The number of frames per batch, DeePMD-kit's <c>batch_size</c>: one rule, resolved per system by its atom count.</summary>
/// <param name="Kind">The form.</param>
/// <param name="Number">Frames for <see cref="BatchSizeKind.Fixed"/>, atoms for the rules that count atoms.</param>
/// <param name="PerSystem">Frames per system for <see cref="BatchSizeKind.PerSystem"/>, else empty.</param>
public sealed record BatchSizeRule(BatchSizeKind Kind, int Number, IReadOnlyList<int> PerSystem)
{
    /// <summary>DeePMD-kit's default, <c>auto</c>.</summary>
    public static BatchSizeRule Default { get; } = new(BatchSizeKind.Auto, 32, []);

    /// <summary>The same number of frames for all systems.</summary>
    public static BatchSizeRule Fixed(int frames) => new(BatchSizeKind.Fixed, frames, []);

    /// <summary>One number of frames per system.</summary>
    public static BatchSizeRule ForEach(IReadOnlyList<int> frames) => new(BatchSizeKind.PerSystem, 0, frames);

    /// <summary>Reads <c>auto</c>, <c>auto:N</c>, <c>max:N</c> or <c>filter:N</c>.</summary>
    /// <returns>Whether the text is one of these.</returns>
    public static bool TryParse(string text, out BatchSizeRule rule)
    {
        rule = Default;
        if (text == "auto")
            return true;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) || number < 1)
            return false;
        BatchSizeKind? kind = text[..colon] switch
        {
            "auto" => BatchSizeKind.Auto,
            "max" => BatchSizeKind.Max,
            "filter" => BatchSizeKind.Filter,
            _ => null,
        };
        if (kind is null)
            return false;
        rule = new(kind.Value, number, []);
        return true;
    }

    /// <summary>Frames per batch of every system; 0 marks a system that the rule leaves out.</summary>
    /// <param name="atomCounts">Number of atoms per frame of each system.</param>
    /// <exception cref="InputException">The rule does not fit the systems.</exception>
    public int[] Resolve(ReadOnlySpan<int> atomCounts)
    {
        if (Kind == BatchSizeKind.PerSystem && PerSystem.Count != atomCounts.Length)
            throw new InputException($"batch_size: {PerSystem.Count} numbers for {atomCounts.Length} systems; give one per system, one number for all, or \"auto\"");
        var frames = new int[atomCounts.Length];
        for (var i = 0; i < frames.Length; i++)
            frames[i] = FramesFor(i, Math.Max(1, atomCounts[i]));
        if (frames.Length > 0 && Array.TrueForAll(frames, n => n == 0))
            throw new InputException($"batch_size: \"filter:{Number}\" leaves no system, all have more than {Number} atoms; raise the number");
        return frames;
    }

    /// <summary>The rule as the input file has it.</summary>
    public override string ToString() => Kind switch
    {
        BatchSizeKind.Fixed => Number.ToString(CultureInfo.InvariantCulture),
        BatchSizeKind.PerSystem => $"[{string.Join(", ", PerSystem)}]",
        BatchSizeKind.Auto => $"auto:{Number}",
        BatchSizeKind.Max => $"max:{Number}",
        _ => $"filter:{Number}",
    };

    private int FramesFor(int system, int atoms) => Kind switch
    {
        BatchSizeKind.Fixed => Number,
        BatchSizeKind.PerSystem => PerSystem[system],
        BatchSizeKind.Auto => (Number - 1) / atoms + 1,
        BatchSizeKind.Filter when atoms > Number => 0,
        _ => Math.Max(1, Number / atoms),
    };
}
