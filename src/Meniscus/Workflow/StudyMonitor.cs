using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Meniscus.Input;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>What happened to a stage.</summary>
public enum StudyEventKind
{
    /// <summary>A part of the study begins; <see cref="StudyEvent.Text"/> is its title.</summary>
    Phase,

    /// <summary>A stage was done before and stays.</summary>
    Current,

    /// <summary>A stage begins or goes on; <see cref="StudyEvent.Text"/> says why.</summary>
    Started,

    /// <summary>A stage is further.</summary>
    Progress,

    /// <summary>A stage is done.</summary>
    Finished,

    /// <summary>A stage was stopped or has failed.</summary>
    Stopped,

    /// <summary>A stage has something to say to the user.</summary>
    Notice,
}

/// <summary>Something that happened in a study.</summary>
/// <param name="Kind">What.</param>
/// <param name="Stage">Name of the stage; empty for a phase.</param>
/// <param name="Text">In words.</param>
/// <param name="Report">How far the stage is.</param>
/// <param name="Seconds">Wall time of the stage so far, s.</param>
public readonly record struct StudyEvent(StudyEventKind Kind, string Stage, string Text, ProgressReport Report, double Seconds);

/// <summary>
/// Follows the stages of a study: hands on what happens, and keeps <c>status.json</c> in the study's folder current, from which other
/// processes see how far it is. Stages report from their own threads.
/// </summary>
internal sealed class StudyMonitor
{
    /// <summary>Name of the status file.</summary>
    public const string FileName = "status.json";

    private static readonly TimeSpan BetweenWrites = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly string _file;
    private readonly IProgress<StudyEvent>? _events;
    private readonly Dictionary<string, RunningStage> _running = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _written = TimeSpan.MinValue;
    private string _phase = "";

    /// <summary>Begins to follow.</summary>
    /// <param name="study">Folder of the study.</param>
    /// <param name="events">Receives what happens; one event at a time.</param>
    public StudyMonitor(string study, IProgress<StudyEvent>? events)
    {
        (_file, _events) = (Path.Combine(study, FileName), events);
    }

    /// <summary>A part of the study begins.</summary>
    public void Phase(string title)
    {
        lock (_lock)
        {
            _phase = title;
            Tell(StudyEventKind.Phase, "", title);
            Write(now: true);
        }
    }

    /// <summary>A stage was done before.</summary>
    public void Current(StudyStage stage, StageRecord record)
    {
        lock (_lock)
            Tell(StudyEventKind.Current, stage.Name, "", seconds: record.Seconds);
    }

    /// <summary>A stage begins.</summary>
    /// <returns>Takes its progress.</returns>
    public IProgress<ProgressReport> Started(StudyStage stage, int threads, string reason)
    {
        lock (_lock)
        {
            _running[stage.Name] = new RunningStage(stage.Name, threads, _clock.Elapsed);
            Tell(StudyEventKind.Started, stage.Name, reason);
            Write(now: true);
        }

        return new Relay<ProgressReport>(report => Report(stage.Name, report));
    }

    /// <summary>A stage is done.</summary>
    public void Finished(StudyStage stage, StageRecord record) => End(StudyEventKind.Finished, stage, "", record.Seconds);

    /// <summary>A stage was stopped, or has failed with a message.</summary>
    public void Stopped(StudyStage stage, string message) => End(StudyEventKind.Stopped, stage, message, 0);

    /// <summary>A stage says something.</summary>
    public void Notice(StudyStage stage, string notice)
    {
        lock (_lock)
            Tell(StudyEventKind.Notice, stage.Name, notice);
    }

    /// <summary>The study is over: nothing runs.</summary>
    /// <param name="phase">How it ended.</param>
    public void End(string phase)
    {
        lock (_lock)
        {
            _phase = phase;
            _running.Clear();
            Write(now: true);
        }
    }

    private void End(StudyEventKind kind, StudyStage stage, string text, double seconds)
    {
        lock (_lock)
        {
            _running.Remove(stage.Name);
            Tell(kind, stage.Name, text, seconds: seconds);
            Write(now: true);
        }
    }

    private void Report(string stage, ProgressReport report)
    {
        lock (_lock)
        {
            if (!_running.TryGetValue(stage, out var running))
                return;
            running.Report = report;
            if (_clock.Elapsed - running.Told < TimeSpan.FromSeconds(0.25))
                return;
            running.Told = _clock.Elapsed;
            Tell(StudyEventKind.Progress, stage, report.Message, report, (_clock.Elapsed - running.Since).TotalSeconds);
            Write(now: false);
        }
    }

    private void Tell(StudyEventKind kind, string stage, string text, ProgressReport report = default, double seconds = 0) =>
        _events?.Report(new StudyEvent(kind, stage, text, report, seconds));

    private void Write(bool now)
    {
        if (!now && _clock.Elapsed - _written < BetweenWrites)
            return;
        _written = _clock.Elapsed;
        var json = new JsonObject
        {
            ["phase"] = _phase,
            ["process"] = Environment.ProcessId,
            ["updated"] = DateTime.UtcNow.ToString("o", CultureInfo.InvariantCulture),
            ["running"] = new JsonArray([.. _running.Values.Select(r => (JsonNode?)new JsonObject
            {
                ["stage"] = r.Stage,
                ["threads"] = r.Threads,
                ["done"] = r.Report.Done,
                ["total"] = r.Report.Total,
                ["message"] = r.Report.Message ?? "",
                ["seconds"] = Math.Round((_clock.Elapsed - r.Since).TotalSeconds, 1),
            })]),
        };
        AtomicFile.WriteText(_file, writer => writer.Write(JsonText.Indented(json)));
    }

    private sealed class RunningStage(string stage, int threads, TimeSpan since)
    {
        public string Stage => stage;

        public int Threads => threads;

        public TimeSpan Since => since;

        public ProgressReport Report { get; set; }

        public TimeSpan Told { get; set; }
    }
}
