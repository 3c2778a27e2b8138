using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>
/// The model section of the training input that DeePMD-kit keeps in a graph from 2.x on (<c>train_attr/training_script</c>).
/// Without one every question has the default of the input file as its answer, or none.
/// </summary>
internal sealed class FrozenScript
{
    private const string Node = "train_attr/training_script";

    private readonly string _file;
    private readonly ModelMap? _model;

    private FrozenScript(string file, ModelMap? model)
    {
        _file = file;
        _model = model;
    }

    /// <summary>The section as JSON text, or null.</summary>
    public string? ModelSection => _model is null ? null : ModelJson.Format(_model);

    public bool SetDavgZero => Part("descriptor")?.Entries.GetValueOrDefault("set_davg_zero") is ModelBoolean { Value: true };

    /// <summary>What the script calls the descriptor, or null.</summary>
    public string? DescriptorType => (Part("descriptor")?.Entries.GetValueOrDefault("type") as ModelText)?.Value;

    /// <summary>Number of attention layers, or null where the script does not say.</summary>
    public long? AttentionLayers => (Part("descriptor")?.Entries.GetValueOrDefault("attn_layer") as ModelNumber)?.Integer;

    /// <summary>Whether what the types give is multiplied by a switch; se_atten_v2 always does.</summary>
    public bool SmoothsTypes => IsOn("descriptor", "smooth_type_embedding") || DescriptorType == "se_atten_v2";

    /// <summary>Whether the fitting does not take the centre's type (concat_output_tebd off).</summary>
    public bool LeavesTypesOut => Part("descriptor")?.Entries.GetValueOrDefault("concat_output_tebd") is ModelBoolean { Value: false };

    /// <summary>Whether type embeddings begin with electron configurations.</summary>
    public bool UsesElectronConfigurations => IsOn("descriptor", "use_econf_tebd") || IsOn("type_embedding", "use_econf_tebd");

    public static FrozenScript Of(FrozenGraph graph, int typeCount)
    {
        var file = graph.Definition.File;
        if (!graph.Has(Node))
            return new FrozenScript(file, null);
        var root = ModelJson.Parse(graph.Text(Node), $"{file}: {Node}");
        var model = root.Entries.GetValueOrDefault("model") as ModelMap;
        if (model?.Entries.GetValueOrDefault("type_map") is ModelList { Items.Count: > 0 } types && types.Items.Count != typeCount)
            throw graph.Definition.Error(Node, $"has a type_map of {types.Items.Count} types, expected {typeCount}");
        return new FrozenScript(file, model);
    }

    /// <summary>The activation function of a part, or null where the script does not say.</summary>
    public ActivationFunction? Activation(string part)
    {
        if (Part(part)?.Entries.GetValueOrDefault("activation_function") is not ModelText name)
            return null;
        return ActivationNames.TryParse(name.Value, out var function)
            ? function
            : throw new InputException($"{_file}: {Node}: activation function '{ModelNode.Shorten(name.Value)}' is not supported; known are {ActivationNames.Known}");
    }

    /// <summary>The name the script has for a function (gelu or gelu_tf), or the usual one.</summary>
    public string NameFor(string part, ActivationFunction function) =>
        Part(part)?.Entries.GetValueOrDefault("activation_function") is ModelText name && Activation(part) == function ? name.Value : function.Name();

    public int[] Neuron(string part) => Part(part)?.Entries.GetValueOrDefault("neuron") is ModelList list
        ? [.. list.Items.OfType<ModelNumber>().Select(number => number.Integer is > 0 and < 100_000 and var width ? (int)width : 0)]
        : [];

    public IReadOnlyList<(int Centre, int Neighbor)> ExcludeTypes(int typeCount)
    {
        if (Part("descriptor") is not { } descriptor || !descriptor.Entries.ContainsKey("exclude_types"))
            return [];
        return new ModelSection(new ModelPlace(_file, $"{Node}/model/descriptor"), descriptor).TypePairs("exclude_types", typeCount);
    }

    /// <summary>atom_ener, one number or null per type, or null where there is none.</summary>
    public double?[]? VacuumEnergies(int typeCount)
    {
        if (Part("fitting_net")?.Entries.GetValueOrDefault("atom_ener") is not ModelList list || !list.Items.Exists(item => item is ModelNumber))
            return null;
        var energies = new double?[typeCount];
        for (var type = 0; type < Math.Min(typeCount, list.Items.Count); type++)
            energies[type] = (list.Items[type] as ModelNumber)?.Value;
        return energies;
    }

    private bool IsOn(string part, string key) => Part(part)?.Entries.GetValueOrDefault(key) is ModelBoolean { Value: true };

    private ModelMap? Part(string name) => _model?.Entries.GetValueOrDefault(name) as ModelMap;
}
