using Meniscus.Numerics;

namespace Meniscus.Analysis;

/// <summary>
/// A slab of liquid in its vapour as two hyperbolic tangents,
/// ρ(z) = ρ_v + ½(ρ_l − ρ_v)[tanh((z − z₁)/d₁) − tanh((z − z₂)/d₂)] (9.9), fitted by least squares:
/// J. S. Rowlinson and B. Widom, Molecular Theory of Capillarity (1982). z₁ and z₂ are the Gibbs dividing surfaces of zero
/// adsorption. The density goes from 10% to 90% over 2 artanh(0.8) d = 2.1972 d. Errors come from fitting blocks of
/// the run one by one.
/// </summary>
public sealed class InterfaceFit
{
    /// <summary>10–90 width over d.</summary>
    public const double WidthPerDecay = 2.1972245773362196;

    private InterfaceFit(Estimate[] values)
    {
        (Liquid, Vapour, Lower, Upper) = (values[0], values[1], values[2], values[3]);
        (LowerWidth, UpperWidth) = (values[4].Times(WidthPerDecay), values[5].Times(WidthPerDecay));
    }

    /// <summary>Density of the liquid, g/cm³.</summary>
    public Estimate Liquid { get; }

    /// <summary>Density of the vapour, g/cm³.</summary>
    public Estimate Vapour { get; }

    /// <summary>Dividing surface below the centre, z₁, Å.</summary>
    public Estimate Lower { get; }

    /// <summary>Dividing surface above the centre, z₂, Å.</summary>
    public Estimate Upper { get; }

    /// <summary>10–90 width at z₁, Å.</summary>
    public Estimate LowerWidth { get; }

    /// <summary>10–90 width at z₂, Å.</summary>
    public Estimate UpperWidth { get; }

    /// <summary>Value of the fitted function, g/cm³.</summary>
    /// <param name="z">Å from the centre.</param>
    public double At(double z) => Slab(
        z,
        [Liquid.Mean, Vapour.Mean, Lower.Mean, Upper.Mean, LowerWidth.Mean / WidthPerDecay, UpperWidth.Mean / WidthPerDecay],
        new double[6]);

    internal static InterfaceFit? Find(double[] z, double[] density, double length, IEnumerable<double[]> blocks)
    {
        if (Guess(z, density) is not { } guess || Parameters(z, density, guess, length) is not { } whole)
            return null;
        var fits = blocks.Select(block => Parameters(z, block, whole, length)).OfType<double[]>().ToList();
        var values = new Estimate[whole.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var average = BlockAverage.Of(fits.ConvertAll(fit => fit[i]).ToArray());
            values[i] = new Estimate(whole[i], average.StandardError, average.IndependentSamples);
        }

        return new InterfaceFit(values);
    }

    private static double[]? Guess(double[] z, double[] density)
    {
        if (z.Length < 8)
            return null;
        var edge = Math.Max(1, z.Length / 16);
        var liquid = Moments.Mean(density.AsSpan((z.Length / 2) - edge, 2 * edge));
        var vapour = (Moments.Mean(density.AsSpan(0, edge)) + Moments.Mean(density.AsSpan(z.Length - edge))) / 2;
        // A filled cell has structure but no interfaces.
        if (vapour > 0.6 * liquid)
            return null;
        var middle = (liquid + vapour) / 2;
        var lower = Array.FindIndex(density, d => d > middle);
        var upper = Array.FindLastIndex(density, d => d > middle);
        return lower < upper ? [liquid, vapour, z[lower], z[upper], 1.5, 1.5] : null;
    }

    private static double[]? Parameters(double[] z, double[] density, double[] guess, double length)
    {
        var fit = LeastSquaresFit.Find(Slab, z, density, [], guess);
        var p = fit.Parameters;
        (p[4], p[5]) = (Math.Abs(p[4]), Math.Abs(p[5]));
        return fit.Converged && p[0] > p[1] && p[2] < p[3] && p[3] - p[2] < length && p[4] < length && p[5] < length ? p : null;
    }

    private static double Slab(double z, ReadOnlySpan<double> p, Span<double> gradient)
    {
        var (lower, upper) = (Math.Tanh((z - p[2]) / p[4]), Math.Tanh((z - p[3]) / p[5]));
        var half = (p[0] - p[1]) / 2;
        var (lowerSlope, upperSlope) = (half * (1 - (lower * lower)) / p[4], -half * (1 - (upper * upper)) / p[5]);
        gradient[0] = (lower - upper) / 2;
        gradient[1] = 1 - gradient[0];
        gradient[2] = -lowerSlope;
        gradient[3] = -upperSlope;
        gradient[4] = -lowerSlope * (z - p[2]) / p[4];
        gradient[5] = -upperSlope * (z - p[3]) / p[5];
        return p[1] + (half * (lower - upper));
    }
}
