using System.Diagnostics;
using System.Runtime;

namespace Meniscus.Benchmarks.Jobs;

/// <summary>How long to warm up and to measure.</summary>
/// <param name="WarmUp">Shortest warm-up.</param>
/// <param name="WarmUpRepetitions">Fewest repetitions of the warm-up.</param>
/// <param name="Measure">Shortest measurement.</param>
/// <param name="Repetitions">Fewest repetitions that are timed.</param>
internal sealed record TimingPlan(TimeSpan WarmUp, int WarmUpRepetitions, TimeSpan Measure, int Repetitions)
{
    /// <summary>A method is compiled again, optimized, after its 30th call; until then the figures are not the code's.</summary>
    private const int CallsToOptimize = 40;

    /// <summary>For figures to be kept.</summary>
    public static TimingPlan Full { get; } = new(TimeSpan.FromSeconds(1), CallsToOptimize, TimeSpan.FromSeconds(4), 10);

    /// <summary>To see that everything runs.</summary>
    public static TimingPlan Quick { get; } = new(TimeSpan.FromSeconds(0.3), CallsToOptimize, TimeSpan.FromSeconds(0.5), 3);

    /// <summary>For repetitions that take a second, of code that a small system has warmed up before: buffers only grow.</summary>
    public TimingPlan ForLargeSystem => this with { WarmUp = TimeSpan.Zero, WarmUpRepetitions = 2, Repetitions = 3 };
}

/// <summary>Wall times of a job that was repeated.</summary>
/// <param name="BestMilliseconds">Shortest.</param>
/// <param name="MedianMilliseconds">Median.</param>
/// <param name="Repetitions">How often it was timed.</param>
/// <param name="BytesPerRepetition">Memory taken from the garbage collector by all threads, mean.</param>
internal sealed record JobTiming(double BestMilliseconds, double MedianMilliseconds, int Repetitions, double BytesPerRepetition);

/// <summary>
/// Times whole jobs: warm-up until the just-in-time compiler has nothing left to improve, then repetitions one by one.
/// The best time says what the code can do, the median what the machine let it do.
/// </summary>
internal static class RepeatedTiming
{
    private const int MaxRepetitions = 20_000;

    /// <summary>Methods are recompiled in the background a while after they turned out to be hot.</summary>
    private static readonly TimeSpan CompilerSilence = TimeSpan.FromSeconds(0.25);

    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(20);

    /// <summary>Warms up and measures.</summary>
    /// <param name="repetition">The job.</param>
    /// <param name="plan">How long.</param>
    /// <param name="beginMeasurement">Called between warm-up and measurement.</param>
    public static JobTiming Measure(Action repetition, TimingPlan plan, Action? beginMeasurement = null)
    {
        WarmUp(repetition, plan);
        beginMeasurement?.Invoke();
        var ticks = new long[MaxRepetitions];
        var count = 0;
        // What finalizers of earlier jobs allocate is not this job's.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        while (count < MaxRepetitions && (count < plan.Repetitions || Stopwatch.GetElapsedTime(start) < plan.Measure))
        {
            var begin = Stopwatch.GetTimestamp();
            repetition();
            ticks[count++] = Stopwatch.GetTimestamp() - begin;
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Array.Sort(ticks, 0, count);
        return new JobTiming(Milliseconds(ticks[0]), Milliseconds(Median(ticks.AsSpan(0, count))), count, (double)allocated / count);
    }

    /// <summary>Stopwatch ticks in milliseconds.</summary>
    public static double Milliseconds(double ticks) => 1e3 * ticks / Stopwatch.Frequency;

    /// <summary>The median of sorted numbers.</summary>
    public static double Median(ReadOnlySpan<long> sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2.0;

    private static void WarmUp(Action repetition, TimingPlan plan)
    {
        var start = Stopwatch.GetTimestamp();
        var (methods, silentSince) = (0L, start);
        for (var n = 0; Stopwatch.GetElapsedTime(start) < LongestWarmUp; n++)
        {
            if (n >= plan.WarmUpRepetitions && Stopwatch.GetElapsedTime(start) >= plan.WarmUp && Stopwatch.GetElapsedTime(silentSince) >= CompilerSilence)
                return;
            repetition();
            if (JitInfo.GetCompiledMethodCount() is var now && now != methods)
                (methods, silentSince) = (now, Stopwatch.GetTimestamp());
        }
    }
}
