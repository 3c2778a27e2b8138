// A model of DeePMD-kit's PyTorch backend (deepmd/pt: model/model/ener_model.py, model/descriptor/se_a.py and dpa1.py,
// model/task/ener.py, model/network/mlp.py), frozen or as a checkpoint: the attributes of its modules are those of the
// interchange file under other names. They are put into its tree, and what reads that file reads them.
using System.Globalization;

namespace Meniscus.Potentials.DeepPot.TorchScript;

/// <summary>Reads <c>.pth</c> and <c>.pt</c> models; the content tells which it is.</summary>
internal sealed class TorchModelReader
{
    private readonly TorchArchive _archive;
    private readonly string _file;

    /// <summary>What was read, to find parameters that nobody asked for.</summary>
    private readonly HashSet<TorchTensor> _read = new(ReferenceEqualityComparer.Instance);

    private TorchModelReader(TorchArchive archive, string file) => (_archive, _file) = (archive, file);

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is damaged, or holds something else than an energy model that is supported.</exception>
    public static DeepPotModel Read(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file, path);
    }

    /// <summary>Reads a model.</summary>
    /// <param name="content">All of the file.</param>
    /// <param name="name">What the file is called, for messages.</param>
    /// <exception cref="InputException">The file is damaged, or holds something else than an energy model that is supported.</exception>
    public static DeepPotModel Read(Stream content, string name)
    {
        try
        {
            using var archive = new TorchArchive(content, name);
            return DeepPotModelSection.Read(new TorchModelReader(archive, name).Tree(), name);
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or EndOfStreamException)
        {
            throw new InputException($"{name}: is no zip archive, or a damaged one; expected a model of 'dp --pt freeze' or a checkpoint of 'dp --pt train'", e);
        }
    }

    private ModelMap Tree() => _archive.Root switch
    {
        TorchModule frozen => Tree(frozen),
        Dictionary<object, object?> parameters => CheckpointTree(parameters),
        _ => throw new InputException($"{_file}: holds neither a model nor parameters; expected a model of 'dp --pt freeze' or a checkpoint of 'dp --pt train'"),
    };

    private ModelMap CheckpointTree(Dictionary<object, object?> parameters)
    {
        var model = TorchCheckpoint.Read(parameters, _file);
        var tree = Tree(model);
        RequireRead(model, "");
        return tree;
    }

    private ModelMap Tree(TorchModule root)
    {
        RequireClass(root, "EnergyModel", "model");
        var atomic = Module(root, "atomic_model");
        RequireClass(atomic, "DPEnergyAtomicModel", "atomic model");
        var tree = new ModelMap
        {
            ["model"] = Model(atomic),
            ["model_def_script"] = root.Attributes.GetValueOrDefault("model_def_script") is string { Length: > 0 } script ? new ModelText(script) : ModelNull.Instance,
        };
        if (root.Attributes.GetValueOrDefault("min_nbor_dist") is { } distance)
        {
            var node = distance is TorchTensor tensor ? new ModelNumber(Read(tensor, "min_nbor_dist").Values.FirstOrDefault()) : TorchValue.ToNode(distance, _file);
            // -1 stands for a distance that was not looked for.
            tree["min_nbor_dist"] = node is ModelNumber { Value: -1 } ? ModelNull.Instance : node;
        }

        return tree;
    }

    private ModelMap Model(TorchModule atomic)
    {
        var descriptor = Module(atomic, "descriptor");
        var typed = descriptor.Class is "DescrptDPA1" or "DescrptSeAttenV2";
        if (!typed)
            RequireClass(descriptor, "DescrptSeA", "descriptor");
        var fitting = Module(atomic, "fitting_net");
        RequireClass(fitting, "EnergyFittingNet", "fitting");
        var model = new ModelMap
        {
            ["@class"] = new ModelText("Model"),
            ["@version"] = new ModelNumber(2),
            ["type"] = new ModelText("standard"),
            ["descriptor"] = typed ? TypedDescriptor(descriptor) : Descriptor(Module(descriptor, "sea")),
            ["fitting"] = Fitting(fitting),
            ["atom_exclude_types"] = Excluded(atomic, "atom_exclude_types", "atom_excl", ExcludedTypes),
            ["pair_exclude_types"] = Excluded(atomic, "pair_exclude_types", "pair_excl", ExcludedPairs),
            ["@variables"] = new ModelMap { ["out_bias"] = Array(atomic, "out_bias"), ["out_std"] = Array(atomic, "out_std") },
        };
        Copy(atomic, model, "type_map", "rcond", "preset_out_bias");
        return model;
    }

    private ModelMap Descriptor(TorchModule block)
    {
        var networks = Networks(Module(block, "filter_layers"), "EmbeddingNetwork", out var precision);
        var map = new ModelMap
        {
            ["@class"] = new ModelText("Descriptor"),
            ["@version"] = new ModelNumber(2),
            ["type"] = new ModelText("se_e2_a"),
            ["precision"] = precision,
            ["embeddings"] = networks,
            ["exclude_types"] = Excluded(block, "exclude_types", "emask", ExcludedPairs),
            ["@variables"] = new ModelMap { ["davg"] = Array(block, "mean"), ["dstd"] = Array(block, "stddev") },
        };
        Copy(block, map, "rcut", "rcut_smth", "sel", "neuron", "axis_neuron", "resnet_dt", "set_davg_zero", "activation_function", "env_protection", "trainable", "type_one_side");
        return map;
    }

    /// <summary>DPA-1: deepmd/pt/model/descriptor/dpa1.py, se_atten.py, se_atten_v2.py, and TypeEmbedNet of network/network.py.</summary>
    private ModelMap TypedDescriptor(TorchModule descriptor)
    {
        var block = Module(descriptor, "se_atten");
        var map = new ModelMap
        {
            ["@class"] = new ModelText("Descriptor"),
            ["@version"] = new ModelNumber(2),
            ["type"] = new ModelText(descriptor.Class == "DescrptSeAttenV2" ? "se_atten_v2" : "dpa1"),
            ["embeddings"] = Networks(Module(block, "filter_layers"), "EmbeddingNetwork", out var precision),
            ["precision"] = precision,
            ["type_embedding"] = TypeEmbedding(Module(Module(descriptor, "type_embedding"), "embedding")),
            ["exclude_types"] = Excluded(block, "exclude_types", "emask", ExcludedPairs),
            ["@variables"] = new ModelMap { ["davg"] = Array(block, "mean"), ["dstd"] = Array(block, "stddev") },
        };
        if (block.Attributes.GetValueOrDefault("filter_layers_strip") is TorchModule strip)
            map["embeddings_strip"] = Networks(strip, "EmbeddingNetwork", out _);
        Copy(
            block, map, "rcut", "rcut_smth", "sel", "ntypes", "neuron", "axis_neuron", "tebd_dim", "tebd_input_mode", "attn_layer", "resnet_dt", "set_davg_zero", "activation_function",
            "env_protection", "type_one_side", "lmax");
        if (block.Attributes.GetValueOrDefault("smooth") is bool smooth)
            map["smooth_type_embedding"] = new ModelBoolean(smooth);
        Copy(descriptor, map, "concat_output_tebd", "use_econf_tebd", "trainable");
        return map;
    }

    private ModelMap TypeEmbedding(TorchModule types)
    {
        var layers = Children(Module(Module(types, "embedding_net"), "layers")).Select(Layer).ToList();
        var map = new ModelMap
        {
            ["@class"] = new ModelText("TypeEmbedNet"),
            ["@version"] = new ModelNumber(2),
            ["precision"] = layers.FirstOrDefault() is ModelMap first ? first.Entries["precision"] : ModelNull.Instance,
            ["embedding"] = new ModelMap { ["@class"] = new ModelText("EmbeddingNetwork"), ["@version"] = new ModelNumber(2), ["layers"] = new ModelList(layers) },
        };
        Copy(types, map, "ntypes", "neuron", "resnet_dt", "activation_function", "use_econf_tebd");
        return map;
    }

    private ModelMap Fitting(TorchModule fitting)
    {
        var networks = Networks(Module(fitting, "filter_layers"), "FittingNetwork", out var precision);
        var map = new ModelMap
        {
            ["@class"] = new ModelText("Fitting"),
            ["@version"] = new ModelNumber(4),
            ["type"] = new ModelText("ener"),
            ["precision"] = precision,
            ["nets"] = networks,
            ["@variables"] = new ModelMap
            {
                ["bias_atom_e"] = Array(fitting, "bias_atom_e"),
                ["fparam_avg"] = Array(fitting, "fparam_avg"),
                ["fparam_inv_std"] = Array(fitting, "fparam_inv_std"),
                ["aparam_avg"] = Array(fitting, "aparam_avg"),
                ["aparam_inv_std"] = Array(fitting, "aparam_inv_std"),
            },
        };
        // A frozen model may have kept no more than which types' energy is counted from that of the zero descriptor; the values are not used.
        if (fitting.Attributes.GetValueOrDefault("atom_ener") is List<object?> { Count: > 0 } energies && !energies.OfType<TorchTensor>().Any())
            map["atom_ener"] = TorchValue.ToNode(energies, _file);
        else if (fitting.Attributes.GetValueOrDefault("remove_vaccum_contribution") is List<object?> removed)
            map["atom_ener"] = new ModelList(removed.Select(remove => remove is true ? new ModelNumber(0.0) : (ModelNode)ModelNull.Instance));
        Copy(
            fitting, map, "ntypes", "dim_descrpt", "dim_out", "neuron", "resnet_dt", "numb_fparam", "numb_aparam", "activation_function", "mixed_types", "rcond",
            "exclude_types", "trainable", "use_aparam_as_mask", "dim_case_embd", "default_fparam");
        return map;
    }

    /// <summary>A collection of networks, and the precision that its numbers have.</summary>
    private ModelMap Networks(TorchModule collection, string kind, out ModelNode precision)
    {
        ModelNode? found = null;
        var networks = new List<ModelNode>();
        foreach (var network in Children(Module(collection, "networks")))
        {
            var layers = Children(Module(network, "layers")).Select(Layer).ToList();
            found ??= layers.FirstOrDefault() is ModelMap first ? first.Entries["precision"] : null;
            var map = new ModelMap { ["@class"] = new ModelText(kind), ["@version"] = new ModelNumber(1), ["layers"] = new ModelList(layers) };
            Copy(network, map, "in_dim", "out_dim", "neuron");
            networks.Add(map);
        }

        precision = found ?? ModelNull.Instance;
        var result = new ModelMap { ["@class"] = new ModelText("NetworkCollection"), ["@version"] = new ModelNumber(1), ["networks"] = new ModelList(networks) };
        Copy(collection, result, "ndim", "ntypes");
        return result;
    }

    private ModelNode Layer(TorchModule layer)
    {
        var weights = Array(layer, "matrix");
        var map = new ModelMap
        {
            ["@class"] = new ModelText("Layer"),
            ["@version"] = new ModelNumber(1),
            ["activation_function"] = layer.Attributes.GetValueOrDefault("activate_name") is string name ? new ModelText(name) : new ModelText("none"),
            ["precision"] = weights is ModelArray array ? new ModelText(array.TypeName) : ModelNull.Instance,
            ["@variables"] = new ModelMap { ["w"] = weights, ["b"] = Array(layer, "bias"), ["idt"] = Array(layer, "idt") },
        };
        Copy(layer, map, "resnet");
        return map;
    }

    /// <summary>What is left out: a frozen model has a mask, a checkpoint the list.</summary>
    private ModelNode Excluded(TorchModule owner, string list, string mask, Func<double[], ModelList> fromMask) =>
        owner.Attributes.GetValueOrDefault(mask) is TorchModule module ? fromMask(Mask(module)) : TorchValue.ToNode(owner.Attributes.GetValueOrDefault(list), _file);

    /// <summary>Types whose entry in a mask is 0.</summary>
    private static ModelList ExcludedTypes(double[] mask) => ModelList.Of(mask.Index().Where(entry => entry.Item == 0).Select(entry => entry.Index));

    /// <summary>Pairs whose entry is 0 in a mask of (types + 1)², the last type being no atom.</summary>
    private static ModelList ExcludedPairs(double[] mask)
    {
        var width = (int)Math.Round(Math.Sqrt(mask.Length));
        return new ModelList(
            from first in Enumerable.Range(0, Math.Max(0, width - 1))
            from second in Enumerable.Range(first, width - 1 - first)
            where mask[(first * width) + second] == 0
            select ModelList.Of([first, second]));
    }

    private double[] Mask(TorchModule mask) => Array(mask, "type_mask") is ModelArray array ? array.Values : [];

    private ModelNode Array(TorchModule module, string name) =>
        module.Attributes.GetValueOrDefault(name) is TorchTensor tensor ? Read(tensor, $"{module.Class}.{name}") : ModelNull.Instance;

    private ModelArray Read(TorchTensor tensor, string what)
    {
        _read.Add(tensor);
        return _archive.Read(tensor, what);
    }

    /// <summary>Refuses parameters of a checkpoint that no part of the model takes: what they do is not known.</summary>
    private void RequireRead(TorchModule module, string path)
    {
        foreach (var (key, value) in module.Attributes)
        {
            var name = path.Length == 0 ? $"{key}" : $"{path}.{key}";
            // The same networks by another name, places of tables that are not made, and a list that the settings have too.
            if (value is TorchModule child && key is not ("_networks" or "compress_info" or "compress_data"))
                RequireRead(child, name);
            else if (value is TorchTensor tensor && !_read.Contains(tensor) && key is not "default_fparam_tensor")
                throw new InputException($"{_file}: the parameter '{ModelNode.Shorten(name)}' is not known; expected those of an energy model with the descriptor se_e2_a");
        }
    }

    private void Copy(TorchModule module, ModelMap map, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (module.Attributes.TryGetValue(name, out var value) && value is not TorchTensor)
                map[name] = TorchValue.ToNode(value, _file);
        }
    }

    private TorchModule Module(TorchModule parent, string name) => parent.Attributes.GetValueOrDefault(name) as TorchModule
        ?? throw new InputException($"{_file}: {parent.Class} has no '{name}'; it was made by a version of DeePMD-kit that is not known: convert it there, 'dp convert-backend model.pth model.dp'");

    /// <summary>The modules of a list, which are numbered.</summary>
    public static IEnumerable<TorchModule> Children(TorchModule? list)
    {
        for (var k = 0; list?.Attributes.GetValueOrDefault(k.ToString(CultureInfo.InvariantCulture)) is TorchModule child; k++)
            yield return child;
    }

    private void RequireClass(TorchModule module, string expected, string what)
    {
        if (module.Class != expected)
            throw new InputException($"{_file}: {what} '{ModelNode.Shorten(module.Class)}' is not supported; supported are energy models (EnergyModel) with the descriptors se_e2_a (DescrptSeA) and, without attention layers, DPA-1 (DescrptDPA1, DescrptSeAttenV2)");
    }
}
