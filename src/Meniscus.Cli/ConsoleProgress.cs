using System.Globalization;
using static System.FormattableString;

namespace Meniscus.Cli;

/// <summary>
/// Shows how far a long job is: on a terminal a bar that redraws its line, with speed, time left and current values;
/// elsewhere (a file, a batch system's log) a plain line every ten seconds at first, every minute later.
/// Takes reports from any thread and drops what it cannot show: a lost terminal must not stop a job of days.
/// </summary>
internal sealed class ConsoleProgress : IProgress<ProgressReport>, IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstLineInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestLineInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly CliConsole _console;
    private readonly string _label;
    private readonly string _unit;
    private readonly long _alreadyDone;
    private readonly long _started;
    private TimeSpan _interval;
    private TimeSpan _shownAt;
    private ProgressReport _latest;
    private ProgressReport _shown;
    private int _drawnWidth;
    private bool _disposed;

    /// <summary>Starts the clock; nothing is shown before the first report.</summary>
    /// <param name="console">Streams; only standard error is written to.</param>
    /// <param name="label">What is being done, a word or two.</param>
    /// <param name="total">Units of the whole job; 0 where it is not known.</param>
    /// <param name="unit">Name of a unit, plural.</param>
    /// <param name="alreadyDone">Units that an earlier run did, so that they do not count for the speed.</param>
    public ConsoleProgress(CliConsole console, string label, long total, string unit, long alreadyDone)
    {
        _console = console;
        _label = label;
        _unit = unit;
        _alreadyDone = alreadyDone;
        _latest = _shown = new ProgressReport(alreadyDone, total, "");
        _started = console.Time.GetTimestamp();
        _interval = console.ErrorIsTerminal ? RedrawInterval : FirstLineInterval;
    }

    private TimeSpan Elapsed => _console.Time.GetElapsedTime(_started);

    /// <summary>Takes a report with the total given at the start.</summary>
    /// <param name="done">Units done so far.</param>
    /// <param name="message">Current values in a few words.</param>
    public void Report(long done, string message = "") => Report(new ProgressReport(done, _latest.Total, message));

    /// <inheritdoc/>
    public void Report(ProgressReport value)
    {
        lock (_lock)
        {
            _latest = value.Total > 0 ? value : value with { Total = _latest.Total };
            if (!_disposed && Elapsed - _shownAt >= _interval)
                Show();
        }
    }

    /// <summary>Prints a line that stays, above the bar.</summary>
    public void WriteLine(string line)
    {
        lock (_lock)
        {
            Emit(_drawnWidth > 0 ? "\r" + line.PadRight(_drawnWidth) + "\n" : line + "\n");
            if (_drawnWidth > 0)
                Show();
        }
    }

    /// <summary>Shows the last state and ends the line.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            if (_latest != _shown)
                Show();
            if (_drawnWidth > 0)
                Emit("\n");
            _disposed = true;
        }
    }

    private void Show()
    {
        _shownAt = Elapsed;
        _shown = _latest;
        if (_console.ErrorIsTerminal)
        {
            var line = Line(withBar: true);
            var room = Math.Max(20, _console.Width() - 1);
            line = line.Length > room ? line[..room] : line;
            Emit("\r" + line.PadRight(_drawnWidth));
            _drawnWidth = line.Length;
        }
        else
        {
            Emit(Line(withBar: false) + "\n");
            _interval = TimeSpan.FromTicks(Math.Min(_interval.Ticks * 3 / 2, LongestLineInterval.Ticks));
        }
    }

    private string Line(bool withBar)
    {
        var (done, total, message) = _latest;
        var elapsed = Elapsed.TotalSeconds;
        var speed = elapsed > 0 ? (done - _alreadyDone) / elapsed : 0;
        var parts = new List<string> { _label };
        if (total > 0)
        {
            var fraction = Math.Clamp((double)done / total, 0, 1);
            if (withBar)
                parts.Add(Bar(fraction));
            parts.Add(Invariant($"{Math.Floor(100 * fraction),3:0}%"));
        }
        parts.Add(total > 0 ? Invariant($"{done}/{total} {_unit}") : Invariant($"{done} {_unit}"));
        if (speed > 0)
            parts.Add(Invariant($"{Significant(speed)} {_unit}/s"));
        if (speed > 0 && total > done)
            parts.Add($"{Duration(TimeSpan.FromSeconds(Math.Min((total - done) / speed, 1e9)))} left");
        else if (done >= total)
            parts.Add($"in {Duration(TimeSpan.FromSeconds(elapsed))}");
        if (message.Length > 0)
            parts.Add(message);
        return string.Join("  ", parts);
    }

    private static string Bar(double fraction)
    {
        var filled = (int)(fraction * BarWidth);
        return $"[{new string('#', filled)}{new string('.', BarWidth - filled)}]";
    }

    private static string Significant(double value) =>
        value >= 100 ? value.ToString("0", CultureInfo.InvariantCulture) : value.ToString("G3", CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => Invariant($"{(int)time.TotalDays} d {time.Hours} h"),
        { TotalHours: >= 1 } => Invariant($"{time.Hours}:{time.Minutes:00}:{time.Seconds:00}"),
        _ => Invariant($"{time.Minutes}:{time.Seconds:00}"),
    };

    private void Emit(string text)
    {
        try
        {
            _console.Error.Write(text);
            _console.Error.Flush();
        }
        catch (IOException)
        {
            // The terminal is gone; the job goes on.
        }
    }
}
