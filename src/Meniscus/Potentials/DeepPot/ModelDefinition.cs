namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The model section of a training input that would build a given model, in DeePMD-kit's input keys. Stands in for the
/// section itself in the file of a model that does not carry one.
/// </summary>
internal static class ModelDefinition
{
    public static ModelMap Of(DeepPotModel model)
    {
        var map = new ModelMap
        {
            ["type_map"] = ModelList.Of(model.TypeMap.Names),
            ["descriptor"] = Of(model.Descriptor),
            ["fitting_net"] = Of(model.Fitting),
        };
        if (model.AtomExcludeTypes.Count > 0)
            map["atom_exclude_types"] = ModelList.Of(model.AtomExcludeTypes);
        if (model.PairExcludeTypes.Count > 0)
            map["pair_exclude_types"] = SeE2aDescriptorSection.WritePairs(model.PairExcludeTypes);
        if (model.PresetOutBias is not null)
            map["preset_out_bias"] = new ModelMap { ["energy"] = DeepPotModelSection.WritePerType(model.PresetOutBias) };
        return map;
    }

    public static ModelMap Of(SeE2aDescriptor descriptor) => new()
    {
        ["type"] = new ModelText("se_e2_a"),
        ["sel"] = ModelList.Of(descriptor.Sel),
        ["rcut"] = new ModelNumber(descriptor.Cutoff),
        ["rcut_smth"] = new ModelNumber(descriptor.SmoothCutoff),
        ["neuron"] = ModelList.Of(descriptor.Neuron),
        ["axis_neuron"] = new ModelNumber(descriptor.AxisNeuron),
        ["type_one_side"] = new ModelBoolean(descriptor.TypeOneSide),
        ["resnet_dt"] = new ModelBoolean(descriptor.ResnetDt),
        ["activation_function"] = new ModelText(descriptor.ActivationName),
        ["precision"] = new ModelText(descriptor.Precision.Name()),
        ["trainable"] = new ModelBoolean(descriptor.Trainable),
        ["set_davg_zero"] = new ModelBoolean(descriptor.SetDavgZero),
        ["exclude_types"] = SeE2aDescriptorSection.WritePairs(descriptor.ExcludeTypes),
        ["env_protection"] = new ModelNumber(descriptor.EnvProtection),
    };

    /// <summary>The descriptor as its file has it, for people to read; a type embedding makes other keys than what it comes to.</summary>
    public static ModelMap AsInFile(SeE2aDescriptor descriptor)
    {
        var map = Of(descriptor);
        if (descriptor.Origin is not { } origin)
            return map;
        map["type"] = new ModelText(origin.Descriptor);
        map["neuron"] = ModelList.Of(origin.Neuron);
        map["tebd_dim"] = new ModelNumber(origin.Width);
        map["tebd_input_mode"] = new ModelText(origin.InputMode);
        if (descriptor.SharedSlots is { } slots)
        {
            map["sel"] = new ModelNumber(slots);
            map["attn_layer"] = new ModelNumber(0);
        }

        return map;
    }

    public static ModelMap Of(EnergyFitting fitting)
    {
        var map = new ModelMap
        {
            ["type"] = new ModelText("ener"),
            ["neuron"] = ModelList.Of(fitting.Neuron),
            ["resnet_dt"] = new ModelBoolean(fitting.ResnetDt),
            ["activation_function"] = new ModelText(fitting.ActivationName),
            ["precision"] = new ModelText(fitting.Precision.Name()),
            ["numb_fparam"] = new ModelNumber(fitting.FrameParameterCount),
            ["numb_aparam"] = new ModelNumber(fitting.AtomParameterCount),
        };
        if (fitting.AtomEner is not null)
            map["atom_ener"] = DeepPotModelSection.WritePerType(fitting.AtomEner);
        if (fitting.DefaultFrameParameters is { } defaults)
            map["default_fparam"] = new ModelList(defaults.Select(value => new ModelNumber(value)));
        return map;
    }
}
