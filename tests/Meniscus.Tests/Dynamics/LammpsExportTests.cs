using System.Globalization;
using System.Text.RegularExpressions;
using Meniscus.Atoms;
using Meniscus.Building;
using Meniscus.Dynamics;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Dynamics;

/// <summary>A run exported to LAMMPS: the same atoms, and, where LAMMPS is there, the same trajectory.</summary>
public sealed partial class LammpsExportTests : IDisposable
{
    /// <summary>1 amu Å²/ps² in eV as LAMMPS of 2021 has it.</summary>
    private const double LammpsMassUnit = 1.0364269e-4;

    /// <summary>What its k_B, which thermostats use, differs by, and some room.</summary>
    private const double BoltzmannDifference = 3e-6;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_trajectory_is_the_same_on_one_two_and_four_ranks()
    {
        var model = Model();
        var lammps = new KimLammps(_folder);
        lammps.Install(model, "Meniscus_water");
        var input = Water(copies: 2, """
            { "type": "nve", "steps": 20 }, { "type": "nvt", "temperature_K": [300, 400], "thermostat_fs": 20, "steps": 20 },
            { "type": "npt", "temperature_K": 300, "pressure_bar": [1, 1000], "thermostat_fs": 20, "barostat_fs": 200, "coupling": "xy", "steps": 20 }
            """);
        var rows = Simulate(input);
        LammpsExport.Write(MdInput.Load(input), new LammpsExportOptions { Folder = _folder.File("lammps") });
        ScaleMasses();
        foreach (var ranks in new[] { 1, 2, 4 })
        {
            var output = lammps.Simulate(_folder.File("lammps/in.lammps"), ranks);
            for (var stage = 0; stage < 3; stage++)
                Compare(rows.RowCount, rows, KimLammps.Thermo(output, stage), stage, stage == 0 ? 1e-9 : BoltzmannDifference);
        }
    }

    [Fact]
    public void A_stage_and_a_restart_can_be_chosen()
    {
        var input = Water(copies: 1, """{ "type": "nve", "name": "first", "steps": 4 }, { "type": "npt", "temperature_K": 300, "pressure_bar": 1, "coupling": "z", "steps": 7 }""");
        Simulate(input);
        var result = LammpsExport.Write(MdInput.Load(input), new LammpsExportOptions { Folder = _folder.File("out"), Stage = "2", Restart = _folder.File("md.restart"), PairStyle = LammpsPairStyle.Deepmd });
        Assert.Equal((1, 192, "../water.dp"), (result.Stages, result.Atoms, result.Model));
        var script = File.ReadAllText(result.Script);
        Assert.Contains("fix             motion1 all npt temp 300 300 0.1 z 1 1 1 tchain 3 pchain 3\nrun             7\n", script, StringComparison.Ordinal);
        Assert.Contains("pair_style      deepmd ../water.dp\npair_coeff      * * O H\n", script, StringComparison.Ordinal);
        Assert.DoesNotContain("nve", script, StringComparison.Ordinal);
        var (final, exported) = (Trajectory.ReadFrame(_folder.File("final.xyz"), -1), LammpsData.Read(result.Data));
        for (var k = 0; k < final.Velocities!.Length; k++)
            Assert.Equal(final.Velocities[k], exported.Velocities![k], 1e-7);
    }

    [Theory]
    [InlineData(""" "minimize", "force_tolerance_eV_per_A": 0.05 """, "min_style       fire\nmin_modify      norm max\nminimize        0 0.05 9 90\n")]
    [InlineData(""" "nve", "timestep_fs": 0.2 """, "timestep        0.0002\nfix             motion1 all nve\nrun             9\nunfix           motion1\n")]
    [InlineData(""" "nvt", "temperature_K": [300, 350], "thermostat_fs": 20, "chain": 5 """, "fix             motion1 all nvt temp 300 350 0.02 tchain 5\n")]
    [InlineData(""" "nvt", "temperature_K": 300, "thermostat": "csvr" """, "fix             motion1 all nve\nfix             motion2 all temp/csvr 300 300 0.1 4\n")]
    [InlineData(""" "nvt", "temperature_K": 300, "thermostat": "langevin", "velocities_K": 310 """, "velocity        all create 310 4 dist gaussian mom yes rot no\nfix             motion1 all nve\nfix             motion2 all langevin 300 300 0.1 4\n")]
    [InlineData(""" "npt", "temperature_K": 300, "pressure_bar": [1, 1000], "coupling": "aniso" """, "fix             motion1 all npt temp 300 300 0.1 aniso 1 1000 1 tchain 3 pchain 3\n")]
    public void A_stage_is_said_in_LAMMPSs_words(string stage, string expected)
    {
        var input = MdInput.Load(Water(copies: 1, $$"""{ "type": {{stage}}, "steps": 9 }"""));
        var result = LammpsExport.Write(input, new LammpsExportOptions { Folder = _folder.File("out") });
        Assert.Contains(expected, File.ReadAllText(result.Script), StringComparison.Ordinal);
        Assert.Equal("Meniscus_water", result.Model);
    }

    [Theory]
    [InlineData("--stage third", "stages: none is called 'third'; give one of the names [first stage 2 (nvt)], or a number from 1 to 2")]
    [InlineData("--kim-model 1x", "'1x'; expected a letter, then letters, digits and _")]
    [InlineData("--restart water.json", "water.json")]
    public void Mistakes_are_one_line(string words, string expected)
    {
        using var run = new SampleRun();
        DeepPotModelFile.Save(Model(), run.Path("water.dp"));
        LammpsData.Write(run.Path("water.data"), Frames(1));
        File.WriteAllText(run.Path("water.json"), Text(run.Path(""), """{ "type": "nve", "name": "first", "steps": 4 }, { "type": "nvt", "temperature_K": 300, "steps": 7 }"""));
        var options = words.Split(' ');
        run.Refuses(expected, "export", "lammps", run.Path("water.json"), "-o", run.Path("out"), options[0], options[0] == "--restart" ? run.Path(options[1]) : options[1]);
    }

    [Fact]
    public void What_is_built_in_is_refused_by_name()
    {
        using var run = new SampleRun();
        File.WriteAllText(run.Path("md.json"), """{ "model": "spcfw", "structure": "water.data", "stages": [{ "type": "nve", "steps": 1 }] }""");
        run.Refuses("'spcfw' is built into meniscus", "export", "lammps", run.Path("md.json"), "-o", run.Path("out"));
    }

    private static DeepPotModel Model() => new RandomModel { Sel = [100, 200] }.Create() with { TypeMap = new TypeMap(["O", "H"]) };

    private static Frame Frames(int copies)
    {
        var molecules = WaterBox.Build(new WaterBoxOptions { WaterCount = 64, Temperature = 300 }, TestContext.Current.CancellationToken);
        return Replication.Repeat(molecules, copies, copies, copies);
    }

    private static string Text(string folder, string stages) => $$"""
        {
          "model": "{{Path.Combine(folder, "water.dp")}}", "structure": "{{Path.Combine(folder, "water.data")}}", "velocities_K": 300, "timestep_fs": 0.25, "seed": 3,
          "remove_com_every": 0, "thermo": { "file": "{{Path.Combine(folder, "thermo.out")}}", "every": 5 }, "restart": { "file": "{{Path.Combine(folder, "md.restart")}}" },
          "final_structure": "{{Path.Combine(folder, "final.xyz")}}", "stages": [{{stages}}]
        }
        """;

    private string Water(int copies, string stages)
    {
        DeepPotModelFile.Save(Model(), _folder.File("water.dp"));
        LammpsData.Write(_folder.File("water.data"), Frames(copies));
        File.WriteAllText(_folder.File("water.json"), Text(_folder.Path, stages));
        return _folder.File("water.json");
    }

    private ThermoTable Simulate(string input)
    {
        var run = SampleRun.Succeeds("md", input, "--quiet");
        Assert.Equal(0, run.ExitCode);
        return ThermoTable.Read(_folder.File("thermo.out"));
    }

    /// <summary>Masses that make LAMMPS's unit of mass ours, so that nothing but rounding differs.</summary>
    private void ScaleMasses()
    {
        var path = _folder.File("lammps/structure.data");
        var text = MassLine().Replace(File.ReadAllText(path), line => string.Create(
            CultureInfo.InvariantCulture, $"{line.Groups[1].Value} {double.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture) * Units.MassVelocitySquared / LammpsMassUnit:r} #"));
        File.WriteAllText(path, text);
    }

    private static void Compare(int count, ThermoTable rows, double[][] found, int stage, double tolerance)
    {
        var steps = rows.Column("Step");
        Assert.Equal(5, found.Length);
        foreach (var row in found)
        {
            var at = Enumerable.Range(0, count).First(r => steps[r] == row[0]);
            foreach (var (name, column) in new[] { ("PotEng", 3), ("KinEng", 4), ("Volume", 8) })
                Assert.Equal(rows.Column(name)[at], row[column], tolerance * Math.Abs(row[column]));
        }

        Assert.Equal(20 * (stage + 1), found[^1][0]);
    }

    [GeneratedRegex(@"^(\d+) ([\d.]+) #", RegexOptions.Multiline)]
    private static partial Regex MassLine();
}
