namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The descriptor in a model tree: DeePMD-kit's serialised "Descriptor" of type <c>se_e2_a</c>, versions 1 to 3.
/// Version 3 adds DeePMD-kit's own tables of a compressed model beside the networks; the networks are read.
/// </summary>
internal static class SeE2aDescriptorSection
{
    private const int NewestVersion = 3;
    private const int WrittenVersion = 2;

    public static SeE2aDescriptor Read(ModelSection section, int typeCount)
    {
        CheckType(section);
        section.Expect("Descriptor", NewestVersion);
        section.Ignore("type_map", "compress");
        section.RefuseUnlessOff("spin", "spin");
        var (cutoff, smoothCutoff) = ReadCutoffs(section);
        var sel = ReadSel(section, typeCount);
        var neuron = ReadNeuron(section);
        var axisNeuron = ReadAxis(section, neuron[^1]);
        var (activation, activationName) = NetworkSection.ReadActivation(section, "tanh");
        var precision = NetworkSection.ReadPrecision(section);
        var resnetDt = section.Boolean("resnet_dt", false);
        var embeddings = section.Section("embeddings");
        var oneSided = section.Boolean("type_one_side", embeddings.Integer("ndim") == 1);
        var excluded = section.TypePairs("exclude_types", typeCount);
        var variables = section.Variables();
        var slots = sel.Sum();
        var descriptor = new SeE2aDescriptor
        {
            Cutoff = cutoff,
            SmoothCutoff = smoothCutoff,
            Sel = sel,
            Neuron = neuron,
            AxisNeuron = axisNeuron,
            TypeOneSide = oneSided,
            ResnetDt = resnetDt,
            SetDavgZero = section.Boolean("set_davg_zero", false),
            Activation = activation,
            ActivationName = activationName,
            Precision = precision,
            ExcludeTypes = excluded,
            EnvProtection = ReadProtection(section),
            Trainable = section.Boolean("trainable", true),
            Davg = NetworkSection.Round(variables.Array("davg", typeCount, slots, 4), precision),
            Dstd = NetworkSection.Round(variables.Array("dstd", typeCount, slots, 4), precision),
            Embeddings = NetworkSection.ReadCollection(
                embeddings, oneSided ? 1 : 2, typeCount, NetworkSection.Kind.Embedding(neuron, precision, activationName, resnetDt)),
        };
        RequireDeviations(descriptor.Dstd, variables);
        CheckComplete(descriptor, embeddings);
        variables.RefuseUnknown();
        section.RefuseUnknown();
        return descriptor;
    }

    public static ModelMap Write(SeE2aDescriptor descriptor, IReadOnlyList<string> typeMap)
    {
        var typeCount = descriptor.TypeCount;
        var (precision, slots) = (descriptor.Precision, descriptor.SlotCount);
        return new ModelMap
        {
            ["@class"] = new ModelText("Descriptor"),
            ["type"] = new ModelText("se_e2_a"),
            ["@version"] = new ModelNumber(WrittenVersion),
            ["rcut"] = new ModelNumber(descriptor.Cutoff),
            ["rcut_smth"] = new ModelNumber(descriptor.SmoothCutoff),
            ["sel"] = ModelList.Of(descriptor.Sel),
            ["neuron"] = ModelList.Of(descriptor.Neuron),
            ["axis_neuron"] = new ModelNumber(descriptor.AxisNeuron),
            ["resnet_dt"] = new ModelBoolean(descriptor.ResnetDt),
            ["set_davg_zero"] = new ModelBoolean(descriptor.SetDavgZero),
            ["activation_function"] = new ModelText(descriptor.ActivationName),
            ["precision"] = new ModelText(precision.Name()),
            ["embeddings"] = NetworkSection.WriteCollection(
                descriptor.Embeddings, descriptor.TypeOneSide ? 1 : 2, typeCount, NetworkSection.Kind.Embedding(descriptor)),
            ["env_mat"] = new ModelMap
            {
                ["rcut"] = new ModelNumber(descriptor.Cutoff),
                ["rcut_smth"] = new ModelNumber(descriptor.SmoothCutoff),
            },
            ["exclude_types"] = WritePairs(descriptor.ExcludeTypes),
            ["env_protection"] = new ModelNumber(descriptor.EnvProtection),
            ["@variables"] = new ModelMap
            {
                ["davg"] = NetworkSection.ToArray(descriptor.Davg, precision, typeCount, slots, 4),
                ["dstd"] = NetworkSection.ToArray(descriptor.Dstd, precision, typeCount, slots, 4),
            },
            ["type_map"] = ModelList.Of(typeMap),
            ["trainable"] = new ModelBoolean(descriptor.Trainable),
            ["type_one_side"] = new ModelBoolean(descriptor.TypeOneSide),
            ["spin"] = ModelNull.Instance,
        };
    }

    public static ModelList WritePairs(IEnumerable<(int First, int Second)> pairs) =>
        new(pairs.Select(pair => ModelList.Of([pair.First, pair.Second])));

    public static int ReadAxis(ModelSection section, int width) => section.Integer("axis_neuron") is var axis && axis >= 1 && axis <= width
        ? axis
        : throw section.Error("axis_neuron", $"found {section.Integer("axis_neuron")}, expected 1 to {width}, the width of the embedding");

    public static void RequireDeviations(double[] dstd, ModelSection variables)
    {
        if (System.Array.IndexOf(dstd, 0) is var zero and >= 0)
            throw variables.Error("dstd", $"value {zero} is 0; expected standard deviations, which are divided by");
    }

    private static void CheckType(ModelSection section)
    {
        var type = section.Text("type");
        if (type is not ("se_e2_a" or "se_a"))
            throw section.Error("type", $"descriptor '{type}' is not supported; supported are se_e2_a (alias se_a), and without attention layers dpa1 (alias se_atten) and se_atten_v2");
    }

    public static (double Cutoff, double SmoothCutoff) ReadCutoffs(ModelSection section)
    {
        var cutoff = section.Number("rcut");
        var smoothCutoff = section.Number("rcut_smth");
        if (cutoff <= 0)
            throw section.Error("rcut", $"found {cutoff} Å, expected a positive cutoff");
        if (smoothCutoff < 0 || smoothCutoff >= cutoff)
            throw section.Error("rcut_smth", $"found {smoothCutoff} Å, expected 0 to below rcut = {cutoff} Å");
        return (cutoff, smoothCutoff);
    }

    /// <summary>The protection added to distances, which newer versions repeat in <c>env_mat</c>.</summary>
    public static double ReadProtection(ModelSection section)
    {
        var protection = section.Number("env_protection", 0);
        if (!section.Has("env_mat"))
            return protection;
        var envMat = section.Section("env_mat");
        foreach (var (key, expected) in new[] { ("rcut", section.Number("rcut")), ("rcut_smth", section.Number("rcut_smth")), ("protection", protection) })
        {
            if (envMat.Number(key, expected) is var found && found != expected)
                throw envMat.Error(key, $"found {found}, but the descriptor says {expected}; both must agree");
        }
        envMat.RefuseUnlessOff("use_exp_switch", "the exponential switch function");
        envMat.RefuseUnknown();
        return protection;
    }

    private static int[] ReadSel(ModelSection section, int typeCount)
    {
        var sel = section.Integers("sel");
        if (sel.Length != typeCount)
            throw section.Error("sel", $"found {sel.Length} entries, expected one per type: {typeCount}");
        var slots = sel.Sum(n => (long)n);
        if (sel.Any(n => n < 0) || slots == 0 || slots * typeCount * 4 > System.Array.MaxLength)
            throw section.Error("sel", $"found [{string.Join(", ", sel)}], expected numbers of neighbours, 0 or more, not all 0");
        return sel;
    }

    public static int[] ReadNeuron(ModelSection section)
    {
        var neuron = section.Integers("neuron");
        // The bound keeps products of widths inside the integer range.
        return neuron.Length > 0 && neuron.All(n => n is > 0 and <= 30_000)
            ? neuron
            : throw section.Error("neuron", $"found [{string.Join(", ", neuron)}], expected the widths of one or more layers, each 1 to 30000");
    }

    /// <summary>A network may only be missing where no pair of types needs it.</summary>
    private static void CheckComplete(SeE2aDescriptor descriptor, ModelSection section)
    {
        var excluded = descriptor.ExcludeTypes.SelectMany(pair => new[] { pair, (pair.Neighbor, pair.Centre) }).ToHashSet();
        var typeCount = descriptor.TypeCount;
        for (var centre = 0; centre < typeCount; centre++)
        {
            for (var neighbor = 0; neighbor < typeCount; neighbor++)
            {
                var index = descriptor.TypeOneSide ? neighbor : centre + typeCount * neighbor;
                if (descriptor.Embeddings[index] is null && descriptor.Sel[neighbor] > 0 && !excluded.Contains((centre, neighbor)))
                    throw section.Place.At("networks").At(index).Error($"found null, expected a network: centre type {centre} sees neighbour type {neighbor}");
            }
        }
    }
}
