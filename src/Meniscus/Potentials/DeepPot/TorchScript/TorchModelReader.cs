// A model frozen by DeePMD-kit's PyTorch backend (deepmd/pt: model/model/ener_model.py, model/descriptor/se_a.py
// and dpa1.py, model/task/ener.py, model/network/mlp.py): the attributes of its modules are those of the interchange file under other
// names. They are put into its tree, and what reads that file reads them.
using System.Globalization;

namespace Meniscus.Potentials.DeepPot.TorchScript;

/// <summary>Reads <c>.pth</c> models.</summary>
internal sealed class TorchModelReader
{
    private readonly TorchArchive _archive;
    private readonly string _file;

    private TorchModelReader(TorchArchive archive, string file) => (_archive, _file) = (archive, file);

    /// <summary>Reads a model.</summary>
    /// <exception cref="InputException">The file is damaged, or holds something else than an energy model that is supported.</exception>
    public static DeepPotModel Read(string path)
    {
        try
        {
            using var archive = new TorchArchive(path);
            return DeepPotModelSection.Read(new TorchModelReader(archive, path).Tree(), path);
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new InputException($"{path}: is no zip archive, or a damaged one; expected a model frozen by 'dp --pt freeze'", e);
        }
    }

    private ModelMap Tree()
    {
        if (_archive.Root is not TorchModule root)
            throw new InputException($"{_file}: holds parameters only, as checkpoints of PyTorch do; freeze it with 'dp --pt freeze -c {Path.GetFileName(_file)} -o model.pth'");
        RequireClass(root, "EnergyModel", "model");
        var atomic = Module(root, "atomic_model");
        RequireClass(atomic, "DPEnergyAtomicModel", "atomic model");
        var tree = new ModelMap
        {
            ["model"] = Model(atomic),
            ["model_def_script"] = root.Attributes.GetValueOrDefault("model_def_script") is string { Length: > 0 } script ? new ModelText(script) : ModelNull.Instance,
        };
        if (root.Attributes.GetValueOrDefault("min_nbor_dist") is { } distance)
            tree["min_nbor_dist"] = distance is TorchTensor tensor ? new ModelNumber(_archive.Read(tensor, "min_nbor_dist").Values[0]) : Plain(distance);
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
            ["atom_exclude_types"] = ExcludedTypes(atomic.Attributes.GetValueOrDefault("atom_excl") as TorchModule),
            ["pair_exclude_types"] = ExcludedPairs(atomic.Attributes.GetValueOrDefault("pair_excl") as TorchModule),
            ["@variables"] = new ModelMap { ["out_bias"] = Array(atomic, "out_bias"), ["out_std"] = Array(atomic, "out_std") },
        };
        Copy(atomic, model, "type_map", "rcond");
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
            ["exclude_types"] = ExcludedPairs(block.Attributes.GetValueOrDefault("emask") as TorchModule),
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
            ["exclude_types"] = ExcludedPairs(block.Attributes.GetValueOrDefault("emask") as TorchModule),
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
        // Types whose energy is counted from that of the zero descriptor; the values given in the input are not kept, nor used.
        if (fitting.Attributes.GetValueOrDefault("remove_vaccum_contribution") is List<object?> removed)
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

    /// <summary>Types whose entry in a mask is 0.</summary>
    private ModelList ExcludedTypes(TorchModule? mask) => mask is null
        ? new ModelList()
        : ModelList.Of(Mask(mask).Index().Where(entry => entry.Item == 0).Select(entry => entry.Index));

    /// <summary>Pairs whose entry is 0 in a mask of (types + 1)², the last type being no atom.</summary>
    private ModelList ExcludedPairs(TorchModule? mask)
    {
        var values = mask is null ? [] : Mask(mask);
        var width = (int)Math.Round(Math.Sqrt(values.Length));
        return new ModelList(
            from first in Enumerable.Range(0, Math.Max(0, width - 1))
            from second in Enumerable.Range(first, width - 1 - first)
            where values[(first * width) + second] == 0
            select ModelList.Of([first, second]));
    }

    private double[] Mask(TorchModule mask) => Array(mask, "type_mask") is ModelArray array ? array.Values : [];

    private ModelNode Array(TorchModule module, string name) =>
        module.Attributes.GetValueOrDefault(name) is TorchTensor tensor ? _archive.Read(tensor, $"{module.Class}.{name}") : ModelNull.Instance;

    private void Copy(TorchModule module, ModelMap map, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (module.Attributes.TryGetValue(name, out var value) && value is not TorchTensor)
                map[name] = Plain(value);
        }
    }

    private ModelNode Plain(object? value) => value switch
    {
        null => ModelNull.Instance,
        bool yes => new ModelBoolean(yes),
        long number => new ModelNumber(number),
        double number => new ModelNumber(number),
        string text => new ModelText(text),
        List<object?> list => new ModelList(list.Where(item => item is not System.Collections.ICollection).Select(Plain)),
        _ => throw new InputException($"{_file}: an attribute is neither number nor text; expected a model frozen by 'dp --pt freeze'"),
    };

    private TorchModule Module(TorchModule parent, string name) => parent.Attributes.GetValueOrDefault(name) as TorchModule
        ?? throw new InputException($"{_file}: {parent.Class} has no '{name}'; it was frozen by a version of DeePMD-kit that is not known: convert it with 'dp convert-backend model.pth model.dp'");

    /// <summary>The modules of a list, which are numbered.</summary>
    private IEnumerable<TorchModule> Children(TorchModule list)
    {
        for (var k = 0; list.Attributes.ContainsKey(k.ToString(CultureInfo.InvariantCulture)); k++)
            yield return Module(list, k.ToString(CultureInfo.InvariantCulture));
    }

    private void RequireClass(TorchModule module, string expected, string what)
    {
        if (module.Class != expected)
            throw new InputException($"{_file}: {what} '{ModelNode.Shorten(module.Class)}' is not supported; supported are energy models (EnergyModel) with the descriptors se_e2_a (DescrptSeA) and, without attention layers, DPA-1 (DescrptDPA1, DescrptSeAttenV2)");
    }
}
