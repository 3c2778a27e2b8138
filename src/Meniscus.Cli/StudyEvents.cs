using System.Globalization;
using Meniscus.Workflow;

namespace Meniscus.Cli;

/// <summary>Shows what happens in a study: a line for every stage that begins and ends, and how far the running ones are.</summary>
/// <param name="context">Where to.</param>
internal sealed class StudyEvents(VerbContext context) : IProgress<StudyEvent>, IDisposable
{
    private readonly Dictionary<string, ProgressReport> _running = [];
    private ConsoleProgress? _progress;
    private int _current;

    /// <inheritdoc/>
    public void Report(StudyEvent value)
    {
        switch (value.Kind)
        {
            case StudyEventKind.Phase:
                Clear();
                TellCurrent();
                context.Print(value.Text);
                break;
            case StudyEventKind.Current:
                _current++;
                break;
            case StudyEventKind.Started:
                TellCurrent();
                _running[value.Stage] = default;
                Line($"  {value.Stage}  ({value.Text})");
                break;
            case StudyEventKind.Progress:
                _running[value.Stage] = value.Report;
                Draw(value.Stage);
                break;
            case StudyEventKind.Finished:
                _running.Remove(value.Stage);
                Line(string.Create(CultureInfo.InvariantCulture, $"  {value.Stage}  done in {value.Seconds:0.0} s"));
                break;
            case StudyEventKind.Stopped:
                _running.Remove(value.Stage);
                Line($"  {value.Stage}  {(value.Text.Length > 0 ? "failed" : "stopped")}");
                break;
            case StudyEventKind.Notice:
                context.Warn($"{value.Stage}: {value.Text}");
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        TellCurrent();
    }

    private void TellCurrent()
    {
        if (_current > 0)
            Line(string.Create(CultureInfo.InvariantCulture, $"  {_current} stage{(_current == 1 ? "" : "s")} done before"));
        _current = 0;
    }

    private void Line(string text)
    {
        Clear();
        context.Print(text);
    }

    private void Clear()
    {
        _progress?.Dispose();
        _progress = null;
    }

    /// <summary>On a terminal the stages that run share one line: how far each is.</summary>
    private void Draw(string stage)
    {
        if (!context.Console.ErrorIsTerminal)
            return;
        _progress ??= context.StartProgress("", 0, "");
        _progress.Report(0, string.Join("   ", _running.Select(r => string.Create(
            CultureInfo.InvariantCulture, $"{r.Key} {(r.Value.Total > 0 ? 100.0 * r.Value.Done / r.Value.Total : 0):0}%{(r.Key == stage && r.Value.Message is { Length: > 0 } message ? $" {message}" : "")}"))));
    }
}
