using System.Globalization;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>Tells by its operators and names what a frozen graph of DeePMD-kit is, and refuses what is not supported by name.</summary>
internal static class FrozenModelKind
{
    private const string Supported = "supported are energy models with the descriptors se_e2_a, and se_atten without attention layers";

    /// <summary>The operator of the environment matrix: DescrptSeA in 1.x, ProdEnvMatA since; of se_atten, ProdEnvMatAMix.</summary>
    private static readonly string[] EnvironmentOperators = ["DescrptSeA", "ProdEnvMatA", "ProdEnvMatAMix"];

    private static readonly (string Operator, string Meaning)[] ForeignOperators =
    [
        ("DescrptSeR", "has the descriptor se_e2_r"),
        ("ProdEnvMatR", "has the descriptor se_e2_r"),
        ("TabulateFusionSeAtten", "is compressed by DeePMD-kit and has a type embedding"),
        ("TabulateFusionSeT", "has the descriptor se_e3"),
        ("TabulateFusionSeR", "has the descriptor se_e2_r"),
        ("Descrpt", "has the descriptor loc_frame"),
        ("DescrptSeAMask", "has the descriptor se_a_mask"),
        ("DescrptNorot", "is of DeePMD-kit 0.x (convert it there first: dp convert-from 0.12)"),
        ("PairTab", "adds a short-range table (use_srtab)"),
        ("TabInter", "adds a short-range table (use_srtab)"),
        ("SoftMinSwitch", "adds a short-range table (use_srtab)"),
    ];

    private static readonly (string Prefix, string Meaning)[] ForeignNames =
    [
        ("attention_layer", "has the descriptor se_atten with attention layers (DPA-1)"),
        ("filter_type_all/matrix_1_0_0", "has the descriptor se_e3"),
        ("dipole_charge/", "adds the energy of charges (dipole_charge)"),
        ("modifier_attr/", "adds the energy of charges (dipole_charge)"),
        ("share_", "shares layers of the fitting (layer_name)"),
    ];

    /// <summary>The operator that makes the environment matrix.</summary>
    /// <exception cref="InputException">The graph is of another kind.</exception>
    public static GraphNode EnvironmentOf(FrozenGraph graph)
    {
        var definition = graph.Definition;
        foreach (var node in definition.Nodes)
            RefuseForeign(node, definition.File);
        RefuseLowPrecision(definition);
        if (graph.Has("model_attr/model_type") && graph.Text("model_attr/model_type") is var type && type != "ener")
            throw Refusal(definition.File, $"is of the type '{ModelNode.Shorten(type)}'");
        if (graph.Has("spin_attr/ntypes_spin") && graph.Integer("spin_attr/ntypes_spin") > 0)
            throw Refusal(definition.File, "has spins");
        var found = definition.Nodes.Where(node => EnvironmentOperators.Contains(node.Operator)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new InputException($"{definition.File}: no operator ProdEnvMatA or DescrptSeA among its {definition.Nodes.Count} nodes; expected a frozen model of DeePMD-kit ({Supported})"),
            _ => throw Refusal(definition.File, string.Create(CultureInfo.InvariantCulture, $"has {found.Count} descriptors (hybrid, or several models in one)")),
        };
    }

    private static void RefuseForeign(GraphNode node, string file)
    {
        if (node.Name.StartsWith("gradients", StringComparison.Ordinal))
            return;
        foreach (var (name, meaning) in ForeignOperators)
        {
            if (node.Operator == name)
                throw Refusal(file, meaning);
        }

        foreach (var (prefix, meaning) in ForeignNames)
        {
            if (node.Name.StartsWith(prefix, StringComparison.Ordinal))
                throw Refusal(file, meaning);
        }

        if (node.Operator.Contains("Nvnmd", StringComparison.OrdinalIgnoreCase))
            throw Refusal(file, "is quantised for NVNMD");
    }

    private static void RefuseLowPrecision(GraphDefinition definition)
    {
        foreach (var node in definition.Nodes)
        {
            if (node.Operator == "Cast" && node.Attributes.GetValueOrDefault("DstT")?.Type is TensorType.Half or TensorType.BFloat16)
                throw new InputException($"{definition.File}: the model computes in {GraphTensor.Describe(node.Attributes["DstT"].Type!.Value)} (mixed precision); supported are float64 and float32");
        }
    }

    public static InputException Refusal(string file, string meaning) => new($"{file}: the model {meaning}; {Supported}");
}
