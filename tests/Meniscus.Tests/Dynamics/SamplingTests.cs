using Meniscus.Atoms;
using Meniscus.Dynamics;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Dynamics;

/// <summary>Thermostats and the barostat sample their ensembles: means and fluctuations against statistical mechanics.</summary>
public sealed class SamplingTests
{
    private const double Temperature = 300;

    [Theory]
    [InlineData("nose-hoover")]
    [InlineData("csvr")]
    [InlineData("langevin")]
    [InlineData("npt-iso")]
    public void TheKineticEnergyHasTheMaxwellBoltzmannDistribution(string name)
    {
        using var potential = new SoftSpheres { Skin = 1 };
        var state = SphereRun.State(potential, n: 3);
        var ensemble = SphereRun.Create(name, state, potential, 0.004);
        var values = new List<double>();
        for (var step = 0; step < 22_000; step++)
        {
            ensemble.Advance(Temperature, 10_000);
            if (step >= 2000)
                values.Add(state.KineticEnergy());
        }

        // K is a gamma variable: mean N_f k_B T/2, variance N_f (k_B T)²/2.
        var thermal = Units.Boltzmann * Temperature;
        var mean = values.Average();
        var variance = values.Average(k => (k - mean) * (k - mean));
        Assert.Equal(1, mean / (0.5 * state.DegreesOfFreedom * thermal), 0.02);
        Assert.Equal(1, variance / (0.5 * state.DegreesOfFreedom * thermal * thermal), 0.15);
    }

    [Theory]
    [InlineData("npt-iso")]
    [InlineData("npt-aniso")]
    [InlineData("npt-z")]
    public void TheBarostatHoldsThePressureAndTheVolumeFluctuatesAsItsResponseSays(string name)
    {
        using var potential = new SoftSpheres { Skin = 1 };
        var (low, lowVariance, lowPressure) = Volume(name, potential, 9_500);
        var (high, highVariance, _) = Volume(name, potential, 10_500);
        Assert.Equal(9_500, lowPressure, 250.0);
        // ⟨δV²⟩ = −k_B T d⟨V⟩/dP
        var response = -Units.Boltzmann * Temperature * (high - low) / (1000 / Units.EvPerCubicAngstrom);
        Assert.Equal(1, response / ((lowVariance + highVariance) / 2), 0.35);
    }

    private static (double Mean, double Variance, double Pressure) Volume(string name, SoftSpheres potential, double pressure)
    {
        var state = SphereRun.State(potential, n: 3);
        var ensemble = SphereRun.Create(name, state, potential, 0.004);
        var (volumes, pressures) = (new List<double>(), new List<double>());
        Span<double> tensor = stackalloc double[6];
        for (var step = 0; step < 40_000; step++)
        {
            ensemble.Advance(Temperature, pressure);
            if (step < 4000)
                continue;
            volumes.Add(state.Cell.Volume);
            state.PressureTensor(tensor);
            pressures.Add(name == "npt-z" ? tensor[2] : (tensor[0] + tensor[1] + tensor[2]) / 3);
        }

        var mean = volumes.Average();
        return (mean, volumes.Average(v => (v - mean) * (v - mean)), pressures.Average());
    }
}
