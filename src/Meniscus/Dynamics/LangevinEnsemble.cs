using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>
/// Constant temperature by friction and noise: half a step of the Ornstein–Uhlenbeck process
/// <code>
/// v′ = c v + √((1 − c²) k_B T/m) R,   c = e^{−dt/(2τ)}                                       (10.6)
/// </code>
/// before and after velocity Verlet. The motion of the centre of mass is taken off after each, which is a projection of
/// the process and leaves exactly N_f = 3N − 3 thermal degrees of freedom. Conserved: U + K − Σ(K′ − K).
/// Source: G. Bussi and M. Parrinello, Phys. Rev. E 75, 056707 (2007).
/// </summary>
public sealed class LangevinEnsemble : Ensemble
{
    private readonly double _period;
    private readonly RandomStream _random;
    private double _given;

    /// <summary>Prepares the equations of motion.</summary>
    /// <param name="state">The atoms.</param>
    /// <param name="potential">What moves them.</param>
    /// <param name="timestep">dt, ps.</param>
    /// <param name="period">τ, the inverse of the friction, ps.</param>
    /// <param name="seed">Seed of the random numbers.</param>
    public LangevinEnsemble(MolecularState state, IPotential potential, double timestep, double period, long seed)
        : base(state, potential, timestep)
    {
        _period = period;
        _random = new RandomStream(seed, "langevin");
    }

    /// <inheritdoc/>
    protected override double ReservoirEnergy => -_given;

    /// <inheritdoc/>
    protected override void Step(double temperature, double pressure)
    {
        Thermostat(temperature);
        VelocityVerletStep();
        Thermostat(temperature);
    }

    /// <inheritdoc/>
    protected override void SaveReservoir(BinaryWriter writer)
    {
        writer.Write(_random.State);
        writer.Write(_given);
    }

    /// <inheritdoc/>
    protected override void RestoreReservoir(BinaryReader reader)
    {
        _random.State = reader.ReadString();
        _given = reader.ReadDouble();
    }

    private void Thermostat(double temperature)
    {
        var before = State.KineticEnergy();
        var c = Math.Exp(-Timestep / (2 * _period));
        var noise = Math.Sqrt((1 - (c * c)) * Units.Boltzmann * temperature / Units.MassVelocitySquared);
        for (var i = 0; i < State.AtomCount; i++)
        {
            var width = noise / Math.Sqrt(State.Masses[i]);
            for (var a = 0; a < 3; a++)
                State.Velocities[(3 * i) + a] = (c * State.Velocities[(3 * i) + a]) + (width * _random.NextNormal());
        }

        CentreOfMassMotion.Remove(State.Masses, State.Velocities);
        _given += State.KineticEnergy() - before;
    }
}
