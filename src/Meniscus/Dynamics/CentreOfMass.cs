namespace Meniscus.Dynamics;

/// <summary>
/// The motion of the centre of mass: no thermostat should heat it, and neither rounding nor forces that do not quite add
/// up to zero (a particle mesh) should make it grow.
/// </summary>
public static class CentreOfMass
{
    /// <summary>Takes the mean velocity Σ m v/Σ m off all atoms.</summary>
    /// <param name="state">The atoms; their velocities change.</param>
    public static void RemoveMotion(MolecularState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.AtomCount < 2)
            return;
        double px = 0, py = 0, pz = 0;
        var v = state.Velocities;
        for (var i = 0; i < state.AtomCount; i++)
        {
            px += state.Masses[i] * v[3 * i];
            py += state.Masses[i] * v[(3 * i) + 1];
            pz += state.Masses[i] * v[(3 * i) + 2];
        }

        var (x, y, z) = (px / state.TotalMass, py / state.TotalMass, pz / state.TotalMass);
        for (var i = 0; i < state.AtomCount; i++)
        {
            v[3 * i] -= x;
            v[(3 * i) + 1] -= y;
            v[(3 * i) + 2] -= z;
        }
    }
}
