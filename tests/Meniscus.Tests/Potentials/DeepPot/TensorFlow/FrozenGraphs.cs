using System.Runtime.InteropServices;
using System.Text;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.DeepPot.TensorFlow;

namespace Meniscus.Tests.Potentials.DeepPot.TensorFlow;

/// <summary>Frozen graphs of models made here, as DeePMD-kit lays them out, so that tests do not need the reference data.</summary>
internal static class FrozenGraphs
{
    /// <summary>A graph that holds a model; layers without a place in such a graph are not looked at.</summary>
    public static List<GraphNode> Of(DeepPotModel model, string? script = null)
    {
        var (descriptor, types) = (model.Descriptor, model.TypeMap.Count);
        var type = descriptor.Precision == Precision.Float32 ? TensorType.Float : TensorType.Double;
        var nodes = new List<GraphNode>
        {
            Text("model_attr/tmap", string.Join(' ', model.TypeMap.Names)),
            Text("model_attr/model_type", "ener"),
            Text("model_attr/model_version", "1.1"),
            Numbers("descrpt_attr/rcut", TensorType.Double, [], [descriptor.Cutoff]),
            Numbers("descrpt_attr/ntypes", TensorType.Int32, [], [types]),
            Numbers("descrpt_attr/t_avg", TensorType.Double, [types, 4 * descriptor.SlotCount], descriptor.Davg),
            Numbers("descrpt_attr/t_std", TensorType.Double, [types, 4 * descriptor.SlotCount], descriptor.Dstd),
            Environment(descriptor),
        };
        if (script is not null)
            nodes.Add(Text("train_attr/training_script", script));
        for (var index = 0; index < descriptor.Embeddings.Length; index++)
        {
            var scope = descriptor.TypeOneSide ? "filter_type_all" : $"filter_type_{index % types}";
            var neighbor = descriptor.TypeOneSide ? index : index / types;
            for (var l = 0; descriptor.Embeddings[index] is { } network && l < network.Layers.Count; l++)
                AddLayer(nodes, network.Layers[l], $"{scope}/matrix_{l + 1}_{neighbor}", $"{scope}/bias_{l + 1}_{neighbor}", $"{scope}/idt_{l + 1}_{neighbor}", $"{scope}/{neighbor}_{l}", type);
        }

        nodes.Add(Numbers("fitting_attr/dfparam", TensorType.Int32, [], [model.Fitting.FrameParameterCount]));
        nodes.Add(Numbers("fitting_attr/daparam", TensorType.Int32, [], [model.Fitting.AtomParameterCount]));
        nodes.Add(Numbers("fitting_attr/t_bias_atom_e", TensorType.Double, [types], model.Fitting.BiasAtomE));
        for (var t = 0; t < types; t++)
        {
            var layers = model.Fitting.Networks[t].Layers;
            for (var l = 0; l < layers.Count; l++)
            {
                var scope = l == layers.Count - 1 ? $"final_layer_type_{t}" : $"layer_{l}_type_{t}";
                AddLayer(nodes, layers[l], $"{scope}/matrix", $"{scope}/bias", $"{scope}/idt", scope, type);
            }
        }

        return nodes;
    }

    /// <summary>
    /// The graph after <c>dp compress</c>: tables in place of the embedding networks, made as in D. Lu et al.,
    /// J. Chem. Theory Comput. 18, 5559 (2022), from values and two derivatives at the ends of every step.
    /// </summary>
    public static List<GraphNode> Compressed(GraphDefinition graph, DeepPotModel model, double lower, double upper, double fine = 0.01, double coarse = 0.1)
    {
        var (descriptor, types) = (model.Descriptor, model.TypeMap.Count);
        var nodes = graph.Nodes.Where(node => !(node.Name.StartsWith("filter_type_", StringComparison.Ordinal)
            && (node.Name.Contains("/matrix_", StringComparison.Ordinal) || node.Name.Contains("/bias_", StringComparison.Ordinal) || node.Name.Contains("/idt_", StringComparison.Ordinal)))).ToList();
        for (var index = 0; index < descriptor.Embeddings.Length; index++)
        {
            var scope = descriptor.TypeOneSide ? "filter_type_all" : $"filter_type_{index % types}";
            var neighbor = descriptor.TypeOneSide ? index : index / types;
            var table = Table(descriptor.Embeddings[index]!, lower, upper, 5 * upper, fine, coarse);
            var name = $"{scope}/TabulateFusionSeA{(neighbor == 0 ? "" : $"_{neighbor}")}";
            var rows = table.Length / (6 * descriptor.EmbeddingWidth);
            nodes.Add(Numbers($"{scope}/table_{neighbor}", TensorType.Double, [rows, 6 * descriptor.EmbeddingWidth], table));
            nodes.Add(Numbers($"{name}/table_info", TensorType.Double, [6], [lower, upper, 5 * upper, fine, coarse, -1]));
            nodes.Add(Numbers($"{name}/begin", TensorType.Int32, [2], [0, 4 * descriptor.Sel.Take(neighbor).Sum()]));
            nodes.Add(Node($"{name}/slice", "Slice", "ProdEnvMatA", $"{name}/begin"));
            nodes.Add(Node($"{name}/rows", "Reshape", $"{name}/slice"));
            nodes.Add(Node(name, "TabulateFusionSeA", $"{scope}/table_{neighbor}", $"{name}/table_info", $"{name}/rows", $"{name}/rows"));
        }

        return nodes;
    }

    /// <summary>The file of a model after <c>dp compress</c>, with wide steps.</summary>
    public static byte[] CompressedFile(DeepPotModel model) =>
        GraphDefWriter.Binary(Compressed(new GraphDefinition("graph", Of(model)), model, -4, 4, 0.1, 1));

    public static GraphNode Numbers(string name, TensorType type, int[] shape, double[] values)
    {
        var tensor = new GraphTensor { Type = type };
        tensor.Shape.AddRange(shape.Select(size => (long)size));
        if (values.Length == 1 && type != TensorType.Float)
            tensor.Values.AddRange(values);
        else
            tensor.Content = type switch
            {
                TensorType.Double => MemoryMarshal.AsBytes<double>(values).ToArray(),
                TensorType.Float => MemoryMarshal.AsBytes<float>(Array.ConvertAll(values, v => (float)v)).ToArray(),
                _ => MemoryMarshal.AsBytes<int>(Array.ConvertAll(values, v => (int)v)).ToArray(),
            };
        return Constant(name, tensor);
    }

    public static GraphNode Text(string name, string text)
    {
        var tensor = new GraphTensor { Type = TensorType.String };
        tensor.Texts.Add(Encoding.UTF8.GetBytes(text));
        return Constant(name, tensor);
    }

    public static GraphNode Node(string name, string operation, params string[] inputs)
    {
        var node = new GraphNode { Name = name, Operator = operation };
        node.Inputs.AddRange(inputs);
        return node;
    }

    private static GraphNode Constant(string name, GraphTensor tensor)
    {
        var node = Node(name, "Const");
        node.Attributes["dtype"] = new GraphAttribute { Type = tensor.Type };
        node.Attributes["value"] = new GraphAttribute { Tensor = tensor };
        return node;
    }

    private static GraphNode Environment(SeE2aDescriptor descriptor)
    {
        var node = Node("ProdEnvMatA", "ProdEnvMatA", "t_coord", "descrpt_attr/t_avg");
        node.Attributes["rcut_r"] = new GraphAttribute { Number = descriptor.Cutoff };
        node.Attributes["rcut_r_smth"] = new GraphAttribute { Number = descriptor.SmoothCutoff };
        node.Attributes["sel_a"] = new GraphAttribute();
        node.Attributes["sel_a"].Integers.AddRange(descriptor.Sel.Select(count => (long)count));
        return node;
    }

    public static void AddLayer(List<GraphNode> nodes, NetworkLayer layer, string matrix, string bias, string step, string scope, TensorType type)
    {
        nodes.Add(Numbers(matrix, type, [layer.InputCount, layer.OutputCount], layer.Weights));
        if (layer.Bias is { } offsets)
            nodes.Add(Numbers(bias, type, [layer.OutputCount], offsets));
        if (layer.TimeStep is { } values)
            nodes.Add(Numbers(step, type, [1, layer.OutputCount], values));
        nodes.Add(Node($"{scope}/MatMul", "MatMul", "x", matrix));
        var sum = layer.Bias is null ? $"{scope}/MatMul" : $"{scope}/BiasAdd";
        if (layer.Bias is not null)
            nodes.Add(Node(sum, "BiasAdd", $"{scope}/MatMul", bias));
        var function = layer.Activation switch
        {
            ActivationFunction.Linear => "Reshape",
            ActivationFunction.Gelu => "GeluCustom",
            ActivationFunction.Silu => "Sigmoid",
            var other => other.ToString(),
        };
        nodes.Add(Node($"{scope}/{function}", function, sum));
        if (layer.Activation == ActivationFunction.Silu)
            nodes.Add(Node($"{scope}/mul", "Mul", sum, $"{scope}/Sigmoid"));
    }

    private static double[] Table(NeuralNetwork network, double lower, double upper, double end, double fine, double coarse)
    {
        var (first, second) = ((int)Math.Round((upper - lower) / fine), (int)Math.Round((end - upper) / coarse));
        var table = new List<double>();
        for (var k = 0; k < first + second; k++)
        {
            var (at, h) = k < first ? (lower + (k * fine), fine) : (upper + ((k - first) * coarse), coarse);
            var (y, z) = (Derivatives(network, at), Derivatives(network, at + h));
            for (var m = 0; m < network.OutputCount; m++)
            {
                var rise = z[0][m] - y[0][m];
                table.AddRange([
                    y[0][m],
                    y[1][m],
                    y[2][m] / 2,
                    ((20 * rise) - (((8 * z[1][m]) + (12 * y[1][m])) * h) - (((3 * y[2][m]) - z[2][m]) * h * h)) / (2 * h * h * h),
                    ((-30 * rise) + (((14 * z[1][m]) + (16 * y[1][m])) * h) + (((3 * y[2][m]) - (2 * z[2][m])) * h * h)) / (2 * h * h * h * h),
                    ((12 * rise) - (6 * (z[1][m] + y[1][m]) * h) + ((z[2][m] - y[2][m]) * h * h)) / (2 * h * h * h * h * h),
                ]);
            }
        }

        return [.. table];
    }

    /// <summary>Outputs of a tanh network of one input, and their first and second derivatives by it.</summary>
    private static double[][] Derivatives(NeuralNetwork network, double input)
    {
        double[][] x = [[input], [1], [0]];
        foreach (var layer in network.Layers)
        {
            double[][] y = [new double[layer.OutputCount], new double[layer.OutputCount], new double[layer.OutputCount]];
            for (var o = 0; o < layer.OutputCount; o++)
            {
                var z = new double[3];
                z[0] = layer.Bias![o];
                for (var i = 0; i < layer.InputCount; i++)
                {
                    for (var d = 0; d < 3; d++)
                        z[d] += x[d][i] * layer.Weights[(i * layer.OutputCount) + o];
                }

                var h = Math.Tanh(z[0]);
                var slope = 1 - (h * h);
                double[] values = [h, slope * z[1], (slope * z[2]) - (2 * h * slope * z[1] * z[1])];
                for (var d = 0; d < 3; d++)
                    y[d][o] = values[d] + (layer.HasShortcut ? x[d][o % layer.InputCount] : 0);
            }

            x = y;
        }

        return x;
    }
}
