using System.Diagnostics;
using Meniscus.Atoms;

namespace Meniscus.Labelling;

/// <summary>
/// Runs jobs, several at a time. A job that does not converge is run again with the next mixing, one that crashes as often as is allowed.
/// Each outcome is recorded at once, so that a kill at any moment costs only the jobs that were running.
/// </summary>
internal sealed class JobQueue(ILabelProgram program, LabelJobsInput settings, string work, StatusTable table)
{
    private readonly Lock _lock = new();

    /// <summary>Runs the jobs.</summary>
    /// <param name="jobs">Those to run, with their frames, which are asked for one by one.</param>
    /// <param name="count">Their number.</param>
    /// <param name="finished">Called after each one, one at a time.</param>
    /// <param name="cancellation">Stops what is running; those jobs stay pending.</param>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    /// <exception cref="InputException">The program cannot be started, or can label nothing with these settings.</exception>
    public void Run(IEnumerable<(LabelJob Job, Frame Frame)> jobs, int count, Action<LabelJob> finished, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Exception? failure = null;
        using var queue = jobs.GetEnumerator();
        var threads = Enumerable.Range(0, Math.Min(settings.Concurrent, count)).Select(_ => new Thread(Work)).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        table.Write();
        if (cancellation.IsCancellationRequested)
            throw new OperationCanceledException($"stopped; the same command goes on, and {table.Path} says how each frame stands", cancellation);
        if (failure is not null)
            throw failure is InputException ? new InputException(failure.Message, failure) : new IOException(failure.Message, failure);

        void Work()
        {
            try
            {
                while (!stop.IsCancellationRequested && Next() is var (job, frame))
                    RunOne(job, frame, finished, stop.Token);
            }
            catch (OperationCanceledException)
            {
                // The job stays pending.
            }
#pragma warning disable CA1031 // Thrown again on the caller's thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure ??= e;
                stop.Cancel();
            }
        }

        (LabelJob Job, Frame Frame)? Next()
        {
            lock (queue)
                return queue.MoveNext() ? queue.Current : null;
        }
    }

    private void RunOne(LabelJob job, Frame frame, Action<LabelJob> finished, CancellationToken cancellation)
    {
        var folder = Path.Combine(work, job.FolderName);
        Directory.CreateDirectory(folder);
        var (mixing, crashes) = (0, 0);
        var clock = Stopwatch.StartNew();
        LabelResult? labels;
        while (true)
        {
            program.WriteInput(folder, frame, job.Hash, mixing);
            var end = ExternalProgram.Run(Command(), folder, program.OutputFile, settings, cancellation);
            job.Attempts++;
            var outcome = end.TimedOut
                ? new LabelOutcome(JobStatus.TimedOut, null, FormattableString.Invariant($"longer than {settings.Timeout:g} s"))
                : Judge(program.Read(folder, frame, job.Hash), end);
            if (outcome.Status == JobStatus.NotConverged && ++mixing < program.Mixings)
                continue;
            if (outcome.Status == JobStatus.Crashed && crashes++ < settings.Retries)
                continue;
            job.Take(outcome);
            labels = outcome.Result;
            break;
        }

        job.Seconds += clock.Elapsed.TotalSeconds;
        job.Save(folder, labels);
        if (job.Status == JobStatus.Done && !settings.KeepScratch)
            program.Clean(folder);
        lock (_lock)
        {
            finished(job);
            table.WriteNowAndThen();
        }
    }

    private static LabelOutcome Judge(LabelOutcome outcome, ProgramEnd end) => outcome.Status == JobStatus.Pending
        ? new LabelOutcome(JobStatus.Crashed, null, FormattableString.Invariant($"exit code {end.ExitCode} and no result"))
        : outcome;

    private List<string> Command()
    {
        var command = new List<string>();
        if (settings.MpiRanks > 1)
            command.AddRange(settings.Mpi.Select(word => word.Replace("{ranks}", FormattableString.Invariant($"{settings.MpiRanks}"), StringComparison.Ordinal)));
        command.AddRange(settings.Command ?? [program.DefaultCommand]);
        command.AddRange(program.Arguments);
        return command;
    }
}
