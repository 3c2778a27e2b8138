using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials;

/// <summary>Lennard-Jones, ZBL and sums of potentials.</summary>
public sealed class PairPotentialTests
{
    private static readonly TypeMap Water = new(["O", "H"]);

    [Theory]
    [InlineData("zbl", CellShape.Triclinic)]
    [InlineData("zbl", CellShape.None)]
    [InlineData("zbl", CellShape.Tiny)]
    [InlineData("sum", CellShape.LeftHanded)]
    public void Forces_and_virial_are_derivatives_of_the_energy(string name, CellShape shape)
    {
        using var potential = Create(name);
        PotentialChecks.DerivativesMatchEnergy(potential, Atoms(shape), 1e-7);
    }

    [Theory]
    [InlineData("lj", CellShape.Triclinic)]
    [InlineData("zbl", CellShape.None)]
    [InlineData("zbl", CellShape.StronglySkewed)]
    [InlineData("sum", CellShape.Cubic)]
    public void Nothing_depends_on_orientation_origin_image_or_order(string name, CellShape shape)
    {
        using var potential = Create(name);
        PotentialChecks.IsInvariant(potential, Atoms(shape), 1e-9);
    }

    [Theory]
    [InlineData("lj")]
    [InlineData("zbl")]
    [InlineData("sum")]
    public void Threads_memory_and_the_collector(string name)
    {
        var atoms = RandomConfiguration.Create(new Random(4), CellShape.Triclinic, 200, 2, smallestDistance: 1.2, edge: 12);
        using var one = Create(name);
        using var team = new WorkerTeam(2);
        using var two = Create(name, team);
        PotentialChecks.SameBits(one.Evaluate(atoms), two.Evaluate(atoms));
        PotentialChecks.MemoryGoesOn(() => Create(name), atoms);
        PotentialChecks.AllocatesNothing(one, atoms);
    }

    [Fact]
    public void Lennard_Jones_of_a_pair()
    {
        using var potential = new LennardJones(new TypeMap(["A", "B"]), [new(0.01, 3), new(0.04, 4)], 9);
        using var shifted = new LennardJones(new TypeMap(["A", "B"]), [new(0.01, 3), new(0.04, 4)], 9, shifted: true);
        var atoms = new RandomConfiguration([0, 1], [0, 0, 0, 3.7, 0, 0], null);
        double At(double r) => 4 * 0.02 * (Math.Pow(3.5 / r, 12) - Math.Pow(3.5 / r, 6));
        Assert.Equal(At(3.7), potential.Evaluate(atoms).Energy, 1e-14);
        Assert.Equal(At(3.7) - At(9), shifted.Evaluate(atoms).Energy, 1e-14);
        Assert.Equal(potential.Evaluate(atoms).Forces, shifted.Evaluate(atoms).Forces);
        Assert.Equal(FiniteDifference.Derivative(d => At(3.7 + d), 1e-3), potential.Evaluate(atoms).Forces[0], 1e-9);
        var apart = new RandomConfiguration([0, 1], [0, 0, 0, 9, 0, 0], null);
        Assert.Equal(0, potential.Evaluate(apart).Energy);
    }

    [Fact]
    public void Atomic_virials_add_up_to_the_virial()
    {
        using var potential = Create("sum");
        var atoms = Atoms(CellShape.Triclinic);
        var result = new Evaluation { Extras = EvaluationExtras.AtomVirials };
        potential.Evaluate(atoms.Configuration, result);
        for (var k = 0; k < 9; k++)
            Assert.Equal(result.Virial[k], Enumerable.Range(0, atoms.Count).Sum(i => result.AtomVirials[(9 * i) + k]), 1e-10);
    }

    [Fact]
    public void A_sum_maps_types_by_name()
    {
        var atoms = Atoms(CellShape.Cubic);
        using var lennardJones = Create("lj");
        using var zbl = Create("zbl");
        using var sum = new SumPotential(Create("lj"), new Zbl(new TypeMap(["C", "H", "O"]), 1.4, 2.6));
        Assert.Equal(lennardJones.Evaluate(atoms).Energy + zbl.Evaluate(atoms).Energy, sum.Evaluate(atoms).Energy, 1e-10);
        using var carbon = new Zbl(new TypeMap(["C", "H"]), 1.4, 2.6);
        var error = Assert.Throws<InputException>(() => new SumPotential(zbl, carbon));
        Assert.Contains("[C H], the first one [O H]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_used_is_refused()
    {
        Assert.Contains("'X' is not the symbol", Assert.Throws<InputException>(() => new Zbl(new TypeMap(["X"]), 1, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new Zbl(Water, 2, 1));
        Assert.Throws<InputException>(() => new LennardJones(Water, [new(0.1, 3)], 9));
        Assert.Throws<InputException>(() => new LennardJones(Water, [new(0.1, 3), new(-1, 3)], 9));
        Assert.Throws<InputException>(() => new LennardJones(Water, [new(0.1, 3), new(0.1, 3)], double.NaN));
        using var zbl = new Zbl(Water, 1, 2);
        Assert.Contains("types 0 to 1 (O H)", Assert.Throws<InputException>(() => zbl.Evaluate(new([2], [0, 0, 0], null))).Message, StringComparison.Ordinal);
        Assert.Contains("lie on each other", Assert.Throws<InputException>(() => zbl.Evaluate(new([0, 1], [0, 0, 0, 0, 0, 0], null))).Message, StringComparison.Ordinal);
    }

    private static IPotential Create(string name, WorkerTeam? team = null) => name switch
    {
        "lj" => new LennardJones(Water, [new(0.01, 2.2), new(0.002, 1.5)], 6, shifted: true, team),
        "zbl" => new Zbl(Water, 1.4, 2.6, team),
        _ => new SumPotential(new Zbl(Water, 1.4, 2.6, team), new Zbl(new TypeMap(["H", "O"]), 1, 4, team)),
    };

    private static RandomConfiguration Atoms(CellShape shape) => RandomConfiguration.Create(new Random(9), shape, 12, 2, smallestDistance: 1.1);
}
