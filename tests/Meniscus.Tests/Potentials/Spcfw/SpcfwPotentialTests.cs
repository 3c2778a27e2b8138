using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.Spcfw;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.Spcfw;

public sealed class SpcfwPotentialTests
{
    private static readonly double[] Triclinic = [10.5, 0, 0, 2.3, 10.1, 0, -1.7, 2.1, 11];

    [Theory]
    [InlineData("mesh")]
    [InlineData("direct")]
    [InlineData("open")]
    public void Forces_and_virial_are_derivatives_of_the_energy(string kind)
    {
        // The energy steps where a pair crosses the cutoff; so accurate that the Coulomb steps do not show, and without pairs that make others.
        using var potential = Create(kind, accuracy: 1e-10);
        PotentialChecks.DerivativesMatchEnergy(potential, AwayFromCutoff(kind != "open"), 1e-6, every: 19);
    }

    [Theory]
    [InlineData("mesh")]
    [InlineData("direct")]
    [InlineData("open")]
    public void Nothing_depends_on_orientation_origin_image_or_order(string kind)
    {
        using var potential = Create(kind, accuracy: 1e-9);
        PotentialChecks.IsInvariant(potential, Small(kind != "open"), 1e-6);
    }

    [Theory]
    [InlineData("mesh")]
    [InlineData("direct")]
    public void Any_number_of_threads_gives_the_same_bits(string kind)
    {
        var water = WaterLattice.Create(new Random(2), [16, 0, 0, 2, 15, 0, 1, -2, 18], 5, "Na", "F");
        using var one = Create(kind);
        var expected = one.Evaluate(water);
        foreach (var threads in (ReadOnlySpan<int>)[2, 3])
        {
            using var team = new WorkerTeam(threads);
            using var potential = Create(kind, team);
            for (var n = 0; n < 5; n++)
                PotentialChecks.SameBits(expected, potential.Evaluate(water));
        }
    }

    [Theory]
    [InlineData("mesh")]
    [InlineData("direct")]
    [InlineData("open")]
    public void A_restored_memory_goes_on_with_the_same_bits(string kind) =>
        PotentialChecks.MemoryGoesOn(() => Create(kind), Small(kind != "open"));

    [Theory]
    [InlineData("mesh")]
    [InlineData("direct")]
    [InlineData("open")]
    public void Evaluations_allocate_nothing(string kind)
    {
        using var potential = Create(kind);
        PotentialChecks.AllocatesNothing(potential, Small(kind != "open"));
    }

    [Theory]
    [InlineData("mesh")]
    [InlineData("direct")]
    public void Waves_and_splitting_are_kept_until_the_cell_has_changed_by_a_tenth(string kind)
    {
        using var potential = Create(kind);
        var water = Small(periodic: true);
        RandomConfiguration Scaled(double factor) => water with
        {
            Positions = [.. water.Positions.Select(x => x * factor)],
            Box = [.. water.Box!.Select(x => x * factor)],
        };
        potential.Evaluate(water);
        var (mesh, waves, alpha) = (potential.MeshPoints, potential.Waves, potential.Alpha);
        Assert.Equal(kind == "mesh", mesh.A > 0);
        Assert.Equal(kind == "direct", waves.A > 0);
        potential.Evaluate(Scaled(1.09));
        Assert.Equal((mesh, waves, alpha), (potential.MeshPoints, potential.Waves, potential.Alpha));
        potential.Evaluate(Scaled(1.12));
        Assert.NotEqual(alpha, potential.Alpha);
    }

    [Fact]
    public void A_memory_restored_in_another_cell_goes_on_with_the_waves_it_had()
    {
        var water = Small(periodic: true);
        var larger = water with { Box = [.. water.Box!.Select(x => x * 1.06)] };
        using SpcfwPotential first = Create("direct"), second = Create("direct");
        first.Evaluate(water);
        var expected = first.Evaluate(larger);
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, System.Text.Encoding.UTF8, leaveOpen: true))
            first.SaveMemory(writer);
        memory.Position = 0;
        using (var reader = new BinaryReader(memory))
            second.RestoreMemory(reader);
        PotentialChecks.SameBits(expected, second.Evaluate(larger));
    }

    [Fact]
    public void Padding_is_left_out()
    {
        using var potential = new SpcfwPotential();
        var water = Small(periodic: true);
        var expected = potential.Evaluate(water);
        var padded = water with { Types = [.. water.Types, -1, -1], Positions = [.. water.Positions, 0, 0, 0, 0, 0, 0] };
        var result = potential.Evaluate(padded);
        Assert.Equal(expected.Energy, result.Energy, 1e-10);
        Assert.Equal([0.0, 0, 0, 0, 0, 0], result.Forces[^6..]);
    }

    [Fact]
    public void Molecules_are_found_anew_where_the_same_types_belong_to_others()
    {
        using var potential = new SpcfwPotential();
        var water = Small(periodic: true);
        var expected = potential.Evaluate(water).Energy;
        var other = (double[])water.Positions.Clone();
        // The first hydrogens of the first two molecules change their numbers.
        for (var k = 0; k < 3; k++)
            (other[3 + k], other[12 + k]) = (other[12 + k], other[3 + k]);
        Assert.Equal(expected, potential.Evaluate(water with { Positions = other }).Energy, 1e-9);
    }

    [Fact]
    public void What_is_no_water_is_refused_with_the_atom()
    {
        using var potential = new SpcfwPotential();
        var water = Small(periodic: true);
        void Refused(string part, RandomConfiguration configuration) =>
            Assert.Contains(part, Assert.Throws<InputException>(() => potential.Evaluate(configuration)).Message, StringComparison.Ordinal);
        Refused("atom 0 (counted from 0), O, is the nearest O of 1 H", water with { Types = [0, 1, .. water.Types[3..]], Positions = [.. water.Positions[..6], .. water.Positions[9..]] });
        Refused("is the nearest O of three H", water with { Types = [.. water.Types, 1], Positions = [.. water.Positions, water.Positions[0] + 0.6, water.Positions[1] - 0.5, water.Positions[2] + 0.6] });
        Refused("H, has no O within 1.6 Å", new([1], [0, 0, 0], water.Box));
        Refused("spcfw has the types 0 to 10 (O H Li Na", new([11], [0, 0, 0], water.Box));
        Refused("atom 1 (counted from 0) has y = NaN", water with { Positions = [.. water.Positions[..4], double.NaN, .. water.Positions[5..]] });
        Refused("atoms 0 and 1 (counted from 0) are 0 Å apart", new([3, 8], [1, 1, 1, 1, 1, 1], water.Box));
        Refused("atoms 0 and 1 (counted from 0) are 0 Å apart", new([3, 8], [1, 1, 1, 1, 1, 1], null));
        Assert.Contains("atomic virials", Assert.Throws<InputException>(() => potential.Evaluate(water.Configuration, new Evaluation { Extras = EvaluationExtras.AtomVirials })).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new SpcfwPotential(accuracy: 0));
    }

    private static RandomConfiguration AwayFromCutoff(bool periodic)
    {
        for (var seed = 0; ; seed++)
        {
            var water = WaterLattice.Create(new Random(seed), periodic ? Triclinic : null, 3, "Na", "Cl", "K");
            var oxygens = Enumerable.Range(0, water.Count).Where(i => water.Types[i] != SpcfwWater.Hydrogen).SelectMany(i => water.Positions[(3 * i)..((3 * i) + 3)]).ToArray();
            var (inside, outside) = (new NeighborList(), new NeighborList());
            inside.Build(oxygens, water.Cell, SpcfwWater.Cutoff - 0.005);
            outside.Build(oxygens, water.Cell, SpcfwWater.Cutoff + 0.005);
            if (inside.PairCount == outside.PairCount)
                return water;
        }
    }

    private static SpcfwPotential Create(string kind, WorkerTeam? team = null, double accuracy = 1e-6) =>
        new(team, accuracy, kind == "mesh" ? EwaldMethod.Mesh : EwaldMethod.Direct);

    private static RandomConfiguration Small(bool periodic) => WaterLattice.Create(new Random(4), periodic ? Triclinic : null, 3, "Na", "Cl", "K");
}
