namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The descriptor of DPA-1 in a model tree: DeePMD-kit's serialised "Descriptor" of type <c>dpa1</c> (alias <c>se_atten</c>)
/// or <c>se_atten_v2</c>, versions 1 to 4, without attention layers. Its networks take type embeddings; what they come to
/// for each type or pair is read (docs/theory.md, 1.5).
/// </summary>
internal static class SeAttenDescriptorSection
{
    private const int NewestVersion = 4;
    private const string Concatenated = "concat";
    private const string Stripped = "strip";

    /// <summary>Whether a descriptor section is one of these.</summary>
    public static bool Is(ModelSection section) => section.Text("type") is "dpa1" or "se_atten" or "se_atten_v2";

    /// <summary>Reads the descriptor and its networks; the latter are needed for the fitting too.</summary>
    /// <param name="section">The section.</param>
    /// <param name="typeCount">Number of types.</param>
    public static (SeE2aDescriptor Descriptor, TypeEmbeddedNetworks Networks) Read(ModelSection section, int typeCount)
    {
        section.Expect("Descriptor", NewestVersion);
        section.Ignore("type_map", "compress", "use_tebd_bias", "tebd_input_mode", "smooth_type_embedding", "attn", "attn_dotr", "attn_mask", "attention_layers", "scaling_factor", "normalize", "temperature", "trainable_ln", "ln_eps");
        RefuseUnsupported(section, typeCount);
        var (cutoff, smoothCutoff) = SeE2aDescriptorSection.ReadCutoffs(section);
        var slots = ReadSlots(section, typeCount);
        var networks = ReadNetworks(section, typeCount);
        var axis = SeE2aDescriptorSection.ReadAxis(section, networks.Radial.OutputCount);
        var (activation, activationName) = NetworkSection.ReadActivation(section, "tanh");
        var embeddings = networks.All();
        var variables = section.Variables();
        variables.Ignore("degree_gain_raw");
        var descriptor = new SeE2aDescriptor
        {
            Cutoff = cutoff,
            SmoothCutoff = smoothCutoff,
            Sel = [.. Enumerable.Repeat(slots, typeCount)],
            SharedSlots = slots,
            Neuron = [.. embeddings[0].Layers.Select(layer => layer.OutputCount)],
            AxisNeuron = axis,
            TypeOneSide = networks.OneSided,
            ResnetDt = section.Boolean("resnet_dt", false),
            SetDavgZero = section.Boolean("set_davg_zero", false),
            Activation = activation,
            ActivationName = activationName,
            Precision = networks.Precision,
            ExcludeTypes = section.TypePairs("exclude_types", typeCount),
            EnvProtection = SeE2aDescriptorSection.ReadProtection(section),
            Trainable = section.Boolean("trainable", true),
            Davg = NetworkSection.Round(variables.Array("davg", typeCount, slots, 4), networks.Precision),
            Dstd = NetworkSection.Round(variables.Array("dstd", typeCount, slots, 4), networks.Precision),
            Embeddings = embeddings,
            Fading = networks.Fading(),
            Origin = networks.Origin(section.Text("type") == "se_atten_v2" ? "se_atten_v2" : "se_atten"),
        };
        SeE2aDescriptorSection.RequireDeviations(descriptor.Dstd, variables);
        variables.RefuseUnknown();
        section.RefuseUnknown();
        if (networks.Fade is null)
            RefuseEmbeddedEmptySlots(descriptor.Davg, variables);
        return (descriptor with { EmptySlotEmbedding = networks.EmptySlots(descriptor.Davg, descriptor.Dstd) }, networks);
    }

    private static void RefuseUnsupported(ModelSection section, int typeCount)
    {
        section.RefuseUnlessOff("spin", "spin");
        section.RefuseUnlessOff("use_econf_tebd", "type embedding by electron configurations");
        if (section.Integer("attn_layer", 2) is var layers && layers != 0)
            throw section.Error("attn_layer", $"found {layers} attention layers; supported are models without (attn_layer 0)");
        if (section.Integer("lmax", 1) != 1)
            throw section.Error("lmax", $"found {section.Integer("lmax")}: moments of higher degree than 1 are not supported");
        if (section.Integer("ntypes", typeCount) != typeCount)
            throw section.Error("ntypes", $"found {section.Integer("ntypes")}, expected {typeCount}, the number of types in type_map");
    }

    /// <summary>
    /// What these backends give an empty slot is the embedding of whatever type the first atom has, so that energies
    /// depend on the order of the atoms; TensorFlow's padding type is not what they compute.
    /// </summary>
    private static void RefuseEmbeddedEmptySlots(double[] davg, ModelSection variables)
    {
        if (Array.FindIndex(davg, mean => mean != 0) is var place and >= 0)
            throw variables.Error("davg", $"value {place} is {davg[place]}, expected 0 (set_davg_zero): otherwise DeePMD-kit gives empty slots the type of the first atom, and energies depend on the order of the atoms");
    }

    private static int ReadSlots(ModelSection section, int typeCount)
    {
        var sel = section.Integers("sel");
        if (sel.Length == 0 || sel.Any(n => n < 0) || sel.Sum(n => (long)n) is var slots && (slots == 0 || slots * typeCount * 4 > Array.MaxLength))
            throw section.Error("sel", $"found [{string.Join(", ", sel)}], expected a number of neighbours");
        return sel.Sum();
    }

    private static TypeEmbeddedNetworks ReadNetworks(ModelSection section, int typeCount)
    {
        var mode = section.Text("type") == "se_atten_v2" ? Stripped : section.Text("tebd_input_mode", Concatenated);
        if (mode is not (Concatenated or Stripped))
            throw section.Error("tebd_input_mode", $"'{mode}' is not supported; supported are {Concatenated} and {Stripped}");
        var smooth = section.Boolean("smooth_type_embedding", true) || section.Text("type") == "se_atten_v2";
        var types = ReadTypes(section.Section("type_embedding"), typeCount);
        if (section.Integer("tebd_dim", types.Width) != types.Width)
            throw section.Error("tebd_dim", $"found {section.Integer("tebd_dim")}, expected {types.Width}, the width of type_embedding");
        var oneSided = section.Boolean("type_one_side", false);
        var ofTypes = TypeEmbeddedNetworks.InputsOfTypes(types.Width, oneSided);
        return new TypeEmbeddedNetworks
        {
            Types = types,
            OneSided = oneSided,
            Radial = ReadNetwork(section, "embeddings", typeCount, mode == Stripped ? 1 : 1 + ofTypes),
            OfTypes = mode == Stripped ? ReadNetwork(section, "embeddings_strip", typeCount, ofTypes) : null,
            FittingTakesType = section.Boolean("concat_output_tebd", true),
            Fade = mode == Stripped && smooth ? TypeFade.Switch : null,
            Precision = NetworkSection.ReadPrecision(section),
        };
    }

    private static NeuralNetwork ReadNetwork(ModelSection section, string key, int typeCount, int inputs)
    {
        var (_, activation) = NetworkSection.ReadActivation(section, "tanh");
        var kind = NetworkSection.Kind.Embedding(
            SeE2aDescriptorSection.ReadNeuron(section), NetworkSection.ReadPrecision(section), activation, section.Boolean("resnet_dt", false)) with { InputCount = inputs };
        return NetworkSection.ReadSingle(section.Section(key), typeCount, kind);
    }

    /// <summary>DeePMD-kit's serialised "TypeEmbedNet", versions 1 and 2.</summary>
    private static TypeEmbedding ReadTypes(ModelSection section, int typeCount)
    {
        section.Expect("TypeEmbedNet", 2);
        section.Ignore("type_map", "trainable", "use_tebd_bias", "padding");
        section.RefuseUnlessOff("use_econf_tebd", "type embedding by electron configurations");
        if (section.Integer("ntypes", typeCount) != typeCount)
            throw section.Error("ntypes", $"found {section.Integer("ntypes")}, expected {typeCount}, the number of types in type_map");
        var (_, activation) = NetworkSection.ReadActivation(section, "tanh");
        var kind = NetworkSection.Kind.Embedding(
            SeE2aDescriptorSection.ReadNeuron(section), NetworkSection.ReadPrecision(section), activation, section.Boolean("resnet_dt", false)) with { InputCount = typeCount };
        var network = NetworkSection.ReadNetwork(section.Section("embedding"), kind);
        section.RefuseUnknown();
        return new TypeEmbedding(network);
    }
}
