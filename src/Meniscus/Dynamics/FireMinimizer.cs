using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>
/// Goes to a minimum of the energy in a fixed cell by the fast inertial relaxation engine: dynamics whose velocities are
/// turned towards the forces while these do work, and set to zero when they do not. Velocities of its own are used, so
/// those of the atoms stay. Units of mass are 1, so times are Å·√(1/eV).
/// Source: E. Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006), with its parameters; steps are limited to 0.1 Å.
/// </summary>
public sealed class FireMinimizer : Ensemble
{
    private const double LongestMove = 0.1;
    private const double FirstTime = 0.1;
    private const double LongestTime = 1;
    private const double FirstMix = 0.1;
    private const int Patience = 5;

    private readonly double[] _velocity;
    private double _time = FirstTime;
    private double _mix = FirstMix;
    private int _downhill;

    /// <summary>Prepares the minimization.</summary>
    /// <param name="state">The atoms; evaluated already.</param>
    /// <param name="potential">The energy.</param>
    public FireMinimizer(MolecularState state, IPotential potential)
        : base(state, potential, 0)
    {
        _velocity = new double[state.Positions.Length];
    }

    /// <summary>Largest force on an atom, eV/Å.</summary>
    public static double LargestForce(ReadOnlySpan<double> forces)
    {
        double largest = 0;
        for (var k = 0; k < forces.Length; k += 3)
            largest = Math.Max(largest, (forces[k] * forces[k]) + (forces[k + 1] * forces[k + 1]) + (forces[k + 2] * forces[k + 2]));
        return Math.Sqrt(largest);
    }

    /// <inheritdoc/>
    protected override void Step(double temperature, double pressure)
    {
        Steer();
        var move = 0.0;
        for (var k = 0; k < _velocity.Length; k++)
        {
            _velocity[k] += _time * State.Forces[k];
            move = Math.Max(move, Math.Abs(_velocity[k] * _time));
        }

        var factor = _time * (move > LongestMove ? LongestMove / move : 1);
        for (var k = 0; k < _velocity.Length; k++)
            State.Positions[k] += factor * _velocity[k];
        State.Evaluate(Potential);
    }

    /// <inheritdoc/>
    protected override void SaveReservoir(BinaryWriter writer)
    {
        foreach (var v in _velocity)
            writer.Write(v);
        writer.Write(_time);
        writer.Write(_mix);
        writer.Write(_downhill);
    }

    /// <inheritdoc/>
    protected override void RestoreReservoir(BinaryReader reader)
    {
        for (var k = 0; k < _velocity.Length; k++)
            _velocity[k] = reader.ReadDouble();
        _time = reader.ReadDouble();
        _mix = reader.ReadDouble();
        _downhill = reader.ReadInt32();
    }

    private void Steer()
    {
        double power = 0, speed = 0, force = 0;
        for (var k = 0; k < _velocity.Length; k++)
        {
            var f = State.Forces[k];
            power += f * _velocity[k];
            speed += _velocity[k] * _velocity[k];
            force += f * f;
        }

        if (power <= 0)
        {
            Array.Clear(_velocity);
            (_time, _mix, _downhill) = (_downhill == 0 ? _time : _time / 2, FirstMix, 0);
            return;
        }

        var turn = force > 0 ? _mix * Math.Sqrt(speed / force) : 0;
        for (var k = 0; k < _velocity.Length; k++)
            _velocity[k] = ((1 - _mix) * _velocity[k]) + (turn * State.Forces[k]);
        if (++_downhill > Patience)
            (_time, _mix) = (Math.Min(1.1 * _time, LongestTime), 0.99 * _mix);
    }
}
