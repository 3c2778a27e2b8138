using System.Text.Json;
using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Input;
using static Meniscus.Input.InputTypes;

namespace Meniscus.Training.Schema;

/// <summary>The keys of <c>model</c>, its descriptor and its fitting networks. Names and defaults: DeePMD-kit v2.2 to v3.2.</summary>
internal static class ModelSchema
{
    private static readonly InputType<TypeMap> TypeNames = new(
        "a list of element names such as [\"O\", \"H\"]",
        ReadTypeMap,
        map => map.Count == 0 ? null : new JsonArray([.. map.Names.Select(name => (JsonNode)name)]));

    private static readonly InputType<NamedActivation> Activation = new(
        ActivationNames.Known,
        (node, words) => ActivationNames.TryParse(node.Text(words), out var function) ? new(node.Text(words), function) : throw node.Mismatch(words),
        activation => activation.Name);

    private static readonly InputType<Precision> PrecisionName = OneOf(
        "float64, float32 or default (float64)",
        ("float64", Precision.Float64),
        ("default", Precision.Float64),
        ("float32", Precision.Float32));

    private static readonly InputType<IReadOnlyList<int>> Widths = SomeOf(CountFrom(1), "a list of layer widths such as [25, 50, 100]");

    private static readonly InputType<IReadOnlyList<double?>> EnergyPerType = ListOf(
        new InputType<double?>("a number or null per type", (n, e) => n.Value is null ? null : n.Real(e), x => x),
        "a list with a number or null per type");

    private static readonly InputType<SelRule> Sel = new(
        "one number per type such as [46, 92], \"auto\" or \"auto:1.1\"",
        ReadSel,
        rule => rule.Numbers is null ? rule.ToString() : new JsonArray([.. rule.Numbers.Select(n => (JsonNode)n)]));

    private static readonly InputType<IReadOnlyList<bool>> Trainable = new(
        "true, false, or one of them per layer",
        (node, words) => node.Kind == JsonValueKind.Array ? ListOf(Flag, words).Read(node) : [node.Flag(words)],
        value => value.Count == 1 ? value[0] : ListOf(Flag, "").Write(value));

    private static readonly InputType<IReadOnlyList<double?>?> PresetBias = new(
        "{ \"energy\": [a number or null per type] }, or null",
        ReadPresetBias,
        value => value is null ? null : new JsonObject { ["energy"] = EnergyPerType.Write(value) });

    /// <summary><c>descriptor</c>.</summary>
    public static InputSection<SeE2aInput> Descriptor { get; } = new(
        () => new(),
        [
            InputKey<SeE2aInput>.Value("type", OneOf("se_e2_a (or se_a), the only descriptor trained here", ("se_e2_a", true), ("se_a", true)), _ => true, (d, _) => d, "Kind of descriptor.", required: true),
            InputKey<SeE2aInput>.Value("sel", Sel, d => d.Sel, (d, x) => d with { Sel = x }, "Slots per neighbour type. The sum enters the descriptor as 1/N_c², so another sel is another model. `auto:f` takes the largest number of neighbours in the data times f, rounded up to a multiple of 4; `auto` is `auto:1.1`."),
            InputKey<SeE2aInput>.Value("rcut", Positive, d => d.Cutoff, (d, x) => d with { Cutoff = x }, "Cutoff radius r_c.", "Å"),
            InputKey<SeE2aInput>.Value("rcut_smth", NotNegative, d => d.SmoothCutoff, (d, x) => d with { SmoothCutoff = x }, "Radius r_s from which on 1/r is switched off smoothly.", "Å"),
            InputKey<SeE2aInput>.Value("neuron", Widths, d => d.Neuron, (d, x) => d with { Neuron = x }, "Widths of the embedding layers. A layer as wide as the one before, or twice as wide, has a shortcut."),
            InputKey<SeE2aInput>.Value("axis_neuron", CountFrom(1), d => d.AxisNeuron, (d, x) => d with { AxisNeuron = x }, "Number of columns of the embedding that the second factor of the descriptor has.", aliases: ["n_axis_neuron"]),
            InputKey<SeE2aInput>.Value("activation_function", Activation, d => d.Activation, (d, x) => d with { Activation = x }, "Activation of the embedding layers."),
            InputKey<SeE2aInput>.Value("resnet_dt", Flag, d => d.ResnetDt, (d, x) => d with { ResnetDt = x }, "Whether layers with a shortcut have a learned step."),
            InputKey<SeE2aInput>.Value("type_one_side", Flag, d => d.TypeOneSide, (d, x) => d with { TypeOneSide = x }, "One embedding network per neighbour type (true) or per pair of centre and neighbour type (false)."),
            InputKey<SeE2aInput>.Value("precision", PrecisionName, d => d.Precision, (d, x) => d with { Precision = x }, "Number format of the embedding networks."),
            InputKey<SeE2aInput>.Value("trainable", Flag, d => d.Trainable, (d, x) => d with { Trainable = x }, "Whether training changes the embedding networks."),
            InputKey<SeE2aInput>.Value("seed", WholeFrom(0).OrNull(), d => d.Seed, (d, x) => d with { Seed = x }, "Seed of the first weights of the embedding networks."),
            InputKey<SeE2aInput>.Value("exclude_types", TypePairs, d => d.ExcludeTypes, (d, x) => d with { ExcludeTypes = x }, "Pairs of types that do not see each other in the descriptor; their slots count as zero."),
            InputKey<SeE2aInput>.Value("env_protection", NotNegative, d => d.EnvProtection, (d, x) => d with { EnvProtection = x }, "Added to r in the denominators of the environment matrix.", "Å"),
            InputKey<SeE2aInput>.Value("set_davg_zero", Flag, d => d.SetDavgZero, (d, x) => d with { SetDavgZero = x }, "Whether the mean of the environment matrix is set to zero. Wanted where `atom_ener` or `preset_out_bias` is given."),
        ],
        CompleteDescriptor);

    /// <summary><c>fitting_net</c>.</summary>
    public static InputSection<EnergyFittingInput> Fitting { get; } = new(
        () => new(),
        [
            InputKey<EnergyFittingInput>.Value("type", OneOf("ener, the only fitting trained here", ("ener", true)), _ => true, (f, _) => f, "What is fitted."),
            InputKey<EnergyFittingInput>.Value("numb_fparam", CountFrom(0), f => f.FrameParameterCount, (f, x) => f with { FrameParameterCount = x }, "Number of frame parameters, read from `fparam.npy`."),
            InputKey<EnergyFittingInput>.Value("numb_aparam", CountFrom(0), f => f.AtomParameterCount, (f, x) => f with { AtomParameterCount = x }, "Number of parameters per atom, read from `aparam.npy`."),
            InputKey<EnergyFittingInput>.Value("neuron", Widths, f => f.Neuron, (f, x) => f with { Neuron = x }, "Widths of the hidden layers.", aliases: ["n_neuron"]),
            InputKey<EnergyFittingInput>.Value("activation_function", Activation, f => f.Activation, (f, x) => f with { Activation = x }, "Activation of the hidden layers."),
            InputKey<EnergyFittingInput>.Value("precision", PrecisionName, f => f.Precision, (f, x) => f with { Precision = x }, "Number format of the fitting networks."),
            InputKey<EnergyFittingInput>.Value("resnet_dt", Flag, f => f.ResnetDt, (f, x) => f with { ResnetDt = x }, "Whether layers with a shortcut have a learned step."),
            InputKey<EnergyFittingInput>.Value("trainable", Trainable, f => f.Trainable, (f, x) => f with { Trainable = x }, "Whether training changes the fitting networks; a list has one entry per hidden layer and one for the output layer."),
            InputKey<EnergyFittingInput>.Value("rcond", NotNegative.OrNull(), f => f.Rcond, (f, x) => f with { Rcond = x }, "Singular values below this times the largest are left out of the fit of the energy bias; null for machine precision times the larger dimension."),
            InputKey<EnergyFittingInput>.Value("seed", WholeFrom(0).OrNull(), f => f.Seed, (f, x) => f with { Seed = x }, "Seed of the first weights of the fitting networks."),
            InputKey<EnergyFittingInput>.Value("atom_ener", EnergyPerType, f => f.AtomEner, (f, x) => f with { AtomEner = x }, "For a type with a value, the network's output at descriptor zero is subtracted, as in DeePMD-kit's PyTorch backend. The value itself is not used: preset the bias with `preset_out_bias`.", "eV"),
            InputKey<EnergyFittingInput>.Refused("default_fparam", "frame parameters for systems without fparam.npy", "null"),
            InputKey<EnergyFittingInput>.Refused("dim_case_embd", "case embedding of multi-task models", "0"),
            InputKey<EnergyFittingInput>.Refused("layer_name", "layers shared by name", "null"),
            InputKey<EnergyFittingInput>.Refused("use_aparam_as_mask", "aparam as a mask of virtual atoms", "false"),
        ],
        CompleteFitting);

    /// <summary><c>model</c>.</summary>
    public static InputSection<ModelInput> Model { get; } = new(
        () => new(),
        [
            InputKey<ModelInput>.Value("type", OneOf("standard, the only kind of model trained here", ("standard", true)), _ => true, (m, _) => m, "Kind of model."),
            InputKey<ModelInput>.Value("type_map", TypeNames, m => m.TypeMap, (m, x) => m with { TypeMap = x }, "Names of the atom types, in the order that all other lists per type follow. Where it is not given, the names of the first system (`type_map.raw`)."),
            InputKey<ModelInput>.Nested("descriptor", Descriptor, m => m.Descriptor, (m, x) => m with { Descriptor = x }, "The descriptor of the surroundings of an atom.", required: true),
            InputKey<ModelInput>.Nested("fitting_net", Fitting, m => m.Fitting, (m, x) => m with { Fitting = x }, "The networks from the descriptor to the energy.", required: true),
            InputKey<ModelInput>.Value("data_stat_nbatch", CountFrom(1), m => m.StatisticsBatches, (m, x) => m with { StatisticsBatches = x }, "Batches per system that the mean and standard deviation of the environment matrix and the energy bias are taken from."),
            InputKey<ModelInput>.Value("data_stat_protect", Positive, m => m.StatisticsProtection, (m, x) => m with { StatisticsProtection = x }, "Smallest standard deviation that anything is divided by."),
            InputKey<ModelInput>.Value("data_bias_nsample", CountFrom(1), m => m.BiasSamples, (m, x) => m with { BiasSamples = x }, "Batches per system that a later change of the energy bias is taken from."),
            InputKey<ModelInput>.Value("pair_exclude_types", TypePairs, m => m.PairExcludeTypes, (m, x) => m with { PairExcludeTypes = x }, "Pairs of types that are not neighbours of each other; their slots are empty."),
            InputKey<ModelInput>.Value("atom_exclude_types", ListOf(CountFrom(0), "a list of types such as [1]"), m => m.AtomExcludeTypes, (m, x) => m with { AtomExcludeTypes = x }, "Types whose atoms carry no energy; they still are neighbours."),
            InputKey<ModelInput>.Value("preset_out_bias", PresetBias, m => m.PresetOutBias, (m, x) => m with { PresetOutBias = x }, "Energy bias of some types, not to be fitted.", "eV"),
            InputKey<ModelInput>.NoEffect("model_branch_alias", "names of multi-task branches", "[]"),
            InputKey<ModelInput>.NoEffect("info", "notes on the model", "{}"),
            InputKey<ModelInput>.NoEffect("smin_alpha", "belongs to use_srtab", "null"),
            InputKey<ModelInput>.NoEffect("sw_rmin", "belongs to use_srtab", "null"),
            InputKey<ModelInput>.NoEffect("sw_rmax", "belongs to use_srtab", "null"),
            InputKey<ModelInput>.NoEffect("srtab_add_bias", "belongs to use_srtab", "true"),
            InputKey<ModelInput>.Refused("use_srtab", "a short-range pair table in training", "null"),
            InputKey<ModelInput>.Refused("type_embedding", "type embedding", "null"),
            InputKey<ModelInput>.Refused("modifier", "modified data, as in DPLR", "null"),
            InputKey<ModelInput>.Refused("compress", "training of a compressed model", "null"),
            InputKey<ModelInput>.Refused("spin", "spin models", "null"),
            InputKey<ModelInput>.Refused("finetune_head", "fine-tuning of multi-task models", "null"),
            InputKey<ModelInput>.Refused("model_dict", "multi-task training", "null"),
            InputKey<ModelInput>.Refused("shared_dict", "multi-task training", "null"),
        ],
        CompleteModel);

    /// <summary>Checks that the lists per type fit the type map.</summary>
    /// <param name="m">The model with its type map.</param>
    /// <param name="node">The section, for messages.</param>
    public static void CheckLists(ModelInput m, InputNode node)
    {
        var descriptor = node.Child("descriptor");
        RequirePerType(m.Descriptor.Sel.Numbers?.Count, m.TypeMap, descriptor.Child("sel"));
        RequirePerType(m.Fitting.AtomEner.Count == 0 ? null : m.Fitting.AtomEner.Count, m.TypeMap, node.Child("fitting_net").Child("atom_ener"));
        RequirePerType(m.PresetOutBias?.Count, m.TypeMap, node.Child("preset_out_bias"));
        RequireTypes(m.Descriptor.ExcludeTypes.SelectMany(p => new[] { p.First, p.Second }), m.TypeMap, descriptor.Child("exclude_types"));
        RequireTypes(m.PairExcludeTypes.SelectMany(p => new[] { p.First, p.Second }), m.TypeMap, node.Child("pair_exclude_types"));
        RequireTypes(m.AtomExcludeTypes, m.TypeMap, node.Child("atom_exclude_types"));
    }

    private static SelRule ReadSel(InputNode node, string words)
    {
        if (node.Kind == JsonValueKind.Array)
            return SelRule.Given(SomeOf(CountFrom(0), words).Where(sel => sel.Any(n => n > 0), words).Read(node));
        return SelRule.TryParse(node.Text(words), out var rule) ? rule : throw node.Mismatch(words);
    }

    private static TypeMap ReadTypeMap(InputNode node, string words)
    {
        var names = SomeOf(Text, words).Read(node);
        try
        {
            return new(names);
        }
        catch (InputException e)
        {
            throw new InputException($"{node.File}: model/{e.Message}", e);
        }
    }

    private static IReadOnlyList<double?>? ReadPresetBias(InputNode node, string words)
    {
        if (node.Value is null)
            return null;
        if (node.Value is not JsonObject { Count: 1 } given || !given.ContainsKey("energy"))
            throw node.Mismatch(words);
        var items = node.Child("energy").Items(words);
        return [.. items.Select(item => PresetOf(item, words))];
    }

    // DeePMD-kit allows [-93.5] for -93.5.
    private static double? PresetOf(InputNode item, string words) => item.Value switch
    {
        null => null,
        JsonArray { Count: 1 } single => new InputNode(single[0], item.File, item.Path).Real(words),
        _ => item.Real(words),
    };

    private static SeE2aInput CompleteDescriptor(SeE2aInput d, InputNode node, List<string> warnings)
    {
        if (d.SmoothCutoff >= d.Cutoff)
            throw node.Child("rcut_smth").Error(FormattableString.Invariant($"{d.SmoothCutoff} Å is not below rcut, {d.Cutoff} Å; the switch needs room to fall"));
        if (d.AxisNeuron > d.Neuron[^1])
            throw node.Child("axis_neuron").Error($"{d.AxisNeuron} is more than the last width of neuron, {d.Neuron[^1]}; make it at most that");
        return d;
    }

    private static EnergyFittingInput CompleteFitting(EnergyFittingInput f, InputNode node, List<string> warnings)
    {
        if (f.Trainable.Count != 1 && f.Trainable.Count != f.Neuron.Count + 1)
            throw node.Child("trainable").Error($"{f.Trainable.Count} entries for {f.Neuron.Count} hidden layers and the output layer; give {f.Neuron.Count + 1}, or one of true and false");
        return f;
    }

    private static ModelInput CompleteModel(ModelInput m, InputNode node, List<string> warnings)
    {
        if (m.TypeMap.Count == 0)
            warnings.Add($"{node.Where}/type_map is not given; the names and their order are taken from the first system's type_map.raw");
        else
            CheckLists(m, node);
        return m;
    }

    private static void RequirePerType(int? count, TypeMap types, InputNode node)
    {
        if (count is { } n && n != types.Count)
            throw node.Error($"{n} entries for the {types.Count} types {types}; give one per type");
    }

    private static void RequireTypes(IEnumerable<int> used, TypeMap types, InputNode node)
    {
        foreach (var type in used)
        {
            if (type >= types.Count)
                throw node.Error($"there is no type {type}; the types are 0 to {types.Count - 1} ({types})");
        }
    }
}
