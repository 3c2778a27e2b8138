using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.Reference;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>
/// Descriptors with type embeddings: the plain networks they come to give what DeePMD-kit's numpy backend gives for the
/// networks that the file holds.
/// </summary>
[Trait("Category", "Kernels")]
public sealed class TypeEmbeddingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Models => ["concat", "crowded", "excluded", "shortcut", "parameters", "strip", "stripone", "smooth", "v2", "single"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Energies_and_forces_are_those_of_DeePMD_kit(string name)
    {
        var model = DeepPotModelFile.Load(TypeEmbeddingModel.File(name));
        using var team = new WorkerTeam(2);
        using var reference = new ReferenceDeepPot(model);
        using var direct = new DeepPotential(model, team);
        foreach (var potential in (IPotential[])[reference, direct])
        {
            foreach (var (atoms, energies, forces) in TypeEmbeddingModel.Frames(name))
            {
                // The numbers of a float32 model are good to some 1e-7, and differences of them to less.
                var (energy, force) = name == "single" ? (2e-6, 5e-3) : (1e-11, 1e-7);
                var result = potential.Evaluate(atoms);
                Close(energies, result.AtomEnergies, energy);
                Close(forces, result.Forces, force);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void The_fast_path_and_tables_follow_the_plain_loops(string name)
    {
        var model = DeepPotModelFile.Load(TypeEmbeddingModel.File(name));
        using var reference = new ReferenceDeepPot(model);
        using var direct = new DeepPotential(model);
        using var tables = new DeepPotential(model with { Tables = new EmbeddingTableSettings { Tolerance = 0, MinDistance = 0.8 } });
        Assert.Equal(model.Descriptor.Fading is null, tables.UsesTables);
        var tolerance = name == "single" ? 3e-4 : 1e-10;
        foreach (var (atoms, _, _) in TypeEmbeddingModel.Frames(name))
        {
            var expected = WithAtomVirials(reference, atoms);
            foreach (var found in (Evaluation[])[WithAtomVirials(direct, atoms), WithAtomVirials(tables, atoms)])
            {
                Close(expected.AtomEnergies, found.AtomEnergies, tolerance);
                Close(expected.Forces, found.Forces, tolerance);
                Close(expected.Virial, found.Virial, tolerance);
                Close(expected.AtomVirials, found.AtomVirials, tolerance);
                Assert.Equal(expected.Overflow.Atoms, found.Overflow.Atoms);
                Assert.Equal(expected.Overflow.LargestExcess, found.Overflow.LargestExcess);
            }
        }
    }

    [Theory]
    [InlineData("concat")]
    [InlineData("excluded")]
    [InlineData("shortcut")]
    [InlineData("parameters")]
    [InlineData("strip")]
    [InlineData("smooth")]
    [InlineData("v2")]
    public void Derivatives_are_those_of_the_energy(string name)
    {
        using var potential = new DeepPotential(DeepPotModelFile.Load(TypeEmbeddingModel.File(name)));
        foreach (var (atoms, _, _) in TypeEmbeddingModel.Frames(name))
            PotentialChecks.DerivativesMatchEnergy(potential, atoms, 1e-7, every: 2);
    }

    [Theory]
    [InlineData("concat", 0.0)]
    [InlineData("crowded", 1.0)]
    [InlineData("excluded", 1.0)]
    [InlineData("v2", 0.5)]
    public void Neighbours_of_another_program_give_the_same(string name, double skin)
    {
        using var potential = new DeepPotential(DeepPotModelFile.Load(TypeEmbeddingModel.File(name)));
        var (atoms, energies, _) = TypeEmbeddingModel.Frames(name).First();
        var expected = WithAtomVirials(potential, atoms);
        var ghosts = new GhostAtoms(atoms.Types, atoms.Positions, atoms.Cell, potential.Cutoff + skin);
        var result = new Evaluation { Extras = EvaluationExtras.AtomVirials };
        potential.Evaluate(new Configuration(ghosts.Types, ghosts.Positions, Cell.None), ghosts.Given(byAtom: true), result);
        Close(energies, result.AtomEnergies[..energies.Length], 1e-11);
        Close(expected.Forces, ghosts.Fold(result.Forces, 3), 1e-10);
        Close(expected.AtomVirials, ghosts.Fold(result.AtomVirials, 9), 1e-10);
    }

    [Theory]
    [InlineData(1, 5, false)]
    [InlineData(5, 5, true)]
    [InlineData(7, 14, true)]
    public void A_network_with_constants_is_the_network_with_these_inputs(int first, int width, bool timeStep)
    {
        var random = new Random(17);
        var inputs = 1 + 2 + 4;
        double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
        var network = new NeuralNetwork(
        [
            new NetworkLayer(inputs, width) { Weights = Numbers(inputs * width), Bias = Numbers(width), TimeStep = timeStep ? Numbers(width) : null, Resnet = true },
            new NetworkLayer(width, 3) { Weights = Numbers(width * 3), Activation = ActivationFunction.Linear },
        ]);
        first %= 3;
        var (constants, varying) = (Numbers(4), Numbers(3));
        var folded = TypeFolding.WithConstants(network, first, constants);
        Assert.Equal(3, folded.InputCount);
        Close(
            ReferenceNetwork.Outputs(network, [.. varying[..first], .. constants, .. varying[first..]]),
            ReferenceNetwork.Outputs(folded, varying), 1e-15);
    }

    [Theory]
    [InlineData("attn_layer: 0", "attn_layer: 2", "2 attention layers")]
    [InlineData("tebd_input_mode: concat", "tebd_input_mode: sum", "'sum'")]
    [InlineData("use_econf_tebd: false", "use_econf_tebd: true", "electron configurations")]
    [InlineData("trainable_ln: true", "lmax: 2", "higher degree")]
    [InlineData("sel: [24]", "sel: [25]", "(3 × 25 × 4)")]
    [InlineData("sel: [24]", "sel: []", "a number of neighbours")]
    [InlineData("in_dim: 5", "in_dim: 6", "expected 5")]
    [InlineData("mixed_types: true", "mixed_types: false", "one network for all types")]
    [InlineData("dim_descrpt: 14", "dim_descrpt: 12", "expected 14")]
    [InlineData("tebd_dim: 2", "tebd_dim: 3", "expected 2")]
    [InlineData("- - [0.0, 0.0, 0.0, 0.0]", "- - [0.1, 0.0, 0.0, 0.0]", "the order of the atoms")]
    public void What_is_not_supported_is_refused_by_name(string found, string changed, string named)
    {
        var text = File.ReadAllText(TypeEmbeddingModel.File("concat"));
        Assert.Contains(found, text, StringComparison.Ordinal);
        File.WriteAllText(_folder.File("model.yaml"), text.Replace(found, changed, StringComparison.Ordinal));
        var error = Assert.Throws<InputException>(() => DeepPotModelFile.Load(_folder.File("model.yaml")));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    /// <summary>Every line of the file is left out or has a digit changed, in turn: it is read, or refused in one line.</summary>
    [Theory]
    [InlineData("concat")]
    [InlineData("v2")]
    public void A_damaged_file_is_read_or_refused_in_one_line(string name)
    {
        var lines = File.ReadAllLines(TypeEmbeddingModel.File(name));
        var random = new Random(23);
        var (read, refused) = (0, 0);
        for (var k = 0; k < lines.Length; k++)
        {
            var damaged = lines.ToList();
            if (random.Next(2) == 0)
                damaged.RemoveAt(k);
            else
                damaged[k] = string.Concat(damaged[k].Select(c => char.IsAsciiDigit(c) && random.Next(3) == 0 ? (char)('0' + random.Next(10)) : c));
            File.WriteAllLines(_folder.File("damaged.yaml"), damaged);
            try
            {
                DeepPotModelFile.Load(_folder.File("damaged.yaml"));
                read++;
            }
            catch (InputException error)
            {
                Assert.DoesNotContain('\n', error.Message);
                refused++;
            }
        }

        Assert.True(read > 20 && refused > 100, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Slots_without_a_type_cannot_be_written_and_the_file_that_was_there_stays()
    {
        var model = DeepPotModelFile.Load(TypeEmbeddingModel.File("concat"));
        File.WriteAllText(_folder.File("model.dp"), "before");
        var error = Assert.Throws<InputException>(() => DeepPotModelFile.Save(model, _folder.File("model.dp")));
        Assert.Contains("se_atten", error.Message, StringComparison.Ordinal);
        Assert.Equal("before", File.ReadAllText(_folder.File("model.dp")));
    }

    [Fact]
    public void Verbs_that_write_or_train_say_why_they_cannot()
    {
        using var run = new SampleRun();
        run.Refuses("se_atten", "convert", TypeEmbeddingModel.File("concat"), run.Path("new.dp"));
        run.Refuses("se_atten", "compress", "-i", TypeEmbeddingModel.File("concat"), "-o", run.Path("new.dp"), "-s", run.SaveSystem("data", null, "O", "H", "X"), "--min-distance", "0.8");
    }

    [Fact]
    public void Show_says_what_the_file_holds()
    {
        var summary = new ModelSummary(DeepPotModelFile.Load(TypeEmbeddingModel.File("strip")));
        Assert.Contains("\"se_atten\"", summary.DescriptorSettings, StringComparison.Ordinal);
        Assert.Contains("\"strip\"", summary.DescriptorSettings, StringComparison.Ordinal);
        Assert.Equal(24, summary.Types[0].Sel);
    }

    private static Evaluation WithAtomVirials(IPotential potential, RandomConfiguration atoms)
    {
        var result = new Evaluation { Extras = EvaluationExtras.AtomVirials };
        potential.Evaluate(atoms.Configuration, result);
        return result;
    }

    private static void Close(double[] expected, double[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var k = 0; k < expected.Length; k++)
            Assert.Equal(expected[k], found[k], tolerance);
    }
}
