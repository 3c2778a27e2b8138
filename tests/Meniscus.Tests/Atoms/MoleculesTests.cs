using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Atoms;

public sealed class MoleculesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MoleculesAcrossFacesAreMadeWhole(bool triclinic)
    {
        var cell = triclinic ? new Cell([8, 0, 0, 2, 9, 0, -1, 1.5, 10]) : Cell.Orthorhombic(8, 9, 10);
        // A water at the corner, each atom wrapped into the cell; an ammonia in the middle; a sodium beside the oxygen.
        double[] whole = [0.1, 0.1, 0.1, -0.8, 0.2, 0.1, 0.3, -0.7, -0.4, 4, 4, 4, 4.9, 4, 4, 3.7, 4.9, 4, 3.7, 3.6, 4.9, 2.3, 0.1, 0.1];
        var frame = new Frame(new TypeMap(["O", "H", "N", "Na"]), [0, 1, 1, 2, 1, 1, 1, 3], Wrap(whole, cell), cell);
        var molecules = Molecules.Find(frame);
        Assert.Equal([0, 0, 0, 1, 1, 1, 1, 2], molecules.MoleculeOf);
        Assert.Equal(3, molecules.Count);
        Assert.Equal([3, 4, 5, 6], molecules.Atoms(1).ToArray());
        for (var i = 0; i < 3; i++)
            AssertSameShape(whole, molecules.WholePositions, molecules.Atoms(i));
        Assert.False(molecules.IsInfinite(0));
    }

    [Fact]
    public void ASharedProtonDoesNotJoinTwoMolecules()
    {
        // Two waters and a proton, 1.19 and 1.21 Å from the oxygens.
        var frame = new Frame(
            new TypeMap(["O", "H"]),
            [0, 1, 1, 1, 0, 1, 1],
            [0, 0, 0, -0.5, 0.8, 0, -0.5, -0.8, 0, 1.19, 0, 0, 2.4, 0, 0, 2.9, 0.8, 0, 2.9, -0.8, 0],
            Cell.None);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1], Molecules.Find(frame).MoleculeOf);
    }

    [Fact]
    public void WhatIsBondedToItsImagesIsInfinite()
    {
        var chain = new Frame(new TypeMap(["C"]), [0, 0], [0, 0, 0, 1.5, 0, 0], Cell.Orthorhombic(3, 10, 10));
        Assert.True(Molecules.Find(chain).IsInfinite(0));
        Assert.Equal(1, Molecules.Find(chain).Count);
        var pair = new Frame(new TypeMap(["H"]), [0, 0], [0, 0, 0, 2.26, 0, 0], Cell.Orthorhombic(3, 10, 10));
        var hydrogen = Molecules.Find(pair);
        Assert.Equal((1, false), (hydrogen.Count, hydrogen.IsInfinite(0)));
        Assert.Equal(-0.74, hydrogen.WholePositions[3], 1e-12);
    }

    [Fact]
    public void RealWaterIsAllWater()
    {
        var frame = Trajectory.ReadLast(SharedData.Path("data", "water-scan-qe", "md", "water-310K.data"));
        var molecules = Molecules.Find(frame);
        Assert.Equal(288, molecules.Count);
        for (var m = 0; m < molecules.Count; m++)
            Assert.Equal("OHH", string.Concat(molecules.Atoms(m).ToArray().Select(frame.NameOf).Order(StringComparer.Ordinal).Reverse()));
    }

    private static double[] Wrap(double[] positions, Cell cell)
    {
        var wrapped = new double[positions.Length];
        for (var i = 0; i < positions.Length; i += 3)
        {
            var (a, b, c) = cell.Fractional(positions[i], positions[i + 1], positions[i + 2]);
            (wrapped[i], wrapped[i + 1], wrapped[i + 2]) = cell.Cartesian(a - Math.Floor(a), b - Math.Floor(b), c - Math.Floor(c));
        }

        return wrapped;
    }

    private static void AssertSameShape(double[] expected, double[] actual, ReadOnlySpan<int> atoms)
    {
        foreach (var i in atoms)
        {
            foreach (var j in atoms)
            {
                for (var k = 0; k < 3; k++)
                    Assert.Equal(expected[(3 * i) + k] - expected[(3 * j) + k], actual[(3 * i) + k] - actual[(3 * j) + k], 1e-9);
            }
        }
    }
}
