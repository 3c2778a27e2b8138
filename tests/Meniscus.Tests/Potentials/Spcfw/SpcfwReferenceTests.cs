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

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_the_plain_sum_to_the_accuracy_asked_for(string name, bool withIons)
    {
        var water = WaterLattice.Create(new Random(name.Length), Boxes[name], 3, withIons ? ["Na", "Cl", "K", "I", "Li"] : []);
        var exact = new ReferenceSpcfw(1e-13).Evaluate(water.Types, water.Positions, water.Cell);
        foreach (var accuracy in (ReadOnlySpan<double>)[1e-4, 1e-6, 1e-9])
        {
            using var potential = new SpcfwPotential(accuracy: accuracy);
            var result = potential.Evaluate(water);
            var error = Math.Sqrt(result.Forces.Zip(exact.Forces, (a, b) => (a - b) * (a - b)).Sum() / water.Count) / Units.Coulomb;
            Assert.InRange(error, 0, 1.5 * accuracy);
            Assert.Equal(exact.Energy, result.Energy, 100 * accuracy * Math.Sqrt(water.Count));
            for (var k = 0; k < 9; k++)
                Assert.Equal(exact.Virial[k], result.Virial[k], 500 * accuracy * Math.Sqrt(water.Count));
            Assert.Equal(result.Energy, result.AtomEnergies.Sum(), 1e-9);
        }
    }

    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-6)]
    [InlineData(1e-8)]
    public void The_mesh_takes_half_of_the_error(double accuracy)
    {
        using var potential = new SpcfwPotential(accuracy: accuracy);
        var water = WaterLattice.Create(new Random(1), Boxes["triclinic"], 3);
        var result = potential.Evaluate(water);
        // The same splitting and cutoff with the waves summed one by one.
        var exact = new ReferenceSpcfw(1e-16, potential.Alpha).Evaluate(water.Types, water.Positions, water.Cell);
        Assert.InRange(Math.Sqrt(result.Forces.Zip(exact.Forces, (a, b) => (a - b) * (a - b)).Sum() / water.Count) / Units.Coulomb, 0, 0.75 * accuracy);
    }
}
