using Meniscus.Atoms;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>
/// Equations of motion that sample an ensemble, one step at a time by velocity Verlet (W. C. Swope et al., J. Chem. Phys.
/// 76, 637 (1982)), and the quantity they conserve. The state is complete after every step: positions, velocities and
/// forces belong to the same moment.
/// </summary>
public abstract class Ensemble
{
    private double _removed;

    /// <summary>Prepares the equations of motion.</summary>
    /// <param name="state">The atoms; evaluated already.</param>
    /// <param name="potential">What moves them; owned by the caller.</param>
    /// <param name="timestep">dt, ps.</param>
    protected Ensemble(MolecularState state, IPotential potential, double timestep)
    {
        State = state;
        Potential = potential;
        Timestep = timestep;
    }

    /// <summary>dt, ps.</summary>
    public double Timestep { get; }

    /// <summary>What the equations of motion conserve: energy of the atoms and of what they exchange energy with, eV.</summary>
    public double ConservedQuantity => State.Evaluation.Energy + State.KineticEnergy() + ReservoirEnergy + _removed;

    /// <summary>The atoms.</summary>
    protected MolecularState State { get; }

    /// <summary>What moves them.</summary>
    protected IPotential Potential { get; }

    /// <summary>Energy of thermostat and barostat, eV.</summary>
    protected virtual double ReservoirEnergy => 0;

    /// <summary>Does one step.</summary>
    /// <param name="temperature">Target at the end of the step, K; not used without a thermostat.</param>
    /// <param name="pressure">Target at the end of the step, bar; not used without a barostat.</param>
    public void Advance(double temperature, double pressure)
    {
        Step(temperature, pressure);
        State.Step++;
    }

    /// <summary>Stops the centre of mass; the energy that takes stays in the conserved quantity.</summary>
    public void RemoveCentreOfMassMotion()
    {
        var before = State.KineticEnergy();
        CentreOfMassMotion.Remove(State.Masses, State.Velocities);
        _removed += before - State.KineticEnergy();
    }

    /// <summary>Writes everything that is not in the state of the atoms.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(_removed);
        SaveReservoir(writer);
    }

    /// <summary>Takes back what <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _removed = reader.ReadDouble();
        RestoreReservoir(reader);
    }

    /// <summary>One step; <see cref="MolecularState.Step"/> is counted by the caller.</summary>
    protected abstract void Step(double temperature, double pressure);

    /// <summary>Writes thermostat, barostat and random numbers.</summary>
    protected virtual void SaveReservoir(BinaryWriter writer)
    {
    }

    /// <summary>Takes back what <see cref="SaveReservoir"/> wrote.</summary>
    protected virtual void RestoreReservoir(BinaryReader reader)
    {
    }

    /// <summary>Velocity Verlet: half a kick, drift, new forces, half a kick.</summary>
    protected void VelocityVerletStep()
    {
        State.Kick(Timestep / 2);
        State.Drift(Timestep);
        State.Evaluate(Potential);
        State.Kick(Timestep / 2);
    }
}
