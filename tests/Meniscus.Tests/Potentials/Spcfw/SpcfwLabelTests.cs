using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.Spcfw;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.Spcfw;

/// <summary>
/// The 480 frames of <c>examples/water-spcfw</c>, labelled by LAMMPS with an Ewald sum of relative accuracy 1e-6. The direct sum has the
/// same splitting and the same waves, and what is left is its table for the pair sum, some 1e-6. Relative errors of every frame:
/// |ΔE|/|E| of the energy, root mean square over root mean square of forces and of the virial.
/// </summary>
public sealed class SpcfwLabelTests
{
    private const double Tolerance = 1e-5;

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
        Assert.Equal(80, system.FrameCount);
        for (var n = 0; n < system.FrameCount; n++)
        {
            system.Read(n, frame);
            potential.Evaluate(new Configuration(frame.Types, frame.Positions, new Cell(frame.Box)), result);
            Assert.InRange(Math.Abs((result.Energy - frame.Energy) / frame.Energy), 0, Tolerance);
            Assert.InRange(RelativeError(result.Forces, frame.Forces), 0, Tolerance);
            Assert.InRange(RelativeError(result.Virial, frame.Virial), 0, Tolerance);
        }

        Assert.Equal((0, 0, 0), potential.MeshPoints);
    }

    private static double RelativeError(double[] a, double[] b) =>
        Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum() / b.Sum(x => x * x));
}
