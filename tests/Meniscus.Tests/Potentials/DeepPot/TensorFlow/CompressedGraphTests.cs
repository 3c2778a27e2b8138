using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.DeepPot.TensorFlow;
using Meniscus.Potentials.Reference;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Potentials.DeepPot.TensorFlow;

/// <summary>Graphs that DeePMD-kit compressed: tables stand in place of the embedding networks.</summary>
public sealed class CompressedGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The error of a quintic Hermite table falls with the sixth power of its step in G, with the fifth in its slope.</summary>
    [Theory]
    [InlineData("water-ions-scan", "graphdpsr.pb", "oh_minus")]
    [InlineData("tis2-water", "graph1.pb", "Interface_AC_MD")]
    public void A_real_model_compressed_comes_near_with_the_power_of_its_step(string data, string file, string system)
    {
        var path = SharedData.Path("data", data, "model", file);
        var graph = GraphDefBinaryReader.Read(File.ReadAllBytes(path), path);
        var plain = DeepPotModelFile.Load(path);
        using var exact = new DeepPotential(plain);
        using ILabelledSystem frames = DeepmdSystem.Open(SharedData.Path("data", data, system), plain.TypeMap);
        var frame = frames.CreateFrame();
        var wanted = new FrameEvaluator(exact).Evaluate(frames, 0, frame);
        var (coarseEnergy, coarseForce) = Errors(0.04);
        var (energy, force) = Errors(0.01);
        Assert.InRange(energy, 0, 5e-7);
        Assert.InRange(force, 1e-16, 2e-5);
        Assert.True(coarseEnergy > 300 * energy, $"energy errors {coarseEnergy:g3}, {energy:g3} eV per atom");
        Assert.True(coarseForce > 100 * force, $"force errors {coarseForce:g3}, {force:g3} eV/Å");

        (double Energy, double Force) Errors(double step)
        {
            var compressed = Compress(graph, plain, -2, 12, step);
            Assert.All(compressed.Descriptor.Embeddings, Assert.Null);
            using var tables = new DeepPotential(compressed);
            var found = new FrameEvaluator(tables).Evaluate(frames, 0, frame);
            return (Math.Abs(wanted.Energy - found.Energy) / frame.Types.Length, wanted.Forces.Zip(found.Forces, (a, b) => Math.Abs(a - b)).Max());
        }
    }

    [Theory]
    [InlineData(true, 0.01)]
    [InlineData(false, 0.01)]
    [InlineData(true, 1.0)]
    public void The_reference_path_and_the_fast_path_agree(bool oneSided, double step)
    {
        var model = Small(oneSided, step);
        var random = new RandomConfigurationFrame(model.TypeMap.Count);
        var (slow, fast) = (new Evaluation { Extras = EvaluationExtras.AtomVirials }, new Evaluation { Extras = EvaluationExtras.AtomVirials });
        using var reference = new ReferenceDeepPot(model);
        using var potential = new DeepPotential(model);
        reference.Evaluate(random.Configuration, slow);
        potential.Evaluate(random.Configuration, fast);
        AssertClose(slow.AtomEnergies, fast.AtomEnergies, 1e-12);
        AssertClose(slow.Forces, fast.Forces, 1e-11);
        AssertClose(slow.AtomVirials, fast.AtomVirials, 1e-11);
    }

    [Fact]
    public void Forces_are_derivatives_even_beyond_the_end_of_a_table()
    {
        var model = Small(oneSided: true, 0.05, upper: 0.3);
        Assert.All(model.Descriptor.EmbeddingTables!, table => Assert.True(table!.End < 2));
        using var potential = new DeepPotential(model);
        var result = new Evaluation();
        const double Step = 1e-5;
        double[] At(double x) => [0, 0, 0, x, 0.1, 0.2, -0.9, 0.7, 0.1];
        double Energy(double x)
        {
            potential.Evaluate(new Configuration([0, 1, 1], At(x), Cell.None), result);
            return result.Energy;
        }

        foreach (var x in new[] { 0.35, 0.6, 1.4, 3.0 })
        {
            var slope = (Energy(x + Step) - Energy(x - Step)) / (2 * Step);
            Energy(x);
            Assert.Equal(-slope, result.Forces[3], 1e-6 * Math.Max(1, Math.Abs(slope)));
        }
    }

    [Fact]
    public void A_table_is_continuous_and_goes_on_as_its_tangent()
    {
        var table = Small(oneSided: true, 0.05, upper: 0.3).Descriptor.EmbeddingTables![0]!;
        foreach (var s in new[] { table.Lower, table.Upper, table.End, 0.1, 0.05 + table.Lower })
        {
            var (below, above) = (Of(s - 1e-9), Of(s + 1e-9));
            for (var m = 0; m < table.Width; m++)
                Assert.Equal(below[m], above[m], 1e-7);
        }

        foreach (var s in new[] { table.Lower - 1, table.End + 0.1 })
        {
            for (var m = 0; m < table.Width; m++)
                Assert.Equal(Of(s)[m] - Of(s - 0.05)[m], Of(s + 0.05)[m] - Of(s)[m], 1e-12);
        }

        double[] Of(double s)
        {
            var (values, slopes) = (new double[table.Width], new double[table.Width]);
            table.Evaluate(s, values, slopes);
            return values;
        }
    }

    [Fact]
    public void The_text_form_holds_tables_too()
    {
        var plain = Plain(oneSided: false);
        var nodes = FrozenGraphs.Compressed(new GraphDefinition("graph", FrozenGraphs.Of(plain)), plain, -4, 4);
        File.WriteAllText(_folder.File("model.pbtxt"), GraphDefWriter.Text(nodes));
        File.WriteAllBytes(_folder.File("model.pb"), GraphDefWriter.Binary(nodes));
        var (text, binary) = (DeepPotModelFile.Load(_folder.File("model.pbtxt")), DeepPotModelFile.Load(_folder.File("model.pb")));
        for (var index = 0; index < 4; index++)
            Assert.Equal(binary.Descriptor.EmbeddingTables![index]!.Coefficients, text.Descriptor.EmbeddingTables![index]!.Coefficients);
    }

    [Fact]
    public void What_needs_networks_is_refused_and_the_rest_works()
    {
        var model = Small(oneSided: true, 0.1);
        foreach (var ending in DeepPotModelFile.Endings)
            AssertRefused("holds tables of DeePMD-kit", () => DeepPotModelFile.Save(model, _folder.File("out" + ending)));
        Assert.Empty(Directory.GetFiles(_folder.Path, "out*"));
        using var team = new WorkerTeam(1);
        AssertRefused("compressed already", () => new ModelCompression(model, new EmbeddingTableSettings { Tolerance = 1e-9, MinDistance = 1 }, team).Dispose());
        var summary = new ModelSummary(model);
        Assert.True(summary.IsCompressed);
        Assert.Contains(summary.Lines("size"), line => line.StartsWith("compressed: 2 embedding tables of DeePMD-kit", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("filter_type_all/table_0", "missing")]
    [InlineData("filter_type_all/TabulateFusionSeA_1", "neighbours of type 1 is missing")]
    [InlineData("filter_type_all/TabulateFusionSeA_1/begin", "unknown place")]
    [InlineData("filter_type_all/TabulateFusionSeA/table_info", "limits")]
    public void A_table_with_a_part_missing_is_refused(string missing, string expected)
    {
        var plain = Plain(oneSided: true);
        var nodes = FrozenGraphs.Compressed(new GraphDefinition("graph", FrozenGraphs.Of(plain)), plain, -4, 4);
        Assert.Equal(1, nodes.RemoveAll(node => node.Name == missing));
        File.WriteAllBytes(_folder.File("model.pb"), GraphDefWriter.Binary(nodes));
        AssertRefused(expected == "missing" ? "has no table" : expected, () => DeepPotModelFile.Load(_folder.File("model.pb")));
    }

    private static void AssertRefused(string expected, Action action)
    {
        var error = Assert.Throws<InputException>(action);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static void AssertClose(double[] a, double[] b, double tolerance)
    {
        Assert.Equal(a.Length, b.Length);
        var scale = Math.Max(1, a.Max(Math.Abs));
        for (var k = 0; k < a.Length; k++)
            Assert.Equal(a[k], b[k], tolerance * scale);
    }

    private static DeepPotModel Plain(bool oneSided) => WithPlainStatistics(SmallModel.Create(oneSided: oneSided));

    /// <summary>One value per pair of types, as DeePMD-kit writes it.</summary>
    private static DeepPotModel WithPlainStatistics(DeepPotModel model) => model with
    {
        Descriptor = model.Descriptor with
        {
            Davg = [.. model.Descriptor.Davg.Select((_, k) => k % 4 == 0 ? 0.1 : 0)],
            Dstd = [.. model.Descriptor.Dstd.Select((_, k) => k % 4 == 0 ? 0.4 : 0.3)],
        },
    };

    private DeepPotModel Small(bool oneSided, double step, double upper = 4)
    {
        var plain = Plain(oneSided);
        return Compress(new GraphDefinition("graph", FrozenGraphs.Of(plain)), plain, -1, upper, step);
    }

    private DeepPotModel Compress(GraphDefinition graph, DeepPotModel plain, double lower, double upper, double step = 0.01)
    {
        var path = _folder.File("compressed.pb");
        File.WriteAllBytes(path, GraphDefWriter.Binary(FrozenGraphs.Compressed(graph, plain, lower, upper, step, 10 * step)));
        return DeepPotModelFile.Load(path);
    }

    /// <summary>Some atoms in a box, far enough from each other.</summary>
    private sealed class RandomConfigurationFrame
    {
        private readonly int[] _types;
        private readonly double[] _positions;

        public RandomConfigurationFrame(int types)
        {
            var random = new Random(11);
            _types = [.. Enumerable.Range(0, 27).Select(i => i % types)];
            _positions = [.. Enumerable.Range(0, 81).Select(k => (2.6 * (k % 3 == 0 ? k / 27 : k % 3 == 1 ? k / 9 % 3 : k / 3 % 3)) + (0.6 * random.NextDouble()))];
        }

        public Configuration Configuration => new(_types, _positions, new Cell([8, 0, 0, 0.5, 8, 0, 0.2, 0.1, 8]));
    }
}
