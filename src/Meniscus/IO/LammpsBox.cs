using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// A cell as LAMMPS takes it: a along x, b in the xy plane, right-handed; lx, ly, lz and the tilts xy, xz, yz. Any other
/// cell is turned, H → H·R with R a rotation, and a left-handed one has c replaced by −c, which spans the same lattice.
/// Source: "Triclinic (non-orthogonal) simulation boxes" in the LAMMPS manual (Howto_triclinic).
/// </summary>
internal readonly struct LammpsBox
{
    private readonly double[]? _rotation;

    /// <summary>Turns a cell.</summary>
    /// <param name="cell">A periodic cell.</param>
    /// <param name="limitTilt">Whether tilts are brought within half an edge, as LAMMPS asks of a data file; the lattice stays the same.</param>
    public LammpsBox(in Cell cell, bool limitTilt)
    {
        var h = cell.ToArray();
        _rotation = null;
        if (BoxGeometry.Volume(h) < 0)
            (h[6], h[7], h[8]) = (-h[6], -h[7], -h[8]);
        if (h[1] != 0 || h[2] != 0 || h[5] != 0 || h[0] < 0 || h[4] < 0)
            (_rotation, h) = Turn(h);
        if (limitTilt)
            LimitTilt(h);
        Cell = h.AsSpan().SequenceEqual(cell.ToArray()) ? cell : new Cell(h);
    }

    /// <summary>The turned cell, lower triangular.</summary>
    public Cell Cell { get; }

    /// <summary>Whether any edge is not along an axis.</summary>
    public bool IsTriclinic => Cell[1, 0] != 0 || Cell[2, 0] != 0 || Cell[2, 1] != 0;

    /// <summary>A vector (position, velocity, force) in the turned frame.</summary>
    public (double X, double Y, double Z) Turned(ReadOnlySpan<double> v)
    {
        var r = _rotation;
        return r is null
            ? (v[0], v[1], v[2])
            : ((v[0] * r[0]) + (v[1] * r[3]) + (v[2] * r[6]), (v[0] * r[1]) + (v[1] * r[4]) + (v[2] * r[7]), (v[0] * r[2]) + (v[1] * r[5]) + (v[2] * r[8]));
    }

    /// <summary>Wraps a position of the turned frame into the cell.</summary>
    /// <returns>The position and how many cells it was away.</returns>
    public ((double X, double Y, double Z) Position, (int A, int B, int C) Image) Wrapped((double X, double Y, double Z) p)
    {
        var (a, b, c) = Cell.Fractional(p.X, p.Y, p.Z);
        var (ia, ib, ic) = (Math.Floor(a), Math.Floor(b), Math.Floor(c));
        if (ia == 0 && ib == 0 && ic == 0)
            return (p, (0, 0, 0));
        var (x, y, z) = Cell.Cartesian(ia, ib, ic);
        return ((p.X - x, p.Y - y, p.Z - z), ((int)ia, (int)ib, (int)ic));
    }

    /// <summary>A cell of a file; what is wrong with it is told with the place.</summary>
    public static Cell Guard(TextLines lines, ReadOnlySpan<double> rows)
    {
        try
        {
            return new Cell(rows);
        }
        catch (InputException e)
        {
            throw lines.Error(e.Message);
        }
    }

    private static (double[] Rotation, double[] Turned) Turn(double[] h)
    {
        // Gram-Schmidt: the columns of R are the new axes in the old frame.
        var x = Normalised(h[0], h[1], h[2]);
        var along = (h[3] * x[0]) + (h[4] * x[1]) + (h[5] * x[2]);
        var y = Normalised(h[3] - (along * x[0]), h[4] - (along * x[1]), h[5] - (along * x[2]));
        double[] z = [(x[1] * y[2]) - (x[2] * y[1]), (x[2] * y[0]) - (x[0] * y[2]), (x[0] * y[1]) - (x[1] * y[0])];
        double[] rotation = [x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]];
        var turned = new double[9];
        for (var row = 0; row < 3; row++)
        {
            // What is zero by construction is made exactly so.
            for (var column = 0; column <= row; column++)
                turned[(3 * row) + column] = (h[3 * row] * rotation[column]) + (h[(3 * row) + 1] * rotation[3 + column]) + (h[(3 * row) + 2] * rotation[6 + column]);
        }

        return (rotation, turned);
    }

    private static void LimitTilt(double[] h)
    {
        // yz first, because it changes xz.
        var turns = Math.Round(h[7] / h[4]);
        (h[6], h[7]) = (h[6] - (turns * h[3]), h[7] - (turns * h[4]));
        h[6] -= Math.Round(h[6] / h[0]) * h[0];
        h[3] -= Math.Round(h[3] / h[0]) * h[0];
    }

    private static double[] Normalised(double x, double y, double z)
    {
        var length = Math.Sqrt((x * x) + (y * y) + (z * z));
        return [x / length, y / length, z / length];
    }
}
