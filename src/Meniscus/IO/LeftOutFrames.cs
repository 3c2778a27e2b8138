namespace Meniscus.IO;

/// <summary>Which frames a reader left out because they are no good labels, and why: counted per reason.</summary>
public sealed class LeftOutFrames
{
    private readonly Dictionary<string, int> _reasons = [];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>Frames per reason.</summary>
    public IReadOnlyDictionary<string, int> Reasons => _reasons;

    /// <summary>Where the first of them is and what is wrong with it.</summary>
    public string? First { get; private set; }

    internal void Add(string place, string reason)
    {
        Count++;
        _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
        First ??= $"{place}: {reason}";
    }
}
