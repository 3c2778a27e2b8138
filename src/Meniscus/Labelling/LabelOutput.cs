using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Labelling;

/// <summary>
/// Writes labelled frames as systems of DeePMD-kit, one per composition (and one more for frames without a cell). The output folder belongs to labelling as a whole: it is made
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

    /// <summary>Writes the systems, and the frames as extended XYZ where asked for, frame by frame.</summary>
    /// <param name="input">The input.</param>
    /// <param name="types">Order of the types.</param>
    /// <param name="jobs">The jobs, whose states are known at the end.</param>
    /// <param name="frames">The labelled frames.</param>
    /// <returns>Names of the systems with their number of frames.</returns>
    public static IReadOnlyList<(string Name, int Frames)> Write(LabelInput input, TypeMap types, IReadOnlyList<LabelJob> jobs, IEnumerable<Frame> frames)
    {
        IReadOnlyList<(string Name, int Frames)> systems = [];
        if (input.ExtendedXyz is { } path)
            AtomicFile.Write(path, stream => systems = WriteSystems(input, types, jobs, Copied(frames, stream, path)));
        else
            systems = WriteSystems(input, types, jobs, frames);
        return systems;
    }

    /// <summary>A frame with its labels.</summary>
    public static Frame Labelled(Frame frame, LabelResult result) => new(frame.TypeMap, frame.Types, frame.Positions, frame.Cell)
    {
        Energy = result.Energy,
        Forces = result.Forces,
        Virial = frame.Cell.IsPeriodic ? result.Virial : null,
        Step = frame.Step,
        Time = frame.Time,
    };

    private static List<(string Name, int Frames)> WriteSystems(LabelInput input, TypeMap types, IReadOnlyList<LabelJob> jobs, IEnumerable<Frame> frames)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(input.Output));
        var temporary = FormattableString.Invariant($"{full}.{Environment.ProcessId}.tmp");
        try
        {
            Directory.CreateDirectory(temporary);
            using var all = frames.GetEnumerator();
            var systems = all.MoveNext() ? DeepmdFrameWriter.Write(temporary, Rest(all), typeMap: types.Names) : [];
            AtomicFile.WriteText(Path.Combine(temporary, Marker), writer => WriteProvenance(writer, input, jobs.Where(job => job.Status == JobStatus.Done).ToArray()));
            if (Directory.Exists(full))
                Directory.Delete(full, recursive: true);
            Directory.Move(temporary, full);
            return [.. systems.Select(system => (Name: Path.GetFileName(system.Folder), Frames: (int)system.Frames)).OrderBy(system => system.Name, StringComparer.Ordinal)];
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>The current frame and those behind it.</summary>
    private static IEnumerable<Frame> Rest(IEnumerator<Frame> frames)
    {
        do
        {
            yield return frames.Current;
        }
        while (frames.MoveNext());
    }

    private static IEnumerable<Frame> Copied(IEnumerable<Frame> frames, Stream stream, string path)
    {
        var text = new Utf8Text();
        foreach (var frame in frames)
        {
            text.Clear();
            Trajectory.Format(text, frame, TrajectoryContent.Forces, TrajectoryFormat.ExtendedXyz, first: false, path);
            stream.Write(text.Written);
            yield return frame;
        }
    }

    private static void WriteProvenance(TextWriter writer, LabelInput input, LabelJob[] done)
    {
        writer.Write($"{done.Length.ToString(CultureInfo.InvariantCulture)} frames labelled by meniscus with\n{input.ToJson()}");
        foreach (var job in done)
            writer.WriteLine(FormattableString.Invariant($"frame {job.Index}: {job.Source}"));
    }
}
