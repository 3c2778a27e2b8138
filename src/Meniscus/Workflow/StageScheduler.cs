using System.Diagnostics;
using System.Reflection;

namespace Meniscus.Workflow;

/// <summary>
/// Does the stages that are not current, each once what it reads is there, several at a time where cores allow: while more stages are ready
/// than there are cores, each has one core, which wastes least; a stage alone has them all. No stage's numbers depend on its threads.
/// </summary>
internal sealed class StageScheduler
{
    private readonly StageLedger _ledger;
    private readonly StudyMonitor _monitor;
    private readonly string _study;
    private readonly int _cores;

    /// <summary>Prepares it.</summary>
    /// <param name="study">Folder of the study.</param>
    /// <param name="ledger">What is done.</param>
    /// <param name="monitor">Is told what happens.</param>
    /// <param name="cores">Number of cores.</param>
    public StageScheduler(string study, StageLedger ledger, StudyMonitor monitor, int cores)
    {
        (_study, _ledger, _monitor, _cores) = (study, ledger, monitor, cores);
    }

    /// <summary>Version of the program, as records have it.</summary>
    public static string Version { get; } =
        typeof(StageScheduler).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>Does stages.</summary>
    /// <param name="stages">Stages whose inputs are the user's, or made by stages before them in the list.</param>
    /// <param name="cancellation">Stops them all; each leaves what it goes on from.</param>
    /// <exception cref="StudyFailedException">A stage failed; the others have been stopped.</exception>
    /// <exception cref="OperationCanceledException">They were stopped.</exception>
    public void Run(IReadOnlyList<StudyStage> stages, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waiting = new List<StudyStage>(stages);
        var running = new Dictionary<Task, (StudyStage Stage, int Threads)>();
        Exception? failure = null;
        while (waiting.Count > 0 || running.Count > 0)
        {
            if (!stop.IsCancellationRequested)
                StartReady(waiting, running, stop.Token);
            if (running.Count == 0)
                break;
            var finished = running.Keys.ElementAt(Task.WaitAny([.. running.Keys], CancellationToken.None));
            var stage = running[finished].Stage;
            running.Remove(finished);
            if (finished.Exception?.GetBaseException() is not { } error || error is OperationCanceledException)
                continue;
            // The first failure counts; what fails after it may have failed because of it.
            failure ??= error is InputException or Dynamics.MdFailedException ? new StudyFailedException($"{stage.Name}: {error.Message}", error) : error;
            stop.Cancel();
        }

        if (failure is not null)
            throw failure is StudyFailedException ? failure : new InvalidOperationException(failure.Message, failure);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>The record of a stage that is done.</summary>
    public StageRecord RecordOf(StudyStage stage) =>
        StageRecord.Load(_ledger.FolderOf(stage)) ?? throw new InvalidOperationException($"{stage.Name} has no record");

    private void StartReady(List<StudyStage> waiting, Dictionary<Task, (StudyStage Stage, int Threads)> running, CancellationToken stop)
    {
        var ready = new List<(StudyStage Stage, StageState State)>();
        foreach (var stage in waiting.ToArray())
        {
            if (WaitsForAnother(stage, waiting, running))
                continue;
            var state = _ledger.StateOf(stage);
            if (state.Standing == StageStanding.Current)
            {
                waiting.Remove(stage);
                _monitor.Current(stage, state.Record!);
                continue;
            }

            if (state.Inputs is null)
                throw new StudyFailedException($"{stage.Name}: {state.Reason}, which is not there");
            ready.Add((stage, state));
        }

        var free = _cores - running.Values.Sum(r => r.Threads);
        for (var i = 0; i < ready.Count && free > 0; i++)
        {
            var threads = Math.Max(1, free / Math.Min(free, ready.Count - i));
            var (stage, state) = ready[i];
            waiting.Remove(stage);
            running.Add(Task.Factory.StartNew(() => Do(stage, state, threads, stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default), (stage, threads));
            free -= threads;
        }
    }

    private static bool WaitsForAnother(StudyStage stage, List<StudyStage> waiting, Dictionary<Task, (StudyStage Stage, int Threads)> running) =>
        waiting.Concat(running.Values.Select(r => r.Stage)).Any(other => other != stage && stage.Inputs.Any(path => path.StartsWith($"{other.Name}/", StringComparison.Ordinal)));

    private void Do(StudyStage stage, StageState state, int threads, CancellationToken stop)
    {
        var folder = _ledger.FolderOf(stage);
        var goesOn = state.Standing == StageStanding.Interrupted;
        Directory.CreateDirectory(folder);
        if (!goesOn)
            Empty(folder, stage.Kept);
        var notices = new List<string>();
        var record = new StageRecord
        {
            Kind = stage.Kind,
            Done = false,
            Settings = stage.Settings,
            Inputs = state.Inputs!,
            Started = DateTime.UtcNow,
            Threads = threads,
            Version = Version,
            Seconds = goesOn ? state.Record!.Seconds : 0,
        };
        record.Save(folder);
        var clock = Stopwatch.StartNew();
        var reporter = _monitor.Started(stage, threads, goesOn ? "goes on" : state.Reason);
        try
        {
            var result = stage.Run(new StageRun
            {
                Study = _study,
                Folder = folder,
                Threads = threads,
                Notice = notice => Notice(stage, notices, notice),
                Progress = reporter,
                Cancellation = stop,
            });
            record = record with { Done = true, Outputs = _ledger.OutputsOf(stage), Result = result, Notices = notices, Seconds = record.Seconds + clock.Elapsed.TotalSeconds };
            record.Save(folder);
            _monitor.Finished(stage, record);
        }
        catch (Exception e)
        {
            (record with { Seconds = record.Seconds + clock.Elapsed.TotalSeconds, Notices = notices }).Save(folder);
            _monitor.Stopped(stage, e is OperationCanceledException ? "" : e.Message);
            throw;
        }
    }

    private void Notice(StudyStage stage, List<string> notices, string notice)
    {
        lock (notices)
            notices.Add(notice);
        _monitor.Notice(stage, notice);
    }

    private static void Empty(string folder, IReadOnlyList<string> kept)
    {
        foreach (var entry in Directory.GetFileSystemEntries(folder))
        {
            if (kept.Contains(Path.GetFileName(entry)))
                continue;
            if (Directory.Exists(entry))
                Directory.Delete(entry, recursive: true);
            else
                File.Delete(entry);
        }
    }
}
