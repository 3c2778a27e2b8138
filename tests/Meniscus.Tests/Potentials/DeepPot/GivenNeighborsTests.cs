using Meniscus.Atoms;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>Neighbours that another program lists, with images as atoms, give what the periodic configuration gives.</summary>
public sealed unsafe class GivenNeighborsTests
{
    [Theory]
    [InlineData("tiny", "w0", 0.0, true)]
    [InlineData("tiny", "tri", 1.5, false)]
    [InlineData("twoside", "rot", 2.0, true)]
    [InlineData("tiny", "small", 0.0, false)]
    [InlineData("tiny", "smallskew", 1.0, true)]
    [InlineData("typemap3", "w1", 1.0, true)]
    [InlineData("exclude", "small", 1.0, true)]
    [InlineData("atomener", "cluster", 1.0, true)]
    public void Folded_results_are_the_periodic_ones(string name, string frame, double skin, bool byAtom)
    {
        var manifest = ReferenceManifest.Require();
        var model = DeepPotModelFile.Load(manifest.ModelFiles(name).First());
        using var potential = new DeepPotential(model);
        var (types, positions, cell) = manifest.Frame(frame, potential.TypeMap);
        var expected = manifest.Numbers($"expected/{name}__{frame}.npy");
        var ghosts = new GhostAtoms(types, positions, cell, potential.Cutoff + skin);
        var result = new Evaluation { Extras = EvaluationExtras.AtomVirials };

        potential.Evaluate(new Configuration(ghosts.Types, ghosts.Positions, Cell.None), ghosts.Given(byAtom), result);

        AssertClose(expected, 0, 1, result.AtomEnergies.AsSpan(0, types.Length));
        AssertClose(expected, 1, 3, ghosts.Fold(result.Forces, 3));
        AssertClose(expected, 4, 9, ghosts.Fold(result.AtomVirials, 9));
        for (var k = 0; k < 9; k++)
            Assert.Equal(Enumerable.Range(0, ghosts.Types.Length).Sum(i => result.AtomVirials[(9 * i) + k]), result.Virial[k], 1e-9);
    }

    [Fact]
    public void A_part_of_the_atoms_gives_its_part_of_the_energy()
    {
        using var potential = new DeepPotential(new RandomModel().Create());
        double[] positions = [0, 0, 0, 1.5, 0, 0, 0, 2, 0];
        int[] types = [0, 1, 1];
        var all = new Evaluation();
        potential.Evaluate(new Configuration(types, positions, Cell.None), all);

        int[] neighbors = [0, 2];
        var given = new GivenNeighbors();
        fixed (int* first = neighbors)
        {
            var count = 2;
            var pointer = first;
            given.Take(3, [1], &count, &pointer, int.MaxValue, byAtom: false);
        }

        var part = new Evaluation();
        potential.Evaluate(new Configuration(types, positions, Cell.None), given, part);
        Assert.Equal(all.AtomEnergies[1], part.Energy, 1e-13);
        Assert.Equal([0.0, all.AtomEnergies[1], 0.0], part.AtomEnergies);
        Assert.Equal(0, part.Forces[0] + part.Forces[3] + part.Forces[6], 1e-13);
    }

    [Fact]
    public void Lists_that_name_atoms_that_are_not_there_are_refused()
    {
        Refused("has atom 3 as a neighbour, expected 0 to 2", [0], [1, 3]);
        Refused("has atom -1 as a neighbour", [0], [1, -1]);
        Refused("has itself as a neighbour", [0], [1, 0]);
        Refused("is atom 3, expected 0 to 2", [3], [1, 2]);
        Refused("is atom 1, which was one before", [1, 1], [0, 2]);

        static void Refused(string expected, int[] centres, int[] neighbors)
        {
            var error = Assert.Throws<InputException>(() =>
            {
                fixed (int* first = neighbors)
                {
                    var counts = stackalloc int[] { neighbors.Length, neighbors.Length };
                    var pointers = stackalloc int*[] { first, first };
                    new GivenNeighbors().Take(3, centres, counts, pointers, -1, byAtom: false);
                }
            });
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Columns of a table of the reference folder: 13 numbers per atom.</summary>
    private static void AssertClose(double[] table, int column, int width, ReadOnlySpan<double> found)
    {
        for (var k = 0; k < found.Length; k++)
            Assert.Equal(table[(13 * (k / width)) + column + (k % width)], found[k], 1e-10);
    }
}
