using Meniscus.IO;
using Meniscus.Potentials.DeepPot.TensorFlow;
using Meniscus.Potentials.DeepPot.TorchScript;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Model files in DeePMD-kit's interchange serialisation: <c>.dp</c> (HDF5), <c>.yaml</c> or <c>.yml</c>, and
/// <c>.json</c>; and, to read only, frozen models of its energies: TensorFlow graphs, <c>.pb</c> and <c>.pbtxt</c>,
/// and TorchScript archives, <c>.pth</c>, and checkpoints of its training with PyTorch, <c>.pt</c>. The ending decides the format. Layout: <c>docs/model-files.md</c>.
/// </summary>
public static class DeepPotModelFile
{
    private const string TorchArchiveEnding = ".pth";
    private const string TorchCheckpointEnding = ".pt";

    /// <summary>The endings that can be read and written.</summary>
    public static IReadOnlyList<string> Endings { get; } = [".dp", ".yaml", ".yml", ".json"];

    /// <summary>The endings that can be read: besides, those of frozen TensorFlow graphs, TorchScript archives and PyTorch checkpoints.</summary>
    public static IReadOnlyList<string> ReadableEndings { get; } = [.. Endings, ".pb", ".pbtxt", TorchArchiveEnding, TorchCheckpointEnding];

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file; its ending decides the format.</param>
    /// <returns>The model, checked for consistent shapes and finite numbers.</returns>
    /// <exception cref="InputException">The file is missing, damaged, or holds something that is not supported.</exception>
    public static DeepPotModel Load(string path)
    {
        var ending = Path.GetExtension(path).ToLowerInvariant();
        if (!ReadableEndings.Contains(ending))
            throw new InputException($"{path}: unknown ending '{ending}' of a model file; expected one of {string.Join(", ", ReadableEndings)}");
        if (!File.Exists(path))
            throw new InputException($"{path}: no such file; expected a model ({string.Join(", ", ReadableEndings)})");
        try
        {
            if (IsFrozenGraph(ending))
                return FrozenModelReader.Read(path, isText: ending == ".pbtxt");
            if (ending is TorchArchiveEnding or TorchCheckpointEnding)
                return TorchModelReader.Read(path);
            return DeepPotModelSection.Read(ReadTree(path, ending), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            throw new InputException($"{path}: cannot be read: {ModelNode.Shorten(error.Message)}", error);
        }
    }

    /// <summary>Reads a model from memory, where a file's content has been brought there in some other way.</summary>
    /// <param name="name">What the file is called, for messages; its ending decides the format.</param>
    /// <param name="content">All of the file.</param>
    /// <returns>The model, checked for consistent shapes and finite numbers.</returns>
    /// <exception cref="InputException">The content is damaged, or holds something that is not supported.</exception>
    public static DeepPotModel Load(string name, byte[] content)
    {
        var ending = Path.GetExtension(name).ToLowerInvariant();
        switch (ending)
        {
            case ".pb" or ".pbtxt":
                return FrozenModelReader.Read(name, content, isText: ending == ".pbtxt");
            case TorchArchiveEnding or TorchCheckpointEnding:
                return TorchModelReader.Read(new MemoryStream(content), name);
            case ".dp":
                return DeepPotModelSection.Read(ModelHdf5.Read(content, name), name);
            case ".json":
                return DeepPotModelSection.Read(ModelJson.Read(new MemoryStream(content), name), name);
            case ".yaml" or ".yml":
                using (var text = new StreamReader(new MemoryStream(content)))
                    return DeepPotModelSection.Read(ModelYaml.Read(text, name), name);
            default:
                throw new InputException($"{name}: unknown ending '{ending}' of a model file; expected one of {string.Join(", ", ReadableEndings)}");
        }
    }

    /// <summary>Writes a model; the file appears whole or not at all.</summary>
    /// <param name="model">The model. A float32 model's weights are rounded to float32.</param>
    /// <param name="path">The file; its ending decides the format.</param>
    /// <exception cref="InputException">The ending is unknown, or the model has numbers that are not finite or shapes that disagree.</exception>
    public static void Save(DeepPotModel model, string path)
    {
        var ending = Ending(path);
        if (model.Descriptor.EmbeddingTables is not null)
            throw new InputException($"{path}: the model holds tables of DeePMD-kit in place of its embedding networks, and no model file has a form for that; convert the model it was compressed from");
        if (model.Descriptor.SharedSlots is not null)
            throw new InputException($"{path}: the model comes from a {model.Descriptor.Origin?.Descriptor} descriptor, whose slots belong to no type; the form that is written here (se_e2_a) has no such slots: use the file it was read from");
        if (model.Descriptor.EmptySlotEmbedding is not null)
            throw new InputException($"{path}: the model gives empty slots the embedding of no type (tebd_input_mode strip with davg that is not zero); the form that is written here has no such slots: use the file it was read from");
        var tree = DeepPotModelSection.Write(model);
        // What would not be read again must not replace a good file.
        DeepPotModelSection.Read(tree, path);
        switch (ending)
        {
            case ".dp":
                AtomicFile.Write(path, stream => ModelHdf5.Write(tree, stream));
                break;
            case ".json":
                AtomicFile.Write(path, stream => ModelJson.Write(tree, stream));
                break;
            default:
                AtomicFile.WriteText(path, text => ModelYaml.Write(tree, text));
                break;
        }
    }

    private static bool IsFrozenGraph(string ending) => ending is ".pb" or ".pbtxt";

    private static ModelMap ReadTree(string path, string ending) => ending switch
    {
        ".dp" => ModelHdf5.Read(path),
        ".json" => ModelJson.Read(path),
        _ => ModelYaml.Read(path),
    };

    /// <summary>The ending of a model file's name, in lower case; lets a long job find out early that it could not save.</summary>
    /// <param name="path">The file to write; it need not exist.</param>
    /// <exception cref="InputException">The ending is not one of <see cref="Endings"/>.</exception>
    public static string Ending(string path)
    {
        var ending = Path.GetExtension(path).ToLowerInvariant();
        if (IsFrozenGraph(ending))
            throw new InputException($"{path}: a TensorFlow graph ('{ending}') is read but not written; write a .dp and convert it with DeePMD-kit: dp convert-backend model.dp model.pb");
        if (ending == TorchArchiveEnding)
            throw new InputException($"{path}: a TorchScript archive ('.pth') is read but not written; write a .dp and convert it with DeePMD-kit: dp convert-backend model.dp model.pth");
        if (ending == TorchCheckpointEnding)
            throw new InputException($"{path}: a checkpoint of DeePMD-kit ('.pt') is read but not written; write a .dp and convert it with DeePMD-kit: dp convert-backend model.dp model.pth");
        return Endings.Contains(ending)
            ? ending
            : throw new InputException($"{path}: unknown ending '{ending}' of a model file; expected one of {string.Join(", ", Endings)}");
    }
}
