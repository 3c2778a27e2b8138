namespace Meniscus.Analysis;

/// <summary>
/// Surface tension of water in equilibrium with its vapour: IAPWS R1-76(2014), Revised Release on Surface Tension of Ordinary Water
/// Substance, eq. 1, γ = B τ^μ (1 + b τ) with τ = 1 − T/T_c. From the triple point, 273.16 K, to the critical point; supercooled water
/// follows it to about 248 K.
/// </summary>
public static class WaterSurfaceTension
{
    /// <summary>Critical temperature, K.</summary>
    public const double CriticalTemperature = 647.096;

    private const double B = 235.8;
    private const double LinearTerm = -0.625;
    private const double Exponent = 1.256;

    /// <summary>The surface tension, mN/m; 0 from the critical point on.</summary>
    /// <param name="temperature">K.</param>
    public static double At(double temperature)
    {
        var tau = 1 - (temperature / CriticalTemperature);
        return tau > 0 ? B * Math.Pow(tau, Exponent) * (1 + (LinearTerm * tau)) : 0;
    }
}
