using Meniscus.Atoms;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

public sealed class NeighborStatVerbTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void WaterHasTheNumbersDeePMDKitPrints()
    {
        var systems = new[] { "data_0", "data_1", "data_2" }.Select(name => SharedData.Path("data", "water-pbe0", name));
        var output = SampleRun.Succeeds(["neighbor-stat", "-s", .. systems, "-r", "6", "-t", "O", "H"]).Output;
        Assert.Contains("min_nbor_dist: 0.885439\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("max_nbor_size: [38, 72]\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("sel of \"auto\": [44, 80]\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void CountsFollowTheTypesAskedFor()
    {
        var frame = new LabelledFrame(3) { Periodic = false };
        new[] { 0, 1, 1 }.CopyTo(frame.Types, 0);
        new[] { 0.0, 0, 0, 1, 0, 0, 0, 1.5, 0 }.CopyTo(frame.Positions, 0);
        var system = _run.SaveSystem("one", [frame]);
        var json = SampleRun.Json("neighbor-stat", "-s", system, "-r", "1.6", "-t", "Cl", "H", "O");
        Assert.Equal([0, 2, 1], json["max_nbor_size"]!.AsArray().Select(n => (int)n!));
        Assert.Equal([0, 4, 4], json["sel_auto"]!.AsArray().Select(n => (int)n!));
        Assert.Equal(1.0, (double)json["min_nbor_dist_A"]!);
        Assert.Equal(["O", "H"], SampleRun.Json("neighbor-stat", "-s", system, "-r", "1.6")["type_map"]!.AsArray().Select(n => (string)n!));
        Assert.Null(SampleRun.Json("neighbor-stat", "-s", system, "-r", "0.9")["min_nbor_dist_A"]);
        Assert.Contains("min_nbor_dist: none", SampleRun.Succeeds("neighbor-stat", "-s", system, "-r", "0.9").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void BadInputIsRefused()
    {
        var system = _run.SaveSystem("a");
        var nan = SampleFrames.List(2);
        nan[1].Positions[4] = double.NaN;
        Directory.CreateDirectory(_run.Path("empty"));
        _run.Refuses("Option '--rcut' is required", "neighbor-stat", "-s", system);
        _run.Refuses("--rcut 0: give a number greater than 0", "neighbor-stat", "-s", system, "-r", "0");
        _run.Refuses("as a number", "neighbor-stat", "-s", system, "-r", "six");
        _run.Refuses("element H is not in the type map", "neighbor-stat", "-s", system, "-r", "6", "-t", "O");
        _run.Refuses("type_map: 'O' occurs twice", "neighbor-stat", "-s", system, "-r", "6", "-t", "O", "O");
        _run.Refuses("set.000 frame 1: coord: atom 1 (counted from 0) has y = NaN", "neighbor-stat", "-s", _run.SaveSystem("nan", nan), "-r", "6");
        _run.Refuses("empty: no system found", "neighbor-stat", "-s", _run.Path("empty"), "-r", "6");
        _run.Refuses("no data is named", "neighbor-stat", "-r", "6");
    }
}
