using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

public sealed class BuildVerbTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("w.xyz")]
    [InlineData("w.data")]
    [InlineData("w.dump")]
    public void WaterIsBuiltCutAndRepeated(string name)
    {
        var water = _run.Path(name);
        var built = SampleRun.Json("build", "water", "-o", water, "--molecules", "64", "--temperature", "300", "--seed", "3");
        Assert.Equal((192, 64), ((int)built["atoms"]!, (int)built["water_molecules"]!));
        Assert.Equal(0.99656, (double)built["density_g_per_cm3"]!, 1e-4);
        Assert.Equal(0.9572, (double)built["min_distance_A"]!, 1e-9);
        Assert.Equal(12.43, (double)built["box_A"]![0]!, 0.01);
        Assert.NotNull(Trajectory.ReadLast(water).Velocities);

        var slab = SampleRun.Json("build", "slab", water, "-o", _run.Path("s" + name), "--length", "40");
        Assert.Equal((192, 64, 1), ((int)slab["atoms"]!, (int)slab["molecules"]!, (int)slab["frames"]!));
        Assert.Equal(40.0, (double)slab["box_A"]![2]!);
        Assert.Equal(0.9572, (double)slab["min_distance_A"]!, 1e-9);
        Assert.Equal(64, Molecules.Find(Trajectory.ReadLast(_run.Path("s" + name))).Count);

        var large = SampleRun.Json("build", "replicate", water, "-n", "2,1,2", "-o", _run.Path("l" + name));
        Assert.Equal(768, (int)large["atoms"]!);
        Assert.Equal((double)built["density_g_per_cm3"]!, (double)large["density_g_per_cm3"]!, 1e-9);
        Assert.Equal(256, Molecules.Find(Trajectory.ReadLast(_run.Path("l" + name))).Count);
    }

    [Fact]
    public void IonsAreDissolvedAndTheirChargeIsTold()
    {
        var run = ProgramRun.Of("build", "water", "-o", _run.Path("b.xyz"), "--box", "15", "--solute", "Na+:3", "Cl-:2", "--json");
        Assert.Equal(0, run.ExitCode);
        var json = JsonNode.Parse(run.Output)!;
        Assert.Equal((5, 1), ((int)json["solute_molecules"]!, (int)json["charge_e"]!));
        Assert.Contains("net charge of +1 e", run.Error, StringComparison.Ordinal);
        Assert.Equal(["O", "H", "Na", "Cl"], Trajectory.ReadLast(_run.Path("b.xyz")).TypeMap.Names);
    }

    [Fact]
    public void LittleVacuumIsAWarning()
    {
        SampleRun.Succeeds("build", "water", "-o", _run.Path("w.xyz"), "-n", "32");
        var run = SampleRun.Succeeds("build", "slab", _run.Path("w.xyz"), "-o", _run.Path("s.xyz"), "--length", "15");
        Assert.Contains("Å of vacuum", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void BadInputIsRefused()
    {
        var water = _run.Path("w.xyz");
        SampleRun.Succeeds("build", "water", "-o", water, "-n", "8");
        _run.Refuses("Option '--output' is required", "build", "water", "-n", "8");
        _run.Refuses("the ending '.pdb' names no format", "build", "water", "-n", "8", "-o", _run.Path("w.pdb"));
        _run.Refuses("give at least one of them", "build", "water", "-o", _run.Path("x.xyz"));
        _run.Refuses("--solute Na+: expected NAME:COUNT", "build", "water", "-n", "8", "-o", _run.Path("x.xyz"), "--solute", "Na+");
        _run.Refuses("solute 'Foo': expected an element", "build", "water", "-n", "8", "-o", _run.Path("x.xyz"), "--solute", "Foo:1");
        _run.Refuses("--box 1,2: expected one or three", "build", "water", "--box", "1,2", "-o", _run.Path("x.xyz"));
        _run.Refuses("do not fit", "build", "water", "-n", "135", "--box", "11", "-o", _run.Path("x.xyz"));
        _run.Refuses($"{water}: length 5 Å: the bulk is 6.2", "build", "slab", water, "-o", _run.Path("x.xyz"), "--length", "5");
        _run.Refuses("no such file", "build", "slab", _run.Path("none.xyz"), "-o", _run.Path("x.xyz"));
        _run.Refuses("--times 0: expected one or three integers", "build", "replicate", water, "-n", "0", "-o", _run.Path("x.xyz"));
        _run.Refuses("frame 3 of 1", "build", "replicate", water, "-n", "2", "--frame", "3", "-o", _run.Path("x.xyz"));
    }
}
