using System.Globalization;
using System.Text;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials;
using Meniscus.Potentials.Spcfw;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials;

/// <summary>The classical potentials against the same models in LAMMPS, single points.</summary>
public sealed class LammpsComparisonTests
{
    // Pressure times volume to energy in LAMMPS's units, 'real' and 'metal'.
    private const double Real = 68568.415;
    private const double Metal = 1.6021765e6;

    private static readonly double[] Box = [11.2, 0, 0, 3.1, 10.6, 0, -2.4, 2.2, 12];

    [Fact]
    public void SpcfwOfAnOrthorhombicFrame()
    {
        Lammps.SkipWithout();
        using ILabelledSystem system = DeepmdSystem.Open(ExampleData.Path("bulk-600"), SpcfwWater.TypeMap);
        var frame = system.CreateFrame();
        system.Read(40, frame);
        CompareWater(new(frame.Types, frame.Positions, frame.Box));
    }

    [Fact]
    public void SpcfwWithIonsInATriclinicCell()
    {
        Lammps.SkipWithout();
        // Neutral: LAMMPS has the energy of a background but not its virial.
        CompareWater(WaterLattice.Create(new Random(8), Box, 3, "Na", "Cl", "K", "Br"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LennardJonesTruncatedAndShifted(bool shifted)
    {
        Lammps.SkipWithout();
        var atoms = Atoms(40);
        using var potential = new LennardJones(new TypeMap(["A", "B"]), [new(0.01, 2.1), new(0.023, 2.6)], 7.5, shifted);
        var expected = Lammps.Evaluate(
            "units metal\natom_style atomic",
            $"pair_style lj/cut 7.5\npair_modify mix arithmetic shift {(shifted ? "yes" : "no")}\npair_coeff 1 1 0.01 2.1\npair_coeff 2 2 0.023 2.6",
            atoms,
            i => $"{atoms.Types[i] + 1}",
            2);
        Compare(expected, potential.Evaluate(atoms), atoms, 1, Metal, 1e-9);
    }

    [Fact]
    public void ZblRepulsion()
    {
        Lammps.SkipWithout();
        var atoms = Atoms(40);
        using var potential = new Zbl(new TypeMap(["O", "H"]), 1.6, 2.9);
        var expected = Lammps.Evaluate(
            "units metal\natom_style atomic",
            "pair_style zbl 1.6 2.9\npair_coeff 1 1 8 8\npair_coeff 1 2 8 1\npair_coeff 2 2 1 1",
            atoms,
            i => $"{atoms.Types[i] + 1}",
            2);
        Assert.True(expected.Energy > 1);
        Compare(expected, potential.Evaluate(atoms), atoms, 1, Metal, 1e-6);
    }

    private static RandomConfiguration Atoms(int count)
    {
        var random = new Random(17);
        var atoms = RandomConfiguration.Create(random, CellShape.Cubic, count, 2, smallestDistance: 1.3, edge: 9);
        // The same fractional coordinates in a triclinic cell that LAMMPS takes.
        var cell = new Cell(Box);
        var positions = new double[atoms.Positions.Length];
        for (var k = 0; k < positions.Length; k += 3)
            (positions[k], positions[k + 1], positions[k + 2]) = cell.Cartesian(atoms.Positions[k] / 9, atoms.Positions[k + 1] / 9, atoms.Positions[k + 2] / 9);
        return atoms with { Positions = positions, Box = Box };
    }

    private static void CompareWater(RandomConfiguration water)
    {
        using var potential = new SpcfwPotential(accuracy: 1e-9);
        var result = potential.Evaluate(water);
        var names = SpcfwWater.TypeMap;
        var molecules = water.Types.Count(t => t == SpcfwWater.Oxygen);
        var coefficients = new StringBuilder("pair_coeff * * 0 1\n");
        for (var t = 0; t < names.Count; t++)
            coefficients.Append(CultureInfo.InvariantCulture, $"pair_coeff {t + 1} {t + 1} {SpcfwWater.Depths[t] / Units.KilocaloriePerMole:r} {SpcfwWater.Diameters[t]:r}\n");
        // Mixed by hand: what 'pair_coeff * *' has set is not mixed.
        for (var a = 0; a < names.Count; a++)
        {
            for (var b = a + 1; b < names.Count; b++)
                coefficients.Append(CultureInfo.InvariantCulture, $"pair_coeff {a + 1} {b + 1} {Math.Sqrt(SpcfwWater.Depths[a] * SpcfwWater.Depths[b]) / Units.KilocaloriePerMole:r} {0.5 * (SpcfwWater.Diameters[a] + SpcfwWater.Diameters[b]):r}\n");
        }

        var (bonds, angles) = (new StringBuilder("Bonds\n\n"), new StringBuilder("\nAngles\n\n"));
        for (var m = 0; m < molecules; m++)
        {
            bonds.Append(CultureInfo.InvariantCulture, $"{(2 * m) + 1} 1 {(3 * m) + 1} {(3 * m) + 2}\n{(2 * m) + 2} 1 {(3 * m) + 1} {(3 * m) + 3}\n");
            angles.Append(CultureInfo.InvariantCulture, $"{m + 1} 1 {(3 * m) + 2} {(3 * m) + 1} {(3 * m) + 3}\n");
        }

        var expected = Lammps.Evaluate(
            "units real\natom_style full\npair_style lj/cut/coul/long 9 9\npair_modify table 0\nkspace_style ewald 1e-8\nbond_style harmonic\nangle_style harmonic\nspecial_bonds lj/coul 0 0 0",
            $"bond_coeff 1 529.581 1.012\nangle_coeff 1 37.95 113.24\n{coefficients}",
            water,
            i => string.Create(CultureInfo.InvariantCulture, $"{Math.Min(i / 3, molecules) + 1} {water.Types[i] + 1} {SpcfwWater.Charges[water.Types[i]]}"),
            names.Count,
            ($"{2 * molecules} bonds\n{molecules} angles\n1 bond types\n1 angle types", bonds.ToString() + angles));
        Compare(expected, result, water, Units.KilocaloriePerMole, Real, 1e-5);
    }

    /// <summary>In eV: energy, forces, and virial from the pressure.</summary>
    private static void Compare(
        (double Energy, double[] Forces, double[] Pressure) expected, Evaluation result, RandomConfiguration atoms, double energyUnit, double pressureUnit, double tolerance)
    {
        Assert.Equal(energyUnit * expected.Energy, result.Energy, tolerance * Math.Max(1, Math.Abs(result.Energy)));
        for (var k = 0; k < result.Forces.Length; k++)
            Assert.Equal(energyUnit * expected.Forces[k], result.Forces[k], tolerance * Math.Max(1, Math.Abs(result.Forces[k])));
        foreach (var (component, place) in new[] { (0, 0), (4, 1), (8, 2), (1, 3), (2, 4), (5, 5) })
        {
            var virial = energyUnit * expected.Pressure[place] * atoms.Cell.Volume / pressureUnit;
            Assert.Equal(virial, result.Virial[component], 10 * tolerance * Math.Max(1, Math.Abs(virial)));
        }
    }
}
