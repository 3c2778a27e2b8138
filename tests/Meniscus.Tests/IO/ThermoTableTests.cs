using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class ThermoTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ARestartedRunReplacesTheRowsItDoesAgain()
    {
        var table = ThermoTable.Read(Write("thermo.out", """
            # Meniscus
            Step Time Temp
            0 0.0 300
            10 0.1 301
            20 0.2 302
            # restart
            Step Time Temp
            10 0.1 311
            20 0.2 312
            30 0.3 313

            """));
        Assert.Equal([0, 10, 20, 30], table.Column("Step"));
        Assert.Equal([300, 311, 312, 313], table.Column("temp"));
        Assert.Equal([0, 0.1, 0.2, 0.3], table.Times()!);
        Assert.Contains(table.Notes, note => note.Contains("replaced", StringComparison.Ordinal));
    }

    [Fact]
    public void AStageThatCountsAnewFollowsTheOneBefore()
    {
        var (a, b) = (Write("a", "Step Time Temp\n0 0 300\n10 0.1 301\n"), Write("b", "Step Time Temp Extra\n0 0 400 1\n10 0.1 401 1\n"));
        var table = ThermoTable.Read([a, b]);
        Assert.Equal([0, 10, 20], table.Column("Step"));
        Assert.Equal([300, 400, 401], table.Column("Temp"));
        Assert.False(table.Has("Extra"));
        Assert.Contains(table.Notes, note => note.Contains("Extra", StringComparison.Ordinal));
    }

    [Fact]
    public void HalfALineAtTheEndIsLeftOutWithANote()
    {
        foreach (var end in new[] { "20 0.2 3", "20 0.2\n", "20 0" })
        {
            var table = ThermoTable.Read(Write("cut", $"Step Time Temp\n0 0 300\n10 0.1 301\n{end}"));
            Assert.Equal(2, table.RowCount);
            Assert.Contains(table.Notes, note => note.Contains("line 4 is cut off", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void OnlyTheColumnsAskedForAreKept()
    {
        var table = ThermoTable.Read(Write("t", "Step Time Temp Press\n0 0 300 1\n"), new ThermoTableOptions { Columns = ["press"] });
        Assert.Equal(["Step", "Time", "Press"], table.Names);
        var error = Assert.Throws<InputException>(() => table.Column("Prss"));
        Assert.Contains("no column 'Prss'; it has Step Time Temp Press; did you mean 'Press'?", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("hello world\n", "no table of a run in it")]
    [InlineData("Step Temp\n", "no table of a run in it")]
    [InlineData("Step Temp\n0 300\n10 300 7\n20 300\n", "line 3: 3 numbers where the header has 2 names")]
    [InlineData("Step Temp\n0 300\n10 x\n20 300\n", "line 3: '10 x' is neither a row of numbers nor a header")]
    public void WhatIsNoTableIsRefusedInOneLine(string content, string expected)
    {
        var error = Assert.Throws<InputException>(() => ThermoTable.Read(Write("bad", content)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void NumbersThatAreNotFiniteAreRefusedWhereTheyAreUsed()
    {
        var table = ThermoTable.Read(Write("nan", "Step Temp Press\n0 300 1\n10 -nan 1\n20 300 1\n"));
        Assert.Equal([1, 1, 1], table.Column("Press"));
        Assert.Contains("Temp is NaN in row 2 (step 10)", Assert.Throws<InputException>(() => table.Column("Temp")).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<InputException>(() => ThermoTable.Read(_folder.File("none"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALogInRealUnitsIsConverted()
    {
        var table = ThermoTable.Read(Write("log", """
            LAMMPS (29 Sep 2021 - Update 2)
            units           real
            timestep        2
            Per MPI rank memory allocation (min/avg/max) = 3.145 | 3.145 | 3.145 Mbytes
            Step Temp PotEng Press Lz
                   0          330   -100    10   30
            WARNING: Inconsistent image flags (src/domain.cpp:814)
                 100          331   -101    20   30
            Loop time of 1 on 1 procs for 100 steps with 3 atoms

            """));
        Assert.Equal([0, 0.2], table.Column("Time"), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(-101 * Units.KilocaloriePerMole, table.Column("PotEng")[1], 12);
        Assert.Equal(20 * Units.Atmosphere, table.Column("Press")[1], 12);
        Assert.Equal(("real", true), (table.FileUnits, table.HasPhysicalUnits));
        table.RequirePhysicalUnits();
        var reduced = ThermoTable.Read(Write("lj", "LAMMPS (x)\nunits lj\nStep Temp\n0 1\n"));
        Assert.Contains("units 'lj'", Assert.Throws<InputException>(reduced.RequirePhysicalUnits).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AYamlTableIsRead()
    {
        var table = ThermoTable.Read(Write("yaml", """
            LAMMPS (2 Aug 2023)
            units metal
            ---
            keywords: ['Step', 'Temp', 'Press', ]
            data:
              - [0, 300, -1.5, ]
              - [100, 301, 2e3, ]
            ...
            Loop time of 1 on 1 procs for 100 steps with 3 atoms

            """));
        Assert.Equal([-1.5, 2000], table.Column("Press"));
        Assert.Equal([0, 0.1], table.Times()!, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void RunsOfALogAreChosenAndMinimizationsLeftOut()
    {
        RequireLammps();
        File.WriteAllText(_folder.File("in"), """
            units real
            lattice fcc 5.6
            region box block 0 3 0 3 0 3
            create_box 1 box
            create_atoms 1 box
            displace_atoms all random 0.2 0.2 0.2 7
            mass 1 39.95
            pair_style lj/cut 8.0
            pair_coeff 1 1 0.238 3.4
            velocity all create 120 4321
            timestep 4
            thermo_style custom step temp pe press lx
            thermo 10
            minimize 1e-4 1e-4 20 20
            reset_timestep 0
            fix 1 all nve
            run 30
            run 20
            thermo_style multi
            run 20
            """);
        OtherProgram.Run("lmp", ["-in", "in"], _folder.Path);

        var log = _folder.File("log.lammps");
        var all = ThermoTable.Read(log);
        Assert.Equal([0, 10, 20, 30, 40, 50, 60, 70], all.Column("Step"));
        Assert.Equal(0.004 * 70, all.Times()![^1], 9);
        Assert.Contains(all.Notes, note => note.Contains("minimizations", StringComparison.Ordinal));
        var third = ThermoTable.Read(log, new ThermoTableOptions { Run = 3 });
        Assert.Equal([30, 40, 50], third.Column("Step"));
        Assert.Equal(16.8, third.Column("Lx")[0], 6);
        var last = ThermoTable.Read(log, new ThermoTableOptions { Run = -1 });
        Assert.Equal([50, 60, 70], last.Column("Step"));
        Assert.Equal(third.Column("PotEng")[^1], last.Column("PotEng")[0], 1e-3);
        Assert.True(last.Has("E_dihed"));
        var error = Assert.Throws<InputException>(() => ThermoTable.Read(log, new ThermoTableOptions { Run = 9 }));
        Assert.Contains("there are 4; choose 1 to 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARealLogIsReadWhole()
    {
        var table = ThermoTable.Read(SharedData.Path("data", "dft-outputs", "lammps", "liquid-dipole-run", "log.lammps"));
        Assert.Equal(["Step", "Temp", "PotEng", "KinEng", "TotEng", "Press", "Volume", "Density", "Lx", "Ly", "Lz", "Time"], table.Names);
        Assert.Equal("metal", table.FileUnits);
        Assert.Equal(0.0005 * table.Column("Step")[^1], table.Times()![^1], 9);
        Assert.Equal(24315.315, table.Column("Press")[0]);
    }

    internal static void RequireLammps() => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "lmp"))),
        "LAMMPS (lmp) is not here");

    private string Write(string name, string content)
    {
        File.WriteAllText(_folder.File(name), content);
        return _folder.File(name);
    }
}
