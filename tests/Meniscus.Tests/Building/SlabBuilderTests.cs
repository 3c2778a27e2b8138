using Meniscus.Atoms;
using Meniscus.Building;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Building;

public sealed class SlabBuilderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void MoleculesKeepTheirShapeAndDipole(int axis)
    {
        var bulk = Bulk();
        var slab = SlabBuilder.Build([Wrapped(bulk)], new() { Axis = axis, Length = 40 });
        AssertSameMolecules(bulk, slab.Frame);
        Assert.Equal(bulk.Velocities!, slab.Frame.Velocities!);
        Assert.Equal(40 - bulk.Cell[axis, axis], slab.Vacuum, 1e-12);
        for (var k = 0; k < 3; k++)
            Assert.Equal(k == axis ? 40 : bulk.Cell[k, k], slab.Frame.Cell[k, k], 1e-12);
        // Centred, and nothing in the vacuum but what sticks out of the two cuts.
        var masses = AtomicMasses.PerAtom(bulk);
        Assert.Equal(20, Enumerable.Range(0, bulk.AtomCount).Sum(i => masses[i] * slab.Frame.Positions[(3 * i) + axis]) / masses.Sum(), 1e-9);
        var half = (bulk.Cell[axis, axis] / 2) + 1.5;
        Assert.All(Enumerable.Range(0, bulk.AtomCount), i => Assert.InRange(slab.Frame.Positions[(3 * i) + axis], 20 - half, 20 + half));
        // No molecule is on top of another: the shortest distance is the bond.
        Assert.Equal(0.9572, new ShortestDistance().Find(slab.Frame).Distance, 1e-9);
    }

    [Fact]
    public void TheBoxIsTheMeanOfTheFrames()
    {
        var bulk = Bulk();
        var frames = new[] { 0.5, 1.02, 0.98, 1.06 }.Select(scale => Scaled(bulk, scale)).ToList();
        var slab = SlabBuilder.Build(frames, new() { Skip = 1 });
        Assert.Equal(3, slab.FrameCount);
        Assert.Equal(1.02 * bulk.Cell[0, 0], slab.Frame.Cell[0, 0], 1e-9);
        AssertSameMolecules(bulk, slab.Frame);
        // Molecules as a whole follow the box: pairs of centres scale, bonds do not.
        Assert.Equal(0.9572, new ShortestDistance().Find(slab.Frame).Distance, 1e-9);
        Assert.Equal(1.06 * bulk.Cell[2, 2], SlabBuilder.Build(frames, new() { MeanBox = false }).BulkLength, 1e-9);
    }

    [Fact]
    public void ARealSimulationBecomesASlab()
    {
        var bulk = Trajectory.ReadLast(SharedData.Path("data", "water-scan-qe", "md", "water-310K.data"));
        var slab = SlabBuilder.Build([bulk]);
        Assert.Equal(288, slab.MoleculeCount);
        AssertSameMolecules(bulk, slab.Frame);
        Assert.Equal(new ShortestDistance().Find(bulk).Distance, new ShortestDistance().Find(slab.Frame).Distance, 1e-6);
    }

    [Fact]
    public void WhatIsNoBulkIsRefused()
    {
        var bulk = Bulk();
        Refuses("the bulk is", [bulk], new() { Length = 10 });
        Refuses("at least one has to be left", [bulk], new() { Skip = 1 });
        Refuses("at least one has to be left", [], new());
        Refuses("has no cell", [new Frame(bulk.TypeMap, bulk.Types, bulk.Positions, Cell.None)], new());
        Refuses("bonded to its own periodic images", [new Frame(new TypeMap(["C"]), [0], [0, 0, 0], Cell.Orthorhombic(1.5, 9, 9))], new());
        var tilted = new Frame(bulk.TypeMap, bulk.Types, bulk.Positions, new Cell([18, 0, 3, 0, 18, 0, 0, 0, 18]));
        Refuses("component 3 Å along z", [tilted], new());

        static void Refuses(string expected, Frame[] frames, SlabOptions options) =>
            Assert.Contains(expected, Assert.Throws<InputException>(() => SlabBuilder.Build(frames, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RepeatingKeepsTheSurroundingsOfEveryAtom()
    {
        var cell = new Cell([7, 0, 0, 2, 8, 0, -1, 1, 9]);
        var frame = new Frame(new TypeMap(["O", "H"]), [0, 1, 1], [1, 20, 3, 4, 5, 6, -7, 0, 2], cell) { Velocities = [1, 2, 3, 4, 5, 6, 7, 8, 9], Unwrapped = true };
        var large = Replication.Repeat(frame, 2, 1, 3);
        Assert.Equal((18, 6.0), (large.AtomCount, large.Cell.Volume / cell.Volume), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-9);
        Assert.Equal(AtomicMasses.Density(frame), AtomicMasses.Density(large), 1e-12);
        for (var i = 0; i < 18; i++)
        {
            Assert.Equal(Distances(frame, i % 3), Distances(large, i), (a, b) => Math.Abs(a - b) < 1e-9);
            Assert.Equal(frame.NameOf(i % 3), large.NameOf(i));
            Assert.Equal(frame.Velocities[3 * (i % 3)], large.Velocities![3 * i]);
        }

        Assert.Throws<InputException>(() => Replication.Repeat(frame, 2000, 2000, 2000));
        Assert.Throws<InputException>(() => Replication.Repeat(new Frame(frame.TypeMap, frame.Types, frame.Positions, Cell.None), 1, 1, 1));
    }

    private static double[] Distances(Frame frame, int atom)
    {
        var list = new NeighborList();
        list.Build(frame.Positions, frame.Cell, 12);
        var distances = new List<double>();
        for (var p = list.Start[atom]; p < list.Start[atom + 1]; p++)
        {
            var (j, s) = (list.Neighbors[p], 3 * list.Shifts[p]);
            distances.Add(Math.Sqrt(Enumerable.Range(0, 3).Sum(k => Math.Pow(list.WrappedPositions[(3 * j) + k] + list.ShiftVectors[s + k] - list.WrappedPositions[(3 * atom) + k], 2))));
        }

        distances.Sort();
        return [.. distances];
    }

    private static Frame Bulk() => WaterBox.Build(new() { Edges = (18, 17, 19), Temperature = 300, Solutes = [(Molecule.Named("Na+"), 1), (Molecule.Named("methanol"), 2)] });

    /// <summary>The frame as a simulation may leave it: each atom in the cell by itself, molecules cut by the faces.</summary>
    private static Frame Wrapped(Frame frame)
    {
        var positions = new double[frame.Positions.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            var edge = frame.Cell[i % 3, i % 3];
            positions[i] = frame.Positions[i] - (edge * Math.Floor(frame.Positions[i] / edge));
        }

        return new Frame(frame.TypeMap, frame.Types, positions, frame.Cell) { Velocities = frame.Velocities };
    }

    /// <summary>Another cell with the molecules moved along and not stretched.</summary>
    private static Frame Scaled(Frame frame, double scale)
    {
        var positions = (double[])frame.Positions.Clone();
        var molecules = Molecules.Find(frame);
        for (var m = 0; m < molecules.Count; m++)
        {
            var first = molecules.Atoms(m)[0];
            foreach (var i in molecules.Atoms(m))
            {
                for (var k = 0; k < 3; k++)
                    positions[(3 * i) + k] += (scale - 1) * frame.Positions[(3 * first) + k];
            }
        }

        return new Frame(frame.TypeMap, frame.Types, positions, Cell.Orthorhombic(scale * frame.Cell[0, 0], scale * frame.Cell[1, 1], scale * frame.Cell[2, 2]));
    }

    /// <summary>Differences of positions within each molecule, and with them dipoles, are as they were.</summary>
    private static void AssertSameMolecules(Frame expected, Frame actual)
    {
        var molecules = Molecules.Find(expected);
        var whole = molecules.WholePositions;
        for (var m = 0; m < molecules.Count; m++)
        {
            var first = molecules.Atoms(m)[0];
            foreach (var i in molecules.Atoms(m))
            {
                for (var k = 0; k < 3; k++)
                    Assert.Equal(whole[(3 * i) + k] - whole[(3 * first) + k], actual.Positions[(3 * i) + k] - actual.Positions[(3 * first) + k], 1e-9);
            }
        }
    }
}
