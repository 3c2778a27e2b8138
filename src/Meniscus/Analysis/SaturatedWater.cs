namespace Meniscus.Analysis;

/// <summary>
/// Densities of water and its vapour in equilibrium, from the triple point to the critical point: W. Wagner and A. Pruss, J. Phys. Chem.
/// Ref. Data 22, 783 (1993), eqs. 2 and 3 (IAPWS SR1-86(1992)).
/// </summary>
public static class SaturatedWater
{
    private const double CriticalDensity = 0.322;

    /// <summary>Density of the liquid, g/cm³; that of the critical point from there on.</summary>
    /// <param name="temperature">K.</param>
    public static double Liquid(double temperature)
    {
        var third = Math.Cbrt(Tau(temperature));
        return CriticalDensity * (1 + (1.99274064 * third) + (1.09965342 * Math.Pow(third, 2)) - (0.510839303 * Math.Pow(third, 5))
            - (1.75493479 * Math.Pow(third, 16)) - (45.5170352 * Math.Pow(third, 43)) - (6.74694450e5 * Math.Pow(third, 110)));
    }

    /// <summary>Density of the vapour, g/cm³; that of the critical point from there on.</summary>
    /// <param name="temperature">K.</param>
    public static double Vapour(double temperature)
    {
        var sixth = Math.Pow(Tau(temperature), 1.0 / 6);
        return CriticalDensity * Math.Exp(
            (-2.03150240 * Math.Pow(sixth, 2)) - (2.68302940 * Math.Pow(sixth, 4)) - (5.38626492 * Math.Pow(sixth, 8))
            - (17.2991605 * Math.Pow(sixth, 18)) - (44.7586581 * Math.Pow(sixth, 37)) - (63.9201063 * Math.Pow(sixth, 71)));
    }

    private static double Tau(double temperature) => Math.Max(0, 1 - (temperature / WaterSurfaceTension.CriticalTemperature));
}
