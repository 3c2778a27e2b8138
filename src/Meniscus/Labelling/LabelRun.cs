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
        var frames = ReadFrames(input);
        var types = TypesOf(input, frames);
        return input.Calculator == LabelCalculator.Spcfw
            ? LabelWater(input, options, frames, types, progress, cancellation)
            : LabelWithProgram(input, options, frames, types, progress, cancellation);
    }

    private static LabelSummary LabelWater(LabelInput input, LabelOptions options, List<(string Source, Frame Frame)> frames, TypeMap types, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        if (options.DryRun || options.Collect)
            throw new InputException($"{input.Source}: calculator: spcfw is computed here, so there are no inputs to write or results to collect; choose pwscf or cp2k, or leave the option out");
        LabelJob[] jobs = [.. frames.Select((frame, index) => new LabelJob(index, frame.Source, frame.Frame))];
        WaterLabels.Label(jobs, options.Team, job => progress?.Report(new ProgressReport(job.Index + 1, jobs.Length, "")), cancellation);
        var table = new StatusTable(input.Work, jobs);
        table.Write();
        return new(jobs, LabelOutput.Write(input, types, [.. jobs.Where(job => job.Status == JobStatus.Done)]), table.Path, null);
    }

    private static LabelSummary LabelWithProgram(LabelInput input, LabelOptions options, List<(string Source, Frame Frame)> frames, TypeMap types, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        ILabelProgram program = input.Calculator == LabelCalculator.Pwscf ? new PwscfProgram(input, ElementsOf(frames)) : new Cp2kProgram(input.Cp2k);
        foreach (var (source, frame) in frames)
        {
            if (!frame.Cell.IsPeriodic)
                throw new InputException($"{source}: has no cell; {program.DefaultCommand} needs one, so give the frame a box (for a molecule one with vacuum around it)");
        }

        if (!options.DryRun && !options.Collect)
            RequirePrograms(input.Jobs, program);
        LabelJob[] jobs = [.. frames.Select((frame, index) => new LabelJob(index, frame.Source, frame.Frame) { Hash = program.Hash(frame.Frame) })];
        var table = new StatusTable(input.Work, jobs);
        program.WriteShared(input.Work);
        foreach (var job in jobs)
            TakeWhatIsThere(input, options, program, job);
        var open = jobs.Where(job => job.Status == JobStatus.Pending || (options.RetryFailed && job.Status != JobStatus.Done)).ToArray();
        if (options.DryRun)
            return WriteInputs(input, program, jobs, open, table);
        table.Write();
        if (!options.Collect)
        {
            long done = jobs.Length - open.Length;
            progress?.Report(new ProgressReport(done, jobs.Length, ""));
            new JobQueue(program, input.Jobs, input.Work, table).Run(open, job => progress?.Report(new ProgressReport(++done, jobs.Length, $"{job.FolderName} {JobStatusNames.Of(job.Status)}")), cancellation);
        }

        return new(jobs, LabelOutput.Write(input, types, [.. jobs.Where(job => job.Status == JobStatus.Done)]), table.Path, null);
    }

    /// <summary>The record of a job; else the output of a run that was killed, or that was made elsewhere.</summary>
    private static void TakeWhatIsThere(LabelInput input, LabelOptions options, ILabelProgram program, LabelJob job)
    {
        var folder = Path.Combine(input.Work, job.FolderName);
        if (!Directory.Exists(folder))
            return;
        if (job.Load(folder) && (job.Status == JobStatus.Done || !options.Collect))
            return;
        if (!options.DryRun && !options.Collect)
            ExternalProgram.EndLeftover(folder);
        var outcome = program.Read(folder, job.Frame, job.Hash);
        // Here a failure is that of a run that was killed, and will be run again; elsewhere it is the result.
        if (outcome.Status != JobStatus.Done && !options.Collect)
            return;
        job.Take(outcome);
        job.Attempts = Math.Max(job.Attempts, 1);
        if (outcome.Status == JobStatus.Pending)
            return;
        job.Save(folder);
    }

    private static LabelSummary WriteInputs(LabelInput input, ILabelProgram program, LabelJob[] jobs, LabelJob[] open, StatusTable table)
    {
        foreach (var job in open)
            program.WriteInput(Directory.CreateDirectory(Path.Combine(input.Work, job.FolderName)).FullName, job.Frame, job.Hash, 0);
        table.Write();
        return new(jobs, [], table.Path, open.Length == 0 ? null : SlurmScript.Write(input.Work, program, input.Jobs, open));
    }

    private static void RequirePrograms(LabelJobsInput jobs, ILabelProgram program)
    {
        var names = new List<string> { jobs.Command?[0] ?? program.DefaultCommand };
        if (jobs.MpiRanks > 1)
            names.Add(jobs.Mpi[0]);
        if (names.Find(name => !ExternalProgram.Exists(name)) is { } missing)
            throw new InputException($"{missing}: no such program on PATH; install it, or name it in jobs/command");
    }

    private static List<(string Source, Frame Frame)> ReadFrames(LabelInput input)
    {
        var frames = new List<(string, Frame)>();
        foreach (var part in input.Frames)
        {
            var path = InputPath.Resolve(part.File, input.SourceFolder);
            var index = part.First;
            var before = frames.Count;
            foreach (var frame in Trajectory.Read(path, new TrajectoryOptions { First = part.First, Last = part.Last, Every = part.Every, TypeNames = part.TypeNames, TolerateTornEnd = true }))
            {
                frames.Add((FormattableString.Invariant($"{path} frame {index}"), frame));
                index += part.Every;
            }

            if (frames.Count == before)
                throw new InputException($"{path}: no frame between first and last; {FormattableString.Invariant($"the file has {Trajectory.CountFrames(path)}")}");
        }

        return frames;
    }

    private static IEnumerable<string> ElementsOf(List<(string Source, Frame Frame)> frames) =>
        frames.SelectMany(f => f.Frame.Types.Distinct().Order().Select(type => f.Frame.TypeMap[type])).Distinct();

    private static TypeMap TypesOf(LabelInput input, List<(string Source, Frame Frame)> frames)
    {
        var found = ElementsOf(frames).ToList();
        if (input.TypeMap is not { } given)
            return new TypeMap(found);
        if (found.Find(name => !given.Contains(name)) is { } missing)
            throw new InputException($"{input.Source}: type_map: has no '{missing}', which the frames have; add it");
        return new TypeMap(given);
    }
}
