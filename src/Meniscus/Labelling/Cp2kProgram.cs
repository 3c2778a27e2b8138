using System.Text;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Labelling;

/// <summary>
/// Labels with CP2K. Energy, forces and stress are read from its text output.
/// </summary>
internal sealed class Cp2kProgram(Cp2kSettings settings) : ILabelProgram
{
    private const string InputFile = "cp2k.inp";

    /// <inheritdoc/>
    public string DefaultCommand => "cp2k.psmp";

    /// <inheritdoc/>
    public IReadOnlyList<string> Arguments { get; } = ["-i", InputFile];

    /// <inheritdoc/>
    public string OutputFile => "cp2k.out";

    /// <inheritdoc/>
    public int Mixings => settings.Minimizers.Count;

    /// <inheritdoc/>
    public string Hash(Frame frame) => JobHash.Of(Cp2kInput.Text(settings, frame, "", null));

    /// <inheritdoc/>
    public void WriteShared(string work)
    {
        // Basis sets and potentials come from CP2K's own folder.
    }

    /// <inheritdoc/>
    public void WriteInput(string folder, Frame frame, string hash, int mixing)
    {
        Clean(folder);
        File.Delete(Path.Combine(folder, OutputFile));
        AtomicFile.WriteText(Path.Combine(folder, InputFile), writer => writer.Write(Cp2kInput.Text(settings, frame, ProjectOf(hash), settings.Minimizers[mixing])));
    }

    /// <inheritdoc/>
    public LabelOutcome Read(string folder, Frame frame, string hash)
    {
        var path = Path.Combine(folder, OutputFile);
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
            return new(JobStatus.Pending, null, "");
        try
        {
            var ending = EndingOf(path, hash);
            return ending.Status == JobStatus.Done ? Labels(path, frame) : ending;
        }
        catch (InputException e)
        {
            return new(JobStatus.Crashed, null, e.Message);
        }
    }

    /// <inheritdoc/>
    public void Clean(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "meniscus-*"))
            File.Delete(file);
    }

    private static string ProjectOf(string hash) => $"meniscus-{hash}";

    private LabelOutcome Labels(string path, Frame frame)
    {
        var labelled = Cp2kOutput.Read(path, new()).Last();
        if (labelled.Energy is not { } energy || labelled.AtomCount != frame.AtomCount || labelled.Forces is null || (settings.Stress && labelled.Virial is null))
            return new(JobStatus.Crashed, null, $"{OutputFile}: energy, forces or stress are missing");
        // The cell in the output has three decimals; the volume that belongs to the stress is that of the frame.
        var scale = frame.Cell.Volume / labelled.Cell.Volume;
        var virial = settings.Stress ? Array.ConvertAll(labelled.Virial!, value => value * scale) : null;
        return new(JobStatus.Done, new LabelResult(energy, labelled.Forces, virial), "");
    }

    /// <summary>How the run ended, without its labels: done, not converged, aborted with a message, or a run of something else.</summary>
    private static LabelOutcome EndingOf(string path, string hash)
    {
        using var lines = TextLines.Open(path);
        var project = Encoding.ASCII.GetBytes(ProjectOf(hash));
        var (own, failed) = (false, false);
        while (lines.TryRead(out var line))
        {
            if (line.IndexOf("[ABORT]"u8) >= 0)
                return new(JobStatus.Crashed, null, AbortMessage(lines));
            own |= line.IndexOf("Project name"u8) >= 0 && line.TrimEnd((byte)' ').EndsWith(project);
            failed |= line.IndexOf("SCF run NOT converged"u8) >= 0 || line.IndexOf("outer SCF loop FAILED to converge"u8) >= 0;
        }

        return !own ? new(JobStatus.Pending, null, "the result in the folder belongs to another frame or other settings")
            : failed ? new(JobStatus.NotConverged, null, "the scf did not converge")
            : new(JobStatus.Done, null, "");
    }

    /// <summary>The message in the box with [ABORT]: what stands to the right of the picture.</summary>
    private static string AbortMessage(TextLines lines)
    {
        var words = new List<string>();
        while (words.Count < 20 && lines.TryRead(out var bytes) && !bytes.StartsWith(" ****"u8))
        {
            var line = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 200)]).Trim().Trim('*');
            if (line.Length > 12)
                words.Add(line[12..].Trim());
        }

        return string.Join(' ', words.Where(word => word.Length > 0));
    }
}
