using Meniscus.Atoms;
using Meniscus.Dynamics;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Dynamics;

/// <summary>
/// The same Lennard-Jones atoms with the same velocities through the same equations of motion in LAMMPS, step by step. What
/// remains is the rounding of LAMMPS's constants (k_B to 1e-6).
/// </summary>
public sealed class LammpsDynamicsTests
{
    private const int Steps = 200;
    private const double TimestepPs = 0.002;

    [Theory]
    [InlineData("nve", "nve")]
    [InlineData("nvt", "nvt temp 120 120 0.1")]
    [InlineData("nvt-ramp", "nvt temp 120 200 0.1")]
    [InlineData("iso", "npt temp 120 120 0.1 iso 500 500 0.5")]
    [InlineData("aniso", "npt temp 120 120 0.1 aniso 500 500 0.5")]
    [InlineData("iso-ramp", "npt temp 120 120 0.1 iso 1 5000 0.5")]
    public void TheTrajectoryIsTheSame(string name, string fix)
    {
        Lammps.SkipWithout();
        using var folder = new TemporaryFolder();
        var state = State(out var potential);
        using (potential)
        {
            var expected = RunLammps(folder, state, fix);
            var sample = new ThermoSample(state);
            var ensemble = Create(name, state, potential);
            var (conserved, expectedConserved) = (ensemble.ConservedQuantity, expected.Column("Econserve")[0]);
            for (var row = 1; row < expected.RowCount; row++)
            {
                for (var step = 0; step < 20; step++)
                {
                    var (temperature, pressure) = Targets(name, state.Step + 1);
                    ensemble.Advance(temperature, pressure);
                }

                sample.Take(ensemble, 1, 0, 0);
                foreach (var (column, tolerance) in (ReadOnlySpan<(string, double)>)[("Temp", 2e-3), ("PotEng", 2e-4), ("Press", 0.5), ("Volume", 0.05), ("Lx", 1e-4), ("Lz", 1e-4), ("Pxx", 1.0), ("Pxy", 1.0)])
                    Assert.Equal(expected.Column(column)[row], ThermoColumns.Get(column)(sample), tolerance);
                // Of isotropic coupling and of ramps LAMMPS's sum is not conserved, and this one is.
                var change = ensemble.ConservedQuantity - conserved;
                if (name is "nve" or "nvt" or "aniso")
                    Assert.Equal(expected.Column("Econserve")[row] - expectedConserved, change, 1e-6);
                Assert.InRange(change, -1.5e-3, 1.5e-3);
            }
        }
    }

    private static (double Temperature, double Pressure) Targets(string name, long step) => (
        new Ramp(120, name == "nvt-ramp" ? 200 : 120).At(step, Steps),
        name == "iso-ramp" ? new Ramp(1, 5000).At(step, Steps) : 500);

    private static Ensemble Create(string name, MolecularState state, IPotential potential) => name switch
    {
        "nve" => new NveEnsemble(state, potential, TimestepPs),
        "iso" or "iso-ramp" => new MtkEnsemble(state, potential, TimestepPs, 0.1, 0.5),
        "aniso" => new MtkEnsemble(state, potential, TimestepPs, 0.1, 0.5, BarostatAxes.All, isotropic: false),
        _ => new NoseHooverEnsemble(state, potential, TimestepPs, 0.1),
    };

    private static MolecularState State(out IPotential potential)
    {
        var lattice = SoftSpheres.Lattice(6, spacing: 3.75, seed: 4);
        var map = new TypeMap(["Ar"]);
        potential = new LennardJones(map, [new(0.0103, 3.4)], 8, shifted: true);
        var state = new MolecularState(map, new int[lattice.AtomCount], [.. Enumerable.Repeat(39.95, lattice.AtomCount)], lattice.Positions, lattice.Cell);
        state.DrawVelocities(120, new RandomStream(2, "velocities"));
        state.Evaluate(potential);
        return state;
    }

    private static ThermoTable RunLammps(TemporaryFolder folder, MolecularState state, string fix)
    {
        LammpsData.Write(folder.File("data"), new Frame(state.TypeMap, state.Types, state.Positions, state.Cell) { Velocities = state.Velocities, Masses = [39.95] });
        File.WriteAllText(folder.File("in"), FormattableString.Invariant($"""
            units metal
            atom_style atomic
            boundary p p p
            read_data {folder.File("data")}
            pair_style lj/cut 8
            pair_modify shift yes
            pair_coeff * * 0.0103 3.4
            neigh_modify delay 0 every 1 check yes
            timestep {TimestepPs}
            fix motion all {fix}
            thermo_style custom step temp pe ke etotal econserve press vol lx ly lz pxx pyy pzz pxy pxz pyz
            thermo_modify format float %.12g
            thermo 20
            run {Steps}
            """));
        OtherProgram.Run("lmp", ["-in", folder.File("in"), "-log", folder.File("log")]);
        return ThermoTable.Read(folder.File("log"));
    }
}
