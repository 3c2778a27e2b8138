using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.Spcfw;

/// <summary>
/// erfc(αr)/r = 1/r − g(r²) with g = erf(αr)/r, an entire function of r², as a polynomial on [0, r_c²]: the Chebyshev series
/// of g, cut where its terms are below 1e-13 of g(0) and written in powers of v = 2r²/r_c² − 1. The slope is that of the
/// polynomial, so forces are the exact derivative of the energy; theory (8.3).
/// </summary>
internal sealed unsafe class ScreenedCoulomb : IDisposable
{
    private readonly NativeBuffer<double> _coefficients = new(0);

    /// <summary>α, 1/Å.</summary>
    public double Alpha { get; private set; } = double.NaN;

    /// <summary>Degree of the polynomial.</summary>
    public int Degree { get; private set; }

    /// <summary>v = <see cref="Scale"/> r² − 1.</summary>
    public double Scale { get; private set; }

    /// <summary>Coefficients from the highest power down, each in all lanes of a vector.</summary>
    public double* Coefficients => _coefficients.Pointer;

    /// <summary>Makes the polynomial where it is not there yet.</summary>
    /// <param name="alpha">1/Å; 0 for none, the plain Coulomb energy.</param>
    /// <param name="cutoff">r_c, Å.</param>
    public void Prepare(double alpha, double cutoff)
    {
        if (alpha == Alpha)
            return;
        Alpha = alpha;
        Scale = 2 / (cutoff * cutoff);
        var powers = Powers(Series(alpha, cutoff));
        Degree = powers.Length - 1;
        _coefficients.EnsureLength(8 * powers.Length);
        for (var k = 0; k < powers.Length; k++)
            Vector512.Create(powers[Degree - k]).Store(_coefficients.Pointer + (8 * k));
    }

    /// <summary>erf(x)/x, by the series 2/√π e^(−x²) Σ 2ᵏ x²ᵏ/(2k + 1)!!, all of whose terms are positive.</summary>
    public static double ErfOver(double x)
    {
        double term = 1, sum = 1;
        for (var k = 1; term > 1e-17 * sum; k++)
        {
            term *= 2 * x * x / ((2 * k) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>g and dg/dv for two vectors of v.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Evaluate(
        double* coefficients, int degree, Vector512<double> v0, Vector512<double> v1,
        out Vector512<double> g0, out Vector512<double> slope0, out Vector512<double> g1, out Vector512<double> slope1)
    {
        g0 = g1 = Vector512.Load(coefficients);
        slope0 = slope1 = Vector512<double>.Zero;
        for (var k = 1; k <= degree; k++)
        {
            var c = Vector512.Load(coefficients + (8 * k));
            slope0 = Vector512.FusedMultiplyAdd(slope0, v0, g0);
            slope1 = Vector512.FusedMultiplyAdd(slope1, v1, g1);
            g0 = Vector512.FusedMultiplyAdd(g0, v0, c);
            g1 = Vector512.FusedMultiplyAdd(g1, v1, c);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _coefficients.Dispose();

    /// <summary>The Chebyshev coefficients of g, as many as matter.</summary>
    private static double[] Series(double alpha, double cutoff)
    {
        if (alpha == 0)
            return [0];
        const int Nodes = 64;
        var values = new double[Nodes];
        for (var n = 0; n < Nodes; n++)
        {
            var v = Math.Cos(Math.PI * (n + 0.5) / Nodes);
            values[n] = alpha * ErfOver(alpha * cutoff * Math.Sqrt(0.5 * (1 + v)));
        }

        var series = new double[Nodes];
        for (var k = 0; k < Nodes; k++)
        {
            for (var n = 0; n < Nodes; n++)
                series[k] += (k == 0 ? 1.0 : 2.0) / Nodes * values[n] * Math.Cos(Math.PI * k * (n + 0.5) / Nodes);
        }

        var count = Nodes;
        while (count > 1 && Math.Abs(series[count - 1]) < 1e-13 * alpha)
            count--;
        return series[..count];
    }

    /// <summary>Σ c_k T_k(v) in powers of v, by T_{k+1} = 2vT_k − T_{k−1}.</summary>
    private static double[] Powers(double[] series)
    {
        var powers = new double[series.Length];
        double[] before = new double[series.Length + 1], now = new double[series.Length + 1];
        now[0] = 1;
        for (var k = 0; k < series.Length; k++)
        {
            for (var n = 0; n <= k; n++)
                powers[n] += series[k] * now[n];
            var next = new double[series.Length + 1];
            for (var n = 0; n <= k; n++)
                next[n + 1] += (k == 0 ? 1 : 2) * now[n];
            for (var n = 0; n < k; n++)
                next[n] -= before[n];
            (before, now) = (now, next);
        }

        return powers;
    }
}
