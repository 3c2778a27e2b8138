namespace Meniscus.Atoms;

/// <summary>
/// The motion of the centre of mass: no thermostat should heat it, and neither rounding nor forces that do not quite add
/// up to zero (a particle mesh) should make it grow.
/// </summary>
public static class CentreOfMassMotion
{
    /// <summary>Takes the mean velocity Σ m v/Σ m off all atoms.</summary>
    /// <param name="masses">Mass per atom, amu.</param>
    /// <param name="velocities">Å/ps, x y z per atom; changed.</param>
    public static void Remove(ReadOnlySpan<double> masses, Span<double> velocities)
    {
        if (masses.Length < 2)
            return;
        double px = 0, py = 0, pz = 0, mass = 0;
        for (var i = 0; i < masses.Length; i++)
        {
            px += masses[i] * velocities[3 * i];
            py += masses[i] * velocities[(3 * i) + 1];
            pz += masses[i] * velocities[(3 * i) + 2];
            mass += masses[i];
        }

        var (x, y, z) = (px / mass, py / mass, pz / mass);
        for (var i = 0; i < masses.Length; i++)
        {
            velocities[3 * i] -= x;
            velocities[(3 * i) + 1] -= y;
            velocities[(3 * i) + 2] -= z;
        }
    }
}
