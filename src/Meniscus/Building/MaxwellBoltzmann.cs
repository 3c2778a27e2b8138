using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Building;

/// <summary>
/// Velocities at a temperature: each component normal with variance kT/m, without net momentum, then scaled so that
/// Σ m v²/(k (3N − 3)) is the temperature, as LAMMPS's <c>velocity create</c> does.
/// </summary>
public static class MaxwellBoltzmann
{
    /// <summary>Draws velocities, Å/ps, x y z per atom.</summary>
    /// <param name="masses">Mass per atom, amu.</param>
    /// <param name="temperature">K.</param>
    /// <param name="random">Where the numbers come from.</param>
    public static double[] Draw(ReadOnlySpan<double> masses, double temperature, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var velocities = new double[3 * masses.Length];
        for (var i = 0; i < masses.Length; i++)
        {
            var width = Math.Sqrt(Units.Boltzmann * temperature / (masses[i] * Units.MassVelocitySquared));
            for (var k = 0; k < 3; k++)
                velocities[(3 * i) + k] = width * random.NextNormal();
        }

        RemoveMomentum(masses, velocities);
        var found = Temperature(masses, velocities);
        for (var i = 0; i < velocities.Length && found > 0; i++)
            velocities[i] *= Math.Sqrt(temperature / found);
        return velocities;
    }

    /// <summary>The temperature of velocities without net momentum, K.</summary>
    public static double Temperature(ReadOnlySpan<double> masses, ReadOnlySpan<double> velocities)
    {
        var twice = 0.0;
        for (var i = 0; i < velocities.Length; i++)
            twice += masses[i / 3] * velocities[i] * velocities[i];
        return masses.Length < 2 ? 0 : twice * Units.MassVelocitySquared / (Units.Boltzmann * ((3 * masses.Length) - 3));
    }

    private static void RemoveMomentum(ReadOnlySpan<double> masses, double[] velocities)
    {
        for (var k = 0; k < 3; k++)
        {
            var (momentum, mass) = (0.0, 0.0);
            for (var i = 0; i < masses.Length; i++)
                (momentum, mass) = (momentum + (masses[i] * velocities[(3 * i) + k]), mass + masses[i]);
            for (var i = 0; i < masses.Length; i++)
                velocities[(3 * i) + k] -= momentum / mass;
        }
    }
}
