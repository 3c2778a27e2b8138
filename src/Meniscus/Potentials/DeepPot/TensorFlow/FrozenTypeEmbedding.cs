using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>
/// The networks with type embeddings of a frozen graph. Names: <c>type_embed_net/matrix_L</c> for the embeddings, which
/// the graph makes of one-hot vectors; <c>filter_type_all/matrix_L</c> for N, with a first layer of 1 input (strip), or of
/// 1 + width or 1 + 2 · width (concat, one-sided or not); <c>matrix_L_one_side_ebd</c> or <c>_two_side_ebd</c> for N′.
/// </summary>
internal static class FrozenTypeEmbedding
{
    public const string Scope = "type_embed_net";
    public const string FirstMatrix = "filter_type_all/matrix_1";

    /// <summary>Whether the graph has type embeddings.</summary>
    public static bool IsIn(FrozenGraph graph) => graph.Has($"{Scope}/matrix_1");

    /// <summary>Whether slots belong to no type.</summary>
    public static bool SharesSlots(GraphNode environment) => environment.Operator == "ProdEnvMatAMix";

    public static TypeEmbeddedNetworks Read(FrozenGraph graph, GraphNode environment, FrozenScript script, int typeCount)
    {
        RefuseUnsupported(graph, environment, script, typeCount);
        var types = new TypeEmbedding(FrozenNetworks.Embedding(graph, Scope, "", typeCount, script.Activation("type_embedding")));
        var stated = script.Activation("descriptor");
        var inputs = graph.Tensor(FirstMatrix).Shape is [var rows, _] ? rows : 0;
        var oneSided = inputs == 1 ? graph.Has($"{FirstMatrix}_one_side_ebd") : inputs == 1 + types.Width;
        var expected = TypeEmbeddedNetworks.InputsOfTypes(types.Width, oneSided);
        if (inputs != 1 && inputs != 1 + expected)
            throw graph.Definition.Error(FirstMatrix, $"takes {inputs} inputs, expected 1, {1 + types.Width} or {1 + (2 * types.Width)}: a distance, and type embeddings of {types.Width}");
        var result = new TypeEmbeddedNetworks
        {
            Types = types,
            OneSided = oneSided,
            Radial = FrozenNetworks.Embedding(graph, "filter_type_all", "", (int)inputs, stated),
            OfTypes = inputs > 1 ? null : FrozenNetworks.Embedding(graph, "filter_type_all", oneSided ? "_one_side_ebd" : "_two_side_ebd", expected, stated),
            FittingTakesType = !SharesSlots(environment) || !script.LeavesTypesOut,
            Fade = inputs == 1 && SharesSlots(environment) && script.SmoothsTypes ? TypeFade.Radial : null,
            Precision = FrozenNetworks.PrecisionOf(graph, FirstMatrix),
        };
        if (result.OfTypes is { } ofTypes && ofTypes.OutputCount != result.Radial.OutputCount)
            throw graph.Definition.Error(FirstMatrix, $"begins a network of {result.Radial.OutputCount} outputs, expected {ofTypes.OutputCount} as the network of the types has");
        return result;
    }

    /// <summary>What a script says the descriptor is, or what the operator tells.</summary>
    public static string DescriptorName(GraphNode environment, FrozenScript script) =>
        SharesSlots(environment) ? (script.DescriptorType == "se_atten_v2" ? "se_atten_v2" : "se_atten") : "se_e2_a";

    private static void RefuseUnsupported(FrozenGraph graph, GraphNode environment, FrozenScript script, int typeCount)
    {
        var rows = graph.Tensor($"{Scope}/matrix_1").Shape is [var first, _] ? first : 0;
        if (script.UsesElectronConfigurations)
            throw FrozenModelKind.Refusal(graph.Definition.File, "embeds types by electron configurations (use_econf_tebd)");
        if (rows != typeCount)
            throw graph.Definition.Error($"{Scope}/matrix_1", $"takes {rows} inputs, expected {typeCount}, one per type");
        if (!SharesSlots(environment))
            return;
        if (script.AttentionLayers is > 0 and var layers)
            throw FrozenModelKind.Refusal(graph.Definition.File, $"has {layers} attention layers (attn_layer)");
        if (script.SmoothsTypes && script.ExcludeTypes(typeCount).Count > 0 && graph.Numbers("descrpt_attr/t_avg", typeCount, FrozenGraph.AnySize).Any(mean => mean != 0))
            throw FrozenModelKind.Refusal(graph.Definition.File, "puts means into the slots of excluded pairs (exclude_types with smooth_type_embedding and davg that is not zero)");
    }
}
