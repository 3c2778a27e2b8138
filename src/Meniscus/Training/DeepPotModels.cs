using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>
/// The one way from a model's name to the model. A name is a model file (<c>.dp</c>, <c>.yaml</c>, <c>.yml</c>,
/// <c>.json</c>, <c>.pb</c>, <c>.pbtxt</c>, <c>.pth</c>, <c>.pt</c>), a checkpoint of a training run here (<c>model.ckpt-1000.ckpt</c>, with or without the ending), the prefix
/// of a run (<c>model.ckpt</c>: its newest checkpoint), or the folder of a run, also of one of DeePMD-kit's with PyTorch.
/// </summary>
public static class DeepPotModels
{
    private const string RunFile = "checkpoint";

    private static readonly string Expected =
        $"expected a model file ({string.Join(", ", DeepPotModelFile.ReadableEndings)}), a checkpoint such as model.ckpt-1000{Checkpoint.Ending}, or the prefix of a run such as model.ckpt";

    /// <summary>Endings of DeePMD-kit's own formats, and what its users do to get one that is read here.</summary>
    private static readonly Dictionary<string, string> ForeignEndings = new(StringComparer.OrdinalIgnoreCase)
    {
        [".pt2"] = "a compiled PyTorch model; convert it with DeePMD-kit: dp convert-backend model.pt2 model.dp",
        [".pd"] = "a checkpoint of DeePMD-kit; freeze and convert it there: dp --pd freeze, dp convert-backend",
        [".hlo"] = "a JAX model; convert it with DeePMD-kit: dp convert-backend model.hlo model.dp",
        [".jax"] = "a JAX checkpoint; convert it with DeePMD-kit: dp convert-backend model.jax model.dp",
        [".savedmodel"] = "a TensorFlow model; convert it with DeePMD-kit: dp convert-backend model.savedmodel model.dp",
        [".meta"] = "a part of a TensorFlow checkpoint; freeze it with DeePMD-kit: dp freeze -o model.pb",
        [".index"] = "a part of a TensorFlow checkpoint; freeze it with DeePMD-kit: dp freeze -o model.pb",
    };

    /// <summary>Reads a model.</summary>
    /// <param name="name">A model file, a checkpoint, the prefix of a run, or the folder of a run.</param>
    /// <exception cref="InputException">There is no such model, it is damaged, or its format is not supported.</exception>
    public static DeepPotModel Load(string name) =>
        TryFindCheckpoint(name) is { } checkpoint ? Checkpoint.LoadModel(checkpoint) : DeepPotModelFile.Load(NewestOfTorch(name) ?? name);

    /// <summary>Whether a name is that of a checkpoint or of a run, and not of a model file.</summary>
    /// <param name="name">A model file, a checkpoint, the prefix of a run, or the folder of a run.</param>
    /// <exception cref="InputException">There is no such model, or its format is not supported.</exception>
    public static bool IsCheckpoint(string name) => TryFindCheckpoint(name) is not null;

    /// <summary>The name of the checkpoint, or null where the ending is that of a model file.</summary>
    private static string? TryFindCheckpoint(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new InputException($"an empty name of a model; {Expected}");
        if (Directory.Exists(name))
            return NewestOfTorch(name) is null ? RunOf(name) : null;
        var ending = Path.GetExtension(name);
        // A run's prefix may have any ending; a file comes first.
        if (DeepPotModelFile.ReadableEndings.Contains(ending, StringComparer.OrdinalIgnoreCase))
            return !File.Exists(name) && Checkpoint.Exists(name) ? name : null;
        if (ForeignEndings.TryGetValue(ending, out var advice))
            throw new InputException($"{name}: '{ending}' is {advice}");
        if (File.Exists(name) && ending != Checkpoint.Ending)
            throw new InputException($"{name}: not a kind of model file known here; {Expected}");
        return Checkpoint.Exists(name) ? name : throw new InputException($"{name}: no such model; {Expected}");
    }

    /// <summary>The prefix of the run whose checkpoints lie in a folder.</summary>
    private static string RunOf(string folder)
    {
        var name = NewestOf(folder);
        var prefix = name.LastIndexOf('-') is var mark and > 0 ? Path.Combine(folder, name[..mark]) : "";
        return prefix.Length > 0 && Checkpoint.Exists(prefix)
            ? prefix
            : throw new InputException($"{folder}: a folder without a file '{RunFile}' that names a checkpoint in it; {Expected}");
    }

    /// <summary>The newest checkpoint in the folder of a run with DeePMD-kit's PyTorch backend, whose file of names is like ours; null elsewhere.</summary>
    private static string? NewestOfTorch(string name)
    {
        var newest = Directory.Exists(name) ? NewestOf(name) : "";
        return newest.EndsWith(".pt", StringComparison.Ordinal) && Path.Combine(name, newest) is var file && File.Exists(file) ? file : null;
    }

    private static string NewestOf(string folder) =>
        Path.Combine(folder, RunFile) is var file && File.Exists(file) ? File.ReadLines(file).FirstOrDefault("") : "";
}
