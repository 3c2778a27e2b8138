using Meniscus.Atoms;
using Meniscus.Input;
using Meniscus.IO;
using Meniscus.Numerics;

namespace Meniscus.Labelling;

/// <summary>What a run does besides what its input says.</summary>
public sealed record LabelOptions
{
    /// <summary>Write inputs and the Slurm script, run nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Read results that were made elsewhere, run nothing.</summary>
    public bool Collect { get; init; }

    /// <summary>Run those again that have failed before.</summary>
    public bool RetryFailed { get; init; }

    /// <summary>Threads for the built-in water; null for one.</summary>
    public WorkerTeam? Team { get; init; }
}

/// <summary>What came out of a run.</summary>
/// <param name="Jobs">All frames with how they stand.</param>
/// <param name="Systems">Systems written, with their number of frames.</param>
/// <param name="StatusFile">The table.</param>
/// <param name="Script">The Slurm script of a dry run, or null.</param>
public sealed record LabelSummary(IReadOnlyList<LabelJob> Jobs, IReadOnlyList<(string Name, int Frames)> Systems, string StatusFile, string? Script)
{
    /// <summary>Number of frames with a status.</summary>
    public int Count(JobStatus status) => Jobs.Count(job => job.Status == status);
}

/// <summary>
/// Labels frames: finds out what is done already, runs the rest, and writes the converged ones. A frame is done where its folder
/// holds a result with the hash of the frame and of the settings, so a run can be stopped or killed at any moment and started again.
/// </summary>
public static class LabelRun
{
    /// <summary>Runs it.</summary>
    /// <param name="input">The input.</param>
    /// <param name="options">What to do of it.</param>
    /// <param name="progress">Told after each frame.</param>
    /// <param name="cancellation">Ends running jobs, which stay pending.</param>
    /// <exception cref="InputException">Something the user gave cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it; started again, it goes on.</exception>
    public static LabelSummary Run(LabelInput input, LabelOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        if (!options.DryRun)
            LabelOutput.RequireReplaceable(input.Output);
        if (!options.DryRun && input.ExtendedXyz is { } xyz)
            AtomicFile.RequireWritable(xyz, "extxyz");
        AtomicFile.RequireWritable(Path.Combine(input.Work, "status.csv"), "work");
        return input.Calculator == LabelCalculator.Spcfw
            ? LabelWater(input, options, progress, cancellation)
            : LabelWithProgram(input, options, progress, cancellation);
    }

    private static LabelSummary LabelWater(LabelInput input, LabelOptions options, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        if (options.DryRun || options.Collect)
            throw new InputException($"{input.Source}: calculator: spcfw is computed here, so there are no inputs to write or results to collect; choose pwscf or cp2k, or leave the option out");
        var (elements, count) = Survey(input, null);
        var jobs = new List<LabelJob>(count);
        using var water = new WaterLabels(options.Team);
        var systems = LabelOutput.Write(input, TypesOf(input, elements), jobs, Labelled());
        var table = new StatusTable(input.Work, jobs);
        table.Write();
        return new(jobs, systems, table.Path, null);

        IEnumerable<Frame> Labelled()
        {
            foreach (var source in SourceFrame.Read(input).Take(count))
            {
                cancellation.ThrowIfCancellationRequested();
                var job = new LabelJob(jobs.Count, source) { Attempts = 1 };
                var outcome = water.Label(source);
                job.Take(outcome);
                jobs.Add(job);
                progress?.Report(new ProgressReport(jobs.Count, count, ""));
                if (outcome.Result is { } result)
                    yield return LabelOutput.Labelled(source.Frame, result);
            }
        }
    }

    private static LabelSummary LabelWithProgram(LabelInput input, LabelOptions options, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var (elements, _) = Survey(input, input.Calculator == LabelCalculator.Pwscf ? "pw.x" : "cp2k.psmp");
        var types = TypesOf(input, elements);
        var program = ProgramOf(input, elements);
        if (!options.DryRun && !options.Collect)
            RequirePrograms(input.Jobs, program);
        var jobs = new List<LabelJob>();
        program.WriteShared(input.Work);
        foreach (var source in SourceFrame.Read(input))
        {
            var job = new LabelJob(jobs.Count, source) { Hash = program.Hash(source.Frame) };
            TakeWhatIsThere(input, options, program, job, source.Frame);
            jobs.Add(job);
        }

        var table = new StatusTable(input.Work, jobs);
        var open = jobs.Where(job => job.Status == JobStatus.Pending || (options.RetryFailed && job.Status != JobStatus.Done)).ToArray();
        if (options.DryRun)
            return WriteInputs(input, program, jobs, open, table);
        table.Write();
        if (!options.Collect)
        {
            long done = jobs.Count - open.Length;
            progress?.Report(new ProgressReport(done, jobs.Count, ""));
            new JobQueue(program, input.Jobs, input.Work, table).Run(FramesOf(input, program, open), open.Length, job => progress?.Report(new ProgressReport(++done, jobs.Count, $"{job.FolderName} {JobStatusNames.Of(job.Status)}")), cancellation);
        }

        var labelled = jobs.Where(job => job.Status == JobStatus.Done).ToArray();
        return new(jobs, LabelOutput.Write(input, types, labelled, FramesOf(input, program, labelled).Select(pair => LabelOutput.Labelled(pair.Frame, RecordOf(input, pair.Job)))), table.Path, null);
    }

    /// <summary>Jobs with their frames, which are read again; those of other jobs are passed over.</summary>
    private static IEnumerable<(LabelJob Job, Frame Frame)> FramesOf(LabelInput input, ILabelProgram program, LabelJob[] jobs)
    {
        var (index, next) = (0, 0);
        foreach (var source in SourceFrame.Read(input))
        {
            if (next == jobs.Length)
                yield break;
            if (index++ < jobs[next].Index)
                continue;
            if (program.Hash(source.Frame) != jobs[next].Hash)
                throw new InputException($"{source.Source}: has changed since labelling began; leave files of frames alone while they are labelled, and start again");
            yield return (jobs[next++], source.Frame);
        }

        if (next < jobs.Length)
            throw new InputException($"{jobs[next].Source}: is not there any more; leave files of frames alone while they are labelled, and start again");
    }

    private static LabelResult RecordOf(LabelInput input, LabelJob job) =>
        job.Load(Path.Combine(input.Work, job.FolderName), out var labels) && labels is not null
            ? labels
            : throw new InputException($"{Path.Combine(input.Work, job.FolderName)}: its result has been removed or changed; start again");

    /// <summary>The record of a job; else the output of a run that was killed, or that was made elsewhere.</summary>
    private static void TakeWhatIsThere(LabelInput input, LabelOptions options, ILabelProgram program, LabelJob job, Frame frame)
    {
        var folder = Path.Combine(input.Work, job.FolderName);
        if (!Directory.Exists(folder))
            return;
        if (job.Load(folder) && (job.Status == JobStatus.Done || !options.Collect))
            return;
        if (!options.DryRun && !options.Collect)
            ExternalProgram.EndLeftover(folder);
        var outcome = program.Read(folder, frame, job.Hash);
        // Here a failure is that of a run that was killed, and will be run again; elsewhere it is the result.
        if (outcome.Status != JobStatus.Done && !options.Collect)
            return;
        job.Take(outcome);
        job.Attempts = Math.Max(job.Attempts, 1);
        if (outcome.Status == JobStatus.Pending)
            return;
        job.Save(folder, outcome.Result);
    }

    private static LabelSummary WriteInputs(LabelInput input, ILabelProgram program, List<LabelJob> jobs, LabelJob[] open, StatusTable table)
    {
        foreach (var (job, frame) in FramesOf(input, program, open))
            program.WriteInput(Directory.CreateDirectory(Path.Combine(input.Work, job.FolderName)).FullName, frame, job.Hash, 0);
        table.Write();
        return new(jobs, [], table.Path, open.Length == 0 ? null : SlurmScript.Write(input.Work, program, input.Jobs, open));
    }

    /// <summary>Checks what labelling will need, before anything else is done for it: programs, pseudopotentials of all elements.</summary>
    /// <param name="input">The input; its frames need not be there yet.</param>
    /// <param name="elements">Elements that the frames will have.</param>
    /// <exception cref="InputException">Something is missing, or does not fit.</exception>
    internal static void RequireReady(LabelInput input, IReadOnlyList<string> elements)
    {
        if (input.Calculator == LabelCalculator.Spcfw)
            return;
        RequirePrograms(input.Jobs, ProgramOf(input, elements));
    }

    private static ILabelProgram ProgramOf(LabelInput input, IReadOnlyList<string> elements) =>
        input.Calculator == LabelCalculator.Pwscf ? new PwscfProgram(input, elements) : new Cp2kProgram(input.Cp2k);

    private static void RequirePrograms(LabelJobsInput jobs, ILabelProgram program)
    {
        var names = new List<string> { jobs.Command?[0] ?? program.DefaultCommand };
        if (jobs.MpiRanks > 1)
            names.Add(jobs.Mpi[0]);
        if (names.Find(name => !ExternalProgram.Exists(name)) is { } missing)
            throw new InputException($"{missing}: no such program on PATH; install it, or name it in jobs/command");
    }

    /// <summary>Goes through all frames before anything is run: their elements in the order of their appearance, and their number.</summary>
    /// <param name="input">The input.</param>
    /// <param name="needsCell">A program that frames without a cell cannot be given to, or null.</param>
    private static (List<string> Elements, int Count) Survey(LabelInput input, string? needsCell)
    {
        var (elements, count) = (new List<string>(), 0);
        foreach (var source in SourceFrame.Read(input))
        {
            var frame = source.Frame;
            if (needsCell is not null && !frame.Cell.IsPeriodic)
                throw new InputException($"{source.Source}: has no cell; {needsCell} needs one, so give the frame a box (for a molecule one with vacuum around it)");
            foreach (var type in frame.Types.Distinct().Order())
            {
                if (!elements.Contains(frame.TypeMap[type]))
                    elements.Add(frame.TypeMap[type]);
            }

            count++;
        }

        return (elements, count);
    }

    private static TypeMap TypesOf(LabelInput input, List<string> elements)
    {
        if (input.TypeMap is not { } given)
            return new TypeMap(elements);
        if (elements.Find(name => !given.Contains(name)) is { } missing)
            throw new InputException($"{input.Source}: type_map: has no '{missing}', which the frames have; add it");
        return new TypeMap(given);
    }
}
