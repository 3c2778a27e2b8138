using Meniscus.Atoms;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>
/// Constant temperature by a <see cref="NoseHooverChain"/>: half a step of the chain, velocity Verlet, half a step of
/// the chain; the definitions and the order of LAMMPS's <c>fix nvt</c>. Conserved: U + K + E_chain.
/// </summary>
public sealed class NoseHooverEnsemble : Ensemble
{
    private readonly NoseHooverChain _chain;
    private readonly double _period;

    /// <summary>Prepares the equations of motion.</summary>
    /// <param name="state">The atoms.</param>
    /// <param name="potential">What moves them.</param>
    /// <param name="timestep">dt, ps.</param>
    /// <param name="period">τ of the thermostat, ps.</param>
    /// <param name="chainLength">Thermostats in the chain.</param>
    public NoseHooverEnsemble(MolecularState state, IPotential potential, double timestep, double period, int chainLength = 3)
        : base(state, potential, timestep)
    {
        _period = period;
        _chain = new NoseHooverChain(chainLength, state.DegreesOfFreedom);
    }

    /// <inheritdoc/>
    protected override double ReservoirEnergy => _chain.Energy;

    /// <inheritdoc/>
    protected override void Step(double temperature, double pressure)
    {
        Thermostat(temperature);
        VelocityVerletStep();
        Thermostat(temperature);
    }

    /// <inheritdoc/>
    protected override void SaveReservoir(BinaryWriter writer) => _chain.Save(writer);

    /// <inheritdoc/>
    protected override void RestoreReservoir(BinaryReader reader) => _chain.Restore(reader);

    private void Thermostat(double temperature) =>
        State.ScaleVelocities(_chain.HalfStep(2 * State.KineticEnergy(), State.DegreesOfFreedom, Units.Boltzmann * temperature, _period, Timestep));
}
