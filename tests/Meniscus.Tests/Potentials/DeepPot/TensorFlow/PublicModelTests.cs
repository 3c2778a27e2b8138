using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.DeepPot.TensorFlow;
using Meniscus.Potentials.Reference;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot.TensorFlow;

/// <summary>
/// The public frozen models, 1.x and 2.x, against energies, forces, virials and atomic energies of an independent
/// evaluation in numpy (see the READMEs of the data).
/// </summary>
[Trait("Category", "Kernels")]
public sealed class PublicModelTests : IDisposable
{
    /// <summary>Most difference of an energy, force or virial, relative to the largest of its kind in the frame.</summary>
    private const double Tolerance = 1e-11;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, string> Models => new()
    {
        { "water-scan-qe", "frozen_model_1.pb", "model_1" },
        { "tis2-water", "graph1.pb", "graph1" },
        { "water-ions-scan", "graphdpsr.pb", "graphdpsr" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_expected_number_is_met(string data, string file, string expected)
    {
        using var team = new WorkerTeam(2);
        using var potential = new DeepPotential(DeepPotModelFile.Load(SharedData.Path("data", data, "model", file)), team);
        var systems = Directory.GetDirectories(SharedData.Path("data", data, "model", "expected", expected));
        Assert.NotEmpty(systems);
        foreach (var system in systems)
            AssertSystem(potential, SharedData.Path("data", data, Path.GetFileName(system)), system, Tolerance);
    }

    /// <summary>Networks of models that were trained for long are steep: many short pieces, and rounding is magnified.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void Tables_change_no_force_by_more_than_rounding(string data, string file, string expected)
    {
        var model = DeepPotModelFile.Load(SharedData.Path("data", data, "model", file));
        var tables = model with { Tables = new EmbeddingTableSettings { Tolerance = 1e-12, MinDistance = 0.75 } };
        using var team = new WorkerTeam(2);
        using var direct = new DeepPotential(model);
        using var one = new DeepPotential(tables);
        using var two = new DeepPotential(tables, team);
        Assert.True(one.UsesTables);
        foreach (var folder in Directory.GetDirectories(SharedData.Path("data", data, "model", "expected", expected)).Take(2))
        {
            var system = SharedData.Path("data", data, Path.GetFileName(folder));
            var exact = Evaluate(direct, system, 0);
            var first = Evaluate(one, system, 0);
            var second = Evaluate(two, system, 0);
            Assert.Equal(exact.Energy, first.Energy, 1e-10 * exact.AtomEnergies.Length);
            for (var k = 0; k < exact.Forces.Length; k++)
                Assert.Equal(exact.Forces[k], first.Forces[k], 1e-10);
            for (var k = 0; k < 9; k++)
                Assert.Equal(exact.Virial[k], first.Virial[k], 1e-10 * exact.AtomEnergies.Length);
            Assert.Equal(first.Energy, second.Energy);
            Assert.Equal(first.Forces, second.Forces);
            Assert.Equal(first.Virial, second.Virial);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void They_can_be_compressed(string data, string file, string expected)
    {
        var system = Path.GetFileName(Directory.GetDirectories(SharedData.Path("data", data, "model", "expected", expected))[0]);
        var json = SampleRun.Json(
            "compress", "-i", SharedData.Path("data", data, "model", file), "-o", _folder.File("small.dp"), "-s", SharedData.Path("data", data, system), "-n", "1", "--min-distance", "0.75");
        Assert.True((int)json["pieces"]! > 100);
        Assert.InRange((double)json["force_error_max_eV_per_A"]!, 0, 1e-7);
        Assert.NotNull(DeepPotModelFile.Load(_folder.File("small.dp")).Tables);
    }

    [Fact]
    public void The_reference_path_gives_the_same()
    {
        using var potential = new ReferenceDeepPot(DeepPotModelFile.Load(SharedData.Path("data", "tis2-water", "model", "graph1.pb")));
        AssertSystem(
            potential,
            SharedData.Path("data", "tis2-water", "Interface_AC_MD"),
            SharedData.Path("data", "tis2-water", "model", "expected", "graph1", "Interface_AC_MD"),
            Tolerance,
            frames: 1);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Converting_keeps_every_bit(string data, string file, string expected)
    {
        var model = DeepPotModelFile.Load(SharedData.Path("data", data, "model", file));
        foreach (var ending in DeepPotModelFile.Endings.Take(2))
        {
            var path = _folder.File("model" + ending);
            DeepPotModelFile.Save(model, path);
            var read = DeepPotModelFile.Load(path);
            ModelComparison.AssertSame(model, read, compareScript: model.DefinitionScript is not null);
            Assert.True(read.TruncatesPerType);
        }

        var system = Path.GetFileName(Directory.GetDirectories(SharedData.Path("data", data, "model", "expected", expected))[0]);
        using var before = new DeepPotential(model);
        using var after = new DeepPotential(DeepPotModelFile.Load(_folder.File("model.dp")));
        var first = Evaluate(before, SharedData.Path("data", data, system), 0);
        var second = Evaluate(after, SharedData.Path("data", data, system), 0);
        Assert.Equal(first.Energy, second.Energy);
        Assert.Equal(first.Forces, second.Forces);
        Assert.Equal(first.Virial, second.Virial);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void The_text_form_gives_the_same_model(string data, string file, string expected)
    {
        Assert.NotEmpty(expected);
        var binary = SharedData.Path("data", data, "model", file);
        var graph = GraphDefBinaryReader.Read(File.ReadAllBytes(binary), binary);
        File.WriteAllText(_folder.File("model.pbtxt"), GraphDefWriter.Text(graph.Nodes));
        File.WriteAllBytes(_folder.File("again.pb"), GraphDefWriter.Binary(graph.Nodes));
        var model = DeepPotModelFile.Load(binary);
        ModelComparison.AssertSame(model, DeepPotModelFile.Load(_folder.File("model.pbtxt")));
        ModelComparison.AssertSame(model, DeepPotModelFile.Load(_folder.File("again.pb")));
    }

    [Fact]
    public void Settings_are_found_with_and_without_a_training_script()
    {
        var old = DeepPotModelFile.Load(SharedData.Path("data", "tis2-water", "model", "graph1.pb"));
        Assert.Equal(["S", "Ti", "O", "H"], old.TypeMap.Names);
        Assert.Equal([120, 60, 48, 96], old.Descriptor.Sel);
        Assert.Equal([10, 20, 40], old.Descriptor.Neuron);
        Assert.Equal([60, 60, 60], old.Fitting.Neuron);
        Assert.Equal((6.0, 3.0, 12, false), (old.Descriptor.Cutoff, old.Descriptor.SmoothCutoff, old.Descriptor.AxisNeuron, old.Descriptor.TypeOneSide));
        Assert.Null(old.DefinitionScript);

        var ions = DeepPotModelFile.Load(SharedData.Path("data", "water-ions-scan", "model", "graphdpsr.pb"));
        Assert.Equal([72, 120], ions.Descriptor.Sel);
        Assert.InRange(ions.Fitting.BiasAtomE[0], -94, -93);
        Assert.InRange(ions.MinNeighborDistance!.Value, 0.74, 0.75);
        Assert.Contains("\"axis_neuron\":12", ions.DefinitionScript!.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static Evaluation Evaluate(IPotential potential, string folder, int index)
    {
        using ILabelledSystem system = DeepmdSystem.Open(folder, potential.TypeMap);
        var frame = system.CreateFrame();
        return new FrameEvaluator(potential).Evaluate(system, index, frame);
    }

    private static void AssertSystem(IPotential potential, string folder, string expected, double tolerance, int frames = 2)
    {
        var (energy, force) = (Numbers(expected, "energy"), Numbers(expected, "force"));
        var (virial, atomEnergy) = (Numbers(expected, "virial"), Numbers(expected, "atom_ener"));
        for (var index = 0; index < frames; index++)
        {
            var result = Evaluate(potential, folder, index);
            AssertClose([result.Energy], energy.AsSpan(index, 1), $"{folder} energy");
            AssertClose(result.Forces, force.AsSpan(index * result.Forces.Length, result.Forces.Length), $"{folder} forces");
            AssertClose(result.Virial, virial.AsSpan(index * 9, 9), $"{folder} virial");
            AssertClose(result.AtomEnergies, atomEnergy.AsSpan(index * result.AtomEnergies.Length, result.AtomEnergies.Length), $"{folder} atomic energies");
        }

        void AssertClose(ReadOnlySpan<double> found, ReadOnlySpan<double> wanted, string what)
        {
            var (worst, scale) = (0.0, 0.0);
            for (var k = 0; k < wanted.Length; k++)
            {
                worst = Math.Max(worst, double.IsNaN(found[k]) ? double.PositiveInfinity : Math.Abs(found[k] - wanted[k]));
                scale = Math.Max(scale, Math.Abs(wanted[k]));
            }

            Assert.True(worst <= tolerance * scale, $"{what}: off by {worst:g3}, largest {scale:g3}");
        }
    }

    private static double[] Numbers(string folder, string name)
    {
        using var array = NpyArray.Open(Path.Combine(folder, name + ".npy"));
        var values = new double[array.RowCount * array.RowLength];
        array.ReadRows(0, (int)array.RowCount, values);
        return values;
    }
}
