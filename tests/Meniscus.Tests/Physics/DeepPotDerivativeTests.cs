using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Physics;

/// <summary>Forces and virial are derivatives of the energy, and the energy is smooth where neighbours come and go.</summary>
[Trait("Category", "Kernels")]
public sealed class DeepPotDerivativeTests
{
    private static readonly RandomModel[] Recipes =
    [
        new() { Seed = 71, Embedding = [7, 14, 14], Axis = 5, Sel = [80, 80] },
        new() { Seed = 72, OneSided = false, EmbeddingActivation = ActivationFunction.Gelu, FittingActivation = ActivationFunction.Silu },
        new() { Seed = 73, Sel = [40, 40, 40], Protection = 0.2, ExcludeTypes = [(0, 2)], PairExcludeTypes = [(1, 1)], AtomExcludeTypes = [2], AtomEner = [null, 2, null] },
        new() { Seed = 74, DirectionalStatistics = true, FrameParameters = 1, AtomParameters = 2, FittingActivation = ActivationFunction.Sigmoid },
    ];

    public static TheoryData<int, bool> Cases { get; } = new(from recipe in Enumerable.Range(0, Recipes.Length) from tables in new[] { false, true } select (recipe, tables));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forces(int recipe, bool tables)
    {
        using var potential = Create(Recipes[recipe], tables);
        foreach (var configuration in Configurations(Recipes[recipe]))
        {
            var forces = (double[])Evaluate(potential, configuration).Forces.Clone();
            var scale = forces.Max(Math.Abs);
            for (var p = 0; p < forces.Length; p++)
            {
                var expected = -FiniteDifference.Derivative(configuration.Positions, p, () => Evaluate(potential, configuration).Energy, 2e-4);
                Assert.True(Math.Abs(expected - forces[p]) <= 1e-7 * scale, $"force {p}: {forces[p]:r}, expected {expected:r} of {scale:g3}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Virial(int recipe, bool tables)
    {
        using var potential = Create(Recipes[recipe], tables);
        foreach (var configuration in Configurations(Recipes[recipe]))
        {
            var virial = (double[])Evaluate(potential, configuration).Virial.Clone();
            var scale = virial.Max(Math.Abs);
            for (var k = 0; k < 9; k++)
            {
                // Ξ_ab = −∂E/∂ε_ab with r_a → r_a + ε_ab r_b for all atoms and lattice vectors.
                var expected = -FiniteDifference.Derivative(
                    strain => Evaluate(potential, configuration with
                    {
                        Positions = Strained(configuration.Positions, k, strain),
                        Box = configuration.Box is null ? null : Strained(configuration.Box, k, strain),
                    }).Energy,
                    1e-4);
                Assert.True(Math.Abs(expected - virial[k]) <= 1e-7 * scale, $"virial {k}: {virial[k]:r}, expected {expected:r} of {scale:g3}");
            }
        }
    }

    [Theory]
    [InlineData(4.0, false)]
    [InlineData(4.0, true)]
    [InlineData(1.5, false)]
    [InlineData(1.5, true)]
    public void An_atom_that_crosses_the_ends_of_the_switch_is_not_felt(double radius, bool tables)
    {
        // Cutoff 4 Å, switch from 1.5 Å. The third atom moves along x; only the first is at exactly that distance.
        using var potential = Create(Recipes[0], tables);
        var configuration = new RandomConfiguration([0, 1, 1], [0, 0, 0, 0.4, 1.1, 0.2, 0, 0, 0], null);
        (double Energy, double Force) At(double r)
        {
            configuration.Positions[6] = r;
            var result = Evaluate(potential, configuration);
            return (result.Energy, result.Forces[6]);
        }

        // Over 2h the energy changes by 2hF and the force by 2hF′: both go to zero with h.
        const double H = 1e-9;
        var (inside, outside) = (At(radius - H), At(radius + H));
        Assert.Equal(inside.Energy, outside.Energy, 1e-7);
        Assert.Equal(inside.Force, outside.Force, 1e-6);

        // One-sided second derivatives, h apart; a kink in the force would leave a difference that does not shrink with h.
        var coarse = KinkOfForce(1e-3);
        var fine = KinkOfForce(1e-4);
        Assert.True(Math.Abs(fine) < Math.Abs(coarse) / 4 || Math.Abs(fine) < 1e-6, $"kink {coarse:g3} at 1e-3 Å, {fine:g3} at 1e-4 Å");
        double KinkOfForce(double h)
        {
            var (left, middle, right) = (At(radius - h).Force, At(radius).Force, At(radius + h).Force);
            return ((right - middle) - (middle - left)) / h;
        }
    }

    [Fact]
    public void Beyond_the_cutoff_an_atom_is_alone()
    {
        var model = Recipes[0].Create();
        using var potential = new DeepPotential(model);
        var alone = Evaluate(potential, new RandomConfiguration([0], [0, 0, 0], null)).Energy + Evaluate(potential, new RandomConfiguration([1], [0, 0, 0], null)).Energy;
        foreach (var r in new[] { 4 - 1e-6, 4, 4 + 1e-6, 5, 500 })
        {
            var result = Evaluate(potential, new RandomConfiguration([0, 1], [0, 0, 0, 0, 0, r], null));
            Assert.Equal(alone, result.Energy, 1e-11);
            Assert.All(result.Forces, f => Assert.True(Math.Abs(f) < 1e-9));
        }
    }

    [Fact]
    public void Energy_is_smooth_along_a_path_on_which_many_neighbours_come_and_go()
    {
        // The work of the forces along a straight path through a crowded cell is the change of the energy.
        using var potential = Create(Recipes[0], tables: true);
        var random = new Random(75);
        var start = RandomConfiguration.Create(random, CellShape.Triclinic, 12, 2, smallestDistance: 1.2);
        var path = start.Positions.Select(_ => 0.6 * (random.NextDouble() - 0.5)).ToArray();
        const int Steps = 200;
        double work = 0, first = 0, last = 0;
        // Gauss–Legendre quadrature of two points on every interval.
        for (var step = 0; step < Steps; step++)
        {
            foreach (var node in new[] { -0.5 / Math.Sqrt(3), 0.5 / Math.Sqrt(3) })
                work += 0.5 / Steps * PowerAt((step + 0.5 + node) / Steps);
        }

        first = EnergyAt(0);
        last = EnergyAt(1);
        Assert.True(Math.Abs(last - first) > 1e-3);
        Assert.Equal(last - first, -work, 1e-8);

        RandomConfiguration At(double t) => start with { Positions = [.. start.Positions.Zip(path, (x, d) => x + (t * d))] };
        double EnergyAt(double t) => Evaluate(potential, At(t)).Energy;
        double PowerAt(double t) => Evaluate(potential, At(t)).Forces.Zip(path, (f, d) => f * d).Sum();
    }

    private static DeepPotential Create(RandomModel recipe, bool tables)
    {
        var model = recipe.Create();
        return new DeepPotential(tables ? model with { Tables = new EmbeddingTableSettings { Tolerance = 1e-12, MinDistance = 0.7 } } : model);
    }

    private static IEnumerable<RandomConfiguration> Configurations(RandomModel recipe)
    {
        var random = new Random(recipe.Seed);
        foreach (var shape in new[] { CellShape.None, CellShape.StronglySkewed, CellShape.Tiny, CellShape.LeftHanded })
        {
            var configuration = RandomConfiguration.Create(random, shape, shape == CellShape.Tiny ? 2 : 7, recipe.Sel.Length);
            yield return configuration with
            {
                FrameParameters = [.. Enumerable.Range(0, recipe.FrameParameters).Select(_ => random.NextDouble())],
                AtomParameters = [.. Enumerable.Range(0, configuration.Count * recipe.AtomParameters).Select(_ => random.NextDouble())],
            };
        }
    }

    private static double[] Strained(double[] vectors, int component, double strain)
    {
        var result = (double[])vectors.Clone();
        for (var v = 0; v < vectors.Length; v += 3)
            result[v + (component / 3)] += strain * vectors[v + (component % 3)];
        return result;
    }

    private static Evaluation Evaluate(DeepPotential potential, RandomConfiguration configuration)
    {
        var result = new Evaluation();
        potential.Evaluate(configuration.Configuration, result);
        Assert.Equal(0, result.Overflow.Atoms);
        return result;
    }
}
