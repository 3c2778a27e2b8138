using System.Text.Json.Nodes;
using Meniscus.Input;
using Meniscus.Training.Schema;

namespace Meniscus.Training;

/// <summary>
/// The training input, <c>input.json</c> as DeePMD-kit v2 and v3 accept it (v1's single-level <c>training</c> section
/// is converted), for energy models of type <c>se_e2_a</c>. JSON with comments and trailing commas, or YAML. All keys
/// are in <c>docs/train-input.md</c>, which is generated from the same table that reads them.
/// </summary>
public sealed record TrainingInput
{
    // An input is a few kilobytes; anything of this size is another file given by mistake.
    private const long LargestFile = 16 << 20;

    /// <summary>The model.</summary>
    public ModelInput Model { get; init; } = new();

    /// <summary>The learning rate.</summary>
    public LearningRateInput LearningRate { get; init; } = new();

    /// <summary>The optimizer.</summary>
    public OptimizerInput Optimizer { get; init; } = new();

    /// <summary>The loss.</summary>
    public LossInput Loss { get; init; } = new();

    /// <summary>The run.</summary>
    public TrainingSection Training { get; init; } = new();

    /// <summary>Tests on the whole validation set.</summary>
    public ValidatingInput Validating { get; init; } = new();

    /// <summary>What the user should know about the file: keys without effect, defaults that depend on the version. One line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Folder of the file, for <see cref="ResolvePath"/>; null for an input that was not read from a file.</summary>
    public string? SourceFolder { get; init; }

    /// <summary>Reads a file; YAML where its name ends in <c>.yaml</c> or <c>.yml</c>, else JSON.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file cannot be read or used.</exception>
    public static TrainingInput Load(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new InputException($"{path}: no such file; expected a training input such as input.json");
        if (file.Length > LargestFile)
            throw new InputException($"{path}: {file.Length >> 20} MiB is too large for a training input; expected a JSON or YAML text of some kilobytes");
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({e.Message})", e);
        }

        var yaml = InputTree.IsYaml(path);
        return Parse(text, path, yaml) with { SourceFolder = file.DirectoryName };
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Name of the file, for messages.</param>
    /// <param name="yaml">Whether it is YAML.</param>
    /// <exception cref="InputException">The text cannot be used.</exception>
    public static TrainingInput Parse(string text, string name = "input.json", bool yaml = false)
    {
        var tree = yaml ? InputTree.ParseYaml(text, name) : InputTree.ParseJson(text, name);
        if (tree is not JsonObject root)
            throw new InputException($"{name}: expected a training input in braces, {{ \"model\": …, \"training\": … }}");
        var warnings = new List<string>();
        LegacyInput.Upgrade(root, name, warnings);
        return TrainingInputSchema.Root.Read(new InputNode(root, name, "", TrainingInputSchema.Root), warnings) with { Warnings = warnings };
    }

    /// <summary>
    /// The normalised input: every key that is used, defaults filled in. Reading it gives the same input again, and
    /// DeePMD-kit reads it too (but for the optimizer <c>SGD</c>).
    /// </summary>
    public string ToJson() => TrainingInputSchema.Root.WriteText(this, indent: 4);

    /// <summary>The same input with its relative paths below a folder, as if the training were started there.</summary>
    /// <param name="folder">The folder.</param>
    public TrainingInput InFolder(string folder)
    {
        string In(string path) => Path.Combine(folder, path);
        DataInput Rooted(DataInput data) => data with { Systems = [.. data.Systems.Select(In)] };
        return this with
        {
            Training = Training with
            {
                TrainingData = Rooted(Training.TrainingData),
                ValidationData = Training.ValidationData is { } validation ? validation with { Data = Rooted(validation.Data) } : null,
                DisplayFile = In(Training.DisplayFile),
                CheckpointName = Training.CheckpointFolder is null ? In(Training.CheckpointName) : Training.CheckpointName,
                CheckpointFolder = Training.CheckpointFolder is { } checkpoints ? In(checkpoints) : null,
                StatisticsFile = Training.StatisticsFile is { } statistics ? In(statistics) : null,
            },
        };
    }

    /// <summary>
    /// A path that the input names: as it stands, relative to the current folder as in DeePMD-kit; where nothing is
    /// there, relative to the folder of the input file. What follows a <c>#</c> (an HDF5 group) stays.
    /// </summary>
    /// <param name="path">A path of the input.</param>
    public string ResolvePath(string path) => InputPath.Resolve(path, SourceFolder);
}
