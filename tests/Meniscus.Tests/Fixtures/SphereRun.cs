using Meniscus.Atoms;
using Meniscus.Dynamics;
using Meniscus.Numerics;
using Meniscus.Potentials;

namespace Meniscus.Tests.Fixtures;

/// <summary>Soft spheres in motion, one equation of motion after the other under the same test.</summary>
public static class SphereRun
{
    /// <summary>All equations of motion by name.</summary>
    public static IReadOnlyList<string> Ensembles { get; } = ["nve", "nose-hoover", "csvr", "langevin", "npt-iso", "npt-aniso", "npt-z"];

    /// <summary>n³ spheres with velocities of a temperature.</summary>
    public static MolecularState State(IPotential potential, int n = 4, double temperature = 300, int seed = 1)
    {
        var frame = SoftSpheres.Lattice(n, seed: seed);
        double[] masses = [.. frame.Types.Select(t => t == 0 ? 39.95 : 20.18)];
        var state = new MolecularState(potential.TypeMap, frame.Types, masses, frame.Positions, frame.Cell);
        state.DrawVelocities(temperature, new RandomStream(seed, "velocities"));
        state.Evaluate(potential);
        return state;
    }

    /// <summary>The equations of motion of a name, with periods that couple well.</summary>
    public static Ensemble Create(string name, MolecularState state, IPotential potential, double timestep) => name switch
    {
        "nve" => new NveEnsemble(state, potential, timestep),
        "nose-hoover" => new NoseHooverEnsemble(state, potential, timestep, 0.1),
        "csvr" => new CsvrEnsemble(state, potential, timestep, 0.1, 3),
        "langevin" => new LangevinEnsemble(state, potential, timestep, 0.1, 3),
        "npt-iso" => new MtkEnsemble(state, potential, timestep, 0.1, 0.5),
        "npt-aniso" => new MtkEnsemble(state, potential, timestep, 0.1, 0.5, BarostatAxes.All, isotropic: false),
        _ => new MtkEnsemble(state, potential, timestep, 0.1, 0.5, BarostatAxes.Z, isotropic: false),
    };
}
