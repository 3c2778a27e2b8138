using Meniscus.Numerics;

namespace Meniscus.Analysis;

/// <summary>
/// Tait's equation (9.16) through states, by least squares weighted with the errors of density and, through the slope, of
/// pressure; a second pass takes the slope from the first. Errors of the parameters are those of the weights, times √χ² per
/// degree of freedom where that is above 1: the states then scatter more than their errors say.
/// <para>
/// The equation keeps its form when P₀ changes, so it is fitted from the lowest pressure of the states, where B + P₀ must be above 0, and
/// evaluated elsewhere: κ(P) = C/((B + P)(1 − C ln((B + P)/(B + P₀)))) (9.17).
/// </para>
/// </summary>
public sealed class TaitFit
{
    private const double OrdinaryPressure = 1;
    private const double FarthestExtrapolation = 0.1;
    private readonly double[] _parameters;
    private readonly double[,] _covariance;
    private readonly double _lowest;

    private TaitFit(LeastSquaresFit fit, double lowest, double highest, int states)
    {
        _parameters = fit.Parameters;
        _covariance = fit.Covariance;
        _lowest = lowest;
        StateCount = states;
        ReducedChiSquare = fit.SumOfSquares / (states - 3);
        for (var i = 0; i < 9; i++)
            _covariance[i / 3, i % 3] *= Math.Max(1, ReducedChiSquare);
        var isNear = lowest - OrdinaryPressure <= FarthestExtrapolation * (highest - lowest);
        ReferencePressure = isNear && ParameterB(_parameters) + OrdinaryPressure > 0 ? OrdinaryPressure : lowest;
    }

    /// <summary>Pressure that density and compressibility are given at, bar: 1, or the lowest of the states where 1 bar is farther from it than a tenth of the range.</summary>
    public double ReferencePressure { get; }

    /// <summary>Number of states fitted.</summary>
    public int StateCount { get; }

    /// <summary>χ² per degree of freedom; far above 1 the states are not on the curve within their errors.</summary>
    public double ReducedChiSquare { get; }

    /// <summary>Density at <see cref="ReferencePressure"/>, g/cm³.</summary>
    public Estimate Density => Derived(p => ValueAt(ReferencePressure, p));

    /// <summary>Isothermal compressibility at <see cref="ReferencePressure"/>, 1/bar.</summary>
    public Estimate Compressibility => CompressibilityAt(ReferencePressure);

    /// <summary>C, for volumes relative to that at <see cref="ReferencePressure"/>.</summary>
    public Estimate C => Derived(p => p[1] / VolumeAt(ReferencePressure, p));

    /// <summary>B, bar.</summary>
    public Estimate B => Derived(ParameterB);

    /// <summary>Density at a pressure, g/cm³; NaN where the curve does not reach.</summary>
    /// <param name="pressure">bar.</param>
    public double At(double pressure) => ValueAt(pressure, _parameters);

    /// <summary>Isothermal compressibility at a pressure, 1/bar.</summary>
    /// <param name="pressure">bar.</param>
    public Estimate CompressibilityAt(double pressure) => Derived(p => p[1] / ((ParameterB(p) + pressure) * VolumeAt(pressure, p)));

    internal static TaitFit? Find(IReadOnlyList<StatePoint> states)
    {
        var used = states.Where(s => double.IsFinite(s.Density.StandardError) && double.IsFinite(s.Pressure.Mean)).ToArray();
        if (used.Length < 4)
            return null;
        var lowest = used.Min(s => s.Pressure.Mean);
        var pressures = Array.ConvertAll(used, s => s.Pressure.Mean - lowest);
        var densities = Array.ConvertAll(used, s => s.Density.Mean);
        double[] start = [densities[Array.IndexOf(pressures, 0.0)], 0.12, Math.Log(3000)];
        var fit = LeastSquaresFit.Find(FromLowest, pressures, densities, Errors(used, lowest, null), start);
        fit = LeastSquaresFit.Find(FromLowest, pressures, densities, Errors(used, lowest, fit.Parameters), fit.Parameters);
        if (!fit.Converged)
            return null;
        var result = new TaitFit(fit, lowest, used.Max(s => s.Pressure.Mean), used.Length);
        return double.IsFinite(result.Compressibility.StandardError) && double.IsFinite(result.B.StandardError) ? result : null;
    }

    private double ParameterB(double[] p) => Math.Exp(p[2]) - _lowest;

    private double ValueAt(double pressure, double[] p) => FromLowest(pressure - _lowest, p, new double[3]);

    /// <summary>V(P)/V(lowest).</summary>
    private double VolumeAt(double pressure, double[] p) => p[0] / ValueAt(pressure, p);

    /// <summary>A quantity computed from the parameters, and its error by (∂q/∂p)ᵀ cov (∂q/∂p) with central differences.</summary>
    private Estimate Derived(Func<double[], double> quantity)
    {
        var slope = new double[3];
        for (var i = 0; i < 3; i++)
        {
            var step = 1e-5 * Math.Max(Math.Abs(_parameters[i]), 1e-3);
            double[] up = [.. _parameters], down = [.. _parameters];
            (up[i], down[i]) = (up[i] + step, down[i] - step);
            slope[i] = (quantity(up) - quantity(down)) / (2 * step);
        }

        double variance = 0;
        for (var k = 0; k < 9; k++)
            variance += slope[k / 3] * _covariance[k / 3, k % 3] * slope[k % 3];
        return new Estimate(quantity(_parameters), Math.Sqrt(Math.Max(0, variance)), StateCount);
    }

    private static double[] Errors(StatePoint[] states, double lowest, double[]? parameters)
    {
        // Where no error is known at all, every state counts the same.
        var floor = states.Max(s => s.Density.Mean) * 1e-9;
        return Array.ConvertAll(states, s =>
        {
            var slope = parameters is null ? 5e-5 : s.Density.Mean * parameters[1] / (Math.Exp(parameters[2]) + s.Pressure.Mean - lowest);
            var fromPressure = double.IsFinite(s.Pressure.StandardError) ? slope * s.Pressure.StandardError : 0;
            return Math.Sqrt((s.Density.StandardError * s.Density.StandardError) + (fromPressure * fromPressure) + (floor * floor));
        });
    }

    /// <summary>ρ₀/(1 − C ln(1 + x e^{−u})), x = P − P₀ and u = ln(B + P₀), which keeps B + P₀ above 0.</summary>
    private static double FromLowest(double x, ReadOnlySpan<double> p, Span<double> gradient)
    {
        var scaled = x * Math.Exp(-p[2]);
        var logarithm = Math.Log(1 + scaled);
        var volume = 1 - (p[1] * logarithm);
        if (!(volume > 0) || !(1 + scaled > 0))
            return double.NaN;
        gradient[0] = 1 / volume;
        gradient[1] = p[0] * logarithm / (volume * volume);
        gradient[2] = -p[0] * p[1] * scaled / ((1 + scaled) * volume * volume);
        return p[0] / volume;
    }
}
