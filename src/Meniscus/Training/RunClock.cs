using System.Diagnostics;

namespace Meniscus.Training;

/// <summary>Wall time of a run and its share per step.</summary>
internal sealed class RunClock
{
    private const double ReportInterval = 0.25;

    private readonly long _begin = Stopwatch.GetTimestamp();
    private long _intervalBegin = Stopwatch.GetTimestamp();
    private readonly long _firstStep;
    private long _intervalStep;
    private long _lastReport;

    /// <summary>Starts the clock.</summary>
    /// <param name="firstStep">Step the run begins at.</param>
    public RunClock(long firstStep)
    {
        _firstStep = firstStep;
        _intervalStep = firstStep;
    }

    /// <summary>Seconds since the start.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(_begin).TotalSeconds;

    /// <summary>Milliseconds per step since this was last asked.</summary>
    public double MillisecondsPerStep(long step)
    {
        var result = Stopwatch.GetElapsedTime(_intervalBegin).TotalMilliseconds / Math.Max(1, step - _intervalStep);
        (_intervalBegin, _intervalStep) = (Stopwatch.GetTimestamp(), step);
        return result;
    }

    /// <summary>Milliseconds per step since the start.</summary>
    public double TotalMillisecondsPerStep(long step) => 1000 * Seconds / Math.Max(1, step - _firstStep);

    /// <summary>Whether a progress report is due.</summary>
    public bool IsTimeToReport()
    {
        if (_lastReport != 0 && Stopwatch.GetElapsedTime(_lastReport).TotalSeconds < ReportInterval)
            return false;
        _lastReport = Stopwatch.GetTimestamp();
        return true;
    }
}
