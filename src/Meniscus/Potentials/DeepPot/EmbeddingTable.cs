namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// An embedding network as DeePMD-kit's TensorFlow backend tabulates it (<c>dp compress</c>): polynomials of fifth
/// degree, one per output and step of s̃, with a fine step up to <see cref="Upper"/> and a coarse one up to
/// <see cref="End"/>. The networks themselves are no longer in such a file, so the table is the model.
/// <code>
/// G_m(s̃) = a₀ + a₁x + a₂x² + a₃x³ + a₄x⁴ + a₅x⁵,   x = s̃ − start of the step
/// </code>
/// Below the first step and beyond the last the polynomial's tangent at that end goes on, as in DeePMD-kit since June
/// 2026. Source: D. Lu et al., J. Chem. Theory Comput. 18, 5559 (2022); docs/theory.md, (4.6).
/// </summary>
public sealed record EmbeddingTable
{
    /// <summary>Coefficients per polynomial.</summary>
    internal const int Terms = 6;

    /// <summary>Smallest s̃ of the table.</summary>
    public required double Lower { get; init; }

    /// <summary>Where the coarse steps begin.</summary>
    public required double Upper { get; init; }

    /// <summary>Largest s̃ of the table.</summary>
    public required double End { get; init; }

    /// <summary>Step from <see cref="Lower"/> to <see cref="Upper"/>.</summary>
    public required double FineStep { get; init; }

    /// <summary>Step from <see cref="Upper"/> to <see cref="End"/>.</summary>
    public required double CoarseStep { get; init; }

    /// <summary>Number of outputs, M.</summary>
    public required int Width { get; init; }

    /// <summary>a₀ to a₅ per output, per step: (steps, M, 6) row-major.</summary>
    public required double[] Coefficients { get; init; }

    /// <summary>Number of steps.</summary>
    public int StepCount => Coefficients.Length / (Terms * Width);

    /// <summary>How many steps the limits ask for.</summary>
    internal int ExpectedSteps => LastStep + 1;

    private int FineCount => (int)((Upper - Lower) / FineStep);

    private int LastStep => FineCount + (int)(Math.Max(0, Math.BitDecrement(End) - Upper) / CoarseStep);

    /// <summary>The step of a value.</summary>
    /// <param name="s">s̃.</param>
    /// <param name="x">Distance from the start of the step, or from there to the end of the table.</param>
    /// <param name="beyond">How far s̃ lies outside the table: 0, below 0 before it, above 0 after it.</param>
    public int Locate(double s, out double x, out double beyond)
    {
        beyond = 0;
        if (!(s >= Lower))
        {
            (x, beyond) = (0, s - Lower);
            return 0;
        }

        if (s < Upper)
        {
            var step = (int)((s - Lower) / FineStep);
            x = s - ((step * FineStep) + Lower);
            return Existing(step, ref x);
        }

        var last = s >= End;
        var coarse = last ? LastStep : FineCount + (int)((s - Upper) / CoarseStep);
        x = (last ? End : s) - (((coarse - FineCount) * CoarseStep) + Upper);
        beyond = last ? s - End : 0;
        return Existing(coarse, ref x);
    }

    /// <summary>G and dG/ds̃ of every output.</summary>
    public void Evaluate(double s, Span<double> values, Span<double> slopes)
    {
        var step = Locate(s, out var x, out var beyond);
        for (var m = 0; m < Width; m++)
        {
            var a = Coefficients.AsSpan(((step * Width) + m) * Terms, Terms);
            slopes[m] = a[1] + (x * ((2 * a[2]) + (x * ((3 * a[3]) + (x * ((4 * a[4]) + (x * 5 * a[5])))))));
            values[m] = a[0] + (x * (a[1] + (x * (a[2] + (x * (a[3] + (x * (a[4] + (x * a[5]))))))))) + (slopes[m] * beyond);
        }
    }

    /// <summary>Rounding can leave the last step out of the file; the one before it then goes on.</summary>
    private int Existing(int step, ref double x)
    {
        var missing = step - (StepCount - 1);
        if (missing <= 0)
            return step;
        x += missing * (step > FineCount ? CoarseStep : FineStep);
        return StepCount - 1;
    }
}
