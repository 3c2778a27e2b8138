using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

/// <summary>Files written here are opened by ASE and LAMMPS, and files written there are read here.</summary>
public sealed class TrajectoryProgramsTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AseReadsExtendedXyz(bool triclinic)
    {
        SkipWithoutAse();
        var frames = new[] { TrajectoryFormatTests.Sample(triclinic, step: 1), TrajectoryFormatTests.Sample(triclinic, step: 2) };
        ExtendedXyz.Write(_folder.File("a.xyz"), frames);
        const string Script = """
            import sys, ase.io, numpy as np
            frames = ase.io.read(sys.argv[1], ":")
            for a in frames:
                print(len(frames), a.info["step"], *a.get_chemical_symbols(), *a.pbc)
                for x in (a.cell.array, a.positions, a.arrays["vel"], a.get_forces(), [a.get_potential_energy()], a.info["virial"].T):
                    print(*np.asarray(x).ravel().tolist())
            """;
        var lines = OtherProgram.Run(Python, ["-c", Script, _folder.File("a.xyz")]).Split('\n');
        for (var f = 0; f < 2; f++)
        {
            var frame = frames[f];
            Assert.Equal($"2 {frame.Step} O H H True True True", lines[7 * f]);
            double[][] expected = [frame.Cell.ToArray(), frame.Positions, frame.Velocities!, frame.Forces!, [frame.Energy!.Value], frame.Virial!];
            for (var k = 0; k < expected.Length; k++)
                Assert.Equal(expected[k], Numbers(lines[(7 * f) + 1 + k]));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AseReadsDumps(bool triclinic)
    {
        SkipWithoutAse();
        var frame = TrajectoryFormatTests.Sample(triclinic);
        LammpsDump.Write(_folder.File("a.dump"), [frame, frame]);
        const string Script = """
            import sys, ase.io, ase.units, numpy as np
            a = ase.io.read(sys.argv[1], "1", format="lammps-dump-text")
            print(*a.get_chemical_symbols(), *a.pbc)
            for x in (a.cell.array, a.get_scaled_positions(), a.get_velocities() * 1000 * ase.units.fs, a.get_forces()):
                print(*np.asarray(x).ravel().tolist())
            """;
        var lines = OtherProgram.Run(Python, ["-c", Script, _folder.File("a.dump")]).Split('\n');
        Assert.Equal("O H H True True True", lines[0]);
        AssertNear(frame.Cell.ToArray(), Numbers(lines[1]), 1e-12);
        var fractions = Numbers(lines[2]);
        for (var i = 0; i < frame.AtomCount; i++)
        {
            var (a, b, c) = frame.Cell.Fractional(frame.Positions[3 * i], frame.Positions[(3 * i) + 1], frame.Positions[(3 * i) + 2]);
            AssertNear([a - Math.Floor(a), b - Math.Floor(b), c - Math.Floor(c)], fractions[(3 * i)..((3 * i) + 3)], 1e-9);
        }

        AssertNear(frame.Velocities!, Numbers(lines[3]), 1e-6);
        AssertNear(frame.Forces!, Numbers(lines[4]), 1e-12);
    }

    [Fact]
    public void WhatAseWritesIsRead()
    {
        SkipWithoutAse();
        const string Script = """
            import sys, ase.io, numpy as np
            from ase import Atoms, units
            from ase.calculators.singlepoint import SinglePointCalculator
            a = Atoms("OHH", positions=[[0, 0, 0], [1, 0, 0], [0, 1, 0]], cell=[[5, 0, 0], [1, 6, 0], [0, 1, 7]], pbc=True)
            a.set_velocities(np.arange(9).reshape(3, 3) * units.Ang / (1000 * units.fs))
            a.calc = SinglePointCalculator(a, energy=-3.0, forces=np.ones((3, 3)), stress=[1, 2, 3, 4, 5, 6])
            ase.io.write(sys.argv[1], a)
            """;
        OtherProgram.Run(Python, ["-c", Script, _folder.File("a.xyz")]);
        var frame = Trajectory.ReadLast(_folder.File("a.xyz"));
        Assert.Equal(-3.0, frame.Energy);
        AssertNear([0, 1, 2, 3, 4, 5, 6, 7, 8], frame.Velocities!, 1e-5);
        AssertNear([5, 0, 0, 1, 6, 0, 0, 1, 7], frame.Cell.ToArray(), 0);
        AssertNear([-210, -1260, -1050, -1260, -420, -840, -1050, -840, -630], frame.Virial!, 1e-6);
    }

    [Fact]
    public void LammpsReadsOurDataAndDumpAndWeReadItsOwn()
    {
        Lammps.SkipWithout();
        var frame = TrajectoryFormatTests.Sample(true, [4, 5, 1, -3, 6, 2, 1, -1, 8]);
        LammpsData.Write(_folder.File("a.data"), frame);
        LammpsDump.Write(_folder.File("a.dump"), [frame]);
        var input = $"""
            units metal
            atom_style atomic
            read_data {_folder.File("a.data")}
            pair_style zero 2.0
            pair_coeff * *
            write_dump all custom {_folder.File("data.dump")} id type element xu yu zu vx vy vz mass modify element O H units yes format float %.15g
            write_data {_folder.File("back.data")}
            read_dump {_folder.File("a.dump")} {frame.Step} x y z vx vy vz ix iy iz box yes replace yes format native
            write_dump all custom {_folder.File("dump.dump")} id type element xsu ysu zsu vx vy vz modify element O H format float %.15g
            """;
        File.WriteAllText(_folder.File("in"), input);
        OtherProgram.Run("lmp", ["-in", _folder.File("in"), "-log", "none", "-screen", "none"]);
        var ours = Trajectory.ReadLast(_folder.File("a.data"));
        foreach (var name in (string[])["data.dump", "back.data"])
        {
            var theirs = Trajectory.ReadLast(_folder.File(name));
            AssertNear(ours.Cell.ToArray(), theirs.Cell.ToArray(), 1e-9);
            AssertNear(ours.Positions, theirs.Positions, 1e-9);
            AssertNear(ours.Velocities!, theirs.Velocities!, 1e-9);
            Assert.Equal(ours.Types, theirs.Types);
        }

        var dumped = Trajectory.ReadLast(_folder.File("a.dump"));
        var rerun = Trajectory.ReadLast(_folder.File("dump.dump"));
        AssertNear(dumped.Cell.ToArray(), rerun.Cell.ToArray(), 1e-9);
        AssertNear(dumped.Positions, rerun.Positions, 1e-9);
        AssertNear(dumped.Velocities!, rerun.Velocities!, 1e-9);
    }

    private static void SkipWithoutAse() =>
        Assert.SkipUnless(OtherProgram.TryRun(Python, ["-c", "import ase.io"]).Code == 0, $"{Python} with ASE is not here");

    private static double[] Numbers(string line) => [.. line.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];

    private static void AssertNear(double[] expected, double[] actual, double tolerance) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= tolerance);
}
