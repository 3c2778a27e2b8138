using System.Globalization;

namespace Meniscus.Building;

/// <summary>
/// Density of liquid water. From 273.15 to 373.15 K at 1 atm: G. S. Kell, J. Chem. Eng. Data 20, 97 (1975), the
/// ratio of polynomials in °C. Above, to the critical point 647.096 K, of the liquid in equilibrium with its vapour:
/// W. Wagner and A. Pruss, J. Phys. Chem. Ref. Data 22, 783 (1993), eq. 2.
/// </summary>
public static class WaterDensity
{
    private const double CelsiusZero = 273.15;
    private const double Boiling = 373.15;
    private const double CriticalTemperature = 647.096;
    private const double CriticalDensity = 0.322;

    /// <summary>The density, g/cm³.</summary>
    /// <param name="temperature">K, from 273.15 to 647.096.</param>
    /// <exception cref="InputException">The temperature is outside.</exception>
    public static double At(double temperature)
    {
        if (!(temperature >= CelsiusZero && temperature < CriticalTemperature))
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"temperature {temperature} K: the density of liquid water is known here from 273.15 to 647.096 K; give the density"));
        }

        return temperature <= Boiling ? AtOneAtmosphere(temperature - CelsiusZero) : Saturated(1 - (temperature / CriticalTemperature));
    }

    private static double AtOneAtmosphere(double t) =>
        (999.83952 + (t * (16.945176 + (t * (-7.9870401e-3 + (t * (-46.170461e-6 + (t * (105.56302e-9 - (t * 280.54253e-12))))))))))
        / (1 + (16.879850e-3 * t)) / 1000;

    private static double Saturated(double tau)
    {
        var third = Math.Cbrt(tau);
        return CriticalDensity * (1 + (1.99274064 * third) + (1.09965342 * third * third) - (0.510839303 * Math.Pow(third, 5))
            - (1.75493479 * Math.Pow(third, 16)) - (45.5170352 * Math.Pow(third, 43)) - (6.74694450e5 * Math.Pow(third, 110)));
    }
}
