using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.Spcfw;

/// <summary>
/// Cardinal B-splines M_p of even order p ≤ 8, which spread charges over a mesh: U. Essmann et al., J. Chem. Phys. 103,
/// 8577 (1995), eqs. (4.1) to (4.7). The p weights of a particle are p polynomials of one variable, its place between two
/// mesh points, so one vector holds all of them.
/// </summary>
internal sealed unsafe class BSpline : IDisposable
{
    private readonly NativeBuffer<double> _values;
    private readonly NativeBuffer<double> _slopes;

    /// <summary>Prepares the polynomials.</summary>
    /// <param name="order">p, 4, 6 or 8.</param>
    public BSpline(int order)
    {
        if (order is not (4 or 6 or 8))
            throw new ArgumentOutOfRangeException(nameof(order), order, "expected 4, 6 or 8");
        Order = order;
        _values = new NativeBuffer<double>(8 * order);
        _slopes = new NativeBuffer<double>(8 * order);
        var pieces = Pieces(order);
        for (var t = 0; t < order; t++)
        {
            // Mesh point t, counted upwards, lies in piece p − 1 − t of M_p.
            var piece = pieces[order - 1 - t];
            for (var power = 0; power < order; power++)
            {
                _values.Pointer[(8 * power) + t] = piece[power];
                _slopes.Pointer[(8 * power) + t] = power + 1 < order ? (power + 1) * piece[power + 1] : 0;
            }
        }
    }

    /// <summary>p.</summary>
    public int Order { get; }

    /// <summary>Weights at the p mesh points from ⌊u⌋ − p + 1 on, in the first p lanes; the other lanes are 0.</summary>
    /// <param name="fraction">u − ⌊u⌋.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<double> Weights(double fraction) => Polynomial(_values.Pointer, Order - 1, fraction);

    /// <summary>Derivatives of the weights by u.</summary>
    /// <param name="fraction">u − ⌊u⌋.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<double> Slopes(double fraction) => Polynomial(_slopes.Pointer, Order - 2, fraction);

    /// <summary>B(m) = |b(m)|² of eq. (4.4) for m = 0 … K − 1: how much stronger the mesh must be for a wave of the splines to be of unit strength.</summary>
    public double[] Moduli(int meshPoints)
    {
        var pieces = Pieces(Order);
        var moduli = new double[meshPoints];
        for (var m = 0; m < meshPoints; m++)
        {
            double real = 0, imaginary = 0;
            for (var k = 0; k <= Order - 2; k++)
            {
                // M_p at the whole number k + 1 is the constant term of that piece.
                var (sin, cos) = Math.SinCos(2 * Math.PI * ((long)m * k % meshPoints) / meshPoints);
                real += pieces[k + 1][0] * cos;
                imaginary += pieces[k + 1][0] * sin;
            }

            moduli[m] = 1 / ((real * real) + (imaginary * imaginary));
        }

        return moduli;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _values.Dispose();
        _slopes.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Polynomial(double* coefficients, int degree, double x)
    {
        var argument = Vector512.Create(x);
        var sum = Vector512.Load(coefficients + (8 * degree));
        for (var power = degree - 1; power >= 0; power--)
            sum = Vector512.FusedMultiplyAdd(sum, argument, Vector512.Load(coefficients + (8 * power)));
        return sum;
    }

    /// <summary>Coefficients of M_p(j + w) by powers of w for each piece j, from (p − 1) M_p(x) = x M_{p−1}(x) + (p − x) M_{p−1}(x − 1).</summary>
    private static double[][] Pieces(int order)
    {
        double[][] lower = [[1]];
        for (var p = 2; p <= order; p++)
        {
            var pieces = new double[p][];
            for (var j = 0; j < p; j++)
            {
                var piece = pieces[j] = new double[p];
                for (var power = 0; power < p - 1; power++)
                {
                    var here = j < p - 1 ? lower[j][power] / (p - 1) : 0;
                    var before = j > 0 ? lower[j - 1][power] / (p - 1) : 0;
                    piece[power] += (j * here) + ((p - j) * before);
                    piece[power + 1] += here - before;
                }
            }

            lower = pieces;
        }

        return lower;
    }
}
