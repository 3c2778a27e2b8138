using System.Globalization;
using System.Text.Json;
using Meniscus.Numerics;
using Meniscus.Tests.Analysis;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

public sealed class AnalyzeVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SurfaceTensionOfAThermoFile()
    {
        var file = Slab(4000);
        var run = ProgramRun.Of("analyze", "surface-tension", file, "--skip", "4ps", "-o", _folder.File("gamma"), "--plot", _folder.File("gamma.svg"), "--json");
        Assert.Equal(0, run.ExitCode);
        using var json = JsonDocument.Parse(run.Output);
        var result = json.RootElement;
        Assert.InRange(result.GetProperty("surface_tension_mN_per_m").GetDouble(), 65, 75);
        Assert.InRange(result.GetProperty("standard_error_mN_per_m").GetDouble(), 0.2, 3);
        Assert.InRange(result.GetProperty("independent_samples").GetDouble(), 50, 1000);
        Assert.Equal(400, result.GetProperty("skipped_rows").GetInt32());
        Assert.Equal("row,time_ps,running_mean_mN_per_m,running_error_mN_per_m", File.ReadLines(_folder.File("gamma.csv")).First());
        Assert.Equal("block_size,blocks,block_length_ps,standard_error_mN_per_m,standard_error_uncertainty_mN_per_m", File.ReadLines(_folder.File("gamma.blocks.csv")).First());
        var svg = File.ReadAllText(_folder.File("gamma.svg"));
        Assert.Contains("surface tension (mN/m)", svg, StringComparison.Ordinal);
        Assert.Contains("standard error (mN/m)", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void BlockAverageThermoAndEquationOfStateOfAThermoFile()
    {
        var file = Slab(4000);
        var block = Json("analyze", "block-average", file, "-c", "pxx", "--skip", "auto", "--json");
        Assert.InRange(block.GetProperty("mean").GetDouble(), -300, -260);
        Assert.True(block.GetProperty("levels").GetArrayLength() > 8);
        var thermo = Json("analyze", "thermo", file, "-o", _folder.File("thermo"), "--json");
        Assert.Equal(["Pxx", "Pyy", "Pzz", "Lz", "Press", "Density"], thermo.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("column").GetString()));
        Assert.StartsWith("column,mean,standard_error", File.ReadLines(_folder.File("thermo.csv")).First(), StringComparison.Ordinal);
        Assert.Contains("Pxx (bar),", File.ReadAllText(_folder.File("thermo.csv")), StringComparison.Ordinal);
        var state = Json("analyze", "equation-of-state", file, "--ramp_bar", "1", "10000", "--bins", "8", "-o", _folder.File("eos"), "--json");
        Assert.Equal(8, state.GetProperty("states").GetArrayLength());
        Assert.InRange(state.GetProperty("compressibility_per_GPa").GetDouble(), 0.3, 0.6);
        Assert.Equal(9, File.ReadLines(_folder.File("eos.csv")).Count());
        Assert.True(new FileInfo(_folder.File("eos.png")).Length > 5000);
    }

    [Fact]
    public void StructureOfARealWaterTrajectory()
    {
        var dump = SharedData.Path("data", "dft-outputs", "lammps", "liquid-dipole-run", "water.first20.lammpstrj");
        var rdf = Json("analyze", "rdf", dump, "-t", "O", "H", "--pairs", "O-O", "O-H", "--rmax_A", "9", "-o", _folder.File("rdf"), "--json");
        var oxygen = rdf.GetProperty("pairs")[0];
        Assert.InRange(oxygen.GetProperty("first_peak_A").GetDouble(), 2.7, 2.8);
        Assert.InRange(oxygen.GetProperty("coordination_number").GetDouble(), 3.5, 5);
        Assert.Equal(2, rdf.GetProperty("pairs")[1].GetProperty("coordination_number").GetDouble(), 9);
        Assert.StartsWith("r_A,g_O_O,g_O_O_error,coordination_O_O", File.ReadLines(_folder.File("rdf.csv")).First(), StringComparison.Ordinal);

        var orientation = Json("analyze", "orientation", dump, "-t", "O", "H", "--axis", "x", "--plot", _folder.File("o.svg"), "--json");
        Assert.Equal(96, orientation.GetProperty("molecules").GetInt32());
        Assert.Contains("⟨cos θ⟩", File.ReadAllText(_folder.File("o.svg")), StringComparison.Ordinal);

        var density = Json("analyze", "density", dump, "-t", "O", "H", "--skip", "50%", "-o", _folder.File("density"), "--json");
        Assert.Equal(10, density.GetProperty("frames").GetInt32());
        Assert.False(density.GetProperty("interfaces_found").GetBoolean());
        Assert.Contains("number_density_O_per_A3", File.ReadLines(_folder.File("density.csv")).First(), StringComparison.Ordinal);
    }

    [Fact]
    public void DiffusionOfATrajectoryThatStartsAgainInItsSecondFile()
    {
        // Atoms that fly apart at 1 Å/ps; the second file repeats the last frame of the first.
        string Frames(int from, int to) => string.Concat(Enumerable.Range(from, to - from).Select(step => string.Create(
            CultureInfo.InvariantCulture,
            $"2\nLattice=\"50 0 0 0 50 0 0 0 50\" Properties=species:S:1:pos:R:3 Step={step} time_ps={0.1 * step}\nO {1 + (0.1 * step)} 0 0\nO {1 - (0.1 * step)} 0 0\n")));
        File.WriteAllText(_folder.File("a.xyz"), Frames(0, 30));
        File.WriteAllText(_folder.File("b.xyz"), Frames(29, 60));
        var result = Json(
            "analyze", "msd", _folder.File("a.xyz"), _folder.File("b.xyz"), "--max-lag_ps", "1", "--viscosity_mPa_s", "0.9", "--temperature_K", "300",
            "-o", _folder.File("msd"), "--json");
        Assert.Equal(60, result.GetProperty("frames").GetInt32());
        var rows = File.ReadAllLines(_folder.File("msd.csv"));
        Assert.Equal("time_ps,msd_A2,msd_error_A2", rows[0]);
        Assert.Equal(1, double.Parse(rows[^1].Split(',')[1], CultureInfo.InvariantCulture), 6);
        Assert.True(result.GetProperty("diffusion_infinite_cell_m2_per_s").GetDouble() > result.GetProperty("diffusion_m2_per_s").GetDouble());
    }

    [Fact]
    public void WhatCannotBeAnalyzedIsRefusedInOneLine()
    {
        var file = Slab(100);
        File.WriteAllText(_folder.File("plain"), "Step Temp\n0 300\n10 301\n20 302\n");
        Refuses("--axis w: expected x, y or z", "surface-tension", file, "--axis", "w");
        Refuses("no column 'Lx'", "surface-tension", file, "--axis", "x");
        Refuses("no column 'Pxx', 'Pyy', 'Pzz', 'Lz'; it has Step Temp", "surface-tension", _folder.File("plain"));
        Refuses("skip '-5'", "surface-tension", file, "--skip", "-5");
        Refuses("--run first: expected a number", "thermo", file, "--run", "first");
        Refuses("no column 'Tmp'", "block-average", _folder.File("plain"), "-c", "Tmp");
        Refuses("x.pdf: a plot can be saved as PNG or SVG", "thermo", file, "--plot", "x.pdf");
        Refuses("no such file", "density", _folder.File("none.xyz"));
        Refuses("--pairs OO: expected two elements", "rdf", file, "--pairs", "OO");
        Refuses("belong together", "msd", file, "--viscosity_mPa_s", "1");
        Refuses("expected two, the pressure", "equation-of-state", file, "--ramp_bar", "1");
        Refuses("--units lj: expected metal or real", "thermo", file, "--units", "lj");
    }

    private static void Refuses(string expected, params string[] args)
    {
        var run = ProgramRun.Of(["analyze", .. args]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.ErrorLine, StringComparison.Ordinal);
    }

    private static JsonElement Json(params string[] args)
    {
        var run = ProgramRun.Of(args);
        Assert.True(run.ExitCode == 0, run.Error);
        using var json = JsonDocument.Parse(run.Output);
        return json.RootElement.Clone();
    }

    /// <summary>A thermo file of a slab at 70 mN/m whose density follows a ramp to 10 kbar.</summary>
    private string Slab(int rows)
    {
        var random = new RandomStream(21, "file");
        double[] Noise(double mean, double deviation) => Array.ConvertAll(BlockAverageTests.AutoRegressive(random, 0.8, rows), x => mean + (deviation * x));
        var (xx, yy, zz, density) = (Noise(-280, 100), Noise(-280, 100), Noise(0, 100), Noise(0, 0.001));
        var lines = Enumerable.Range(0, rows).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"{10 * i} {0.01 * i:F4} {xx[i]:F4} {yy[i]:F4} {zz[i]:F4} 50 {(xx[i] + yy[i] + zz[i]) / 3:F4} {density[i] + (0.997 / (1 - (0.1368 * Math.Log((2996 + 1 + (9999.0 * i / rows)) / 2997)))):F6}"));
        File.WriteAllLines(_folder.File("thermo.out"), ["# slab", "Step Time Pxx Pyy Pzz Lz Press Density", .. lines]);
        return _folder.File("thermo.out");
    }
}
