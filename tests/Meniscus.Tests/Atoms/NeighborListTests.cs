using Meniscus.Atoms;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Atoms;

/// <summary>The list against counting every image of every pair, in cells of every shape.</summary>
[Trait("Category", "Kernels")]
public sealed class NeighborListTests
{
    private const double Rounding = 1e-9;

    [Theory]
    [InlineData(CellShape.Cubic)]
    [InlineData(CellShape.Triclinic)]
    [InlineData(CellShape.StronglySkewed)]
    [InlineData(CellShape.LeftHanded)]
    [InlineData(CellShape.Rotated)]
    [InlineData(CellShape.Tiny)]
    [InlineData(CellShape.None)]
    public void Every_image_is_found_once(CellShape shape)
    {
        var random = new Random(11 + (int)shape);
        var list = new NeighborList();
        for (var repeat = 0; repeat < 50; repeat++)
        {
            var edge = 2 + (5 * random.NextDouble());
            var cutoff = edge * (0.2 + (2.8 * random.NextDouble() * random.NextDouble()));
            var box = shape == CellShape.None ? null : RandomConfiguration.RandomBox(random, shape, edge);
            CheckAgainstImages(list, RandomPositions(random, random.Next(12), box, edge), box, cutoff, $"{shape} {repeat}");
        }
    }

    [Fact]
    public void Many_atoms_in_many_bins()
    {
        var random = new Random(3);
        double[] box = [17, 0, 0, 3, 15, 0, -2, 1, 13];
        CheckAgainstImages(new NeighborList(), RandomPositions(random, 250, box, 15), box, 4, "bins of half the cutoff");
        CheckAgainstImages(new NeighborList(), RandomPositions(random, 200, null, 20), null, 3, "cluster");
    }

    [Fact]
    public void A_large_nearly_empty_cell()
    {
        double[] box = [5000, 0, 0, 0, 4000, 0, 700, 0, 6000];
        var list = new NeighborList();
        CheckAgainstImages(list, [1, 1, 1, 4999.5, 1, 1, 1, 3999.5, 1, 2500, 2000, 3000, 2501, 2000, 3000], box, 3, "large cell");
        Assert.Equal(8, list.PairCount);
        CheckAgainstImages(list, [0, 0, 0, 1e6, 0, 0, 1e6, 2, 0], null, 3, "wide cluster");
        Assert.Equal(2, list.PairCount);
    }

    [Fact]
    public void Atoms_on_faces_edges_and_corners()
    {
        double[] box = [4, 0, 0, 0, 4, 0, 0, 0, 4];
        double[] places = [0, 4, -4, 2, -1e-17, 4 - 1e-15];
        var positions = new List<double>();
        for (var k = 0; k < places.Length; k++)
            positions.AddRange([places[k] + 0.01, places[(k + 1) % 6] - 0.3 * k, places[(k + 2) % 6]]);
        foreach (var cutoff in new[] { 1.0, 2.0, 3.999, 6.5 })
            CheckAgainstImages(new NeighborList(), [.. positions], box, cutoff, $"faces, cutoff {cutoff}");
    }

    [Fact]
    public void An_atom_sees_its_own_images()
    {
        var list = new NeighborList();
        list.Build([7.5, -20, 0.25], new Cell([2, 0, 0, 0, 2, 0, 0, 0, 2]), 2.1);
        Assert.Equal(6, list.PairCount);
        list.Build([7.5, -20, 0.25], new Cell([2, 0, 0, 0, 2, 0, 0, 0, 2]), 1.9);
        Assert.Equal(0, list.PairCount);
        list.Build([7.5, -20, 0.25], Cell.None, 100);
        Assert.Equal(0, list.PairCount);
    }

    [Fact]
    public void No_atoms()
    {
        var list = new NeighborList();
        list.Build([], Cell.None, 5);
        Assert.Equal([0], list.Start.ToArray());
        list.Build([], new Cell([3, 0, 0, 0, 3, 0, 0, 0, 3]), 5);
        Assert.Equal(0, list.PairCount);
        list.Locate([], Cell.None);
    }

    [Theory]
    [InlineData(CellShape.StronglySkewed)]
    [InlineData(CellShape.Tiny)]
    [InlineData(CellShape.None)]
    public void Moved_atoms_in_a_breathing_cell_keep_their_images(CellShape shape)
    {
        var random = new Random(5);
        var box = shape == CellShape.None ? null : RandomConfiguration.RandomBox(random, shape, 4);
        var positions = RandomPositions(random, 9, box, 4);
        var list = new NeighborList();
        list.Build(positions, AsCell(box), 5);
        var before = Pairs(list, positions, AsCell(box)).Keys.Order().ToArray();
        var moved = Array.ConvertAll(positions, x => x + (0.2 * (random.NextDouble() - 0.5)));
        var breathed = box is null ? null : Array.ConvertAll(box, x => 1.01 * x);
        list.Locate(moved, AsCell(breathed));
        var after = Pairs(list, moved, AsCell(breathed));
        Assert.Equal(before, after.Keys.Order().ToArray());
        foreach (var ((i, j, a, b, c), vector) in after)
        {
            var shift = breathed is null ? (0, 0, 0) : AsCell(breathed).Cartesian(a, b, c);
            double[] expected = [moved[3 * j] - moved[3 * i] + shift.Item1, moved[(3 * j) + 1] - moved[(3 * i) + 1] + shift.Item2, moved[(3 * j) + 2] - moved[(3 * i) + 2] + shift.Item3];
            for (var k = 0; k < 3; k++)
                Assert.Equal(expected[k], vector[k], Rounding);
        }
    }

    [Fact]
    public void Bad_input_is_named()
    {
        var list = new NeighborList();
        var cell = new Cell([5, 0, 0, 0, 5, 0, 0, 0, 5]);
        Assert.Contains("atom 1 (counted from 0) has y = NaN", Refused(() => list.Build([0, 0, 0, 1, double.NaN, 1], cell, 3)), StringComparison.Ordinal);
        Assert.Contains("atom 0 (counted from 0) has x = ", Refused(() => list.Build([double.PositiveInfinity, 0, 0], Cell.None, 3)), StringComparison.Ordinal);
        Assert.Contains("span no volume", Refused(() => list.Build([0, 0, 0], new Cell([1, 0, 0, 0, 1, 0, 1, 1, 0]), 3)), StringComparison.Ordinal);
        Assert.Contains("span no volume", Refused(() => list.Build([0, 0, 0], new Cell([1, 0, 0, 0, double.NaN, 0, 0, 0, 1]), 3)), StringComparison.Ordinal);
        Assert.Contains("check the unit of the box", Refused(() => list.Build([0, 0, 0], new Cell([0.1, 0, 0, 0, 5, 0, 0, 0, 5]), 3)), StringComparison.Ordinal);
        Assert.Contains("check the unit of the box", Refused(() => list.Build([0, 0, 0], new Cell([1e-7, 0, 0, 0, 5, 0, 0, 0, 5]), 3)), StringComparison.Ordinal);
        Assert.Contains("1e8 cells away", Refused(() => list.Build([1e10, 0, 0], cell, 3)), StringComparison.Ordinal);

        // And the list works afterwards.
        list.Build([0, 0, 0, 1, 0, 0], cell, 3);
        Assert.Equal(2, list.PairCount);
    }

    private static string Refused(Action action)
    {
        var message = Assert.Throws<InputException>(action).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static Cell AsCell(double[]? box) => box is null ? Cell.None : new Cell(box);

    /// <summary>Atoms up to some forty cells away, now and then one exactly on a face.</summary>
    private static double[] RandomPositions(Random random, int atoms, double[]? box, double edge)
    {
        var positions = new double[3 * atoms];
        for (var i = 0; i < atoms; i++)
        {
            double[] f = [random.NextDouble(), random.NextDouble(), random.NextDouble()];
            if (random.Next(5) == 0)
                f[random.Next(3)] = 0;
            if (box is not null)
                f[random.Next(3)] += random.Next(-40, 41);
            var (x, y, z) = box is null ? (edge * f[0], edge * f[1], edge * f[2]) : new Cell(box).Cartesian(f[0], f[1], f[2]);
            (positions[3 * i], positions[(3 * i) + 1], positions[(3 * i) + 2]) = (x, y, z);
        }

        return positions;
    }

    private static void CheckAgainstImages(NeighborList list, double[] positions, double[]? box, double cutoff, string what)
    {
        list.Build(positions, AsCell(box), cutoff);
        var found = Pairs(list, positions, AsCell(box));
        Assert.Equal(list.PairCount, found.Count);
        foreach (var ((i, j, a, b, c), vector) in found)
        {
            Assert.True(found.ContainsKey((j, i, -a, -b, -c)) || Length(vector) > cutoff - Rounding, $"{what}: pair {i} {j} has no partner");
            Assert.True(Length(vector) < cutoff + Rounding, $"{what}: pair {i} {j} is {Length(vector)} Å long");
        }

        var expected = 0;
        foreach (var (key, distance) in AllImages(positions, AsCell(box), cutoff))
        {
            // At the cutoff itself rounding decides.
            if (distance > cutoff - Rounding)
                continue;
            expected++;
            Assert.True(found.TryGetValue(key, out var vector), $"{what}: pair {key} at {distance} Å is missing");
            Assert.Equal(distance, Length(vector), Rounding);
        }

        Assert.Equal(expected, found.Values.Count(v => Length(v) <= cutoff - Rounding));
    }

    private static double Length(double[] v) => Math.Sqrt((v[0] * v[0]) + (v[1] * v[1]) + (v[2] * v[2]));

    /// <summary>What the list holds, with each image told by how many lattice vectors are added to r_j − r_i.</summary>
    private static Dictionary<(int I, int J, int A, int B, int C), double[]> Pairs(NeighborList list, double[] positions, Cell cell)
    {
        var pairs = new Dictionary<(int, int, int, int, int), double[]>();
        for (var i = 0; i < list.AtomCount; i++)
        {
            for (var p = list.Start[i]; p < list.Start[i + 1]; p++)
            {
                var (j, shift) = (list.Neighbors[p], 3 * list.Shifts[p]);
                var vector = new double[3];
                var moved = new double[3];
                for (var k = 0; k < 3; k++)
                {
                    vector[k] = list.WrappedPositions[(3 * j) + k] + list.ShiftVectors[shift + k] - list.WrappedPositions[(3 * i) + k];
                    moved[k] = vector[k] - (positions[(3 * j) + k] - positions[(3 * i) + k]);
                }

                var (a, b, c) = cell.IsPeriodic ? cell.Fractional(moved[0], moved[1], moved[2]) : (0, 0, 0);
                pairs.Add((i, j, (int)Math.Round(a), (int)Math.Round(b), (int)Math.Round(c)), vector);
            }
        }

        return pairs;
    }

    private static IEnumerable<((int I, int J, int A, int B, int C) Key, double Distance)> AllImages(double[] positions, Cell cell, double cutoff)
    {
        var reach = new int[3];
        for (var axis = 0; cell.IsPeriodic && axis < 3; axis++)
            reach[axis] = (int)Math.Ceiling(cutoff / cell.Height(axis)) + 1;
        for (var i = 0; i < positions.Length / 3; i++)
        {
            for (var j = 0; j < positions.Length / 3; j++)
            {
                double[] d = [positions[3 * j] - positions[3 * i], positions[(3 * j) + 1] - positions[(3 * i) + 1], positions[(3 * j) + 2] - positions[(3 * i) + 2]];
                var (fa, fb, fc) = cell.IsPeriodic ? cell.Fractional(d[0], d[1], d[2]) : (0, 0, 0);
                var (a0, b0, c0) = (-(int)Math.Round(fa), -(int)Math.Round(fb), -(int)Math.Round(fc));
                for (var a = a0 - reach[0]; a <= a0 + reach[0]; a++)
                {
                    for (var b = b0 - reach[1]; b <= b0 + reach[1]; b++)
                    {
                        for (var c = c0 - reach[2]; c <= c0 + reach[2]; c++)
                        {
                            var (x, y, z) = cell.IsPeriodic ? cell.Cartesian(a, b, c) : (0, 0, 0);
                            var distance = Length([d[0] + x, d[1] + y, d[2] + z]);
                            if (distance <= cutoff && (i != j || a != 0 || b != 0 || c != 0))
                                yield return ((i, j, a, b, c), distance);
                        }
                    }
                }
            }
        }
    }
}
