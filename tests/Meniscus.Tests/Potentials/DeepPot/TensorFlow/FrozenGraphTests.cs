using System.Text;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.DeepPot.TensorFlow;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot.TensorFlow;

/// <summary>What a frozen graph may hold, what is refused, and damaged files.</summary>
public sealed class FrozenGraphTests : IDisposable
{
    private const string Script = """{"model": {"type_map": ["T0", "T1"], "descriptor": {"activation_function": "tanh"}, "fitting_net": {"activation_function": "tanh"}}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, Precision.Float64)]
    [InlineData(false, Precision.Float64)]
    [InlineData(true, Precision.Float32)]
    public void A_model_comes_back_from_its_graph(bool oneSided, Precision precision)
    {
        var model = Small(oneSided, precision);
        var read = Load(FrozenGraphs.Of(model));
        Assert.Equal(model.Descriptor.Neuron, read.Descriptor.Neuron);
        Assert.Equal((oneSided, precision, precision), (read.Descriptor.TypeOneSide, read.Descriptor.Precision, read.Fitting.Precision));
        for (var index = 0; index < model.Descriptor.Embeddings.Length; index++)
            AssertSame(model.Descriptor.Embeddings[index]!, read.Descriptor.Embeddings[index]!);
        for (var type = 0; type < 2; type++)
            AssertSame(model.Fitting.Networks[type], read.Fitting.Networks[type]);
        Assert.Equal(model.Fitting.BiasAtomE, read.Fitting.BiasAtomE);
        Assert.Equal(2, read.Descriptor.AxisNeuron);
        Assert.Equal(0.5, read.Descriptor.SmoothCutoff);
    }

    [Theory]
    [InlineData(ActivationFunction.Tanh)]
    [InlineData(ActivationFunction.Relu)]
    [InlineData(ActivationFunction.Relu6)]
    [InlineData(ActivationFunction.Softplus)]
    [InlineData(ActivationFunction.Sigmoid)]
    [InlineData(ActivationFunction.Gelu)]
    [InlineData(ActivationFunction.Silu)]
    public void Activation_functions_are_told_by_the_operators(ActivationFunction function)
    {
        var model = Small();
        NeuralNetwork With(NeuralNetwork network) => new([.. network.Layers.Select(layer => new NetworkLayer(layer.InputCount, layer.OutputCount)
        {
            Weights = layer.Weights,
            Bias = layer.Bias,
            TimeStep = layer.TimeStep,
            Activation = layer.Activation == ActivationFunction.Linear ? ActivationFunction.Linear : function,
        })]);
        model = model with { Descriptor = model.Descriptor with { Embeddings = [.. model.Descriptor.Embeddings.Select(n => With(n!))] }, Fitting = model.Fitting with { Networks = [.. model.Fitting.Networks.Select(With)] } };
        var read = Load(FrozenGraphs.Of(model));
        Assert.Equal((function, function), (read.Descriptor.Activation, read.Fitting.Activation));
        Assert.All(read.Fitting.Networks, network => Assert.Equal(ActivationFunction.Linear, network.Layers[^1].Activation));
    }

    [Fact]
    public void A_fitting_never_doubles_and_never_adds_to_its_first_layer()
    {
        // Widths 8 (the descriptor's), 16, 16: only the last has a shortcut in a graph.
        var model = SmallModel.Create(fittingNeuron: [8, 16, 16]);
        var read = Load(FrozenGraphs.Of(Plain(model)));
        Assert.Equal([false, false, true, false], read.Fitting.Networks[0].Layers.Select(layer => layer.HasShortcut));
        Assert.All(read.Descriptor.Embeddings, network => Assert.All(network!.Layers, layer => Assert.True(layer.HasShortcut)));
    }

    [Fact]
    public void A_missing_network_is_an_excluded_pair_where_the_script_says_so()
    {
        var model = Small(oneSided: false);
        var nodes = FrozenGraphs.Of(model, Script.Replace("\"descriptor\": {", "\"descriptor\": {\"exclude_types\": [[0, 1]], ", StringComparison.Ordinal));
        nodes.RemoveAll(node => node.Name.StartsWith("filter_type_0/", StringComparison.Ordinal) && node.Name.EndsWith("_1", StringComparison.Ordinal));
        nodes.RemoveAll(node => node.Name.StartsWith("filter_type_1/", StringComparison.Ordinal) && node.Name.EndsWith("_0", StringComparison.Ordinal));
        var read = Load(nodes);
        Assert.Equal([(1, 0)], read.Descriptor.ExcludeTypes.Select(pair => (Math.Max(pair.Centre, pair.Neighbor), Math.Min(pair.Centre, pair.Neighbor))));
        Assert.Equal([false, true, true, false], read.Descriptor.Embeddings.Select(network => network is null));
    }

    [Fact]
    public void Frame_parameters_have_their_statistics()
    {
        var model = Plain(SmallModel.Create(frameParameters: 2));
        var nodes = FrozenGraphs.Of(model);
        AssertRefused("node 'fitting_attr/t_fparam_avg' is missing", nodes);
        nodes.Add(FrozenGraphs.Numbers("fitting_attr/t_fparam_avg", TensorType.Double, [2], model.Fitting.FrameParameterAverage!));
        nodes.Add(FrozenGraphs.Numbers("fitting_attr/t_fparam_istd", TensorType.Double, [2], model.Fitting.FrameParameterInverseStd!));
        var read = Load(nodes);
        Assert.Equal((2, 0, 2), (read.Fitting.FrameParameterCount, read.Fitting.AtomParameterCount, read.Descriptor.AxisNeuron));
        Assert.Equal(model.Fitting.FrameParameterAverage, read.Fitting.FrameParameterAverage);
        Assert.Equal(model.Fitting.FrameParameterInverseStd, read.Fitting.FrameParameterInverseStd);
    }

    [Fact]
    public void Vacuum_energies_are_found_in_old_and_new_graphs()
    {
        var model = Small();
        var script = Script.Replace("\"fitting_net\": {", "\"fitting_net\": {\"atom_ener\": [-3.5, null], ", StringComparison.Ordinal);
        var newer = Load(FrozenGraphs.Of(model, script)).Fitting;
        Assert.Equal([-3.5, null], newer.AtomEner!);
        Assert.Equal(model.Fitting.BiasAtomE, newer.BiasAtomE);
        var older = Load([.. FrozenGraphs.Of(model), FrozenGraphs.Numbers("atom_0_ener", TensorType.Double, [], [-3.5])]).Fitting;
        Assert.Equal([-3.5, null], older.AtomEner!);
        Assert.Equal(model.Fitting.BiasAtomE[0] - 3.5, older.BiasAtomE[0]);
    }

    [Fact]
    public void Slots_taken_away_after_training_still_divide()
    {
        var model = Small();
        model = model with { Descriptor = model.Descriptor with { Davg = new double[model.Descriptor.Davg.Length] } };
        var nodes = FrozenGraphs.Of(model);
        nodes.Add(FrozenGraphs.Numbers("descrpt_attr/original_sel", TensorType.Int32, [2], [5, 4]));
        var read = Load(nodes);
        Assert.Equal([5, 4], read.Descriptor.Sel);
        Assert.Equal(9, read.Descriptor.SlotCount);
        Assert.All(read.Descriptor.Dstd.Where((_, k) => k % 4 == 0), value => Assert.Equal(0.4, value));
    }

    [Fact]
    public void Too_many_neighbours_are_cut_per_type()
    {
        // Nine atoms of type 0 and one of type 1, with 3 + 3 slots: the far atom of type 1 has a slot of its own.
        var model = Load(FrozenGraphs.Of(Small()));
        Assert.True(model.TruncatesPerType);
        int[] types = [0, 0, 0, 0, 0, 0, 0, 0, 1];
        double[] positions = [0, 0, 0, 1, 0, 0, 0, 1.1, 0, 0, 0, 1.2, -1.3, 0, 0, 0, -1.4, 0, 0, 0, -1.5, 1, 1, 1, 3, 0.5, 0];
        var configuration = new Configuration(types, positions, Meniscus.Atoms.Cell.None);
        var (perType, ofAll, reference) = (new Evaluation(), new Evaluation(), new Evaluation());
        using var first = new DeepPotential(model);
        using var second = new DeepPotential(model with { TruncatesPerType = false });
        using var slow = new Meniscus.Potentials.Reference.ReferenceDeepPot(model);
        first.Evaluate(configuration, perType);
        second.Evaluate(configuration, ofAll);
        slow.Evaluate(configuration, reference);
        Assert.NotEqual(perType.AtomEnergies[0], ofAll.AtomEnergies[0], 1e-6);
        Assert.Equal(reference.AtomEnergies[0], perType.AtomEnergies[0], 1e-12);
    }

    [Theory]
    [InlineData("DescrptSeR", "descriptor se_e2_r")]
    [InlineData("ProdEnvMatAMix", "2 descriptors")]
    [InlineData("TabulateFusionSeAtten", "compressed by DeePMD-kit and has a type embedding")]
    [InlineData("TabulateFusionSeT", "descriptor se_e3")]
    [InlineData("PairTab", "use_srtab")]
    [InlineData("DescrptNorot", "0.x")]
    [InlineData("ProdEnvMatA", "2 descriptors")]
    public void Other_operators_are_refused_by_name(string operation, string expected) =>
        AssertRefused(expected, [.. FrozenGraphs.Of(Small()), FrozenGraphs.Node("other", operation)]);

    [Theory]
    [InlineData("attention_layer_0/c_query/matrix", "attention layers")]
    [InlineData("dipole_charge/t_box", "dipole_charge")]
    [InlineData("share_fit_type_0/matrix", "layer_name")]
    public void Other_parts_are_refused_by_name(string name, string expected) =>
        AssertRefused(expected, [.. FrozenGraphs.Of(Small()), FrozenGraphs.Node(name, "Const")]);

    [Theory]
    [InlineData("dipole")]
    [InlineData("polar")]
    [InlineData("dos")]
    public void Other_models_are_refused_by_type(string type)
    {
        var nodes = FrozenGraphs.Of(Small());
        nodes[nodes.FindIndex(node => node.Name == "model_attr/model_type")] = FrozenGraphs.Text("model_attr/model_type", type);
        AssertRefused($"of the type '{type}'", nodes);
    }

    [Theory]
    [InlineData("model_attr/tmap")]
    [InlineData("descrpt_attr/ntypes")]
    [InlineData("descrpt_attr/t_avg")]
    [InlineData("descrpt_attr/t_std")]
    [InlineData("filter_type_all/matrix_1_1")]
    [InlineData("layer_0_type_1/matrix")]
    [InlineData("final_layer_type_0/bias")]
    public void A_missing_constant_is_named(string name)
    {
        var nodes = FrozenGraphs.Of(Small());
        Assert.Equal(1, nodes.RemoveAll(node => node.Name == name));
        AssertRefused($"node '{name}' is missing", nodes);
    }

    [Theory]
    [InlineData("filter_type_all/matrix_2_0", double.NaN, "value 1 is NaN")]
    [InlineData("final_layer_type_1/matrix", double.PositiveInfinity, "value 1 is ")]
    public void Numbers_that_are_not_finite_are_refused(string name, double value, string expected)
    {
        var nodes = FrozenGraphs.Of(Small());
        var tensor = nodes.Find(node => node.Name == name)!.Tensor("value")!;
        BitConverter.TryWriteBytes(tensor.Content.AsSpan(8), value);
        AssertRefused(expected, nodes);
    }

    [Theory]
    [InlineData("filter_type_all/matrix_2_0", new[] { 3, 4 }, "holds 64 bytes, expected 96")]
    [InlineData("filter_type_all/bias_1_0", new[] { 3 }, "has the shape [3], expected [2]")]
    [InlineData("descrpt_attr/t_avg", new[] { 2, 23 }, "has the shape [2, 23], expected [2, 24]")]
    [InlineData("layer_1_type_0/matrix", new[] { 4, 5 }, "has the shape [4, 5], expected [5, any]")]
    [InlineData("layer_0_type_0/matrix", new[] { 2_000_000_000, 2_000_000_000 }, "which no tensor of a model can have")]
    public void Shapes_that_do_not_fit_are_refused(string name, int[] shape, string expected)
    {
        var nodes = FrozenGraphs.Of(Small());
        var tensor = nodes.Find(node => node.Name == name)!.Tensor("value")!;
        tensor.Shape.Clear();
        tensor.Shape.AddRange(shape.Select(size => (long)size));
        AssertRefused(name == "filter_type_all/matrix_2_0" ? "expected [2, any]" : expected, nodes);
    }

    [Fact]
    public void A_short_list_of_values_cannot_claim_gigabytes()
    {
        var nodes = FrozenGraphs.Of(Small());
        var place = nodes.FindIndex(node => node.Name == "layer_0_type_0/matrix");
        nodes[place] = FrozenGraphs.Numbers("layer_0_type_0/matrix", TensorType.Double, [1 << 15, 1 << 15], [0.5]);
        AssertRefused("holds only 1 values", nodes);
    }

    [Fact]
    public void A_script_that_says_something_else_is_refused() =>
        AssertRefused("the training script in the file says relu", FrozenGraphs.Of(Small(), Script.Replace("tanh", "relu", StringComparison.Ordinal)));

    [Fact]
    public void Half_precision_is_refused()
    {
        var nodes = FrozenGraphs.Of(Small());
        foreach (var node in nodes.Where(node => node.Name == "filter_type_all/matrix_1_0"))
            node.Tensor("value")!.Type = TensorType.Half;
        AssertRefused("float16", nodes);
    }

    [Fact]
    public void Cut_off_binary_files_are_refused_at_every_length()
    {
        var whole = GraphDefWriter.Binary(FrozenGraphs.Of(Small(), Script));
        for (var length = 0; length < whole.Length - 1; length += length < 400 ? 1 : 37)
            AssertRefused("", whole[..length], ".pb");
        AssertRefused("", whole[..^1], ".pb");
    }

    [Fact]
    public void Cut_off_text_files_are_refused_at_every_length()
    {
        var whole = Encoding.UTF8.GetBytes(GraphDefWriter.Text(FrozenGraphs.Of(Small(), Script)));
        var last = whole.AsSpan().LastIndexOf("library"u8);
        for (var length = 0; length < last - 4; length += length < 400 ? 1 : 61)
            AssertRefused("", whole[..length], ".pbtxt");
    }

    [Fact]
    public void Changed_bytes_give_a_model_or_one_line()
    {
        var random = new Random(5);
        foreach (var (whole, ending) in new[]
                 {
                     (GraphDefWriter.Binary(FrozenGraphs.Of(Small(), Script)), ".pb"),
                     (Encoding.UTF8.GetBytes(GraphDefWriter.Text(FrozenGraphs.Of(Small(), Script))), ".pbtxt"),
                 })
        {
            for (var k = 0; k < 400; k++)
            {
                var copy = whole.ToArray();
                for (var n = 0; n < 1 + (k % 4); n++)
                    copy[random.Next(copy.Length)] = (byte)random.Next(256);
                AssertModelOrOneLine(copy, ending);
            }
        }
    }

    [Theory]
    [InlineData("", "holds no nodes")]
    [InlineData("Dear reader,\nthis is a letter.\n", "line 1: expected ':' or '{' after 'Dear'")]
    [InlineData("node {\n name: \"a\"\n op: \"Const\n}\n", "line 3: a text in quotes is not closed")]
    [InlineData("node { name: \"a\"", "the file ends inside a message")]
    [InlineData("node { name: \"\\q\" }", "escape")]
    [InlineData("node { name: \"a\" op: \"Const\" }", "no operator ProdEnvMatA or DescrptSeA among its 1 nodes")]
    public void Text_that_is_no_graph_is_refused_with_its_line(string text, string expected) => AssertRefused(expected, Encoding.UTF8.GetBytes(text), ".pbtxt");

    [Fact]
    public void Deep_nesting_is_refused() =>
        AssertRefused("deep", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("node {", 100_000))), ".pbtxt");

    [Fact]
    public void Graphs_are_not_written()
    {
        foreach (var ending in new[] { ".pb", ".pbtxt" })
        {
            var error = Assert.Throws<InputException>(() => DeepPotModelFile.Save(Small(), _folder.File("out" + ending)));
            Assert.Contains("is read but not written", error.Message, StringComparison.Ordinal);
        }
    }

    private static DeepPotModel Small(bool oneSided = true, Precision precision = Precision.Float64) => Plain(SmallModel.Create(oneSided: oneSided, precision: precision));

    private static DeepPotModel Plain(DeepPotModel model) => model with
    {
        Descriptor = model.Descriptor with
        {
            Davg = [.. model.Descriptor.Davg.Select((_, k) => k % 4 == 0 ? 0.1 : 0)],
            Dstd = [.. model.Descriptor.Dstd.Select((_, k) => k % 4 == 0 ? 0.4 : 0.3)],
        },
    };

    private static void AssertSame(NeuralNetwork a, NeuralNetwork b)
    {
        Assert.Equal(a.Layers.Count, b.Layers.Count);
        foreach (var (first, second) in a.Layers.Zip(b.Layers))
        {
            Assert.Equal(first.Weights, second.Weights);
            Assert.Equal(first.Bias!, second.Bias!);
            Assert.Equal(first.TimeStep, second.TimeStep);
            Assert.Equal((first.Activation, first.HasShortcut), (second.Activation, second.HasShortcut));
        }
    }

    private DeepPotModel Load(List<GraphNode> nodes)
    {
        File.WriteAllBytes(_folder.File("model.pb"), GraphDefWriter.Binary(nodes));
        return DeepPotModelFile.Load(_folder.File("model.pb"));
    }

    private void AssertRefused(string expected, List<GraphNode> nodes) => AssertRefused(expected, GraphDefWriter.Binary(nodes), ".pb");

    private void AssertRefused(string expected, byte[] content, string ending)
    {
        var path = _folder.File("refused" + ending);
        File.WriteAllBytes(path, content);
        AssertOneLine(expected, Assert.Throws<InputException>(() => DeepPotModelFile.Load(path)));
    }

    private void AssertModelOrOneLine(byte[] content, string ending)
    {
        var path = _folder.File("changed" + ending);
        File.WriteAllBytes(path, content);
        try
        {
            Assert.NotNull(DeepPotModelFile.Load(path));
        }
        catch (InputException error)
        {
            AssertOneLine("", error);
        }
    }

    private void AssertOneLine(string expected, InputException error)
    {
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(_folder.Path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
