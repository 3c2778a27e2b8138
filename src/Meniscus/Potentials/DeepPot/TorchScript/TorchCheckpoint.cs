// A checkpoint of training with DeePMD-kit's PyTorch backend (deepmd/pt: train/training.py, train/wrapper.py): torch.save
// of {"model": parameters by dotted names, "optimizer": …}. "_extra_state" among the parameters holds the model section
// of the input. Parameters and settings are put together here as the modules of a frozen model have them, so that one
// reader serves both. Settings that are not given are those of the constructors (descriptor/se_a.py, task/fitting.py),
// which is what freezing the checkpoint makes of them.
using System.Globalization;

namespace Meniscus.Potentials.DeepPot.TorchScript;

/// <summary>The modules of a model from its checkpoint.</summary>
internal sealed class TorchCheckpoint
{
    private const string Branch = "model.Default.";
    private const string Settings = "model_params";

    private readonly string _file;
    private readonly Dictionary<object, object?> _parameters;
    private readonly Dictionary<string, TorchModule> _modules = new(StringComparer.Ordinal);

    private TorchCheckpoint(string file, Dictionary<object, object?> parameters) => (_file, _parameters) = (file, parameters);

    /// <summary>The model whose parameters a checkpoint holds.</summary>
    /// <param name="content">What its data.pkl describes.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="InputException">It is no checkpoint of one energy model with the descriptor se_e2_a.</exception>
    public static TorchModule Read(Dictionary<object, object?> content, string file)
    {
        foreach (var key in content.Keys.Where(key => content.ContainsKey("model") && key is not ("model" or "optimizer")))
            throw new InputException($"{file}: the checkpoint holds '{ModelNode.Shorten($"{key}", 80)}' beside the model, so which weights are meant is not known; freeze the one that is wanted: dp --pt freeze -c {Path.GetFileName(file)} -o model.pth");
        var parameters = content.GetValueOrDefault("model", content) as Dictionary<object, object?>;
        var settings = (parameters?.GetValueOrDefault("_extra_state") as Dictionary<object, object?>)?.GetValueOrDefault(Settings);
        if (parameters is null || settings is not Dictionary<object, object?> given)
            throw new InputException($"{file}: has no settings of a model ('_extra_state' with '{Settings}'); expected a checkpoint of 'dp --pt train' or a model of 'dp --pt freeze'");
        return new TorchCheckpoint(file, parameters).Model(given);
    }

    private TorchModule Model(Dictionary<object, object?> given)
    {
        var settings = TorchValue.ToMap(given, _file);
        CheckSettings(new ModelSection(new ModelPlace(_file, Settings), settings));
        CheckNames();
        var model = Module("", "EnergyModel");
        model.Attributes["model_def_script"] = ModelJson.Format(settings);
        var atomic = Module("atomic_model", "DPEnergyAtomicModel");
        Copy(given, atomic, "type_map", "atom_exclude_types", "pair_exclude_types", "preset_out_bias");
        Module("atomic_model.descriptor", "DescrptSeA");
        Module("atomic_model.fitting_net", "EnergyFittingNet");
        AddParameters();
        AddDescriptor((Dictionary<object, object?>)given["descriptor"]!);
        AddFitting(given.GetValueOrDefault("fitting_net") as Dictionary<object, object?> ?? []);
        return model;
    }

    /// <summary>Refuses settings of models that are computed in another way.</summary>
    private void CheckSettings(ModelSection model)
    {
        if (model.Has("model_dict"))
        {
            var place = model.Section("model_dict");
            throw place.Place.Error($"multi-task models are not supported; freeze one branch: dp --pt freeze -c {Path.GetFileName(_file)} -o model.pth --head NAME");
        }

        RequireText(model, "type", "standard", "model '{0}' is not supported; supported is standard (one descriptor, one fitting)", "standard");
        model.RefuseUnlessOff("spin", "spin");
        model.RefuseUnlessOff("use_srtab", "a table for short distances");
        model.RefuseUnlessOff("modifier", "a modifier of the data");
        model.RefuseUnlessOff("type_embedding", "a type embedding");
        model.RefuseUnlessOff("lora", "fine-tuning by adapters (LoRA)");
        // Of training, of derivatives that are not asked for here, and of the table that is not there.
        Ignore(
            model, "type_map", "fitting_net", "atom_exclude_types", "pair_exclude_types", "preset_out_bias", "data_stat_nbatch", "data_stat_protect", "data_bias_nsample",
            "srtab_add_bias", "smin_alpha", "sw_rmin", "sw_rmax", "finetune_head", "info", "hessian_mode");
        var descriptor = model.Section("descriptor");
        RequireText(descriptor, "type", "se_e2_a", "descriptor '{0}' is not supported; supported is se_e2_a (alias se_a)", "se_e2_a", "se_a");
        descriptor.RefuseUnlessOff("spin", "spin");
        Ignore(descriptor, [.. DescriptorSettings, "type_one_side", "precision", "exclude_types", "seed", "ntypes", "type_map"]);
        descriptor.RefuseUnknown();
        if (model.Has("fitting_net"))
        {
            var fitting = model.Section("fitting_net");
            RequireText(fitting, "type", "ener", "fitting '{0}' is not supported; supported is ener", "ener");
            fitting.RefuseUnlessOff("layer_name", "sharing of layers between networks");
            Ignore(fitting, [.. FittingSettings, "precision", "seed", "ntypes", "type_map", "mixed_types", "dim_descrpt", "embedding_width"]);
            fitting.RefuseUnknown();
        }

        model.RefuseUnknown();
    }

    private static ReadOnlySpan<string> DescriptorSettings =>
        (string[])["rcut", "rcut_smth", "sel", "neuron", "axis_neuron", "resnet_dt", "set_davg_zero", "activation_function", "env_protection", "trainable"];

    private static ReadOnlySpan<string> FittingSettings => (string[])
        ["neuron", "resnet_dt", "numb_fparam", "numb_aparam", "dim_case_embd", "default_fparam", "activation_function", "rcond", "trainable", "use_aparam_as_mask", "atom_ener"];

    private static void Ignore(ModelSection section, params ReadOnlySpan<string> keys)
    {
        section.Ignore(keys);
        section.Ignore("_comment", "comment");
    }

    private static void RequireText(ModelSection section, string key, string absent, string message, params ReadOnlySpan<string> supported)
    {
        var found = section.Text(key, absent);
        if (!supported.Contains(found))
            throw section.Error(key, string.Format(CultureInfo.InvariantCulture, message, ModelNode.Shorten(found, 80)));
    }

    /// <summary>Refuses parameters whose part in the energy is not known.</summary>
    private void CheckNames()
    {
        foreach (var (key, value) in _parameters)
        {
            if (key is "_extra_state")
                continue;
            if (key is not string name || value is not TorchTensor tensor)
                throw new InputException($"{_file}: '{ModelNode.Shorten($"{key}", 80)}' is no parameter; expected tensors by name");
            if (!name.StartsWith(Branch, StringComparison.Ordinal))
                throw new InputException($"{_file}: has the parameter '{ModelNode.Shorten(name)}'; expected those of one model, '{Branch}…'");
            if (name.Contains(".compress_", StringComparison.Ordinal) && tensor.Shape.All(n => n != 0))
                throw new InputException($"{_file}: the model is compressed ('{ModelNode.Shorten(name)}'); expected the checkpoint from before compression");
        }
    }

    /// <summary>The module of a dotted name, made where it is not there yet.</summary>
    private TorchModule Module(string path, string type = "")
    {
        if (_modules.TryGetValue(path, out var module))
            return module;
        module = _modules[path] = new TorchModule(new TorchGlobal("deepmd.pt", type.Length > 0 ? type : path));
        if (path.Length > 0)
        {
            var (parent, name) = Split(path);
            Module(parent).Attributes[name] = module;
        }

        return module;
    }

    private void AddParameters()
    {
        foreach (var (key, value) in _parameters)
        {
            if (key is string name && value is TorchTensor)
            {
                if (name.Count(c => c == '.') > 16)
                    throw new InputException($"{_file}: has the parameter '{ModelNode.Shorten(name)}', which is not known");
                var (parent, last) = Split(name[Branch.Length..]);
                Module(parent).Attributes[last] = value;
            }
        }
    }

    private void AddDescriptor(Dictionary<object, object?> given)
    {
        var block = Module("atomic_model.descriptor.sea");
        // What the constructor takes where the settings do not say.
        (block.Attributes["activation_function"], block.Attributes["axis_neuron"]) = ("tanh", 16L);
        Copy(given, block, DescriptorSettings);
        Copy(given, block, "exclude_types");
        var networks = Networks("atomic_model.descriptor.sea.filter_layers");
        var types = (given.GetValueOrDefault("sel") as List<object?>)?.Count ?? 0;
        var oneSided = given.GetValueOrDefault("type_one_side") as bool? ?? networks.Count <= types;
        block.Attributes["type_one_side"] = oneSided;
        Module("atomic_model.descriptor.sea.filter_layers").Attributes["ndim"] = oneSided ? 1L : 2L;
        AddLayers(networks, block, hasLinearEnd: false);
    }

    private void AddFitting(Dictionary<object, object?> given)
    {
        var fitting = Module("atomic_model.fitting_net");
        (fitting.Attributes["activation_function"], fitting.Attributes["resnet_dt"]) = ("tanh", true);
        Copy(given, fitting, FittingSettings);
        Module("atomic_model.fitting_net.filter_layers").Attributes["ndim"] = 1L;
        AddLayers(Networks("atomic_model.fitting_net.filter_layers"), fitting, hasLinearEnd: true);
    }

    /// <summary>The layers of every network.</summary>
    private List<List<TorchModule>> Networks(string path) =>
        [.. TorchModelReader.Children(Module(path + ".networks")).Select(network => TorchModelReader.Children(network.Attributes.GetValueOrDefault("layers") as TorchModule).ToList())];

    /// <summary>What a layer does besides its parameters (network/mlp.py): all but the last of a fitting are alike.</summary>
    private static void AddLayers(List<List<TorchModule>> networks, TorchModule owner, bool hasLinearEnd)
    {
        foreach (var layers in networks)
        {
            for (var k = 0; k < layers.Count; k++)
            {
                var isEnd = hasLinearEnd && k == layers.Count - 1;
                layers[k].Attributes["activate_name"] = isEnd ? null : owner.Attributes["activation_function"];
                layers[k].Attributes["resnet"] = !isEnd;
            }
        }

        if (!owner.Attributes.ContainsKey("neuron") && networks.FirstOrDefault() is { } first)
        {
            owner.Attributes["neuron"] = first.SkipLast(hasLinearEnd ? 1 : 0)
                .Select(layer => layer.Attributes.GetValueOrDefault("matrix") is TorchTensor { Shape: [_, var width] } ? (object?)(long)width : null).ToList();
        }
    }

    private static void Copy(Dictionary<object, object?> given, TorchModule module, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (given.GetValueOrDefault(name) is { } value)
                module.Attributes[name] = value;
        }
    }

    private static (string Parent, string Name) Split(string path) => path.LastIndexOf('.') is var dot and >= 0 ? (path[..dot], path[(dot + 1)..]) : ("", path);
}
