using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.Reference;
using Meniscus.Potentials.Spcfw;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.Spcfw;

/// <summary>The built-in water model against plain loops, in cells of every shape, with ions and a net charge.</summary>
[Trait("Category", "Kernels")]
public sealed class SpcfwReferenceTests
{
    private static readonly Dictionary<string, double[]?> Boxes = new()
    {
        ["cube"] = [12.4, 0, 0, 0, 12.4, 0, 0, 0, 12.4],
        ["slab"] = [10, 0, 0, 0, 10, 0, 0, 0, 30],
        ["triclinic"] = [11, 0, 0, 3.3, 10.5, 0, -2.7, 2.1, 12],
        ["skewed"] = [10, 0, 0, 12, 10, 0, -13, 11, 10],
        ["left-handed"] = [0, 10.5, 1, 11, 0, 0.5, 0, 0.7, 12],
        ["large"] = [21, 0, 0, 2, 22, 0, -3, 1, 23],
        ["none"] = null,
    };

    public static TheoryData<string, bool> Cases { get; } = new(from name in Boxes.Keys from ions in new[] { false, true } select (name, ions));

    public static TheoryData<string, bool> PeriodicCases { get; } = new(from name in Boxes.Keys where Boxes[name] is not null from ions in new[] { false, true } select (name, ions));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mesh_gives_the_plain_sum_to_the_accuracy_asked_for(string name, bool withIons) =>
        IsThePlainSum(Water(name, withIons), EwaldMethod.Mesh, 1.5);

    [Theory]
    [MemberData(nameof(PeriodicCases))]
    public void The_direct_sum_is_the_plain_sum_to_the_accuracy_asked_for(string name, bool withIons) =>
        IsThePlainSum(Water(name, withIons), EwaldMethod.Direct, 2.5);

    [Theory]
    [MemberData(nameof(PeriodicCases))]
    public void The_direct_sum_is_the_plain_sum_of_its_waves(string name, bool withIons)
    {
        var water = Water(name, withIons);
        foreach (var accuracy in (ReadOnlySpan<double>)[1e-2, 1e-4, 1e-6])
        {
            using var potential = new SpcfwPotential(null, accuracy, EwaldMethod.Direct);
            var result = potential.Evaluate(water);
            var squares = water.Types.Sum(t => SpcfwWater.Charges[t] * SpcfwWater.Charges[t]);
            var choice = EwaldChoice.Make(water.Cell, water.Count, squares, SpcfwWater.Cutoff, accuracy, EwaldMethod.Direct);
            Assert.Equal((choice.Alpha, choice.Waves), (potential.Alpha, potential.Waves));
            var (energy, forces, virial) = new ReferenceSpcfw(choice).Evaluate(water.Types, water.Positions, water.Cell);
            Assert.Equal(energy, result.Energy, 1e-9);
            Assert.Equal(energy, result.AtomEnergies.Sum(), 1e-9);
            for (var k = 0; k < forces.Length; k++)
                Assert.Equal(forces[k], result.Forces[k], 1e-9);
            for (var k = 0; k < 9; k++)
                Assert.Equal(virial[k], result.Virial[k], 1e-8);
        }
    }

    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-6)]
    [InlineData(1e-8)]
    public void The_mesh_takes_half_of_the_error(double accuracy)
    {
        using var potential = new SpcfwPotential(null, accuracy, EwaldMethod.Mesh);
        var water = WaterLattice.Create(new Random(1), Boxes["triclinic"], 3);
        var result = potential.Evaluate(water);
        // The same splitting and cutoff with the waves summed one by one.
        var exact = new ReferenceSpcfw(1e-16, potential.Alpha).Evaluate(water.Types, water.Positions, water.Cell);
        Assert.InRange(ForceError(result.Forces, exact.Forces), 0, 0.75 * accuracy);
    }

    private static RandomConfiguration Water(string name, bool withIons) =>
        WaterLattice.Create(new Random(name.Length), Boxes[name], 3, withIons ? ["Na", "Cl", "K", "I", "Li"] : []);

    private static void IsThePlainSum(RandomConfiguration water, EwaldMethod method, double factor)
    {
        var exact = new ReferenceSpcfw(1e-13).Evaluate(water.Types, water.Positions, water.Cell);
        foreach (var accuracy in (ReadOnlySpan<double>)[1e-4, 1e-6, 1e-9])
        {
            using var potential = new SpcfwPotential(null, accuracy, method);
            var result = potential.Evaluate(water);
            Assert.InRange(ForceError(result.Forces, exact.Forces), 0, factor * accuracy);
            Assert.Equal(exact.Energy, result.Energy, 100 * accuracy * Math.Sqrt(water.Count));
            for (var k = 0; k < 9; k++)
                Assert.Equal(exact.Virial[k], result.Virial[k], 500 * accuracy * Math.Sqrt(water.Count));
            Assert.Equal(result.Energy, result.AtomEnergies.Sum(), 1e-9);
        }
    }

    /// <summary>Root mean square of the vectors of difference, relative to the force of two elementary charges 1 Å apart.</summary>
    private static double ForceError(double[] forces, double[] exact) =>
        Math.Sqrt(3 * forces.Zip(exact, (a, b) => (a - b) * (a - b)).Average()) / Units.Coulomb;
}
