using Meniscus.Atoms;

namespace Meniscus.Tests.Atoms;

/// <summary>The list with a skin holds every pair within the cutoff, however atoms and cell move.</summary>
public sealed class VerletListTests
{
    private const double Cutoff = 4;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.002)]
    public void KeepsEveryPairWhileAtomsAndCellMove(double strain)
    {
        var random = new Random(3);
        var positions = Enumerable.Range(0, 3 * 120).Select(_ => 11 * random.NextDouble()).ToArray();
        double[] rows = [11, 0, 0, 2, 10, 0, -1, 1.5, 12];
        var list = new VerletList();
        var fresh = new NeighborList();
        for (var step = 0; step < 60; step++)
        {
            var cell = new Cell(rows);
            list.Update(positions, cell, Cutoff, 1);
            fresh.Build(positions, cell, Cutoff);
            Assert.Equal(Pairs(fresh), Pairs(list.List));
            for (var k = 0; k < positions.Length; k++)
                positions[k] += 0.1 * (random.NextDouble() - 0.5);
            Strain(rows, positions, strain * (random.NextDouble() - 0.3));
        }

        Assert.InRange(list.Builds, 2, 30);
    }

    [Fact]
    public void WithoutASkinItIsMadeEveryTime()
    {
        var list = new VerletList();
        double[] positions = [0, 0, 0, 1, 1, 1];
        for (var k = 0; k < 3; k++)
            Assert.True(list.Update(positions, Cell.Orthorhombic(9, 9, 9), Cutoff, 0));
        Assert.Equal(3, list.Builds);
    }

    [Fact]
    public void SavedAndMadeAgainItHasTheSamePairsInTheSameOrder()
    {
        var random = new Random(5);
        var positions = Enumerable.Range(0, 3 * 90).Select(_ => 10 * random.NextDouble()).ToArray();
        var cell = Cell.Orthorhombic(10, 10, 10);
        var list = new VerletList();
        list.Update(positions, cell, Cutoff, 1);
        positions[4] += 0.2;
        list.Update(positions, cell, Cutoff, 1);
        using var stream = new MemoryStream();
        list.Save(new BinaryWriter(stream));
        stream.Position = 0;
        var again = new VerletList();
        again.Restore(new BinaryReader(stream));
        Assert.False(again.Update(positions, cell, Cutoff, 1));
        Assert.Equal(list.List.Neighbors.ToArray(), again.List.Neighbors.ToArray());
        Assert.Equal(list.List.Shifts.ToArray(), again.List.Shifts.ToArray());
        Assert.Equal(list.List.WrappedPositions.ToArray(), again.List.WrappedPositions.ToArray());
    }

    private static void Strain(double[] rows, double[] positions, double strain)
    {
        for (var k = 0; k < rows.Length; k += 3)
            rows[k] *= 1 + strain;
        for (var k = 0; k < positions.Length; k += 3)
            positions[k] *= 1 + strain;
    }

    private static List<(int, int, long)> Pairs(NeighborList list)
    {
        var pairs = new List<(int, int, long)>();
        for (var i = 0; i < list.AtomCount; i++)
        {
            for (var p = list.Start[i]; p < list.Start[i + 1]; p++)
            {
                double r2 = 0;
                for (var a = 0; a < 3; a++)
                {
                    var d = list.WrappedPositions[(3 * list.Neighbors[p]) + a] + list.ShiftVectors[(3 * list.Shifts[p]) + a] - list.WrappedPositions[(3 * i) + a];
                    r2 += d * d;
                }

                if (r2 <= Cutoff * Cutoff)
                    pairs.Add((i, list.Neighbors[p], (long)Math.Round(r2 * 1e9)));
            }
        }

        pairs.Sort();
        return pairs;
    }
}
