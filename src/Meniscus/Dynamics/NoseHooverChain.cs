namespace Meniscus.Dynamics;

/// <summary>
/// A chain of Nosé–Hoover thermostats on some degrees of freedom, with the masses LAMMPS gives them (<c>fix nvt</c>):
/// <code>
/// Q₁ = n k_B T τ² (atoms) or k_B T τ² (cell),  Q_k = k_B T τ²                            (10.2)
/// η̈₁ = (2K − n k_B T)/Q₁ − η̇₁η̇₂,   η̈_k = (Q_{k−1}η̇²_{k−1} − k_B T)/Q_k − η̇_k η̇_{k+1}      (10.3)
/// v̇ = F/m − η̇₁ v
/// E_chain = Σ ½ Q_k η̇_k² + ∫ n k_B T dη₁ + Σ_{k>1} ∫ k_B T dη_k − ∫ ½ Σ η̇_k² dQ_k             (10.4)
/// </code>
/// The integrals, instead of n k_B T η, and the work of changing the masses keep the sum conserved while T is ramped.
/// Half a step is the splitting of G. J. Martyna et al., Mol. Phys. 87, 1117 (1996), eqs 28–33.
/// </summary>
internal sealed class NoseHooverChain
{
    private readonly double[] _velocity;
    private readonly double[] _mass;
    private readonly double _firstMass;
    private double _work;

    /// <summary>Creates a chain at rest.</summary>
    /// <param name="length">Number of thermostats.</param>
    /// <param name="firstMass">Q₁ in units of k_B T τ².</param>
    public NoseHooverChain(int length, double firstMass)
    {
        _firstMass = firstMass;
        // One more, always at rest, behind the last.
        _velocity = new double[length + 1];
        _mass = new double[length];
    }

    /// <summary>E_chain, eV.</summary>
    public double Energy
    {
        get
        {
            var sum = _work;
            for (var k = 0; k < _mass.Length; k++)
                sum += 0.5 * _mass[k] * _velocity[k] * _velocity[k];
            return sum;
        }
    }

    /// <summary>Moves the chain by half a step.</summary>
    /// <param name="twiceKinetic">2K of the degrees of freedom, eV.</param>
    /// <param name="count">n, their number.</param>
    /// <param name="thermal">k_B T, eV.</param>
    /// <param name="period">τ, ps.</param>
    /// <param name="step">The whole step, ps.</param>
    /// <returns>The factor by which the velocities of the degrees of freedom change.</returns>
    public double HalfStep(double twiceKinetic, double count, double thermal, double period, double step)
    {
        SetMasses(thermal, period);
        var last = _mass.Length - 1;
        for (var k = last; k >= 0; k--)
            Kick(k, k == 0 ? twiceKinetic : 0, count, thermal, step);
        var factor = Math.Exp(-step / 2 * _velocity[0]);
        _work += count * thermal * step / 2 * _velocity[0];
        for (var k = 1; k <= last; k++)
            _work += thermal * step / 2 * _velocity[k];
        for (var k = 0; k <= last; k++)
            Kick(k, k == 0 ? twiceKinetic * factor * factor : 0, count, thermal, step);
        return factor;
    }

    /// <summary>Writes the state.</summary>
    public void Save(BinaryWriter writer)
    {
        foreach (var v in _velocity)
            writer.Write(v);
        foreach (var q in _mass)
            writer.Write(q);
        writer.Write(_work);
    }

    /// <summary>Takes back what <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader)
    {
        for (var k = 0; k < _velocity.Length; k++)
            _velocity[k] = reader.ReadDouble();
        for (var k = 0; k < _mass.Length; k++)
            _mass[k] = reader.ReadDouble();
        _work = reader.ReadDouble();
    }

    private void SetMasses(double thermal, double period)
    {
        for (var k = 0; k < _mass.Length; k++)
        {
            var mass = (k == 0 ? _firstMass : 1) * thermal * period * period;
            _work -= 0.5 * (mass - _mass[k]) * _velocity[k] * _velocity[k];
            _mass[k] = mass;
        }
    }

    /// <summary>A quarter step of one thermostat, between two eighths of the friction by the next one.</summary>
    private void Kick(int k, double twiceKinetic, double count, double thermal, double step)
    {
        var force = k == 0
            ? (twiceKinetic - (count * thermal)) / _mass[0]
            : ((_mass[k - 1] * _velocity[k - 1] * _velocity[k - 1]) - thermal) / _mass[k];
        var friction = Math.Exp(-step / 8 * _velocity[k + 1]);
        _velocity[k] = ((_velocity[k] * friction) + (force * step / 4)) * friction;
    }
}
