using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Labelling;

/// <summary>
/// Writes labelled frames as systems of DeePMD-kit, one per composition. The output folder belongs to labelling as a whole: it is made
/// beside its place and then put there, so that it always holds the frames of one run.
/// </summary>
internal static class LabelOutput
{
    private const string Marker = "label.txt";

    /// <summary>Makes sure that the folder is one that may be replaced.</summary>
    /// <exception cref="InputException">It holds something else.</exception>
    public static void RequireReplaceable(string folder)
    {
        if (File.Exists(folder))
            throw new InputException($"output: {folder} is a file; give the name of a folder");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !File.Exists(Path.Combine(folder, Marker)))
            throw new InputException($"output: {folder} holds files that labelling did not write, and is made anew; choose another folder");
    }

    /// <summary>Writes the systems, and the frames as extended XYZ where asked for.</summary>
    /// <returns>Names of the systems with their number of frames.</returns>
    public static IReadOnlyList<(string Name, int Frames)> Write(LabelInput input, TypeMap types, IReadOnlyList<LabelJob> done)
    {
        var systems = new List<(string, int)>();
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(input.Output));
        var temporary = FormattableString.Invariant($"{full}.{Environment.ProcessId}.tmp");
        try
        {
            Directory.CreateDirectory(temporary);
            foreach (var group in done.GroupBy(job => NameOf(job, types)).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                DeepmdNpyWriter.Write(SystemOf(group.Key, types, [.. group]), Path.Combine(temporary, group.Key));
                systems.Add((group.Key, group.Count()));
            }

            AtomicFile.WriteText(Path.Combine(temporary, Marker), writer => writer.Write(Provenance(input, done)));
            if (Directory.Exists(full))
                Directory.Delete(full, recursive: true);
            Directory.Move(temporary, full);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }

        if (input.ExtendedXyz is { } path)
            Trajectory.Write(path, done.Select(LabelledFrameOf), TrajectoryContent.Forces, TrajectoryFormat.ExtendedXyz);
        return systems;
    }

    private static string Provenance(LabelInput input, IReadOnlyList<LabelJob> done) =>
        $"{done.Count.ToString(CultureInfo.InvariantCulture)} frames labelled by meniscus with\n{input.ToJson()}"
        + string.Concat(done.Select(job => $"{NameWords(job)}\n"));

    private static string NameWords(LabelJob job) => FormattableString.Invariant($"frame {job.Index}: {job.Source}");

    /// <summary>Formula in the order of the types, and what else sets frames apart.</summary>
    private static string NameOf(LabelJob job, TypeMap types)
    {
        var formula = string.Concat(types.Names
            .Select(name => (Name: name, Count: job.Frame.Types.Count(type => job.Frame.TypeMap[type] == name)))
            .Where(part => part.Count > 0)
            .Select(part => FormattableString.Invariant($"{part.Name}{part.Count}")));
        return job.Frame.Cell.IsPeriodic ? formula : formula + "-nopbc";
    }

    private static FrameListSystem SystemOf(string name, TypeMap types, LabelJob[] jobs)
    {
        var order = TypesOf(jobs[0].Frame, types);
        return new FrameListSystem(name, types, [.. jobs.Select(job => Ordered(job, types, order))]);
    }

    private static int[] TypesOf(Frame frame, TypeMap types) => Array.ConvertAll(frame.Types, type => types.IndexOf(frame.TypeMap[type]));

    /// <summary>The frame with its atoms in the order of types of the first one, so that all make one system.</summary>
    private static LabelledFrame Ordered(LabelJob job, TypeMap types, int[] order)
    {
        var (frame, result) = (job.Frame, job.Result!);
        var own = TypesOf(frame, types);
        var queues = Enumerable.Range(0, types.Count).Select(type => new Queue<int>(Enumerable.Range(0, own.Length).Where(i => own[i] == type))).ToArray();
        var labelled = new LabelledFrame(frame.AtomCount)
        {
            Periodic = frame.Cell.IsPeriodic,
            Energy = result.Energy,
            Labels = FrameLabels.Energy | (result.Forces is null ? 0 : FrameLabels.Force) | (result.Virial is null || !frame.Cell.IsPeriodic ? 0 : FrameLabels.Virial),
        };
        order.CopyTo(labelled.Types, 0);
        if (frame.Cell.IsPeriodic)
            frame.Cell.ToArray().CopyTo(labelled.Box, 0);
        result.Virial?.CopyTo(labelled.Virial, 0);
        for (var i = 0; i < order.Length; i++)
        {
            var from = queues[order[i]].Dequeue();
            frame.Positions.AsSpan(3 * from, 3).CopyTo(labelled.Positions.AsSpan(3 * i));
            result.Forces.AsSpan(3 * from, result.Forces is null ? 0 : 3).CopyTo(labelled.Forces.AsSpan(3 * i));
        }

        return labelled;
    }

    private static Frame LabelledFrameOf(LabelJob job) => new(job.Frame.TypeMap, job.Frame.Types, job.Frame.Positions, job.Frame.Cell)
    {
        Energy = job.Result!.Energy,
        Forces = job.Result.Forces,
        Virial = job.Frame.Cell.IsPeriodic ? job.Result.Virial : null,
        Step = job.Frame.Step,
        Time = job.Frame.Time,
    };
}
