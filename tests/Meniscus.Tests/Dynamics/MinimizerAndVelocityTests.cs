using Meniscus.Dynamics;
using Meniscus.Numerics;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Dynamics;

/// <summary>What comes before the dynamics: a relaxed structure and velocities.</summary>
public sealed class MinimizerAndVelocityTests
{
    [Fact]
    public void TheMinimizerGoesDownToSmallForces()
    {
        using var potential = new SoftSpheres();
        var state = SphereRun.State(potential);
        var (energy, velocities) = (state.Evaluation.Energy, state.Velocities.ToArray());
        var fire = new FireMinimizer(state, potential);
        var steps = 0;
        while (FireMinimizer.LargestForce(state.Forces) > 1e-6 && steps++ < 2000)
            fire.Advance(0, 0);
        Assert.InRange(steps, 5, 1500);
        Assert.True(state.Evaluation.Energy < energy - 0.1);
        Assert.Equal(velocities, state.Velocities);
    }

    [Fact]
    public void DrawnVelocitiesHaveTheTemperatureAndNoMomentum()
    {
        using var potential = new SoftSpheres();
        var state = SphereRun.State(potential);
        state.DrawVelocities(432.1, new RandomStream(7, "velocities"));
        Assert.Equal(432.1, state.Temperature(state.KineticEnergy()), 1e-9);
        Assert.InRange(Enumerable.Range(0, state.AtomCount).Sum(i => state.Masses[i] * state.Velocities[(3 * i) + 1]), -1e-9, 1e-9);
        // Equipartition between the two masses.
        var heavy = Enumerable.Range(0, state.AtomCount).Where(i => state.Types[i] == 0).Sum(i => Energy(state, i));
        var light = Enumerable.Range(0, state.AtomCount).Where(i => state.Types[i] == 1).Sum(i => Energy(state, i));
        Assert.InRange(heavy / light, 0.6, 1.6);
    }

    private static double Energy(MolecularState state, int i) =>
        state.Masses[i] * state.Velocities.AsSpan(3 * i, 3).ToArray().Sum(v => v * v);
}
