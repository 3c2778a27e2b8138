using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>
/// The networks of a frozen graph. Names: <c>filter_type_C/matrix_L_N</c>, <c>bias_L_N</c>, <c>idt_L_N</c> for layer L
/// (from 1) of the embedding of centre type C (or <c>all</c>) and neighbour type N; <c>layer_L_type_T/matrix</c>,
/// <c>bias</c>, <c>idt</c> (L from 0) and <c>final_layer_type_T</c> for the fitting of type T.
/// </summary>
internal static class FrozenNetworks
{
    /// <summary>Operators that only pass numbers on.</summary>
    private static readonly string[] Passing = ["Identity", "Cast", "StopGradient"];

    /// <summary>An embedding: x is added where the width stays, (x, x) where it doubles, in the first layer too.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="scope">What is before the slash.</param>
    /// <param name="suffix">What follows the layer's number.</param>
    /// <param name="inputs">Number of inputs.</param>
    /// <param name="stated">φ as the script states it, or null.</param>
    public static NeuralNetwork Embedding(FrozenGraph graph, string scope, string suffix, int inputs, ActivationFunction? stated)
    {
        var layers = new List<NetworkLayer>();
        for (var l = 1; l == 1 || graph.Has($"{scope}/matrix_{l}{suffix}"); l++)
        {
            var layer = Layer(graph, $"{scope}/matrix_{l}{suffix}", $"{scope}/bias_{l}{suffix}", $"{scope}/idt_{l}{suffix}", inputs, stated, static (i, o) => o == i || o == 2 * i);
            layers.Add(layer);
            inputs = layer.OutputCount;
        }

        return new NeuralNetwork(layers);
    }

    /// <summary>
    /// A fitting: x is added where the width stays, from the second hidden layer on; never (x, x), and never to the first.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="suffix">What follows the layer's number: <c>_type_T</c>, or nothing for a network for all types.</param>
    /// <param name="stated">φ as the script states it, or null.</param>
    public static NeuralNetwork Fitting(FrozenGraph graph, string suffix, ActivationFunction? stated)
    {
        var layers = new List<NetworkLayer>();
        var inputs = FrozenGraph.AnySize;
        for (var l = 0; graph.Has($"layer_{l}{suffix}/matrix") || (l == 0 && FirstMatrixOfFitting(graph, suffix).StartsWith("layer", StringComparison.Ordinal)); l++)
        {
            var scope = $"layer_{l}{suffix}";
            var layer = Layer(graph, $"{scope}/matrix", $"{scope}/bias", $"{scope}/idt", inputs, stated, l > 0 ? static (i, o) => o == i : static (_, _) => false);
            layers.Add(layer);
            inputs = layer.OutputCount;
        }

        var final = $"final_layer{suffix}";
        var weights = graph.Numbers($"{final}/matrix", inputs, 1);
        layers.Add(new NetworkLayer(weights.Length, 1)
        {
            Weights = weights,
            Bias = graph.Numbers($"{final}/bias", 1),
            Activation = ActivationFunction.Linear,
        });
        return new NeuralNetwork(layers);
    }

    /// <summary>The matrix that a fitting begins with; without hidden layers its last.</summary>
    public static string FirstMatrixOfFitting(FrozenGraph graph, string suffix) =>
        graph.Has($"layer_0{suffix}/matrix") || graph.Has($"layer_1{suffix}/matrix") || !graph.Has($"final_layer{suffix}/matrix")
            ? $"layer_0{suffix}/matrix"
            : $"final_layer{suffix}/matrix";

    /// <summary>The number format of a matrix.</summary>
    public static Precision PrecisionOf(FrozenGraph graph, string matrix) => graph.Tensor(matrix).Type switch
    {
        TensorType.Double => Precision.Float64,
        TensorType.Float => Precision.Float32,
        var type => throw graph.Definition.Error(matrix, $"holds {GraphTensor.Describe(type)}; supported are {PrecisionNames.Known}"),
    };

    private static NetworkLayer Layer(FrozenGraph graph, string matrix, string bias, string step, int inputs, ActivationFunction? stated, Func<int, int, bool> shortcut)
    {
        var weights = graph.Numbers(matrix, inputs, FrozenGraph.AnySize);
        var outputs = (int)graph.Tensor(matrix).Shape[1];
        inputs = weights.Length / outputs;
        var hasShortcut = shortcut(inputs, outputs);
        return new NetworkLayer(inputs, outputs)
        {
            Weights = weights,
            Bias = graph.Has(bias) ? graph.Numbers(bias, outputs) : null,
            // A step without a shortcut is not part of what the graph computes.
            TimeStep = hasShortcut && graph.Has(step) ? graph.Numbers(step, outputs) : null,
            Activation = Activation(graph, matrix, stated),
            // Only where the shape would ask for a shortcut does it have to be said that there is none.
            Resnet = hasShortcut || (outputs != inputs && outputs != 2 * inputs),
        };
    }

    /// <summary>
    /// φ as the operators behind a matrix show it, or as the training script states it where they do not. An agreement
    /// of both is asked for where both speak.
    /// </summary>
    private static ActivationFunction Activation(FrozenGraph graph, string matrix, ActivationFunction? stated)
    {
        var seen = FromOperators(graph.Definition, matrix);
        if (seen is { } function && stated is { } told && function != told)
            throw graph.Definition.Error(matrix, $"goes into {function.Name()}, but the training script in the file says {told.Name()}; the file is damaged");
        return seen ?? stated ?? throw graph.Definition.Error(matrix, $"goes into an activation function that is not known; known are {ActivationNames.Known}");
    }

    private static ActivationFunction? FromOperators(GraphDefinition graph, string matrix)
    {
        // Networks of type embeddings may have no bias.
        var product = Following(graph, graph.Find(matrix), "MatMul");
        var sum = Following(graph, product, "BiasAdd", "Add", "AddV2") ?? product;
        if (sum is null)
            return null;
        var next = graph.Users(sum).Select(node => node.Operator).ToHashSet();
        if (next.Any(name => name.StartsWith("Gelu", StringComparison.Ordinal)) || next.Contains("Pow"))
            return ActivationFunction.Gelu;
        if (next.Contains("Sigmoid"))
            return next.Contains("Mul") ? ActivationFunction.Silu : ActivationFunction.Sigmoid;
        foreach (var (name, function) in (ReadOnlySpan<(string, ActivationFunction)>)
                 [("Tanh", ActivationFunction.Tanh), ("Relu", ActivationFunction.Relu), ("Relu6", ActivationFunction.Relu6), ("Softplus", ActivationFunction.Softplus)])
        {
            if (next.Contains(name))
                return function;
        }

        // A layer without an activation function is only brought into shape.
        return next.Contains("Reshape") ? ActivationFunction.Linear : null;
    }

    /// <summary>The first node of one of some kinds that takes a node's output, with only passing ones between.</summary>
    private static GraphNode? Following(GraphDefinition graph, GraphNode? node, params ReadOnlySpan<string> operators)
    {
        for (var steps = 0; node is not null && steps <= graph.Nodes.Count; steps++)
        {
            GraphNode? passing = null;
            foreach (var user in graph.Users(node))
            {
                if (operators.Contains(user.Operator))
                    return user;
                if (Passing.Contains(user.Operator))
                    passing ??= user;
            }

            node = passing;
        }

        return null;
    }
}
