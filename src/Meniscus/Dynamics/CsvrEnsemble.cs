using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>
/// Constant temperature by canonical sampling through velocity rescaling: after each step of velocity Verlet the kinetic
/// energy takes one step of its own stochastic dynamics, exactly,
/// <code>
/// K′ = c K + (1 − c)(K̄/N_f)(R₁² + Σ_{i=2}^{N_f} R_i²) + 2 R₁ √(c(1 − c) K K̄/N_f),   c = e^{−dt/τ},  K̄ = N_f k_B T/2   (10.5)
/// </code>
/// with R_i normal; the sum of squares is drawn as a gamma variable. Conserved: U + K − Σ(K′ − K).
/// Source: G. Bussi, D. Donadio and M. Parrinello, J. Chem. Phys. 126, 014101 (2007), eq. A7.
/// </summary>
public sealed class CsvrEnsemble : Ensemble
{
    private readonly double _period;
    private readonly RandomStream _random;
    private double _given;

    /// <summary>Prepares the equations of motion.</summary>
    /// <param name="state">The atoms.</param>
    /// <param name="potential">What moves them.</param>
    /// <param name="timestep">dt, ps.</param>
    /// <param name="period">τ, ps.</param>
    /// <param name="seed">Seed of the random numbers.</param>
    public CsvrEnsemble(MolecularState state, IPotential potential, double timestep, double period, long seed)
        : base(state, potential, timestep)
    {
        _period = period;
        _random = new RandomStream(seed, "csvr");
    }

    /// <inheritdoc/>
    protected override double ReservoirEnergy => -_given;

    /// <inheritdoc/>
    protected override void Step(double temperature, double pressure)
    {
        VelocityVerletStep();
        var kinetic = State.KineticEnergy();
        if (kinetic == 0)
            return;
        var factor = Factor(kinetic, State.DegreesOfFreedom, Units.Boltzmann * temperature);
        State.ScaleVelocities(factor);
        _given += ((factor * factor) - 1) * kinetic;
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

    /// <summary>√(K′/K), with the sign of ref. eq. A8: a rescaling may turn the velocities round.</summary>
    private double Factor(double kinetic, int degrees, double thermal)
    {
        var c = Math.Exp(-Timestep / _period);
        var share = (1 - c) * thermal / (2 * kinetic);
        var first = _random.NextNormal();
        var others = 2 * Gamma((degrees - 1) / 2.0);
        var squared = c + (share * ((first * first) + others)) + (2 * first * Math.Sqrt(c * share));
        var sign = first + Math.Sqrt(c / share) < 0 ? -1 : 1;
        return sign * Math.Sqrt(squared);
    }

    /// <summary>A gamma variable of scale 1 (G. Marsaglia and W. W. Tsang, ACM TOMS 26, 363 (2000)).</summary>
    private double Gamma(double shape)
    {
        if (shape == 0)
            return 0;
        if (shape < 1)
            return Gamma(shape + 1) * Math.Pow(1 - _random.NextDouble(), 1 / shape);
        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = _random.NextNormal();
            var v = 1 + (c * x);
            if (v <= 0)
                continue;
            v = v * v * v;
            if (Math.Log(1 - _random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
                return d * v;
        }
    }
}
