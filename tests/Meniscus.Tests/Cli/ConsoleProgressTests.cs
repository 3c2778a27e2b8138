using Meniscus.Cli;

namespace Meniscus.Tests.Cli;

public sealed class ConsoleProgressTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _error.Dispose();

    [Fact]
    public void PlainLinesComeAtIntervalsAndAtTheEnd()
    {
        using (var progress = Start(terminal: false, total: 1000))
        {
            for (var second = 1; second <= 100; second++)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                progress.Report(10 * second, $"rmse_f {second} meV/Å");
            }
        }
        var lines = _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 3, 6);
        Assert.Equal("training   10%  100/1000 steps  10 steps/s  1:30 left  rmse_f 10 meV/Å", lines[0]);
        Assert.Equal("training  100%  1000/1000 steps  10 steps/s  in 1:40  rmse_f 100 meV/Å", lines[^1]);
        Assert.DoesNotContain('\r', _error.ToString());
    }

    [Fact]
    public void ATerminalGetsOneLineThatFitsAndIsRedrawn()
    {
        using (var progress = Start(terminal: true, total: 1000, width: 60))
        {
            for (var i = 1; i <= 10; i++)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                progress.Report(i, new string('x', 200));
            }
        }
        var redraws = _error.ToString().Split('\r', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(10, redraws.Length);
        Assert.All(redraws, line => Assert.InRange(line.TrimEnd('\n').Length, 1, 59));
        Assert.Contains("[........................]    1%  10/1000", redraws[^1], StringComparison.Ordinal);
        Assert.EndsWith("\n", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ATerminalIsNotRedrawnForEveryStep()
    {
        using var progress = Start(terminal: true, total: 1_000_000);
        for (var i = 1; i <= 10_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            progress.Report(i);
        }
        Assert.InRange(_error.ToString().Count(c => c == '\r'), 50, 101);
    }

    [Fact]
    public void StepsOfAnEarlierRunDoNotCountForTheSpeed()
    {
        using var progress = Start(terminal: false, total: 1000, alreadyDone: 800);
        _time.Advance(TimeSpan.FromSeconds(10));
        progress.Report(900);
        Assert.Contains("90%  900/1000 steps  10 steps/s  0:10 left", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ALostTerminalDoesNotStopTheJob()
    {
        var console = new CliConsole(TextWriter.Null, new BrokenWriter()) { ErrorIsTerminal = true, Time = _time };
        using var progress = new ConsoleProgress(console, "training", 10, "steps", 0);
        _time.Advance(TimeSpan.FromSeconds(1));
        progress.Report(1);
        progress.WriteLine("still here");
    }

    private ConsoleProgress Start(bool terminal, long total, int width = 100, long alreadyDone = 0)
    {
        var console = new CliConsole(TextWriter.Null, _error) { ErrorIsTerminal = terminal, Width = () => width, Time = _time };
        return new ConsoleProgress(console, "training", total, "steps", alreadyDone);
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void Write(string? value) => throw new IOException("Input/output error");
    }
}
