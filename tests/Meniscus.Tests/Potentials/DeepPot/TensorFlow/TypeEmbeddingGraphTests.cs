using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.DeepPot.TensorFlow;
using Meniscus.Potentials.Reference;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot.TensorFlow;

/// <summary>Frozen graphs whose networks take type embeddings.</summary>
[Trait("Category", "Kernels")]
public sealed class TypeEmbeddingGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("concat")]
    [InlineData("crowded")]
    [InlineData("strip")]
    [InlineData("stripone")]
    [InlineData("shifted")]
    [InlineData("shiftedstrip")]
    public void A_graph_gives_the_numbers_of_DeePMD_kit_for_its_networks(string name)
    {
        var tree = Tree(name);
        var model = Load(TypeEmbeddingGraphs.Of(tree));
        // A graph has neither; both are known to work by themselves.
        model = model with
        {
            OutBias = ((ModelArray)((ModelMap)tree.Entries["@variables"]).Entries["out_bias"]).Values,
            PairExcludeTypes = model.TypeMap.Count == 4 ? [(3, 0), (3, 1), (3, 2), (3, 3)] : [],
        };
        Assert.Equal(name.StartsWith("shifted", StringComparison.Ordinal), model.Descriptor.EmptySlotEmbedding is not null);
        using var reference = new ReferenceDeepPot(model);
        using var direct = new DeepPotential(model);
        using var tables = new DeepPotential(model with { Tables = new EmbeddingTableSettings { Tolerance = 0, MinDistance = 0.8 } });
        Assert.True(tables.UsesTables);
        foreach (var potential in (IPotential[])[reference, direct, tables])
        {
            foreach (var (atoms, energies, forces) in TypeEmbeddingModel.Frames(name))
            {
                var result = potential.Evaluate(atoms);
                for (var i = 0; i < energies.Length; i++)
                    Assert.Equal(energies[i], result.AtomEnergies[i], 1e-11);
                for (var k = 0; k < forces.Length; k++)
                    Assert.Equal(forces[k], result.Forces[k], 1e-7);
            }
        }
    }

    /// <summary>With slots per type the model is a plain se_e2_a, can be written as one, and compressed.</summary>
    [Theory]
    [InlineData("concat")]
    [InlineData("crowded")]
    [InlineData("strip")]
    [InlineData("stripone")]
    public void Slots_per_type_make_a_plain_model(string name)
    {
        // One sel of 24 and three of 8 are the same where no type has more than 8 neighbours, and none are missing.
        var tree = Tree(name);
        var (shared, split) = (Load(TypeEmbeddingGraphs.Of(tree, null)), Load(TypeEmbeddingGraphs.Of(tree, [8, 8, 8])));
        Assert.Equal("se_e2_a", split.Descriptor.Origin!.Descriptor);
        Assert.Null(split.Descriptor.SharedSlots);
        Assert.True(split.TruncatesPerType);
        DeepPotModelFile.Save(split, _folder.File("model.dp"));
        var read = DeepPotModelFile.Load(_folder.File("model.dp"));
        Assert.Null(read.Descriptor.Origin);
        using var first = new DeepPotential(shared with { Descriptor = shared.Descriptor with { SharedSlots = 24, Sel = [24, 24, 24], Davg = new double[3 * 24 * 4], Dstd = [.. Enumerable.Repeat(0.1, 3 * 24 * 4)] } });
        using var second = new DeepPotential(split with { Descriptor = split.Descriptor with { Davg = new double[3 * 24 * 4], Dstd = [.. Enumerable.Repeat(0.1, 3 * 24 * 4)] } });
        using var third = new DeepPotential(read with { Descriptor = read.Descriptor with { Davg = new double[3 * 24 * 4], Dstd = [.. Enumerable.Repeat(0.1, 3 * 24 * 4)] } });
        var atoms = TypeEmbeddingModel.Frames(name).Last().Atoms;
        var (a, b, c) = (first.Evaluate(atoms), second.Evaluate(atoms), third.Evaluate(atoms));
        Assert.Equal(0, b.Overflow.Atoms);
        for (var k = 0; k < a.Forces.Length; k++)
            Assert.Equal(a.Forces[k], b.Forces[k], 1e-12);
        Assert.Equal(a.Energy, b.Energy, 1e-12);
        PotentialChecks.SameBits(b, c);
    }

    /// <summary>With strip, TensorFlow's se_e2_a gives empty slots the padding type as se_atten does; with concat their own.</summary>
    [Theory]
    [InlineData("shiftedstrip", true)]
    [InlineData("shifted", false)]
    public void Empty_slots_per_type_have_the_padding_type_with_strip(string name, bool same)
    {
        var (shared, split) = (Load(TypeEmbeddingGraphs.Of(Tree(name))), Load(TypeEmbeddingGraphs.Of(Tree(name), [6, 6, 6, 6])));
        using var first = new DeepPotential(shared);
        using var second = new DeepPotential(split);
        using var reference = new ReferenceDeepPot(split);
        var atoms = TypeEmbeddingModel.Frames(name).Last().Atoms;
        var (a, b, c) = (first.Evaluate(atoms), second.Evaluate(atoms), reference.Evaluate(atoms));
        Assert.Equal(0, b.Overflow.Atoms);
        Assert.Equal(c.Energy, b.Energy, 1e-12);
        Assert.Equal(same, Math.Abs(a.Energy - b.Energy) < 1e-10);
        if (same)
            Assert.Contains("embedding of no type", Assert.Throws<InputException>(() => DeepPotModelFile.Save(split, _folder.File("model.dp"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type": "se_atten", "attn_layer": 2}""", "2 attention layers")]
    [InlineData("""{"type": "se_atten", "smooth_type_embedding": true, "exclude_types": [[0, 1]]}""", "slots of excluded pairs")]
    [InlineData("""{"type": "se_atten", "use_econf_tebd": true}""", "electron configurations")]
    public void What_is_not_supported_is_refused_by_name(string descriptor, string named)
    {
        var error = Assert.Throws<InputException>(() => Load(TypeEmbeddingGraphs.Of(Tree("shiftedstrip"), null, $$$"""{"model": {"descriptor": {{{descriptor}}}}}""")));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("type_embed_net/matrix_1", "type_embed_net/matrix_1")]
    [InlineData("filter_type_all/matrix_1", "filter_type_all/matrix_1")]
    [InlineData("filter_type_all/matrix_1_two_side_ebd", "filter_type_all/matrix_1_two_side_ebd")]
    [InlineData("layer_0/matrix", "layer_0/matrix")]
    [InlineData("final_layer/matrix", "final_layer/matrix")]
    public void A_missing_matrix_is_named(string node, string named)
    {
        var nodes = TypeEmbeddingGraphs.Of(Tree("strip"));
        nodes.RemoveAll(item => item.Name == node);
        Assert.Contains(named, Assert.Throws<InputException>(() => Load(nodes)).Message, StringComparison.Ordinal);
    }

    /// <summary>Type embeddings and deviations as DeePMD-kit's own tests have them.</summary>
    [Fact]
    public void Public_graphs_are_read()
    {
        var tebd = DeepPotModelFile.Load(Upstream("se_e2_a_tebd.pbtxt"));
        Assert.Equal(8, tebd.Descriptor.Origin!.Width);
        Assert.Equal([2, 2], tebd.Descriptor.Sel);
        Assert.Empty(tebd.Fitting.Neuron);
        var mixed = DeepPotModelFile.Load(Upstream("virtual_type.pbtxt"));
        Assert.Equal(5, mixed.Descriptor.SharedSlots);
        Assert.NotNull(mixed.Descriptor.EmptySlotEmbedding);
        int[] types = [0, 1, 1, 0, 1, 1];
        double[] positions = [12.83, 2.56, 2.18, 12.09, 2.87, 2.74, 0.25, 3.32, 1.68, 3.36, 3.00, 1.81, 3.51, 2.51, 2.60, 4.27, 3.22, 1.56];
        var water = new RandomConfiguration(types, positions, [13, 0, 0, 0, 13, 0, 0, 0, 13]);
        foreach (var model in (DeepPotModel[])[tebd, mixed])
        {
            using var potential = new DeepPotential(model);
            using var reference = new ReferenceDeepPot(model);
            PotentialChecks.DerivativesMatchEnergy(potential, water, 1e-7, every: 1);
            Assert.Equal(reference.Evaluate(water).Energy, potential.Evaluate(water).Energy, 1e-11);
        }
    }

    /// <summary>TensorFlow's switch is a function of s: no other program's numbers are here, but derivatives must fit.</summary>
    [Fact]
    public void Type_parts_that_fade_with_s_have_the_derivatives_of_the_energy()
    {
        var model = Load(TypeEmbeddingGraphs.Of(Tree("strip"), null, """{"model": {"descriptor": {"type": "se_atten_v2"}}}"""));
        Assert.Equal(TypeFade.Radial, model.Descriptor.Fading!.Fade);
        var constant = Load(TypeEmbeddingGraphs.Of(Tree("strip")));
        using var potential = new DeepPotential(model);
        using var reference = new ReferenceDeepPot(model);
        using var other = new DeepPotential(constant);
        foreach (var (atoms, _, _) in TypeEmbeddingModel.Frames("strip"))
        {
            PotentialChecks.DerivativesMatchEnergy(potential, atoms, 1e-7, every: 3);
            var (found, expected) = (potential.Evaluate(atoms), reference.Evaluate(atoms));
            for (var k = 0; k < found.Forces.Length; k++)
                Assert.Equal(expected.Forces[k], found.Forces[k], 1e-10);
            Assert.NotEqual(other.Evaluate(atoms).Energy, found.Energy, 1e-3);
        }
    }

    /// <summary>Deviations of forces in a committee of se_atten models, as DeePMD-kit's test_model_devi_mix.py expects them.</summary>
    [Theory]
    [InlineData(0, 1, 2.60789586e-01, 8.95047307e-02, 1.88914900e-01)]
    [InlineData(1, 0, 3.80715927e-01, 1.88116279e-01, 2.76809413e-01)]
    public void Public_committees_deviate_as_DeePMD_kit_says(int first, int last, double largest, double smallest, double mean)
    {
        int[] types = [first, 0, 1, 1, 1, last];
        double[] positions =
        [
            0.041702200470257404, 0.07203244934421581, 0.1000114374817345, 4.053881673400336, 0.041919451440329485, 0.06852195003967596,
            1.1302332572631841, 0.014675589081711305, 0.10923385947687979, 0.018626021137767092, 1.134556072704305, 0.13967674742306702,
            5.120445224973151, 0.08781174363909455, 0.0027387593197926163, 4.06704675101784, 1.1417304802367128, 0.05586898284457517,
        ];
        var atoms = new RandomConfiguration(types, positions, [20, 0, 0, 0, 20, 0, 0, 0, 20]);
        var forces = new[] { "se_atten_no_atten_1.pbtxt", "se_atten_no_atten_2.pbtxt" }.Select(file =>
        {
            using var potential = new DeepPotential(DeepPotModelFile.Load(Upstream(file)));
            return potential.Evaluate(atoms).Forces;
        }).ToArray();
        // Of two values the standard deviation is half their distance.
        double[] deviations = [.. Enumerable.Range(0, 6).Select(i => 0.5 * Math.Sqrt(Enumerable.Range(3 * i, 3).Sum(k => Math.Pow(forces[0][k] - forces[1][k], 2))))];
        Assert.Equal(largest, deviations.Max(), 1e-8);
        Assert.Equal(smallest, deviations.Min(), 1e-8);
        Assert.Equal(mean, deviations.Average(), 1e-8);
    }

    private static ModelMap Tree(string name) => (ModelMap)ModelYaml.Read(TypeEmbeddingModel.File(name)).Entries["model"];

    private static DeepPotModel Load(List<GraphNode> nodes) => FrozenModelReader.Read(new FrozenGraph(new GraphDefinition("model.pb", nodes)));

    /// <summary>A file of DeePMD-kit's sources, where MENISCUS_DEEPMD names them; they are under another licence and not here.</summary>
    private static string Upstream(string name)
    {
        var folder = Environment.GetEnvironmentVariable("MENISCUS_DEEPMD");
        Assert.SkipUnless(Directory.Exists(folder), "DeePMD-kit's sources are not here (MENISCUS_DEEPMD)");
        return Path.Combine(folder!, "source", "tests", "infer", name);
    }
}
