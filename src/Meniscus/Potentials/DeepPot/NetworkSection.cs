using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Networks in a model tree: DeePMD-kit's serialised "NetworkCollection" of "EmbeddingNetwork" or "FittingNetwork",
/// each a list of "Layer" with the variables w (inputs × outputs), b and idt (outputs).
/// </summary>
internal static class NetworkSection
{
    /// <summary>What the networks of one collection share.</summary>
    /// <param name="ClassName">EmbeddingNetwork or FittingNetwork.</param>
    /// <param name="NewestVersion">Newest known version of that class.</param>
    /// <param name="InputCount">Number of inputs.</param>
    /// <param name="Widths">Number of outputs of every layer.</param>
    /// <param name="Precision">Number format.</param>
    /// <param name="ActivationName">The activation's name; written for layers that use this function.</param>
    /// <param name="ResnetDt">Whether layers with a shortcut carry a step.</param>
    public sealed record Kind(
        string ClassName, int NewestVersion, int InputCount, int[] Widths, Precision Precision, string ActivationName, bool ResnetDt)
    {
        public static Kind Embedding(SeE2aDescriptor descriptor) =>
            Embedding(descriptor.Neuron, descriptor.Precision, descriptor.ActivationName, descriptor.ResnetDt);

        public static Kind Embedding(int[] neuron, Precision precision, string activation, bool resnetDt) =>
            new("EmbeddingNetwork", 2, 1, neuron, precision, activation, resnetDt);

        public static Kind Fitting(int inputs, int[] neuron, Precision precision, string activation, bool resnetDt) =>
            new("FittingNetwork", 1, inputs, [.. neuron, 1], precision, activation, resnetDt);

        public bool IsFitting => ClassName == "FittingNetwork";

        /// <summary>Widths without the fitting network's last, linear layer.</summary>
        public int[] Neuron => IsFitting ? Widths[..^1] : Widths;
    }

    /// <summary>Reads a collection (0 dimensions) of one network for all types.</summary>
    public static NeuralNetwork ReadSingle(ModelSection collection, int typeCount, Kind kind) =>
        ReadCollection(collection, 0, typeCount, kind)[0] ?? throw collection.Place.At("networks").At(0).Error("found null, expected a network");

    /// <summary>Reads a collection with one network per type (1 dimension), per pair of types (2), or for all (0).</summary>
    public static NeuralNetwork?[] ReadCollection(ModelSection collection, int dimensions, int typeCount, Kind kind)
    {
        collection.Expect("NetworkCollection", 1);
        collection.Ignore("network_type");
        if (collection.Integer("ndim") != dimensions)
            throw collection.Error("ndim", $"found {collection.Integer("ndim")}, expected {dimensions}: one network {(dimensions == 0 ? "for all types" : dimensions == 1 ? "per type" : "per pair of types")}");
        if (collection.Integer("ntypes", typeCount) != typeCount)
            throw collection.Error("ntypes", $"found {collection.Integer("ntypes")}, expected {typeCount}, the number of types in type_map");
        var entries = collection.List("networks");
        var expected = dimensions == 0 ? 1L : dimensions == 1 ? typeCount : (long)typeCount * typeCount;
        if (entries.Count != expected)
            throw collection.Error("networks", $"found {entries.Count} networks, expected {expected}");
        collection.RefuseUnknown();
        var place = collection.Place.At("networks");
        return [.. entries.Select((entry, i) => entry switch
        {
            ModelNull => null,
            ModelMap map => ReadNetwork(new ModelSection(place.At(i), map), kind),
            _ => throw place.At(i).Error($"found {entry.Describe()}, expected a network"),
        })];
    }

    public static ModelMap WriteCollection(IEnumerable<NeuralNetwork?> networks, int dimensions, int typeCount, Kind kind) => new()
    {
        ["@class"] = new ModelText("NetworkCollection"),
        ["@version"] = new ModelNumber(1),
        ["ndim"] = new ModelNumber(dimensions),
        ["ntypes"] = new ModelNumber(typeCount),
        ["network_type"] = new ModelText(kind.IsFitting ? "fitting_network" : "embedding_network"),
        // DeePMD-kit keeps networks of excluded pairs as zeros; a gap stops its conversion to TorchScript.
        ["networks"] = new ModelList(networks.Select(network => WriteNetwork(network ?? Zero(kind), kind))),
    };

    public static NeuralNetwork ReadNetwork(ModelSection network, Kind kind)
    {
        network.Expect(kind.ClassName, kind.NewestVersion);
        network.Ignore("activation_function", "resnet_dt", "bias", "bias_out", "precision", "trainable");
        CheckWidths(network, kind);
        var entries = network.List("layers");
        if (entries.Count != kind.Widths.Length)
            throw network.Error("layers", $"found {entries.Count} layers, expected {kind.Widths.Length}");
        network.RefuseUnknown();
        var layers = new NetworkLayer[entries.Count];
        var inputs = kind.InputCount;
        for (var i = 0; i < layers.Length; i++)
        {
            var place = network.Place.At("layers").At(i);
            var map = entries[i] as ModelMap ?? throw place.Error($"found {entries[i].Describe()}, expected a layer");
            layers[i] = ReadLayer(new ModelSection(place, map), inputs, kind.Widths[i], kind);
            inputs = kind.Widths[i];
        }
        if (kind.IsFitting)
            CheckOutputLayer(layers[^1], network.Place.At("layers").At(layers.Length - 1));
        return new NeuralNetwork(layers);
    }

    private static void CheckWidths(ModelSection network, Kind kind)
    {
        var inputs = network.Integer("in_dim", kind.InputCount);
        if (inputs != kind.InputCount)
            throw network.Error("in_dim", $"found {inputs} inputs, expected {kind.InputCount}");
        if (kind.IsFitting && network.Integer("out_dim", 1) != 1)
            throw network.Error("out_dim", $"found {network.Integer("out_dim")} outputs, expected 1, the energy");
        if (network.Has("neuron") && !network.Integers("neuron").AsSpan().SequenceEqual(kind.Neuron))
            throw network.Error("neuron", $"found [{string.Join(", ", network.Integers("neuron"))}], expected [{string.Join(", ", kind.Neuron)}] as in the section above");
    }

    private static NetworkLayer ReadLayer(ModelSection layer, int inputs, int outputs, Kind kind)
    {
        layer.Expect("Layer", 2);
        layer.Ignore("bias", "use_timestep", "trainable");
        var activation = ReadActivation(layer, kind.ActivationName).Function;
        var resnet = layer.Boolean("resnet", true);
        if (ReadPrecision(layer) is var precision && precision != kind.Precision)
            throw layer.Error("precision", $"found {precision.Name()}, expected {kind.Precision.Name()} as in the section above; mixed precision is not supported");
        var variables = layer.Variables();
        var shape = variables.Matrix("w").Shape;
        if (shape[0] != inputs || shape[1] != outputs)
            throw variables.Error("w", $"has the shape {ModelArray.DescribeShape(shape)}, expected {ModelArray.DescribeShape([inputs, outputs])} (inputs × outputs)");
        var result = new NetworkLayer(inputs, outputs)
        {
            Weights = Round(variables.Array("w", inputs, outputs), kind.Precision),
            Bias = Round(variables.ArrayOrNull("b", outputs), kind.Precision),
            TimeStep = Round(variables.ArrayOrNull("idt", outputs), kind.Precision),
            Activation = activation,
            Resnet = resnet,
        };
        variables.RefuseUnknown();
        layer.RefuseUnknown();
        return result;
    }

    private static void CheckOutputLayer(NetworkLayer layer, ModelPlace place)
    {
        if (layer.Activation != ActivationFunction.Linear)
            throw place.At("activation_function").Error($"found {layer.Activation.Name()}, expected none: the last layer of a fitting network is linear");
        if (layer.HasShortcut)
            throw place.At("resnet").Error("found true, expected false: the last layer of a fitting network has no shortcut");
        if (layer.TimeStep is not null)
            throw place.At("@variables/idt").Error("found an array, expected null: the last layer of a fitting network has no step");
    }

    public static (ActivationFunction Function, string Name) ReadActivation(ModelSection section, string absent)
    {
        var name = section.Text("activation_function", absent);
        return ActivationNames.TryParse(name, out var function)
            ? (function, name)
            : throw section.Error("activation_function", $"'{name}' is not supported; known are {ActivationNames.Known}");
    }

    public static Precision ReadPrecision(ModelSection section)
    {
        var name = section.Text("precision", "default");
        return PrecisionNames.TryParse(name, out var precision)
            ? precision
            : throw section.Error("precision", $"'{name}' is not supported; known are {PrecisionNames.Known}");
    }

    /// <summary>An array for the file; a float32 model's values are stored as float32.</summary>
    public static ModelArray ToArray(double[] values, Precision precision, params int[] shape) => precision == Precision.Float32
        ? new ModelArray(ModelArrayType.Float32, shape, Round(values, precision))
        : new ModelArray(ModelArrayType.Float64, shape, values);

    /// <summary>The values as the model computes with them: a float32 model rounds whatever the file holds.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(values))]
    public static double[]? Round(double[]? values, Precision precision) => values is null || precision == Precision.Float64
        ? values
        : Array.ConvertAll(values, v => (double)(float)v);

    private static ModelMap WriteNetwork(NeuralNetwork network, Kind kind)
    {
        var map = new ModelMap
        {
            ["@class"] = new ModelText(kind.ClassName),
            ["@version"] = new ModelNumber(kind.NewestVersion),
            ["in_dim"] = new ModelNumber(network.InputCount),
        };
        if (kind.IsFitting)
            map["out_dim"] = new ModelNumber(network.OutputCount);
        map["neuron"] = ModelList.Of(kind.Neuron);
        map["activation_function"] = new ModelText(kind.ActivationName);
        map["resnet_dt"] = new ModelBoolean(kind.ResnetDt);
        map[kind.IsFitting ? "bias_out" : "bias"] = new ModelBoolean(network.Layers[^1].Bias is not null);
        map["precision"] = new ModelText(kind.Precision.Name());
        map["layers"] = new ModelList(network.Layers.Select(layer => WriteLayer(layer, kind)));
        return map;
    }

    private static ModelMap WriteLayer(NetworkLayer layer, Kind kind)
    {
        var sameFunction = ActivationNames.TryParse(kind.ActivationName, out var function) && function == layer.Activation;
        return new ModelMap
        {
            ["@class"] = new ModelText("Layer"),
            ["@version"] = new ModelNumber(1),
            ["bias"] = new ModelBoolean(layer.Bias is not null),
            ["use_timestep"] = new ModelBoolean(layer.TimeStep is not null),
            ["activation_function"] = new ModelText(sameFunction ? kind.ActivationName : layer.Activation.Name()),
            ["resnet"] = new ModelBoolean(layer.Resnet),
            ["precision"] = new ModelText(kind.Precision.Name()),
            ["@variables"] = new ModelMap
            {
                ["w"] = ToArray(layer.Weights, kind.Precision, layer.InputCount, layer.OutputCount),
                ["b"] = ToArrayOrNull(layer.Bias, kind.Precision),
                ["idt"] = ToArrayOrNull(layer.TimeStep, kind.Precision),
            },
        };
    }

    private static ModelNode ToArrayOrNull(double[]? values, Precision precision) =>
        values is null ? ModelNull.Instance : ToArray(values, precision, values.Length);

    private static NeuralNetwork Zero(Kind kind)
    {
        var activation = ActivationNames.TryParse(kind.ActivationName, out var known) ? known : default;
        var layers = new List<NetworkLayer>();
        var inputs = kind.InputCount;
        foreach (var outputs in kind.Widths)
        {
            var layer = new NetworkLayer(inputs, outputs) { Activation = activation, Resnet = true };
            layers.Add(new NetworkLayer(inputs, outputs)
            {
                Bias = new double[outputs],
                TimeStep = kind.ResnetDt && layer.HasShortcut ? new double[outputs] : null,
                Activation = activation,
                Resnet = true,
            });
            inputs = outputs;
        }
        return new NeuralNetwork(layers);
    }
}
