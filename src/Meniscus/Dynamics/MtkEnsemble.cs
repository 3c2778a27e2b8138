using Meniscus.Atoms;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>Which edges of the cell a barostat moves.</summary>
[Flags]
public enum BarostatAxes
{
    /// <summary>Along x.</summary>
    X = 1,

    /// <summary>Along y.</summary>
    Y = 2,

    /// <summary>Along z.</summary>
    Z = 4,

    /// <summary>All three.</summary>
    All = 7,
}

/// <summary>
/// Constant temperature and pressure: the equations of Martyna, Tobias and Klein with a chain of thermostats on the atoms
/// and another on the cell. With ω_a the strain rate of the cell along a moving axis (one rate for all three axes when the
/// coupling is isotropic, d = number of moving axes),
/// <code>
/// ṙ_a = v_a + ω_a r_a,   v̇_a = F_a/m − (ω_a + (1/3N) Σ_b ω_b) v_a − η̇₁ v_a
/// W ω̇_a = V (P_aa − P₀) + 2K/3N − W ζ̇₁ ω_a,   W = (N + 1) k_B T τ_p²                          (10.7)
/// E = U + K + E_chain + ½ Σ_a W ω_a² + ∫ P₀ dV + E_cell chain − ∫ ½ Σ_a ω_a² dW           (10.8)
/// </code>
/// E is conserved, under ramps too: the work of the pressure is summed up step by step, and so is that of changing W.
/// Splitting and masses are those of LAMMPS's <c>fix npt</c>, 3N in place of N_f too. Sources: G. J. Martyna, D. J. Tobias and M. L. Klein, J. Chem.
/// Phys. 101, 4177 (1994); M. E. Tuckerman et al., J. Phys. A 39, 5629 (2006). Where fewer than three axes move,
/// 2K/3N is the term that conserves E.
/// </summary>
public sealed class MtkEnsemble : Ensemble
{
    private readonly NoseHooverChain _atomChain;
    private readonly NoseHooverChain _cellChain;
    private readonly double[] _rate = new double[3];
    private readonly bool[] _moves = new bool[3];
    private readonly bool _isotropic;
    private readonly double _thermostatPeriod;
    private readonly double _barostatPeriod;
    private double _mass;
    private double _work;

    /// <summary>Prepares the equations of motion.</summary>
    /// <param name="state">The atoms; periodic.</param>
    /// <param name="potential">What moves them.</param>
    /// <param name="timestep">dt, ps.</param>
    /// <param name="thermostatPeriod">τ, ps.</param>
    /// <param name="barostatPeriod">τ_p, ps.</param>
    /// <param name="axes">Which edges move.</param>
    /// <param name="isotropic">Whether they keep their proportions; only with all three.</param>
    /// <param name="chainLength">Thermostats in each chain.</param>
    public MtkEnsemble(
        MolecularState state,
        IPotential potential,
        double timestep,
        double thermostatPeriod,
        double barostatPeriod,
        BarostatAxes axes = BarostatAxes.All,
        bool isotropic = true,
        int chainLength = 3)
        : base(state, potential, timestep)
    {
        if (isotropic && axes != BarostatAxes.All)
            throw new ArgumentException("an isotropic barostat moves all three axes", nameof(axes));
        _thermostatPeriod = thermostatPeriod;
        _barostatPeriod = barostatPeriod;
        _isotropic = isotropic;
        for (var a = 0; a < 3; a++)
            _moves[a] = axes.HasFlag((BarostatAxes)(1 << a));
        _atomChain = new NoseHooverChain(chainLength, state.DegreesOfFreedom);
        _cellChain = new NoseHooverChain(chainLength, 1);
    }

    /// <inheritdoc/>
    protected override double ReservoirEnergy => _atomChain.Energy + _cellChain.Energy + (0.5 * CellTwiceKinetic) + _work;

    private double CellTwiceKinetic => _mass * ((_rate[0] * _rate[0]) + (_rate[1] * _rate[1]) + (_rate[2] * _rate[2]));

    /// <inheritdoc/>
    protected override void Step(double temperature, double pressure)
    {
        var thermal = Units.Boltzmann * temperature;
        var target = pressure / Units.EvPerCubicAngstrom;
        SetMass(thermal);
        ThermostatCell(thermal);
        ThermostatAtoms(thermal);
        AccelerateCell(target);
        ScaleVelocitiesWithCell();
        State.Kick(Timestep / 2);
        StretchHalf(target);
        State.Drift(Timestep);
        StretchHalf(target);
        State.Evaluate(Potential);
        State.Kick(Timestep / 2);
        ScaleVelocitiesWithCell();
        AccelerateCell(target);
        ThermostatAtoms(thermal);
        ThermostatCell(thermal);
    }

    /// <inheritdoc/>
    protected override void SaveReservoir(BinaryWriter writer)
    {
        _atomChain.Save(writer);
        _cellChain.Save(writer);
        foreach (var rate in _rate)
            writer.Write(rate);
        writer.Write(_mass);
        writer.Write(_work);
    }

    /// <inheritdoc/>
    protected override void RestoreReservoir(BinaryReader reader)
    {
        _atomChain.Restore(reader);
        _cellChain.Restore(reader);
        for (var a = 0; a < 3; a++)
            _rate[a] = reader.ReadDouble();
        _mass = reader.ReadDouble();
        _work = reader.ReadDouble();
    }

    private void SetMass(double thermal)
    {
        var twiceKinetic = CellTwiceKinetic;
        var mass = (State.AtomCount + 1) * thermal * _barostatPeriod * _barostatPeriod;
        if (_mass > 0)
            _work -= 0.5 * twiceKinetic * ((mass / _mass) - 1);
        _mass = mass;
    }

    private void ThermostatCell(double thermal)
    {
        // With one common rate the three terms of the kinetic energy are one degree of freedom.
        var degrees = _isotropic ? 1 : _moves.Count(m => m);
        var factor = _cellChain.HalfStep(CellTwiceKinetic, degrees, thermal, _barostatPeriod, Timestep);
        for (var a = 0; a < 3; a++)
            _rate[a] *= factor;
    }

    private void ThermostatAtoms(double thermal) => State.ScaleVelocities(
        _atomChain.HalfStep(2 * State.KineticEnergy(), State.DegreesOfFreedom, thermal, _thermostatPeriod, Timestep));

    private void AccelerateCell(double target)
    {
        Span<double> stress = stackalloc double[6];
        State.KineticTensor(stress);
        var twiceKinetic = stress[0] + stress[1] + stress[2];
        for (var a = 0; a < 3; a++)
            stress[a] += State.Evaluation.Virial[4 * a];
        if (_isotropic)
            stress[..3].Fill((stress[0] + stress[1] + stress[2]) / 3);
        for (var a = 0; a < 3; a++)
        {
            if (_moves[a])
                _rate[a] += Timestep / 2 * (stress[a] - (target * State.Cell.Volume) + (twiceKinetic / (3 * State.AtomCount))) / _mass;
        }
    }

    private void ScaleVelocitiesWithCell()
    {
        var mean = (_rate[0] + _rate[1] + _rate[2]) / (3 * State.AtomCount);
        State.ScaleVelocities(
            Math.Exp(-Timestep / 2 * (_rate[0] + mean)),
            Math.Exp(-Timestep / 2 * (_rate[1] + mean)),
            Math.Exp(-Timestep / 2 * (_rate[2] + mean)));
    }

    private void StretchHalf(double target)
    {
        var before = State.Cell.Volume;
        State.Stretch(Math.Exp(Timestep / 2 * _rate[0]), Math.Exp(Timestep / 2 * _rate[1]), Math.Exp(Timestep / 2 * _rate[2]));
        _work += target * (State.Cell.Volume - before);
    }
}
