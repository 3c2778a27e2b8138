using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>
/// Newton's equations: constant number, volume and energy. Conserved: U + K, up to an oscillation that falls as dt².
/// </summary>
public sealed class NveEnsemble(MolecularState state, IPotential potential, double timestep) : Ensemble(state, potential, timestep)
{
    /// <inheritdoc/>
    protected override void Step(double temperature, double pressure) => VelocityVerletStep();
}
