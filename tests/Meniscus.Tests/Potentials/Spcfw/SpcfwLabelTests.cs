using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.Spcfw;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.Spcfw;

/// <summary>The 480 frames of <c>examples/water-spcfw</c>, labelled by LAMMPS with an Ewald sum of relative accuracy 1e-6.</summary>
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
        double energy = 0, force = 0, forceSquares = 0, virial = 0;
        for (var n = 0; n < system.FrameCount; n++)
        {
            system.Read(n, frame);
            potential.Evaluate(new Configuration(frame.Types, frame.Positions, new Cell(frame.Box)), result);
            energy = Math.Max(energy, Math.Abs((result.Energy - frame.Energy) / frame.Energy));
            force += SquaredDistance(result.Forces, frame.Forces);
            forceSquares += SquaredDistance(frame.Forces, new double[frame.Forces.Length]);
            virial = Math.Max(virial, Math.Sqrt(SquaredDistance(result.Virial, frame.Virial) / SquaredDistance(frame.Virial, new double[9])));
        }

        var relative = Math.Sqrt(force / forceSquares);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: energy {energy:e2}, force {relative:e2}, virial {virial:e2}, mesh {potential.MeshPoints}, alpha {potential.Alpha}");
        Assert.InRange(energy, 0, 1e-5);
        Assert.InRange(relative, 0, 1e-5);
        Assert.InRange(virial, 0, 1e-4);
    }

    private static double SquaredDistance(double[] a, double[] b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();
}
