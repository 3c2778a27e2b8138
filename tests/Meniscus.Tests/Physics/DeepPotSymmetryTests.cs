using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Physics;

/// <summary>What holds for any potential of isolated matter, whatever its numbers: the symmetries of space and of naming.</summary>
[Trait("Category", "Kernels")]
public sealed class DeepPotSymmetryTests
{
    private const double Tolerance = 1e-11;

    private static readonly RandomModel[] Recipes =
    [
        new() { Seed = 61, Embedding = [7, 14], Axis = 4 },
        new() { Seed = 62, OneSided = false, Embedding = [5, 10, 10], ExcludeTypes = [(0, 0)], AtomEner = [1, null] },
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Translation_changes_nothing(bool tables) => ForAll(tables, (potential, start, random) =>
    {
        var moved = start with { Positions = [.. start.Positions.Select((x, p) => x + (p % 3 == 0 ? 3.7 : -11.3))] };
        Same(Evaluate(potential, start), Evaluate(potential, moved));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forces_and_virial_turn_with_the_atoms(bool tables) => ForAll(tables, (potential, start, random) =>
    {
        var rotation = RandomConfiguration.RandomRotation(random);
        var turned = start with
        {
            Positions = RandomConfiguration.Times(start.Positions, rotation),
            Box = start.Box is null ? null : RandomConfiguration.Times(start.Box, rotation),
        };
        var (before, after) = (Evaluate(potential, start), Evaluate(potential, turned));
        Near(before.AtomEnergies, after.AtomEnergies, "atomic energies");
        Near(RandomConfiguration.Times(before.Forces, rotation), after.Forces, "forces");

        // Ξ′ = Rᵀ Ξ R for rows multiplied from the right.
        var half = RandomConfiguration.Times(before.Virial, rotation);
        var whole = Transposed(RandomConfiguration.Times(Transposed(half), rotation));
        Near(whole, after.Virial, "virial");
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_mirror_image_has_the_same_energy(bool tables) => ForAll(tables, (potential, start, random) =>
    {
        var mirrored = start with { Positions = Mirror(start.Positions), Box = start.Box is null ? null : Mirror(start.Box) };
        var (before, after) = (Evaluate(potential, start), Evaluate(potential, mirrored));
        Near(before.AtomEnergies, after.AtomEnergies, "atomic energies");
        Near(Mirror(before.Forces), after.Forces, "forces");

        static double[] Mirror(double[] vectors) => [.. vectors.Select((x, p) => p % 3 == 1 ? -x : x)];
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Renumbering_renumbers(bool tables) => ForAll(tables, (potential, start, random) =>
    {
        var order = Enumerable.Range(0, start.Count).ToArray();
        random.Shuffle(order);
        var renumbered = start with
        {
            Types = [.. order.Select(i => start.Types[i])],
            Positions = [.. order.SelectMany(i => start.Positions[(3 * i)..((3 * i) + 3)])],
        };
        var (before, after) = (Evaluate(potential, start), Evaluate(potential, renumbered));
        Near([before.Energy], [after.Energy], "energy");
        Near([.. order.Select(i => before.AtomEnergies[i])], after.AtomEnergies, "atomic energies");
        Near([.. order.SelectMany(i => before.Forces[(3 * i)..((3 * i) + 3)])], after.Forces, "forces");
        Near(before.Virial, after.Virial, "virial");
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Atoms_may_be_named_by_any_of_their_images(bool tables) => ForAll(tables, (potential, start, random) =>
    {
        if (start.Box is null)
            return;
        var positions = (double[])start.Positions.Clone();
        for (var i = 0; i < start.Count; i++)
        {
            var (x, y, z) = start.Cell.Cartesian(random.Next(-5, 6), random.Next(-5, 6), random.Next(-5, 6));
            positions[3 * i] += x;
            positions[(3 * i) + 1] += y;
            positions[(3 * i) + 2] += z;
        }

        Same(Evaluate(potential, start), Evaluate(potential, start with { Positions = positions }));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_crystal_in_another_cell_is_the_same(bool tables) => ForAll(tables, (potential, start, random) =>
    {
        if (start.Box is not { } h)
            return;
        // b + 2a and c − a span the same lattice.
        double[] other = [h[0], h[1], h[2], h[3] + (2 * h[0]), h[4] + (2 * h[1]), h[5] + (2 * h[2]), h[6] - h[0], h[7] - h[1], h[8] - h[2]];
        Same(Evaluate(potential, start), Evaluate(potential, start with { Box = other }));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_cells_have_twice_the_energy(bool tables) => ForAll(tables, (potential, start, random) =>
    {
        if (start.Box is not { } box)
            return;
        for (var axis = 0; axis < 3; axis++)
        {
            var vector = box[(3 * axis)..((3 * axis) + 3)];
            var doubled = start with
            {
                Types = [.. start.Types, .. start.Types],
                Positions = [.. start.Positions, .. start.Positions.Select((x, p) => x + vector[p % 3])],
                Box = [.. box.Select((x, k) => k / 3 == axis ? 2 * x : x)],
            };
            var (one, two) = (Evaluate(potential, start), Evaluate(potential, doubled));
            Near([2 * one.Energy], [two.Energy], "energy");
            Near([.. one.Forces, .. one.Forces], two.Forces, "forces");
            Near([.. one.Virial.Select(w => 2 * w)], two.Virial, "virial");
        }
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forces_add_up_to_zero_and_the_virial_is_symmetric(bool tables) => ForAll(tables, (potential, start, random) =>
    {
        var result = Evaluate(potential, start);
        Near([0, 0, 0], [.. Enumerable.Range(0, 3).Select(a => result.Forces.Where((_, p) => p % 3 == a).Sum())], "total force");
        Near(Transposed(result.Virial), result.Virial, "virial");
        Near(result.Virial, [.. Enumerable.Range(0, 9).Select(k => result.AtomVirials.Where((_, p) => p % 9 == k).Sum())], "sum of atomic virials");
        Near([result.Energy], [result.AtomEnergies.Sum()], "sum of atomic energies");
    });

    private static void ForAll(bool tables, Action<DeepPotential, RandomConfiguration, Random> check)
    {
        foreach (var recipe in Recipes)
        {
            var model = recipe.Create();
            using var potential = new DeepPotential(tables ? model with { Tables = new EmbeddingTableSettings { Tolerance = 1e-12, MinDistance = 0.8 } } : model);
            var random = new Random(recipe.Seed);
            foreach (var shape in Enum.GetValues<CellShape>())
                check(potential, RandomConfiguration.Create(random, shape, shape == CellShape.Tiny ? 2 : 9, 2), random);
        }
    }

    private static Evaluation Evaluate(DeepPotential potential, RandomConfiguration configuration)
    {
        var result = new Evaluation { Extras = EvaluationExtras.AtomVirials };
        potential.Evaluate(configuration.Configuration, result);
        Assert.Equal(0, result.Overflow.Atoms);
        return result;
    }

    private static double[] Transposed(double[] m) => [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]];

    private static void Same(Evaluation one, Evaluation other)
    {
        Near([one.Energy], [other.Energy], "energy");
        Near(one.AtomEnergies, other.AtomEnergies, "atomic energies");
        Near(one.Forces, other.Forces, "forces");
        Near(one.Virial, other.Virial, "virial");
        Near(one.AtomVirials, other.AtomVirials, "atomic virials");
    }

    private static void Near(double[] expected, double[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var scale = Math.Max(1, expected.Max(Math.Abs));
        for (var k = 0; k < expected.Length; k++)
            Assert.True(Math.Abs(expected[k] - actual[k]) <= Tolerance * scale, $"{what}[{k}]: {actual[k]:r}, expected {expected[k]:r}");
    }
}
