using Meniscus.Atoms;
using Meniscus.Potentials.Spcfw;

namespace Meniscus.Tests.Potentials.Spcfw;

/// <summary>The choice of method, splitting and waves, beside what LAMMPS prints for <c>kspace_style ewald</c>.</summary>
[Trait("Category", "Kernels")]
public sealed class EwaldChoiceTests
{
    // "G vector", "kxmax kymax kzmax" and the actual "KSpace vectors" of LAMMPS.
    [Theory]
    [InlineData(12.42, 0.37134693, 5, 257)]
    [InlineData(50, 0.35958523, 18, 1018)]
    public void Small_water_is_summed_with_the_splitting_and_the_waves_of_lammps(double height, double alpha, int multiple, int waves)
    {
        var cell = Box(12.42, 12.42, height);
        var choice = Choose(cell, 64);
        Assert.Equal(EwaldMethod.Direct, choice.Method);
        Assert.Equal(alpha, choice.Alpha, 5e-9);
        Assert.Equal((5, 5, multiple), choice.Waves);
        using var sum = new EwaldSum();
        sum.Prepare(choice, cell, 192);
        Assert.Equal(waves, sum.WaveCount);
    }

    [Fact]
    public void Larger_water_gets_a_mesh()
    {
        Assert.Equal(EwaldMethod.Mesh, Choose(Box(24.84, 24.84, 24.84), 512).Method);
        Assert.Equal(EwaldMethod.Mesh, Choose(Box(24.84, 24.84, 100), 512).Method);
    }

    [Fact]
    public void Few_charges_in_a_large_cell_get_the_splitting_of_lammps()
    {
        var choice = EwaldChoice.Make(Box(100, 100, 100), 2, 2, SpcfwWater.Cutoff, 1e-3, EwaldMethod.Direct);
        Assert.Equal(0.16837381, choice.Alpha, 5e-9);
        Assert.Equal((4, 4, 4), choice.Waves);
    }

    [Fact]
    public void An_oblique_cell_has_all_waves_of_its_sphere()
    {
        var cell = new Cell([12.42, 0, 0, 8, 12, 0, -7, 9, 14]);
        var choice = Choose(cell, 64);
        for (var axis = 0; axis < 3; axis++)
        {
            var multiple = axis switch { 0 => choice.Waves.A, 1 => choice.Waves.B, _ => choice.Waves.C };
            Assert.True(multiple >= Math.Floor(choice.Alpha * Math.Sqrt(Enumerable.Range(0, 3).Sum(x => cell[axis, x] * cell[axis, x]))));
        }

        using var sum = new EwaldSum();
        sum.Prepare(choice, cell, 192);
        var sphere = cell.Volume * Math.Pow(choice.LargestSquare, 1.5) / (12 * Math.PI * Math.PI);
        Assert.InRange(sum.WaveCount, 0.8 * sphere, 1.1 * sphere);
    }

    private static Cell Box(double a, double b, double c) => new([a, 0, 0, 0, b, 0, 0, 0, c]);

    private static EwaldChoice Choose(in Cell cell, int molecules) =>
        EwaldChoice.Make(cell, 3 * molecules, molecules * ((0.82 * 0.82) + (2 * 0.41 * 0.41)), SpcfwWater.Cutoff, 1e-6);
}
