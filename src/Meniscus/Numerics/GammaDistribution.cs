namespace Meniscus.Numerics;

/// <summary>
/// The gamma distribution of shape a and scale θ, density x^{a−1} e^{−x/θ}/(Γ(a) θ^a): that of the kinetic energy of N_f = 2a
/// degrees of freedom at θ = k_B T. Its integral is the regularised incomplete gamma function P(a, x/θ), below a + 1 by its
/// series and above by its continued fraction: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 6.5.29 and 6.5.31.
/// </summary>
public static class GammaDistribution
{
    private const int MostTerms = 100_000;

    /// <summary>Probability of a value up to x.</summary>
    /// <param name="x">The value.</param>
    /// <param name="shape">a, above 0.</param>
    /// <param name="scale">θ, above 0, in the unit of x.</param>
    public static double Cumulative(double x, double shape, double scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale);
        var y = x / scale;
        if (y <= 0)
            return 0;
        var weight = Math.Exp((shape * Math.Log(y)) - y - LogGamma(shape));
        return y < shape + 1 ? weight * Series(shape, y) : 1 - (weight * Fraction(shape, y));
    }

    /// <summary>Probability density at x.</summary>
    /// <param name="x">The value.</param>
    /// <param name="shape">a, above 0.</param>
    /// <param name="scale">θ, above 0, in the unit of x.</param>
    public static double Density(double x, double shape, double scale) =>
        x <= 0 ? 0 : Math.Exp(((shape - 1) * Math.Log(x / scale)) - (x / scale) - LogGamma(shape)) / scale;

    /// <summary>ln Γ(x) for x above 0: Stirling's series (ibid. 6.1.41) from 10 on, the recurrence below.</summary>
    /// <param name="x">The argument.</param>
    public static double LogGamma(double x)
    {
        double shift = 0;
        for (; x < 10; x++)
            shift -= Math.Log(x);
        var r = 1 / (x * x);
        var series = (1.0 / 12) - (r * ((1.0 / 360) - (r * ((1.0 / 1260) - (r * ((1.0 / 1680) - (r * (1.0 / 1188))))))));
        return shift + ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (series / x);
    }

    private static double Series(double a, double x)
    {
        var term = 1 / a;
        var sum = term;
        for (var n = 1; n < MostTerms && term > 1e-17 * sum; n++)
        {
            term *= x / (a + n);
            sum += term;
        }

        return sum;
    }

    /// <summary>The continued fraction by the method of Lentz.</summary>
    private static double Fraction(double a, double x)
    {
        const double Tiny = 1e-300;
        var b = x + 1 - a;
        var c = 1 / Tiny;
        var d = 1 / b;
        var value = d;
        for (var n = 1; n < MostTerms; n++)
        {
            var term = -n * (n - a);
            b += 2;
            d = 1 / NotZero((term * d) + b);
            c = NotZero(b + (term / c));
            value *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-15)
                break;
        }

        return value;

        static double NotZero(double v) => Math.Abs(v) < Tiny ? Tiny : v;
    }
}
