using System.Globalization;

namespace Meniscus.Atoms;

/// <summary>
/// A periodic cell of any shape and orientation, or none. Rows are the lattice vectors a, b, c in Å; a position is
/// r = f·H with fractional coordinates f as a row. Left-handed cells are allowed; their volume is the absolute value.
/// </summary>
public readonly struct Cell
{
    private readonly Matrix9 _h;
    private readonly Matrix9 _inverse;

    /// <summary>Creates a periodic cell.</summary>
    /// <param name="rows">Nine numbers, row-major; rows are the lattice vectors, Å.</param>
    /// <exception cref="InputException">A number is not finite, or the three vectors lie in a plane.</exception>
    public Cell(ReadOnlySpan<double> rows)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, 9);
        rows.CopyTo(_h);
        IsPeriodic = true;
        var determinant = Determinant(rows);
        Volume = Math.Abs(determinant);
        var product = Length(rows[..3]) * Length(rows[3..6]) * Length(rows[6..9]);
        // A NaN anywhere makes this comparison false, so it is written as "not greater".
        if (!(Volume > 1e-9 * product) || double.IsInfinity(product))
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"box: the vectors ({rows[0]:g6} {rows[1]:g6} {rows[2]:g6}) ({rows[3]:g6} {rows[4]:g6} {rows[5]:g6}) ({rows[6]:g6} {rows[7]:g6} {rows[8]:g6}) Å span no volume; expected three finite, independent lattice vectors (use 'nopbc' for a frame without a cell)"));
        }

        Invert(rows, determinant, _inverse);
        for (var axis = 0; axis < 3; axis++)
        {
            // The distance between two opposite faces: 1/|column of H⁻¹|.
            var (x, y, z) = (_inverse[axis], _inverse[3 + axis], _inverse[6 + axis]);
            _heights[axis] = 1 / Math.Sqrt((x * x) + (y * y) + (z * z));
        }
    }

    private readonly Vector3Buffer _heights;

    /// <summary>No cell: a cluster in free space.</summary>
    public static Cell None => default;

    /// <summary>Whether the cell repeats; false for <see cref="None"/>.</summary>
    public bool IsPeriodic { get; }

    /// <summary>Volume, Å³.</summary>
    public double Volume { get; }

    /// <summary>Component of a lattice vector, Å.</summary>
    /// <param name="vector">0, 1, 2 for a, b, c.</param>
    /// <param name="component">0, 1, 2 for x, y, z.</param>
    public double this[int vector, int component] => _h[(3 * vector) + component];

    /// <summary>A cell with right angles and its edges along x, y and z.</summary>
    /// <param name="x">Edge along x, Å.</param>
    /// <param name="y">Edge along y, Å.</param>
    /// <param name="z">Edge along z, Å.</param>
    /// <exception cref="InputException">An edge is not a finite number above 0.</exception>
    public static Cell Orthorhombic(double x, double y, double z) => new([x, 0, 0, 0, y, 0, 0, 0, z]);

    /// <summary>The nine components, row-major; rows are the lattice vectors, Å.</summary>
    public double[] ToArray() => [_h[0], _h[1], _h[2], _h[3], _h[4], _h[5], _h[6], _h[7], _h[8]];

    /// <summary>Distance between the two faces that the lattice vector <paramref name="axis"/> joins, Å.</summary>
    public double Height(int axis) => _heights[axis];

    /// <summary>Fractional coordinates of a position.</summary>
    public (double A, double B, double C) Fractional(double x, double y, double z) => (
        (x * _inverse[0]) + (y * _inverse[3]) + (z * _inverse[6]),
        (x * _inverse[1]) + (y * _inverse[4]) + (z * _inverse[7]),
        (x * _inverse[2]) + (y * _inverse[5]) + (z * _inverse[8]));

    /// <summary>Position of fractional coordinates, Å.</summary>
    public (double X, double Y, double Z) Cartesian(double a, double b, double c) => (
        (a * _h[0]) + (b * _h[3]) + (c * _h[6]),
        (a * _h[1]) + (b * _h[4]) + (c * _h[7]),
        (a * _h[2]) + (b * _h[5]) + (c * _h[8]));

    private static double Length(ReadOnlySpan<double> v) => Math.Sqrt((v[0] * v[0]) + (v[1] * v[1]) + (v[2] * v[2]));

    private static double Determinant(ReadOnlySpan<double> h) =>
        (h[0] * ((h[4] * h[8]) - (h[5] * h[7])))
        - (h[1] * ((h[3] * h[8]) - (h[5] * h[6])))
        + (h[2] * ((h[3] * h[7]) - (h[4] * h[6])));

    private static void Invert(ReadOnlySpan<double> h, double determinant, Span<double> inverse)
    {
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                // The cofactor of (column, row), by cyclic indices so that the sign comes by itself.
                var (r1, r2) = ((column + 1) % 3, (column + 2) % 3);
                var (c1, c2) = ((row + 1) % 3, (row + 2) % 3);
                inverse[(3 * row) + column] =
                    ((h[(3 * r1) + c1] * h[(3 * r2) + c2]) - (h[(3 * r1) + c2] * h[(3 * r2) + c1])) / determinant;
            }
        }
    }

    [System.Runtime.CompilerServices.InlineArray(9)]
    private struct Matrix9
    {
        private double _element;
    }

    [System.Runtime.CompilerServices.InlineArray(3)]
    private struct Vector3Buffer
    {
        private double _element;
    }
}
