using Meniscus.Atoms;

namespace Meniscus.Potentials.Reference;

/// <summary>A neighbour of an atom, possibly a periodic image, and possibly of the atom itself.</summary>
/// <param name="Atom">Index of the atom.</param>
/// <param name="Vector">x = r_j − r_i, Å.</param>
/// <param name="Distance">|x|, Å.</param>
internal readonly record struct ReferenceNeighbor(int Atom, double[] Vector, double Distance);

/// <summary>All neighbours of an atom by trying every atom in every image that could be near enough.</summary>
internal static class ReferenceNeighbors
{
    /// <summary>All neighbours within the cutoff (inclusive), the nearest first; padding atoms (negative type) are left out.</summary>
    public static List<ReferenceNeighbor> Of(int centre, in Configuration configuration, double cutoff)
    {
        var found = new List<ReferenceNeighbor>();
        for (var j = 0; j < configuration.Types.Length; j++)
        {
            if (configuration.Types[j] >= 0)
                AddImages(found, centre, j, configuration, cutoff);
        }

        return [.. found.OrderBy(n => n.Distance)];
    }

    private static void AddImages(List<ReferenceNeighbor> found, int i, int j, in Configuration configuration, double cutoff)
    {
        var positions = configuration.Positions;
        var cell = configuration.Cell;
        double[] apart = [positions[3 * j] - positions[3 * i], positions[(3 * j) + 1] - positions[(3 * i) + 1], positions[(3 * j) + 2] - positions[(3 * i) + 2]];
        var (firstA, lastA) = ImageRange(cell, 0, apart, cutoff);
        var (firstB, lastB) = ImageRange(cell, 1, apart, cutoff);
        var (firstC, lastC) = ImageRange(cell, 2, apart, cutoff);
        for (var a = firstA; a <= lastA; a++)
        {
            for (var b = firstB; b <= lastB; b++)
            {
                for (var c = firstC; c <= lastC; c++)
                {
                    var shift = cell.IsPeriodic ? cell.Cartesian(a, b, c) : (X: 0, Y: 0, Z: 0);
                    double[] x = [apart[0] + shift.X, apart[1] + shift.Y, apart[2] + shift.Z];
                    var distance = Math.Sqrt((x[0] * x[0]) + (x[1] * x[1]) + (x[2] * x[2]));
                    var isItself = i == j && a == 0 && b == 0 && c == 0;
                    if (distance <= cutoff && !isItself)
                        found.Add(new ReferenceNeighbor(j, x, distance));
                }
            }
        }
    }

    /// <summary>
    /// Multiples n of a lattice vector for which apart + n·vector can lie within the cutoff: the planes of equal
    /// fractional coordinate are one cell height apart.
    /// </summary>
    private static (int First, int Last) ImageRange(in Cell cell, int axis, double[] apart, double cutoff)
    {
        if (!cell.IsPeriodic)
            return (0, 0);
        var (a, b, c) = cell.Fractional(apart[0], apart[1], apart[2]);
        var fraction = axis switch { 0 => a, 1 => b, _ => c };
        // One more on either side, so that rounding cannot lose an image.
        var reach = cutoff / cell.Height(axis);
        return ((int)Math.Floor(-reach - fraction) - 1, (int)Math.Ceiling(reach - fraction) + 1);
    }
}
