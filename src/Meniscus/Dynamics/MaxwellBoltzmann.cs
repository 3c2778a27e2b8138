using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Dynamics;

/// <summary>
/// Velocities of a temperature: every component normal with variance k_B T/m, the motion of the centre of mass taken off,
/// then scaled so that the temperature is met exactly, as LAMMPS's <c>velocity create … dist gaussian</c> does.
/// </summary>
public static class MaxwellBoltzmann
{
    /// <summary>Draws velocities.</summary>
    /// <param name="state">The atoms; their velocities are replaced.</param>
    /// <param name="temperature">K.</param>
    /// <param name="random">Random numbers.</param>
    public static void Draw(MolecularState state, double temperature, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(random);
        for (var i = 0; i < state.AtomCount; i++)
        {
            var width = Math.Sqrt(Units.Boltzmann * temperature / (state.Masses[i] * Units.MassVelocitySquared));
            for (var a = 0; a < 3; a++)
                state.Velocities[(3 * i) + a] = width * random.NextNormal();
        }

        CentreOfMass.RemoveMotion(state);
        var found = state.Temperature(state.KineticEnergy());
        if (found > 0)
            state.ScaleVelocities(Math.Sqrt(temperature / found));
    }
}
