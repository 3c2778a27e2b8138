using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.DeepPot.TensorFlow;

namespace Meniscus.Tests.Potentials.DeepPot.TensorFlow;

/// <summary>Frozen graphs of models with type embeddings, as DeePMD-kit's TensorFlow backend lays them out.</summary>
internal static class TypeEmbeddingGraphs
{
    /// <summary>
    /// A graph with the networks of a tree (the <c>model</c> section of a .yaml of <c>dpa1</c>) as se_atten, or with slots
    /// per type as se_e2_a with a type embedding.
    /// </summary>
    /// <param name="model">The section.</param>
    /// <param name="slots">Slots per type, or null for slots of no type.</param>
    /// <param name="script">Training script, or null.</param>
    public static List<GraphNode> Of(ModelMap model, int[]? slots = null, string? script = null)
    {
        var descriptor = Map(model, "descriptor");
        var (davg, dstd) = (Array(descriptor, "@variables", "davg"), Array(descriptor, "@variables", "dstd"));
        var (types, width) = (davg.Shape[0], davg.Shape[1]);
        var groups = slots ?? [width];
        var environment = slots is null ? "ProdEnvMatAMix" : "ProdEnvMatA";
        var nodes = new List<GraphNode>
        {
            FrozenGraphs.Text("model_attr/tmap", string.Join(' ', ((ModelList)model.Entries["type_map"]).Items.Select(name => ((ModelText)name).Value))),
            FrozenGraphs.Text("model_attr/model_type", "ener"),
            FrozenGraphs.Numbers("descrpt_attr/ntypes", TensorType.Int32, [], [types]),
            FrozenGraphs.Numbers("descrpt_attr/t_avg", TensorType.Double, [types, 4 * groups.Sum()], Rows(davg, groups.Sum())),
            FrozenGraphs.Numbers("descrpt_attr/t_std", TensorType.Double, [types, 4 * groups.Sum()], Rows(dstd, groups.Sum())),
            FrozenGraphs.Numbers("fitting_attr/dfparam", TensorType.Int32, [], [((ModelNumber)Map(model, "fitting").Entries["numb_fparam"]).Value]),
            FrozenGraphs.Numbers("fitting_attr/daparam", TensorType.Int32, [], [0]),
            FrozenGraphs.Numbers("fitting_attr/t_bias_atom_e", TensorType.Double, [types], Array(Map(model, "fitting"), "@variables", "bias_atom_e").Values),
        };
        var node = FrozenGraphs.Node(environment, environment, "t_coord");
        node.Attributes["rcut_r"] = new GraphAttribute { Number = ((ModelNumber)descriptor.Entries["rcut"]).Value };
        node.Attributes["rcut_r_smth"] = new GraphAttribute { Number = ((ModelNumber)descriptor.Entries["rcut_smth"]).Value };
        node.Attributes["sel_a"] = new GraphAttribute();
        node.Attributes["sel_a"].Integers.AddRange(groups.Select(count => (long)count));
        nodes.Add(node);
        if (script is not null)
            nodes.Add(FrozenGraphs.Text("train_attr/training_script", script));
        AddNetwork(nodes, Map(model, "descriptor", "type_embedding", "embedding"), "type_embed_net", "");
        AddNetwork(nodes, Only(Map(model, "descriptor", "embeddings")), "filter_type_all", "");
        if (descriptor.Entries.ContainsKey("embeddings_strip"))
            AddNetwork(nodes, Only(Map(model, "descriptor", "embeddings_strip")), "filter_type_all", ((ModelBoolean)descriptor.Entries["type_one_side"]).Value ? "_one_side_ebd" : "_two_side_ebd");
        var layers = (ModelList)Only(Map(model, "fitting", "nets")).Entries["layers"];
        for (var l = 0; l < layers.Items.Count; l++)
        {
            var scope = l == layers.Items.Count - 1 ? "final_layer" : $"layer_{l}";
            FrozenGraphs.AddLayer(nodes, Layer((ModelMap)layers.Items[l]), $"{scope}/matrix", $"{scope}/bias", $"{scope}/idt", scope, TensorType.Double);
        }

        return nodes;
    }

    private static void AddNetwork(List<GraphNode> nodes, ModelMap network, string scope, string suffix)
    {
        var layers = (ModelList)network.Entries["layers"];
        for (var l = 0; l < layers.Items.Count; l++)
            FrozenGraphs.AddLayer(nodes, Layer((ModelMap)layers.Items[l]), $"{scope}/matrix_{l + 1}{suffix}", $"{scope}/bias_{l + 1}{suffix}", $"{scope}/idt_{l + 1}{suffix}", $"{scope}/{suffix}{l}", TensorType.Double);
    }

    private static NetworkLayer Layer(ModelMap layer)
    {
        var weights = Array(layer, "@variables", "w");
        Assert.True(ActivationNames.TryParse(((ModelText)layer.Entries["activation_function"]).Value, out var function));
        return new NetworkLayer(weights.Shape[0], weights.Shape[1])
        {
            Weights = weights.Values,
            Bias = Optional(layer, "b"),
            TimeStep = Optional(layer, "idt"),
            Activation = function,
        };
    }

    private static double[]? Optional(ModelMap layer, string name) => (Map(layer, "@variables").Entries[name] as ModelArray)?.Values;

    private static double[] Rows(ModelArray statistics, int slots)
    {
        var row = 4 * statistics.Shape[1];
        return [.. Enumerable.Range(0, statistics.Shape[0]).SelectMany(type => Enumerable.Range(0, 4 * slots).Select(k => statistics.Values[(type * row) + (k % 4)]))];
    }

    private static ModelMap Only(ModelMap collection) => (ModelMap)((ModelList)collection.Entries["networks"]).Items.Single();

    private static ModelArray Array(ModelMap map, string section, string name) => (ModelArray)Map(map, section).Entries[name];

    private static ModelMap Map(ModelMap map, params ReadOnlySpan<string> path)
    {
        foreach (var key in path)
            map = (ModelMap)map.Entries[key];
        return map;
    }
}
