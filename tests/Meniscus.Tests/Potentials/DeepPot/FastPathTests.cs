using Meniscus.Atoms;
using Meniscus.Building;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.Reference;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>
/// The fast evaluator, direct and through tables, on one to three threads, against the plain loops, for random models
/// of every kind and random atoms in cells of every shape.
/// </summary>
[Trait("Category", "Kernels")]
public sealed class FastPathTests
{
    /// <summary>Makes networks as steep as those of models that were trained for long.</summary>
    private const double Steep = 30;

    private static readonly Dictionary<string, RandomModel> Recipes = new()
    {
        ["thesis-like"] = new() { Seed = 1, Embedding = [7, 14, 14], Axis = 5, Fitting = [13, 13] },
        ["no step"] = new() { Seed = 2, ResnetDt = false, Embedding = [5, 10], Fitting = [8] },
        ["two-sided"] = new() { Seed = 3, OneSided = false, Embedding = [3, 6, 12], Axis = 4 },
        ["first layer with shortcut"] = new() { Seed = 4, Embedding = [1, 2, 4, 8], Axis = 4, Fitting = [32, 32, 16] },
        ["fitting shortcut from descriptor"] = new() { Seed = 5, Embedding = [6], Axis = 3, Fitting = [18, 36] },
        ["one type"] = new() { Seed = 6, Sel = [90], Embedding = [13], Axis = 5, Fitting = [17] },
        ["three types"] = new() { Seed = 7, Sel = [40, 3, 60], OneSided = false, Embedding = [9, 9] },
        ["four types"] = new() { Seed = 8, Sel = [30, 40, 20, 50], Embedding = [5, 11], ResnetDt = false },
        ["a type without slots"] = new() { Seed = 9, Sel = [60, 0, 60] },
        ["too few slots"] = new() { Seed = 10, Sel = [5, 7] },
        ["directional statistics"] = new() { Seed = 11, DirectionalStatistics = true },
        ["protection"] = new() { Seed = 12, Protection = 0.3 },
        ["excluded in the descriptor"] = new() { Seed = 13, ExcludeTypes = [(0, 1)], OneSided = false },
        ["excluded in the descriptor, one-sided, too few slots"] = new() { Seed = 14, Sel = [4, 6], ExcludeTypes = [(1, 1)] },
        ["excluded in the model"] = new() { Seed = 15, PairExcludeTypes = [(0, 0)] },
        ["excluded in the model, too few slots"] = new() { Seed = 16, Sel = [4, 6], PairExcludeTypes = [(0, 1)] },
        ["silent type"] = new() { Seed = 17, Sel = [40, 40, 40], AtomExcludeTypes = [1] },
        ["vacuum energies"] = new() { Seed = 18, AtomEner = [-3.5, null] },
        ["parameters"] = new() { Seed = 19, FrameParameters = 2, AtomParameters = 3 },
        ["parameters and vacuum energies"] = new() { Seed = 20, FrameParameters = 1, AtomParameters = 1, AtomEner = [null, 1] },
        ["default frame parameters"] = new() { Seed = 21, FrameParameters = 2, HasDefaultFrameParameters = true },
        ["switch from the start"] = new() { Seed = 22, SmoothCutoff = 0 },
        ["short cutoff"] = new() { Seed = 23, Cutoff = 1.4, SmoothCutoff = 1.1 },
        ["wide"] = new() { Seed = 24, Embedding = [10, 20, 40], Axis = 6 },
    };

    private static readonly Dictionary<string, RandomModel> SteepRecipes = new()
    {
        ["one-sided"] = new() { Seed = 61, Embedding = [7, 14, 14], Axis = 5 },
        ["two-sided, three types"] = new() { Seed = 62, OneSided = false, Sel = [40, 3, 60], Embedding = [6, 12] },
        ["wide"] = new() { Seed = 63, Embedding = [9, 18, 36], Axis = 6 },
        ["very wide"] = new() { Seed = 64, Embedding = [25, 50, 100], Axis = 4 },
        ["too few slots"] = new() { Seed = 65, Sel = [5, 7] },
        ["silent type"] = new() { Seed = 66, Sel = [40, 40, 40], AtomExcludeTypes = [1] },
        ["excluded in the descriptor"] = new() { Seed = 67, ExcludeTypes = [(0, 1)], OneSided = false },
        ["excluded in the model"] = new() { Seed = 68, PairExcludeTypes = [(0, 0)] },
        ["directional statistics"] = new() { Seed = 69, DirectionalStatistics = true },
        ["parameters and vacuum energies"] = new() { Seed = 70, FrameParameters = 1, AtomParameters = 1, AtomEner = [null, 1] },
    };

    public static TheoryData<string, bool> Models { get; } = new(
        from name in Recipes.Keys from tables in new[] { false, true } select (name, tables));

    public static TheoryData<string> SteepModels { get; } = new(SteepRecipes.Keys);

    public static TheoryData<ActivationFunction> Activations { get; } = new(Enum.GetValues<ActivationFunction>());

    [Theory]
    [MemberData(nameof(Models))]
    public void Models_of_every_kind(string name, bool tables) => MatchReference(Recipes[name], tables, 1e-11);

    [Fact]
    public void A_system_with_more_pairs_than_are_held_at_a_time_has_the_forces_of_its_copies()
    {
        using var team = new WorkerTeam(2);
        using var potential = new DeepPotential((Recipes["thesis-like"] with { Cutoff = 6 }).Create(), team);
        var unit = Trajectory.ReadFrame(ExampleData.Path("bulk-300"), 0);
        var large = Replication.Repeat(unit, 4, 4, 4);
        var list = new NeighborList();
        list.Build(large.Positions, large.Cell, potential.Cutoff);
        Assert.True(list.PairCount > DeepPotEvaluator<double>.MaxPairs);
        var (small, big) = (new Evaluation { Extras = EvaluationExtras.AtomVirials }, new Evaluation { Extras = EvaluationExtras.AtomVirials });
        potential.Evaluate(new Configuration(unit.Types, unit.Positions, unit.Cell), small);
        potential.Evaluate(new Configuration(large.Types, large.Positions, large.Cell), big);
        Assert.Equal(64 * small.Energy, big.Energy, 1e-9 * Math.Abs(big.Energy));
        for (var k = 0; k < 9; k++)
            Assert.Equal(64 * small.Virial[k], big.Virial[k], 1e-8);
        for (var k = 0; k < big.Forces.Length; k++)
            Assert.Equal(small.Forces[k % small.Forces.Length], big.Forces[k], 1e-11);
        for (var k = 0; k < big.AtomVirials.Length; k++)
            Assert.Equal(small.AtomVirials[k % small.AtomVirials.Length], big.AtomVirials[k], 1e-11);
    }

    [Theory]
    [MemberData(nameof(SteepModels))]
    public void Steep_networks_have_many_pieces_and_the_same_results(string name)
    {
        var recipe = SteepRecipes[name] with { Steepness = Steep };
        using var potential = new DeepPotential(recipe.Create() with { Tables = Tables() });
        Assert.InRange(potential.TableSize!.Value.Pieces, 25, 4000);
        // Derivatives of steep networks are large, and so is what rounding makes of them in both ways of evaluating.
        MatchReference(recipe, true, 1e-10);
    }

    [Fact]
    public void Steep_networks_in_float32()
    {
        MatchReference(new RandomModel { Seed = 71, Precision = Precision.Float32, Steepness = 3, Embedding = [9, 18, 36], Axis = 5 }, true, 2e-4);
        MatchReference(new RandomModel { Seed = 72, Precision = Precision.Float32, Steepness = 3, Embedding = [20, 40, 80], OneSided = false }, true, 2e-4);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    public void A_configuration_needs_nothing_from_the_heap(double skin, bool moves)
    {
        var model = new RandomModel { Seed = 73, Steepness = Steep, Embedding = [9, 18, 36] }.Create() with { Tables = Tables() };
        using var potential = new DeepPotential(model) { Skin = skin };
        var atoms = RandomConfiguration.Create(new Random(73), CellShape.Triclinic, 60, 2, smallestDistance: 1.3, edge: 9);
        var elsewhere = atoms with { Positions = [.. atoms.Positions.Select(x => moves ? x + skin : x)] };
        var first = atoms.Configuration;
        var second = elsewhere.Configuration;
        var result = new Evaluation();
        var (allocated, builds) = (long.MaxValue, 0L);
        // Buffers grow at first, and until methods are optimized, which takes a while, the runtime boxes numbers.
        for (var k = 0; k < 1000 && allocated > 0; k++)
        {
            if (k > 100)
                Thread.Sleep(5);
            builds = potential.NeighborListBuilds;
            var before = GC.GetAllocatedBytesForCurrentThread();
            potential.Evaluate(first, result);
            potential.Evaluate(second, result);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
        Assert.Equal(skin > 0 && !moves ? 0 : 2, potential.NeighborListBuilds - builds);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Steep)]
    public void Memory_gives_the_same_bits_after_tables_have_grown(double steepness)
    {
        var model = new RandomModel { Seed = 74, Steepness = steepness }.Create() with { Tables = Tables() };
        var close = new RandomConfiguration([0, 1, 0], [0, 0, 0, 0.5, 0, 0, 0, 1.7, 0], null);
        var ordinary = RandomConfiguration.Create(new Random(74), CellShape.Triclinic, 30, 2, smallestDistance: 1.3, edge: 7);
        using var first = new DeepPotential(model);
        var fresh = Evaluate(first, ordinary);
        var pieces = first.TableSize!.Value.Pieces;
        Evaluate(first, close);
        Assert.True(first.TableSize!.Value.Pieces > pieces);
        Same(fresh, Evaluate(first, ordinary));
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, System.Text.Encoding.UTF8, leaveOpen: true))
            first.SaveMemory(writer);
        memory.Position = 0;
        using var second = new DeepPotential(model);
        using (var reader = new BinaryReader(memory))
            second.RestoreMemory(reader);
        Assert.Equal(first.TableSize, second.TableSize);
        Same(Evaluate(first, close), Evaluate(second, close));
        Same(fresh, Evaluate(second, ordinary));
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void Every_activation_in_both_networks(ActivationFunction function) =>
        MatchReference(new RandomModel { Seed = 31, EmbeddingActivation = function, FittingActivation = function }, false, 1e-11);

    [Theory]
    [InlineData(ActivationFunction.Softplus)]
    [InlineData(ActivationFunction.Sigmoid)]
    [InlineData(ActivationFunction.Gelu)]
    [InlineData(ActivationFunction.Silu)]
    [InlineData(ActivationFunction.Linear)]
    public void Smooth_activations_through_tables(ActivationFunction function) =>
        MatchReference(new RandomModel { Seed = 32, EmbeddingActivation = function }, true, 1e-11);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Float32(bool tables)
    {
        MatchReference(new RandomModel { Seed = 41, Precision = Precision.Float32, Embedding = [7, 14, 14], Axis = 5 }, tables, 5e-5);
        MatchReference(new RandomModel { Seed = 42, Precision = Precision.Float32, OneSided = false, FrameParameters = 1, AtomEner = [0, null] }, tables, 5e-5);
    }

    [Theory]
    [InlineData(Precision.Float64, ActivationFunction.Relu)]
    [InlineData(Precision.Float64, ActivationFunction.Relu6)]
    [InlineData(Precision.Float32, ActivationFunction.Relu)]
    [InlineData(Precision.Float32, ActivationFunction.Relu6)]
    public void Kinks_cannot_be_tabulated(Precision precision, ActivationFunction function)
    {
        var model = new RandomModel { Seed = 51, Precision = precision, EmbeddingActivation = function }.Create() with { Tables = Tables() };
        using var potential = new DeepPotential(model);
        Assert.False(potential.UsesTables);
    }

    [Fact]
    public void Kinks_go_through_the_networks()
    {
        var model = new RandomModel { Seed = 51, EmbeddingActivation = ActivationFunction.Relu }.Create() with { Tables = Tables() };
        using var potential = new DeepPotential(model);
        Assert.False(potential.UsesTables);
        MatchReference(new RandomModel { Seed = 51, EmbeddingActivation = ActivationFunction.Relu }, true, 1e-11, mayFallBack: true);
    }

    [Theory]
    [InlineData(0.8)]
    [InlineData(0.3)]
    [InlineData(0.02)]
    [InlineData(0.001)]
    public void Pairs_closer_than_the_tables_reach_are_evaluated_by_the_networks(double distance)
    {
        var model = new RandomModel { Seed = 52 }.Create();
        using var fast = new DeepPotential(model with { Tables = Tables() });
        using var reference = new ReferenceDeepPot(model);
        var ordinary = new RandomConfiguration([0, 1, 0], [0, 0, 0, 1.5, 0, 0, 0, 1.7, 0], null);
        var close = new RandomConfiguration([0, 1, 0], [0, 0, 0, distance, 0, 0, 0, 1.7, 0], null);
        var before = Evaluate(fast, ordinary);
        Match(Evaluate(reference, close), Evaluate(fast, close), 1e-11, $"pair at {distance} Å");
        // And the next configuration is none the worse for it.
        Match(Evaluate(reference, ordinary), Evaluate(fast, ordinary), 1e-11, "afterwards");
        Same(before, Evaluate(fast, ordinary));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, Steep)]
    public void Several_blocks_of_a_type(bool tables, double steepness)
    {
        var recipe = new RandomModel { Seed = 55, Sel = [60, 90], Steepness = steepness };
        var configuration = RandomConfiguration.Create(new Random(55), CellShape.Triclinic, 150, 2, smallestDistance: 1.3, edge: 10.5);
        Assert.Equal(150, configuration.Count);
        MatchReference(recipe, [configuration], tables, 1e-11);
    }

    [Fact]
    public void Atoms_that_overlap_are_refused_by_both()
    {
        var model = new RandomModel { Seed = 53 }.Create();
        using var fast = new DeepPotential(model);
        using var reference = new ReferenceDeepPot(model);
        var overlapping = new RandomConfiguration([0, 1], [0, 0, 0, 0, 0, 1e-6], null);
        foreach (var potential in new IPotential[] { fast, reference })
            Assert.Contains("must not overlap", Assert.Throws<InputException>(() => Evaluate(potential, overlapping)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nonsense_is_refused_by_both()
    {
        var model = new RandomModel { Seed = 54, FrameParameters = 1 }.Create();
        using var fast = new DeepPotential(model);
        using var reference = new ReferenceDeepPot(model);
        var sound = new RandomConfiguration([0, 1], [0, 0, 0, 0, 0, 1.2], null) { FrameParameters = [0.3] };
        foreach (var potential in new IPotential[] { fast, reference })
        {
            Assert.Contains("the types 0 to 1 (T0 T1)", Assert.Throws<InputException>(() => Evaluate(potential, sound with { Types = [0, 2] })).Message, StringComparison.Ordinal);
            Assert.Contains("NaN", Assert.Throws<InputException>(() => Evaluate(potential, sound with { Positions = [0, 0, 0, 0, double.NaN, 1] })).Message, StringComparison.Ordinal);
            Assert.Contains("fparam/aparam", Assert.Throws<InputException>(() => Evaluate(potential, sound with { FrameParameters = [] })).Message, StringComparison.Ordinal);
            Assert.Contains("fparam/aparam", Assert.Throws<InputException>(() => Evaluate(potential, sound with { AtomParameters = [1] })).Message, StringComparison.Ordinal);
        }
    }

    private static EmbeddingTableSettings Tables() => new() { Tolerance = 1e-12, MinDistance = 0.9 };

    private static void MatchReference(RandomModel recipe, bool tables, double tolerance, bool mayFallBack = false) =>
        MatchReference(recipe, Configurations(recipe), tables, tolerance, mayFallBack);

    private static void MatchReference(RandomModel recipe, IEnumerable<RandomConfiguration> configurations, bool tables, double tolerance, bool mayFallBack = false)
    {
        var model = recipe.Create();
        using var reference = new ReferenceDeepPot(model);
        WorkerTeam[] teams = [new(1), new(2), new(3)];
        DeepPotential[] potentials = [.. teams.Select(team => new DeepPotential(tables ? model with { Tables = Tables() } : model, team))];
        Assert.All(potentials, p => Assert.Equal(tables && !mayFallBack, p.UsesTables));
        foreach (var configuration in configurations)
        {
            var expected = Evaluate(reference, configuration);
            var results = potentials.Select(p => Evaluate(p, configuration)).ToList();
            Match(expected, results[0], tolerance, $"{configuration.Count} atoms");
            // Twice, since the first call may have had to extend the tables.
            Same(Evaluate(potentials[0], configuration), results[1]);
            Same(results[1], results[2]);
        }

        foreach (var potential in potentials)
            potential.Dispose();
        foreach (var team in teams)
            team.Dispose();
    }

    private static IEnumerable<RandomConfiguration> Configurations(RandomModel recipe)
    {
        var random = new Random(1000 + recipe.Seed);
        foreach (var shape in Enum.GetValues<CellShape>())
        {
            var atoms = shape == CellShape.Tiny ? 2 : random.Next(1, 14);
            var configuration = RandomConfiguration.Create(random, shape, atoms, recipe.Sel.Length);
            // A padding atom is not there.
            if (shape == CellShape.Triclinic)
                configuration.Types[0] = -1;
            yield return configuration with
            {
                FrameParameters = [.. Enumerable.Range(0, recipe.HasDefaultFrameParameters && random.Next(2) == 0 ? 0 : recipe.FrameParameters).Select(_ => random.NextDouble())],
                AtomParameters = [.. Enumerable.Range(0, configuration.Count * recipe.AtomParameters).Select(_ => random.NextDouble())],
            };
        }
    }

    private static Evaluation Evaluate(IPotential potential, RandomConfiguration configuration)
    {
        var result = new Evaluation { Extras = EvaluationExtras.AtomVirials | EvaluationExtras.Descriptors };
        potential.Evaluate(configuration.Configuration, result);
        return result;
    }

    private static void Match(Evaluation expected, Evaluation actual, double tolerance, string what)
    {
        Close([expected.Energy], [actual.Energy], $"{what}: energy");
        Close(expected.AtomEnergies, actual.AtomEnergies, $"{what}: atomic energies");
        Close(expected.Forces, actual.Forces, $"{what}: forces");
        Close(expected.Virial, actual.Virial, $"{what}: virial");
        Close(expected.AtomVirials, actual.AtomVirials, $"{what}: atomic virials");
        Close(expected.Descriptors, actual.Descriptors, $"{what}: descriptors");
        Assert.Equal(expected.Overflow, actual.Overflow);

        void Close(double[] reference, double[] values, string quantity)
        {
            Assert.Equal(reference.Length, values.Length);
            var scale = Math.Max(0.05, reference.Length == 0 ? 0 : reference.Max(Math.Abs));
            for (var k = 0; k < reference.Length; k++)
                Assert.True(Math.Abs(reference[k] - values[k]) <= tolerance * scale, $"{quantity}[{k}]: {values[k]:r}, expected {reference[k]:r}, scale {scale:g3}");
        }
    }

    private static void Same(Evaluation one, Evaluation other)
    {
        Assert.Equal(one.Energy, other.Energy);
        Assert.Equal(one.AtomEnergies, other.AtomEnergies);
        Assert.Equal(one.Forces, other.Forces);
        Assert.Equal(one.Virial, other.Virial);
        Assert.Equal(one.AtomVirials, other.AtomVirials);
        Assert.Equal(one.Descriptors, other.Descriptors);
    }
}
