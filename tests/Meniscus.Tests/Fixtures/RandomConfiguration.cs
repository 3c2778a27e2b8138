using Meniscus.Atoms;
using Meniscus.Potentials;

namespace Meniscus.Tests.Fixtures;

/// <summary>The shapes of cells that tests go through.</summary>
public enum CellShape
{
    Cubic,
    Triclinic,
    StronglySkewed,
    LeftHanded,
    Rotated,

    /// <summary>So small that an atom sees several images of itself.</summary>
    Tiny,
    None,
}

/// <summary>Types, positions and cell that own their arrays.</summary>
internal sealed record RandomConfiguration(int[] Types, double[] Positions, double[]? Box)
{
    public double[] FrameParameters { get; init; } = [];

    public double[] AtomParameters { get; init; } = [];

    public Cell Cell => Box is null ? Cell.None : new Cell(Box);

    public int Count => Types.Length;

    public Configuration Configuration => new(Types, Positions, Cell) { FrameParameters = FrameParameters, AtomParameters = AtomParameters };

    /// <summary>Random atoms none of which, images included, is nearer to another than a given distance.</summary>
    public static RandomConfiguration Create(Random random, CellShape shape, int atoms, int types, double smallestDistance = 0.9, double edge = 5.5)
    {
        var box = shape == CellShape.None ? null : RandomBox(random, shape, edge);
        var cell = box is null ? Cell.None : new Cell(box);
        var positions = new List<double>();
        for (var attempt = 0; positions.Count < 3 * atoms && attempt < 20_000; attempt++)
        {
            var (a, b, c) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
            var (x, y, z) = cell.IsPeriodic ? cell.Cartesian(a, b, c) : (edge * a, edge * b, edge * c);
            if (IsFree(positions, cell, [x, y, z], smallestDistance))
                positions.AddRange([x, y, z]);
        }

        var count = positions.Count / 3;
        return new([.. Enumerable.Range(0, count).Select(_ => random.Next(types))], [.. positions], box);
    }

    /// <summary>A random proper rotation, row-major; positions and lattice vectors as rows are multiplied from the right.</summary>
    public static double[] RandomRotation(Random random)
    {
        // A unit quaternion of four normal numbers is uniform over rotations.
        var q = new double[4];
        for (var k = 0; k < 4; k++)
            q[k] = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var norm = Math.Sqrt(q.Sum(v => v * v));
        var (w, x, y, z) = (q[0] / norm, q[1] / norm, q[2] / norm, q[3] / norm);
        return
        [
            1 - (2 * ((y * y) + (z * z))), 2 * ((x * y) + (w * z)), 2 * ((x * z) - (w * y)),
            2 * ((x * y) - (w * z)), 1 - (2 * ((x * x) + (z * z))), 2 * ((y * z) + (w * x)),
            2 * ((x * z) + (w * y)), 2 * ((y * z) - (w * x)), 1 - (2 * ((x * x) + (y * y))),
        ];
    }

    /// <summary>Vectors (x y z each) times a 3 × 3 matrix.</summary>
    public static double[] Times(ReadOnlySpan<double> vectors, ReadOnlySpan<double> matrix)
    {
        var result = new double[vectors.Length];
        for (var p = 0; p < vectors.Length; p++)
        {
            for (var k = 0; k < 3; k++)
                result[p] += vectors[p - (p % 3) + k] * matrix[(3 * k) + (p % 3)];
        }

        return result;
    }

    public static double[] RandomBox(Random random, CellShape shape, double edge)
    {
        double Vary(double width) => width * (random.NextDouble() - 0.5);
        double[] cubic = [edge, 0, 0, 0, edge, 0, 0, 0, edge];
        return shape switch
        {
            CellShape.Cubic => cubic,
            CellShape.Triclinic => [edge, Vary(1), Vary(1), Vary(1), edge + Vary(1), Vary(1), Vary(1), Vary(1), edge + Vary(1)],
            CellShape.StronglySkewed => [edge, 0, 0, 1.7 * edge, edge, 0, -2.3 * edge, 1.4 * edge, edge],
            CellShape.LeftHanded => [0, edge, Vary(1), edge + Vary(1), 0, 0, 0, Vary(1), edge],
            CellShape.Rotated => Times([edge, 0, 0, 0.4 * edge, edge, 0, Vary(2), Vary(2), edge], RandomRotation(random)),
            CellShape.Tiny => [2.1 + Vary(0.4), Vary(0.5), 0, 0, 2.4 + Vary(0.4), Vary(0.5), 0, 0, 2.8 + Vary(0.4)],
            _ => throw new ArgumentOutOfRangeException(nameof(shape)),
        };
    }

    private static bool IsFree(List<double> positions, Cell cell, double[] candidate, double smallestDistance)
    {
        // The candidate against all, itself (its own images) last.
        double[] all = [.. positions, .. candidate];
        var list = new NeighborList();
        list.Build(all, cell, smallestDistance);
        return list.PairCount == 0;
    }
}
