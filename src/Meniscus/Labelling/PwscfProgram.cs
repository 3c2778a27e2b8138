using System.Security.Cryptography;
using System.Text;
using Meniscus.Atoms;
using Meniscus.Input;
using Meniscus.IO;

namespace Meniscus.Labelling;

/// <summary>Labels with Quantum ESPRESSO's <c>pw.x</c>. Results are read from its XML; a frame is done where that says <c>convergence_achieved</c> with an error below the threshold.</summary>
internal sealed class PwscfProgram : ILabelProgram
{
    private const string InputFile = "pw.in";

    // A text output is read for its error only; the XML holds the results.
    private const long LargestOutput = 64 << 20;

    private static readonly string[] MetaGga = ["SCAN", "TPSS", "M06", "TB09", "MGGA", "MBJ", "MS2", "RPBEL"];

    private readonly PwscfSettings _settings;
    private readonly Dictionary<string, Pseudopotential> _pseudopotentials = [];
    private readonly string _pseudopotentialHashes;

    /// <summary>Checks the settings for some frames.</summary>
    /// <param name="input">The input.</param>
    /// <param name="elements">Elements of the frames.</param>
    /// <exception cref="InputException">A pseudopotential is missing, or not of the kind that the functional needs.</exception>
    public PwscfProgram(LabelInput input, IEnumerable<string> elements)
    {
        _settings = input.Pwscf;
        var hashes = new StringBuilder();
        foreach (var element in elements.Order(StringComparer.Ordinal))
        {
            if (!_settings.Pseudopotentials.TryGetValue(element, out var named))
                throw new InputException($"{input.Source}: pwscf/pseudopotentials: no file for '{element}', which the frames have; found {string.Join(", ", _settings.Pseudopotentials.Keys)}, so add one");
            var file = Pseudopotential.Read(InputPath.Resolve(named, input.SourceFolder));
            Check(input.Source, element, file);
            _pseudopotentials.Add(element, file);
            hashes.Append(element).Append(' ').Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.Path)))).Append('\n');
        }

        if (_pseudopotentials.Values.GroupBy(p => Path.GetFileName(p.Path)).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InputException($"{input.Source}: pwscf/pseudopotentials: two elements have files called {twice.Key}; give the files different names");
        _pseudopotentialHashes = hashes.ToString();
    }

    /// <inheritdoc/>
    public string DefaultCommand => "pw.x";

    /// <inheritdoc/>
    public IReadOnlyList<string> Arguments { get; } = ["-in", InputFile];

    /// <inheritdoc/>
    public string OutputFile => "pw.out";

    /// <inheritdoc/>
    public int Mixings => _settings.MixingBeta.Count;

    /// <inheritdoc/>
    public string Hash(Frame frame) => JobHash.Of(PwscfInput.Text(_settings, frame, "", null) + _pseudopotentialHashes);

    /// <inheritdoc/>
    public void WriteShared(string work)
    {
        foreach (var file in _pseudopotentials.Values)
        {
            var bytes = File.ReadAllBytes(file.Path);
            AtomicFile.Write(Path.Combine(work, "pseudo", Path.GetFileName(file.Path)), stream => stream.Write(bytes));
        }
    }

    /// <inheritdoc/>
    public void WriteInput(string folder, Frame frame, string hash, int mixing)
    {
        Clean(folder);
        File.Delete(Path.Combine(folder, OutputFile));
        AtomicFile.WriteText(Path.Combine(folder, InputFile), writer => writer.Write(PwscfInput.Text(_settings, frame, hash, _settings.MixingBeta[mixing])));
    }

    /// <inheritdoc/>
    public LabelOutcome Read(string folder, Frame frame, string hash)
    {
        var output = ReadOutput(folder);
        if (XmlOf(folder) is not { } path)
            return WithoutXml(output);
        PwXmlOutput xml;
        try
        {
            xml = PwXml.ReadOutput(path);
        }
        catch (InputException e)
        {
            return new(JobStatus.Crashed, null, e.Message);
        }

        if (xml.Title != hash)
            return new(JobStatus.Pending, null, "the result in the folder belongs to another frame or other settings");
        // Old versions do not say it in the XML.
        if (!(xml.Converged ?? output.Contains("convergence has been achieved", StringComparison.Ordinal)))
            return new(JobStatus.NotConverged, null, "convergence was not achieved");
        if (xml.Frame is not { Energy: { } energy } labelled || labelled.AtomCount != frame.AtomCount || (_settings.Forces && labelled.Forces is null) || (_settings.Stress && labelled.Virial is null))
            return new(JobStatus.Crashed, null, $"{path}: energy, forces or stress are missing");
        return new(JobStatus.Done, new LabelResult(energy, labelled.Forces, labelled.Virial), "");
    }

    /// <inheritdoc/>
    public void Clean(string folder)
    {
        var scratch = Path.Combine(folder, "out");
        if (Directory.Exists(scratch))
            Directory.Delete(scratch, recursive: true);
    }

    private static string? XmlOf(string folder) =>
        new[] { Path.Combine(folder, "out", $"{PwscfInput.Prefix}.save", "data-file-schema.xml"), Path.Combine(folder, "out", $"{PwscfInput.Prefix}.xml"), Path.Combine(folder, "data-file-schema.xml") }
            .FirstOrDefault(File.Exists);

    private string ReadOutput(string folder)
    {
        var path = Path.Combine(folder, OutputFile);
        return File.Exists(path) ? IO.InputFile.ReadText(path, LargestOutput) : "";
    }

    private LabelOutcome WithoutXml(string output)
    {
        if (output.Length == 0)
            return new(JobStatus.Pending, null, "");
        var message = ErrorIn(output);
        var needsLibxc = message.Contains("libxc needed", StringComparison.OrdinalIgnoreCase)
            || (IsMetaGga && message.Contains("This case is not implemented", StringComparison.Ordinal));
        if (needsLibxc)
            throw new InputException($"pw.x: input_dft '{_settings.Functional}' needs libxc, which this pw.x was built without (it says: {message}); use a pw.x with libxc, or calculator cp2k");
        if (message.Contains("unrecognized dft", StringComparison.Ordinal))
            throw new InputException($"pw.x: functional '{_settings.Functional}' is unknown to it (it says: {message}); give a name that input_dft takes");
        return new(JobStatus.Crashed, null, message.Length > 0 ? message : $"no result; see {OutputFile}");
    }

    private bool IsMetaGga => MetaGga.Any(name => _settings.Functional.Contains(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The error in the box of percent signs: routine and message.</summary>
    private static string ErrorIn(string output)
    {
        var lines = output.Split('\n');
        var at = Array.FindIndex(lines, line => line.Contains("Error in routine", StringComparison.Ordinal));
        return at < 0 ? "" : string.Join(" ", lines.Skip(at).Take(2).Select(line => line.Trim()).Where(line => !line.StartsWith('%')));
    }

    private void Check(string source, string element, Pseudopotential file)
    {
        if (file.Element != element)
            throw new InputException($"{source}: pwscf/pseudopotentials/{element}: {file.Path} is for '{file.Element}'; give one for {element}");
        if (IsMetaGga && !file.NormConserving)
            throw new InputException($"{source}: pwscf/pseudopotentials/{element}: {file.Path} is of type {file.Kind}; {_settings.Functional} is a meta-GGA, for which pw.x needs norm-conserving ones (NC)");
    }
}
