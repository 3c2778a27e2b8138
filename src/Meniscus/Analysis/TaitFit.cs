using Meniscus.Numerics;

namespace Meniscus.Analysis;

/// <summary>
/// Tait's equation (9.16) through states, by least squares weighted with the errors of density and, through the slope, of
/// pressure; a second pass takes the slope from the first. Errors of the parameters are those of the weights, times √χ² per
/// degree of freedom where that is above 1: the states then scatter more than their errors say.
/// </summary>
public sealed class TaitFit
{
    private readonly double[] _parameters;
    private readonly double[,] _covariance;

    private TaitFit(double referencePressure, LeastSquaresFit fit, int states)
    {
        ReferencePressure = referencePressure;
        _parameters = fit.Parameters;
        _covariance = fit.Covariance;
        StateCount = states;
        ReducedChiSquare = fit.SumOfSquares / (states - 3);
        for (var i = 0; i < 9; i++)
            _covariance[i / 3, i % 3] *= Math.Max(1, ReducedChiSquare);
    }

    /// <summary>Pressure P₀ that the density is given at, bar.</summary>
    public double ReferencePressure { get; }

    /// <summary>Number of states fitted.</summary>
    public int StateCount { get; }

    /// <summary>χ² per degree of freedom; far above 1 the states are not on the curve within their errors.</summary>
    public double ReducedChiSquare { get; }

    /// <summary>ρ(P₀), g/cm³.</summary>
    public Estimate Density => new(_parameters[0], Math.Sqrt(_covariance[0, 0]), StateCount);

    /// <summary>C.</summary>
    public Estimate C => new(_parameters[1], Math.Sqrt(_covariance[1, 1]), StateCount);

    /// <summary>B, bar.</summary>
    public Estimate B => new(Math.Exp(_parameters[2]) - ReferencePressure, Math.Exp(_parameters[2]) * Math.Sqrt(_covariance[2, 2]), StateCount);

    /// <summary>κ(P₀), 1/bar.</summary>
    public Estimate Compressibility
    {
        get
        {
            // κ = C e^{−u} with u = ln(B + P₀).
            var value = _parameters[1] * Math.Exp(-_parameters[2]);
            var variance = (_covariance[1, 1] / (_parameters[1] * _parameters[1])) + _covariance[2, 2] - (2 * _covariance[1, 2] / _parameters[1]);
            return new Estimate(value, Math.Abs(value) * Math.Sqrt(Math.Max(0, variance)), StateCount);
        }
    }

    /// <summary>Density at a pressure, g/cm³.</summary>
    /// <param name="pressure">bar.</param>
    public double At(double pressure) => Shifted(pressure - ReferencePressure, _parameters, new double[3]);

    internal static TaitFit? Find(IReadOnlyList<StatePoint> states, double referencePressure)
    {
        var used = states.Where(s => double.IsFinite(s.Density.StandardError) && double.IsFinite(s.Pressure.Mean)).ToArray();
        if (used.Length < 4)
            return null;
        var pressures = Array.ConvertAll(used, s => s.Pressure.Mean - referencePressure);
        var densities = Array.ConvertAll(used, s => s.Density.Mean);
        var lowest = pressures.Index().MinBy(p => Math.Abs(p.Item)).Index;
        double[] start = [densities[lowest], 0.12, Math.Log(3000)];
        var fit = LeastSquaresFit.Find(Shifted, pressures, densities, Weights(used, null), start);
        fit = LeastSquaresFit.Find(Shifted, pressures, densities, Weights(used, fit.Parameters), fit.Parameters);
        var result = new TaitFit(referencePressure, fit, used.Length);
        return fit.Converged && double.IsFinite(result.Compressibility.StandardError) && double.IsFinite(result.B.Mean) ? result : null;
    }

    private static double[] Weights(StatePoint[] states, double[]? parameters)
    {
        // Where no error is known at all, every state counts the same.
        var floor = states.Max(s => s.Density.Mean) * 1e-9;
        return Array.ConvertAll(states, s =>
        {
            var slope = parameters is null ? 5e-5 : s.Density.Mean * parameters[1] / (Math.Exp(parameters[2]) + s.Pressure.Mean - 1);
            var fromPressure = double.IsFinite(s.Pressure.StandardError) ? slope * s.Pressure.StandardError : 0;
            return Math.Sqrt((s.Density.StandardError * s.Density.StandardError) + (fromPressure * fromPressure) + (floor * floor));
        });
    }

    /// <summary>ρ₀/(1 − C ln(1 + (P − P₀)e^{−u})), u = ln(B + P₀), which keeps B + P₀ above 0.</summary>
    private static double Shifted(double x, ReadOnlySpan<double> p, Span<double> gradient)
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
