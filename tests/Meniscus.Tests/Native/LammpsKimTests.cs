using System.Diagnostics;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Native;

/// <summary>An unmodified LAMMPS with its KIM package runs a model through libmeniscus and the KIM driver.</summary>
public sealed class LammpsKimTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Energy_forces_and_pressure_are_the_librarys()
    {
        var prefix = NativeLibraryTests.Prefix();
        Assert.SkipUnless(Run("kim-api-collections-management", "list").Code == 0, "the KIM API (libkim-api-dev) is not installed");
        Assert.SkipUnless(Run("lmp", "-h").Output.Contains(" KIM ", StringComparison.Ordinal), "there is no LAMMPS (lmp) with the KIM package");
        var model = new RandomModel().Create() with { TypeMap = new TypeMap(["O", "H"]) };
        DeepPotModelFile.Save(model, _folder.File("water.dp"));
        var (code, output) = Run(Repository.Path("src", "Meniscus.Native", "kim", "install.sh"), prefix, _folder.File("water.dp"), "Meniscus_test");
        Assert.True(code == 0, output);

        var atoms = RandomConfiguration.Create(new Random(5), CellShape.Cubic, 30, 2, edge: 9);
        using var potential = new DeepPotential(model);
        var expected = new Evaluation();
        potential.Evaluate(atoms.Configuration, expected);
        WriteInput(atoms);
        (code, output) = Run("lmp", "-in", _folder.File("in.kim"), "-log", "none");
        Assert.True(code == 0, output);

        var thermo = Numbers(output.Split('\n').SkipWhile(line => !line.StartsWith("Step", StringComparison.Ordinal)).Skip(1).First());
        Assert.Equal(expected.Energy, thermo[1], 1e-9);
        Assert.Equal(expected.Energy, thermo[8], 1e-9);
        int[] order = [0, 4, 8, 1, 2, 5];
        for (var k = 0; k < 6; k++)
        {
            var pressure = expected.Virial[order[k]] / atoms.Cell.Volume * Units.EvPerCubicAngstrom;
            // LAMMPS of 2021 has seven digits of this constant.
            Assert.Equal(pressure, thermo[2 + k], (1e-6 * Math.Abs(pressure)) + 1e-4);
        }

        var rows = File.ReadLines(_folder.File("forces")).Skip(9).Select(Numbers).ToArray();
        for (var k = 0; k < 3 * atoms.Count; k++)
            Assert.Equal(expected.Forces[k], rows[k / 3][1 + (k % 3)], 1e-10);
    }

    private void WriteInput(RandomConfiguration atoms)
    {
        var edge = atoms.Box![0].ToString("R", CultureInfo.InvariantCulture);
        var lines = Enumerable.Range(0, atoms.Count).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{i + 1} {atoms.Types[i] + 1} {atoms.Positions[3 * i]:R} {atoms.Positions[(3 * i) + 1]:R} {atoms.Positions[(3 * i) + 2]:R}"));
        File.WriteAllText(_folder.File("data"), $"""
            atoms

            {atoms.Count} atoms
            2 atom types
            0 {edge} xlo xhi
            0 {edge} ylo yhi
            0 {edge} zlo zhi

            Masses

            1 16
            2 1

            Atoms # atomic

            {string.Join('\n', lines)}

            """);
        File.WriteAllText(_folder.File("in.kim"), $"""
            kim init Meniscus_test metal
            atom_style atomic
            read_data {_folder.File("data")}
            kim interactions O H
            compute p all pressure NULL virial
            compute e all pe/atom
            compute sum all reduce sum c_e
            thermo_style custom step pe c_p[1] c_p[2] c_p[3] c_p[4] c_p[5] c_p[6] c_sum
            thermo_modify format float %.15g
            dump forces all custom 1 {_folder.File("forces")} id fx fy fz
            dump_modify forces sort id format float %.15g
            run 0

            """);
    }

    private static double[] Numbers(string line) =>
        Array.ConvertAll(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), word => double.Parse(word, CultureInfo.InvariantCulture));

    /// <summary>KIM's collections of the user are below HOME: those of this test are in its folder.</summary>
    private (int Code, string Output) Run(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path };
            start.Environment["HOME"] = _folder.Path;
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, e.Message);
        }
    }
}
