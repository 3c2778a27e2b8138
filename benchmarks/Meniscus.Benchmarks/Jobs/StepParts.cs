namespace Meniscus.Benchmarks.Jobs;

/// <summary>Wall times of the parts of a step, kept for their medians; adding does not allocate.</summary>
internal sealed class StepParts
{
    private const int Capacity = 20_000;

    private readonly long[][] _ticks;
    private int _count;

    /// <summary>Creates it.</summary>
    /// <param name="names">Names of the parts.</param>
    public StepParts(params string[] names)
    {
        Names = names;
        _ticks = [.. names.Select(_ => new long[Capacity])];
    }

    /// <summary>Names of the parts.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Median of each part, ms.</summary>
    public double[] Medians => Array.ConvertAll(_ticks, ticks =>
    {
        var sorted = ticks[..Math.Min(_count, Capacity)];
        Array.Sort(sorted);
        return RepeatedTiming.Milliseconds(RepeatedTiming.Median(sorted));
    });

    /// <summary>Forgets what was added.</summary>
    public void Clear() => _count = 0;

    /// <summary>Adds a step.</summary>
    /// <param name="ticks">Stopwatch ticks of each part.</param>
    public void Add(params ReadOnlySpan<long> ticks)
    {
        for (var k = 0; k < ticks.Length; k++)
            _ticks[k][_count % Capacity] = ticks[k];
        _count++;
    }
}
