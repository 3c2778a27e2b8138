using Meniscus.Atoms;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>From the stage of an input to its equations of motion.</summary>
internal static class StageEnsemble
{
    /// <summary>Creates the equations of motion of a stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="state">The atoms.</param>
    /// <param name="potential">What moves them.</param>
    /// <param name="timestep">dt, ps.</param>
    /// <param name="seed">Seed of the stage.</param>
    /// <exception cref="InputException">A barostat needs a cell, and there is none.</exception>
    public static Ensemble Create(StageInput stage, MolecularState state, IPotential potential, double timestep, long seed)
    {
        var period = stage.ThermostatPeriodFs * Units.Femtosecond;
        return stage.Kind switch
        {
            StageKind.Minimize => new FireMinimizer(state, potential),
            StageKind.Nve => new NveEnsemble(state, potential, timestep),
            StageKind.Npt => state.Cell.IsPeriodic
                ? new MtkEnsemble(state, potential, timestep, period, stage.BarostatPeriodFs * Units.Femtosecond, stage.Axes, stage.Isotropic, stage.ChainLength)
                : throw new InputException($"{stage.Name}: the structure has no cell, and a barostat needs one; give the structure a cell or use nvt"),
            _ => stage.Thermostat switch
            {
                ThermostatKind.Csvr => new CsvrEnsemble(state, potential, timestep, period, seed),
                ThermostatKind.Langevin => new LangevinEnsemble(state, potential, timestep, period, seed),
                _ => new NoseHooverEnsemble(state, potential, timestep, period, stage.ChainLength),
            },
        };
    }
}
