using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.Spcfw;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.Spcfw;

/// <summary>
/// The 480 frames of <c>examples/water-spcfw</c>, labelled by LAMMPS with an Ewald sum of relative accuracy 1e-6. Against an exact sum
/// the labels are off by up to 3.7e-4 eV (1.8e-5 of the energy), 1e-5 eV/Å and 1e-3 eV (virial); the tolerances are these.
/// </summary>
public sealed class SpcfwLabelTests
{
    [Theory]
    [InlineData("bulk-300")]
    [InlineData("bulk-450")]
    [InlineData("bulk-600")]
    [InlineData("slab-300")]
    [InlineData("slab-450")]
    [InlineData("slab-600")]
    public void Energies_forces_and_virials_are_those_of_the_labels(string name)
    {
        using var team = new WorkerTeam(2);
        using var potential = new SpcfwPotential(team);
        using ILabelledSystem system = DeepmdSystem.Open(ExampleData.Path(name), potential.TypeMap);
        var frame = system.CreateFrame();
        var result = new Evaluation();
        double energy = 0, force = 0, forceSquares = 0, virial = 0, virialSquares = 0;
        for (var n = 0; n < system.FrameCount; n++)
        {
            system.Read(n, frame);
            potential.Evaluate(new Configuration(frame.Types, frame.Positions, new Cell(frame.Box)), result);
            energy = Math.Max(energy, Math.Abs((result.Energy - frame.Energy) / frame.Energy));
            force += SquaredDistance(result.Forces, frame.Forces);
            forceSquares += frame.Forces.Sum(f => f * f);
            virial += SquaredDistance(result.Virial, frame.Virial);
            virialSquares += frame.Virial.Sum(v => v * v);
        }

        Assert.InRange(energy, 0, 2e-5);
        Assert.InRange(Math.Sqrt(force / forceSquares), 0, 1e-5);
        Assert.InRange(Math.Sqrt(virial / virialSquares), 0, 3e-4);
    }

    private static double SquaredDistance(double[] a, double[] b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();
}
