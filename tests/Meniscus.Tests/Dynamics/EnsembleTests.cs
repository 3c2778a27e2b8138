using Meniscus.Atoms;
using Meniscus.Dynamics;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Dynamics;

/// <summary>What every equation of motion must keep: its conserved quantity, momentum, its own restart.</summary>
public sealed class EnsembleTests
{
    public static TheoryData<string> All => [.. SphereRun.Ensembles];

    [Theory]
    [MemberData(nameof(All))]
    public void TheConservedQuantityScattersWithTheSquareOfTheTimeStep(string name)
    {
        var coarse = Scatter(name, 0.004, 250, ramp: false);
        var fine = Scatter(name, 0.002, 500, ramp: false);
        // Noise takes a finer step along another path, and the scatter with it.
        var (low, high) = name == "langevin" ? (2.0, 9.0) : (3.2, 4.8);
        Assert.InRange(coarse / fine, low, high);
    }

    [Theory]
    [InlineData("nose-hoover")]
    [InlineData("npt-iso")]
    [InlineData("npt-aniso")]
    [InlineData("npt-z")]
    public void ItIsConservedWhileTemperatureAndPressureAreRamped(string name)
    {
        var coarse = Scatter(name, 0.004, 250, ramp: true);
        var fine = Scatter(name, 0.002, 500, ramp: true);
        // The targets change in steps, which is of first order in the time step.
        Assert.InRange(fine, 0, 0.75 * coarse);
        Assert.InRange(fine, 0, 0.02);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void MomentumStaysZero(string name)
    {
        using var potential = new SoftSpheres();
        var state = SphereRun.State(potential);
        var ensemble = SphereRun.Create(name, state, potential, 0.004);
        for (var step = 0; step < 100; step++)
            ensemble.Advance(300, 1000);
        for (var axis = 0; axis < 3; axis++)
        {
            var momentum = Enumerable.Range(0, state.AtomCount).Sum(i => state.Masses[i] * state.Velocities[(3 * i) + axis]);
            Assert.InRange(momentum, -1e-9, 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void ASavedEnsembleGoesOnToTheLastBit(string name)
    {
        using var potential = new SoftSpheres();
        var state = SphereRun.State(potential);
        var ensemble = SphereRun.Create(name, state, potential, 0.004);
        for (var step = 0; step < 20; step++)
            ensemble.Advance(300, 1000);

        var copy = new MolecularState(state.TypeMap, state.Types, state.Masses, state.Positions, state.Cell) { Step = state.Step };
        state.Velocities.CopyTo(copy.Velocities, 0);
        copy.Evaluate(potential);
        using var memory = new MemoryStream();
        ensemble.Save(new BinaryWriter(memory));
        memory.Position = 0;
        var other = SphereRun.Create(name, copy, potential, 0.004);
        other.Restore(new BinaryReader(memory));
        for (var step = 0; step < 20; step++)
        {
            ensemble.Advance(320, 2000);
            other.Advance(320, 2000);
        }

        Assert.Equal(state.Positions, copy.Positions);
        Assert.Equal(state.Velocities, copy.Velocities);
        Assert.Equal(state.Cell.ToArray(), copy.Cell.ToArray());
        Assert.Equal(ensemble.ConservedQuantity, other.ConservedQuantity);
    }

    [Fact]
    public void NewtonsEquationsRunBackwards()
    {
        using var potential = new SoftSpheres();
        var state = SphereRun.State(potential);
        var start = state.Positions.ToArray();
        var ensemble = new NveEnsemble(state, potential, 0.004);
        for (var turn = 0; turn < 2; turn++)
        {
            for (var step = 0; step < 200; step++)
                ensemble.Advance(0, 0);
            state.ScaleVelocities(-1);
        }

        for (var k = 0; k < start.Length; k++)
            Assert.Equal(start[k], state.Positions[k], 1e-8);
    }

    [Fact]
    public void RemovingTheMotionOfTheCentreOfMassKeepsTheConservedQuantity()
    {
        using var potential = new SoftSpheres();
        var state = SphereRun.State(potential);
        for (var k = 0; k < state.Velocities.Length; k += 3)
            state.Velocities[k] += 2;
        var ensemble = new NveEnsemble(state, potential, 0.004);
        var before = ensemble.ConservedQuantity;
        ensemble.RemoveCentreOfMassMotion();
        Assert.Equal(before, ensemble.ConservedQuantity, 1e-9);
        Assert.InRange(Enumerable.Range(0, state.AtomCount).Sum(i => state.Masses[i] * state.Velocities[3 * i]), -1e-9, 1e-9);
    }

    [Fact]
    public void OneMovingAxisLeavesTheOthersAlone()
    {
        using var potential = new SoftSpheres();
        var state = SphereRun.State(potential);
        var cell = state.Cell;
        var ensemble = SphereRun.Create("npt-z", state, potential, 0.004);
        for (var step = 0; step < 50; step++)
            ensemble.Advance(300, 20_000);
        Assert.Equal(cell[0, 0], state.Cell[0, 0]);
        Assert.Equal(cell[1, 1], state.Cell[1, 1]);
        Assert.True(Math.Abs(cell[2, 2] - state.Cell[2, 2]) > 1e-3);
    }

    [Fact]
    public void PressureIsTheChangeOfTheEnergyWithVolume()
    {
        using var potential = new SoftSpheres();
        var state = SphereRun.State(potential);
        Span<double> pressure = stackalloc double[6];
        state.PressureTensor(pressure);
        // The configurational part by stretching x, the kinetic part as K scales with 1/L² at constant momentum in the cell.
        const double Strain = 1e-5;
        double[] energies = [0, 0];
        for (var side = 0; side < 2; side++)
        {
            var moved = SphereRun.State(potential);
            moved.Stretch(Math.Exp((2 * side - 1) * Strain), 1, 1);
            moved.Evaluate(potential);
            energies[side] = moved.Evaluation.Energy;
        }

        Span<double> kinetic = stackalloc double[6];
        state.KineticTensor(kinetic);
        var expected = (kinetic[0] - ((energies[1] - energies[0]) / (2 * Strain))) / state.Cell.Volume * Units.EvPerCubicAngstrom;
        Assert.Equal(expected, pressure[0], 1e-5 * Math.Abs(expected));
    }

    /// <summary>Standard deviation of the conserved quantity, eV.</summary>
    private static double Scatter(string name, double timestep, int steps, bool ramp)
    {
        using var potential = new SoftSpheres();
        var state = SphereRun.State(potential);
        var ensemble = SphereRun.Create(name, state, potential, timestep);
        var values = new double[steps];
        for (var step = 0; step < steps; step++)
        {
            var part = ramp ? (step + 1.0) / steps : 0;
            ensemble.Advance(300 + (200 * part), 10_000 + (20_000 * part));
            values[step] = ensemble.ConservedQuantity;
        }

        var mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }
}
