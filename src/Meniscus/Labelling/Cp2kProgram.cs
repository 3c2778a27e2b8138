using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Labelling;

/// <summary>
/// Labels with CP2K. Energy, forces and stress are read from its text output (versions 7 to 2025); the stress is positive when
/// compressed, as CP2K prints it.
/// </summary>
internal sealed class Cp2kProgram(Cp2kSettings settings) : ILabelProgram
{
    private const string InputFile = "cp2k.inp";

    private const long LargestOutput = 256 << 20;


    private const double GigapascalVolume = 1e4 / Units.EvPerCubicAngstrom;

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
        var lines = IO.InputFile.ReadText(path, LargestOutput).Split('\n');
        if (AbortIn(lines) is { } abort)
            return new(JobStatus.Crashed, null, abort);
        if (!lines.Any(line => line.Contains("Project name", StringComparison.Ordinal) && line.TrimEnd().EndsWith(ProjectOf(hash), StringComparison.Ordinal)))
            return new(JobStatus.Pending, null, "the result in the folder belongs to another frame or other settings");
        if (Array.Exists(lines, Says("SCF run NOT converged")) || Array.Exists(lines, Says("outer SCF loop FAILED to converge")))
            return new(JobStatus.NotConverged, null, "the scf did not converge");
        if (!Array.Exists(lines, Says("PROGRAM ENDED")) || !(Array.Exists(lines, Says("SCF run converged in")) || Array.Exists(lines, Says("outer SCF loop converged in"))))
            return new(JobStatus.Crashed, null, $"{OutputFile} ends early");
        var energy = EnergyIn(lines);
        var forces = ForcesIn(lines, frame.AtomCount);
        var virial = settings.Stress ? VirialIn(lines, frame.Cell.Volume) : null;
        return energy is null || forces is null || (settings.Stress && virial is null)
            ? new(JobStatus.Crashed, null, $"{OutputFile}: energy, forces or stress are missing")
            : new(JobStatus.Done, new LabelResult(energy.Value, forces, virial), "");
    }

    /// <inheritdoc/>
    public void Clean(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "meniscus-*"))
            File.Delete(file);
    }

    private static string ProjectOf(string hash) => $"meniscus-{hash}";

    private static Predicate<string> Says(string words) => line => line.Contains(words, StringComparison.Ordinal);

    /// <summary>The message in the box with [ABORT]: what stands to the right of the picture.</summary>
    private static string? AbortIn(string[] lines)
    {
        var at = Array.FindIndex(lines, Says("[ABORT]"));
        if (at < 0)
            return null;
        var words = new List<string>();
        for (var i = at + 1; i < lines.Length && !lines[i].StartsWith(" ****", StringComparison.Ordinal); i++)
        {
            var line = lines[i].Trim().Trim('*');
            if (line.Length > 12)
                words.Add(line[12..].Trim());
        }

        return string.Join(' ', words.Where(word => word.Length > 0));
    }

    private static double? EnergyIn(string[] lines)
    {
        var line = Array.FindLast(lines, line => line.StartsWith(" ENERGY| Total FORCE_EVAL", StringComparison.Ordinal));
        return line is not null && Number(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[^1]) is { } value ? Units.Hartree * value : null;
    }

    // Before 2024.2 a table "# Atom Kind Element X Y Z", since then lines "FORCES| Atom x y z |f|".
    private static double[]? ForcesIn(string[] lines, int atoms)
    {
        var header = Array.FindLastIndex(lines, line => line.Contains("ATOMIC FORCES in [", StringComparison.Ordinal) || line.StartsWith(" FORCES| Atomic forces", StringComparison.Ordinal));
        if (header < 0)
            return null;
        var forces = new double[3 * atoms];
        var (found, marked) = (0, lines[header].StartsWith(" FORCES|", StringComparison.Ordinal));
        for (var i = header + 1; i < lines.Length && found < atoms; i++)
        {
            var words = lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var first = marked ? 2 : 3;
            if (words.Length != 6 || !int.TryParse(words[marked ? 1 : 0], NumberStyles.None, CultureInfo.InvariantCulture, out var atom))
                continue;
            if (atom != found + 1)
                return null;
            for (var k = 0; k < 3; k++)
            {
                if (Number(words[first + k]) is not { } value)
                    return null;
                forces[(3 * found) + k] = value * Units.Hartree / Units.Bohr;
            }

            found++;
        }

        return found == atoms ? forces : null;
    }

    private static double[]? VirialIn(string[] lines, double volume)
    {
        var header = Array.FindLastIndex(lines, line => line.StartsWith(" STRESS| Analytical stress tensor [GPa]", StringComparison.Ordinal));
        if (header < 0 || header + 4 >= lines.Length)
            return null;
        var virial = new double[9];
        for (var row = 0; row < 3; row++)
        {
            var words = lines[header + 2 + row].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            for (var k = 0; k < 3; k++)
            {
                if (words.Length != 5 || Number(words[2 + k]) is not { } value)
                    return null;
                virial[(3 * row) + k] = value * GigapascalVolume * volume;
            }
        }

        return virial;
    }

    private static double? Number(string word) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
}
