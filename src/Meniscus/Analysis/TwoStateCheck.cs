using System.Globalization;

namespace Meniscus.Analysis;

/// <summary>
/// Whether two runs at different temperatures or pressures sample the same system with the weights of statistical mechanics.
/// The density of states is that of both, so the ratio of their distributions is known without it:
/// <code>
/// ln P₂(x)/P₁(x) = a + s x,   s = β₁ − β₂ for x = U (NVT) or U + P V (NPT, same P),   s = −β(P₂ − P₁) for x = V (NPT, same T)
/// </code>
/// a and s that make all samples most probable are found by logistic regression, with their covariance:
/// M. R. Shirts, J. Chem. Theory Comput. 9, 909 (2013).
/// </summary>
public sealed class TwoStateCheck
{
    // Two normal distributions this many mean deviations apart share 1% of their area.
    private const double FarthestApart = 5.15;
    private const int Bins = 20;
    private const int FewestPerBin = 5;

    private TwoStateCheck(string quantity, string unit, double[] first, double[] second)
    {
        (Quantity, Unit, First, Second) = (quantity, unit, first, second);
    }

    /// <summary>What is compared.</summary>
    public string Quantity { get; }

    /// <summary>Its unit; the slope is per this.</summary>
    public string Unit { get; }

    /// <summary>Independent samples of the first run.</summary>
    public double[] First { get; }

    /// <summary>Independent samples of the second run.</summary>
    public double[] Second { get; }

    /// <summary>s.</summary>
    public double Slope { get; private init; }

    /// <summary>Its standard error.</summary>
    public double SlopeError { get; private init; }

    /// <summary>s as it should be.</summary>
    public double ExpectedSlope { get; private init; }

    /// <summary>a.</summary>
    public double Offset { get; private init; }

    /// <summary>The share of their area that both distributions have in common, were they normal.</summary>
    public double Overlap { get; private init; }

    /// <summary>How far the slope is off, in its standard errors.</summary>
    public double Deviation => (Slope - ExpectedSlope) / SlopeError;

    /// <summary>Whether the error is small enough, a quarter of the slope, for the test to say something.</summary>
    public bool IsResolved => SlopeError < 0.25 * Math.Abs(ExpectedSlope);

    /// <summary>What is wrong, one line, or null.</summary>
    public string? Failure => Math.Abs(Deviation) <= KineticEnergyCheck.MostDeviations
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"the log ratio of the distributions of {Quantity} has the slope {Estimate.Text(Slope, SlopeError)} per {Unit}, {Deviation:+0.0;-0.0} standard errors from {ExpectedSlope:g5}");

    /// <summary>Checks two runs.</summary>
    /// <param name="quantity">What is compared.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="first">Series of the first run.</param>
    /// <param name="second">Series of the second run.</param>
    /// <param name="expectedSlope">s as it should be.</param>
    /// <exception cref="InputException">The distributions do not overlap.</exception>
    public static TwoStateCheck Of(string quantity, string unit, double[] first, double[] second, double expectedSlope)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var (a, b) = (Independent(first), Independent(second));
        var (meanA, meanB) = (Moments.Mean(a), Moments.Mean(b));
        var spread = 0.5 * (Math.Sqrt(Moments.Variance(a, meanA)) + Math.Sqrt(Moments.Variance(b, meanB)));
        var apart = Math.Abs(meanB - meanA) / spread;
        if (!(apart < FarthestApart))
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"the two runs do not overlap: their mean {quantity} is {apart:g3} standard deviations apart, expected at most {FarthestApart}; bring the two temperatures or pressures to {100 * 2 / apart:g2}% of their difference"));
        }

        var (offset, slope, error) = Regress(a, b, 0.5 * (meanA + meanB), spread);
        return new TwoStateCheck(quantity, unit, a, b)
        {
            Slope = slope,
            SlopeError = error,
            ExpectedSlope = expectedSlope,
            Offset = offset,
            Overlap = 2 * NormalTail(apart / 2),
        };
    }

    /// <summary>ln P₂/P₁ from histograms, where both have samples: middle of the bin, value, error. For pictures; the slope does not come from it.</summary>
    public (double X, double Value, double Error)[] LogRatio()
    {
        var (low, high) = (Math.Max(First.Min(), Second.Min()), Math.Min(First.Max(), Second.Max()));
        var points = new List<(double, double, double)>();
        var width = (high - low) / Bins;
        for (var k = 0; k < Bins && width > 0; k++)
        {
            var (from, to) = (low + (k * width), low + ((k + 1) * width));
            var (n1, n2) = (First.Count(x => x >= from && x < to), Second.Count(x => x >= from && x < to));
            if (n1 >= FewestPerBin && n2 >= FewestPerBin)
                points.Add((from + (width / 2), Math.Log((double)n2 / Second.Length / ((double)n1 / First.Length)), Math.Sqrt((1.0 / n1) + (1.0 / n2))));
        }

        return [.. points];
    }

    private static double[] Independent(double[] series) => Decorrelated.Every(series, Autocorrelation.IntegratedTime(series));

    /// <summary>
    /// The most probable a and s by Newton's method: a sample x is of the second run with the probability
    /// 1/(1 + (n₁/n₂) e^{−a − s x}). The likelihood has one maximum.
    /// </summary>
    private static (double Offset, double Slope, double Error) Regress(double[] first, double[] second, double centre, double scale)
    {
        var prior = Math.Log((double)second.Length / first.Length);
        double a = 0, s = 0, hss = 0, det = 1, haa = 1;
        for (var step = 0; step < 100; step++)
        {
            double ga = 0, gs = 0, has = 0;
            (haa, hss) = (0, 0);
            foreach (var (x, isSecond) in first.Select(x => (x, 0.0)).Concat(second.Select(x => (x, 1.0))))
            {
                var u = (x - centre) / scale;
                var p = 1 / (1 + Math.Exp(-(prior + a + (s * u))));
                ga += isSecond - p;
                gs += (isSecond - p) * u;
                haa += p * (1 - p);
                has += p * (1 - p) * u;
                hss += p * (1 - p) * u * u;
            }

            det = (haa * hss) - (has * has);
            var (da, ds) = (((hss * ga) - (has * gs)) / det, ((haa * gs) - (has * ga)) / det);
            // Far from the maximum the full step overshoots.
            var shorten = Math.Min(1, 2 / Math.Max(1e-300, Math.Abs(da) + Math.Abs(ds)));
            a += shorten * da;
            s += shorten * ds;
            if (Math.Abs(da) + Math.Abs(ds) < 1e-12 * (1 + Math.Abs(a) + Math.Abs(s)))
                break;
        }

        var slope = s / scale;
        return (a - (slope * centre), slope, Math.Sqrt(haa / det) / scale);
    }

    /// <summary>½ erfc(z/√2), by the approximation of Abramowitz and Stegun, 26.2.17 (error below 10⁻⁷).</summary>
    private static double NormalTail(double z)
    {
        var t = 1 / (1 + (0.2316419 * z));
        return Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI)
            * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
    }
}
