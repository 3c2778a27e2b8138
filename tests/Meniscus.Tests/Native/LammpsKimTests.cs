using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Native;

/// <summary>An unmodified LAMMPS with its KIM package runs a model through libmeniscus and the KIM driver.</summary>
public sealed class LammpsKimTests : IDisposable
{
    private const string Name = "Meniscus_test";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("float64", 1, 1e-9)]
    [InlineData("float64", 2, 1e-9)]
    [InlineData("compressed", 1, 1e-9)]
    [InlineData("float32", 2, 2e-4)]
    public void Energies_forces_and_virials_are_the_librarys(string kind, int ranks, double tolerance)
    {
        var model = new RandomModel { Precision = kind == "float32" ? Precision.Float32 : Precision.Float64 }.Create() with
        {
            TypeMap = new TypeMap(["O", "H"]),
            Tables = kind == "compressed" ? new EmbeddingTableSettings { Tolerance = 1e-8, MinDistance = 0.7 } : null,
        };
        var lammps = new KimLammps(_folder);
        lammps.Install(model, Name);
        var atoms = RandomConfiguration.Create(new Random(5), CellShape.Cubic, 30, 2, edge: 9);
        using var potential = new DeepPotential(model);
        var expected = new Evaluation { Extras = EvaluationExtras.AtomVirials };
        potential.Evaluate(atoms.Configuration, expected);

        LammpsData.Write(_folder.File("data"), new Frame(model.TypeMap, atoms.Types, atoms.Positions, atoms.Cell));
        var thermo = KimLammps.Thermo(lammps.Simulate(WriteInput(), ranks))[0];
        Assert.Equal(expected.Energy, thermo[1], tolerance);
        Assert.Equal(expected.Energy, thermo[8], tolerance);
        var volume = atoms.Cell.Volume;
        CompareVirial(expected.Virial, [.. thermo[2..8].Select(pressure => pressure * volume)], tolerance);
        var rows = File.ReadLines(_folder.File("atoms")).Skip(9).Select(KimLammps.Numbers).ToArray();
        for (var i = 0; i < atoms.Count; i++)
        {
            for (var k = 0; k < 3; k++)
                Assert.Equal(expected.Forces[(3 * i) + k], rows[i][1 + k], tolerance);
            Assert.Equal(expected.AtomEnergies[i], rows[i][4], tolerance);
            CompareVirial(expected.AtomVirials.AsSpan(9 * i, 9), [.. rows[i][5..11].Select(stress => -stress)], tolerance);
        }
    }

    /// <summary>Symmetric part, against LAMMPS's xx yy zz xy xz yz in bar Å³; LAMMPS of 2021 has seven digits of the constant.</summary>
    private static void CompareVirial(ReadOnlySpan<double> expected, double[] found, double tolerance)
    {
        ReadOnlySpan<(int, int)> order = [(0, 0), (4, 4), (8, 8), (1, 3), (2, 6), (5, 7)];
        for (var k = 0; k < 6; k++)
        {
            var value = (expected[order[k].Item1] + expected[order[k].Item2]) / 2;
            Assert.Equal(value, found[k] / Units.EvPerCubicAngstrom, tolerance + (1e-6 * Math.Abs(value)));
        }
    }

    private string WriteInput()
    {
        File.WriteAllText(_folder.File("in.kim"), string.Create(CultureInfo.InvariantCulture, $"""
            kim init {Name} metal
            atom_style atomic
            read_data {_folder.File("data")}
            kim interactions O H
            compute p all pressure NULL virial
            compute e all pe/atom
            compute s all stress/atom NULL virial
            compute sum all reduce sum c_e
            thermo_style custom step pe c_p[1] c_p[2] c_p[3] c_p[4] c_p[5] c_p[6] c_sum
            thermo_modify format float %.15g
            dump atoms all custom 1 {_folder.File("atoms")} id fx fy fz c_e c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]
            dump_modify atoms sort id format float %.15g
            run 0

            """));
        return _folder.File("in.kim");
    }
}
