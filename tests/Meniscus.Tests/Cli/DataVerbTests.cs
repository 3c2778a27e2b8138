using Meniscus.Atoms;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

/// <summary><c>data info</c> and <c>data check</c>.</summary>
public sealed class DataVerbTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void InfoHasARowPerSystem()
    {
        _run.SaveSystem("data/a", SampleFrames.List(3, 6));
        _run.SaveSystem("data/b", SampleFrames.List(2, 9, FrameLabels.Energy, periodic: false), "Na", "Cl");
        var output = SampleRun.Succeeds("data", "info", _run.Path("data")).Output;
        var rows = output.Split('\n');
        Assert.StartsWith("system", rows[0], StringComparison.Ordinal);
        Assert.Contains("O2 H4", rows[1], StringComparison.Ordinal);
        Assert.Contains("energy force virial", rows[1], StringComparison.Ordinal);
        Assert.Contains("Na3 Cl6", rows[2], StringComparison.Ordinal);
        Assert.Contains("no cell", rows[2], StringComparison.Ordinal);
        Assert.Contains("2 systems, 5 frames", output, StringComparison.Ordinal);

        var json = SampleRun.Json("data", "info", _run.Path("data"));
        Assert.Equal(5, (int)json["frames"]!);
        var a = json["systems"]![0]!;
        Assert.Equal((3, 6, true), ((int)a["frames"]!, (int)a["atoms"]!, (bool)a["periodic"]!));
        Assert.Equal(1000, (double)a["volume_min_A3"]!, 9);
        Assert.Equal(["energy", "force", "virial"], a["labels"]!.AsArray().Select(l => (string)l!));
        var search = new ShortestDistance();
        Assert.Equal(SampleFrames.List(3, 6).Min(frame => search.Find(frame).Distance), (double)a["shortest_distance_A"]!, 9);
        Assert.Null(json["systems"]![1]!["volume_min_A3"]);
        Assert.Null(json["systems"]![1]!["force_max_eV_per_A"]);
    }

    [Fact]
    public void InfoDrawsHistograms()
    {
        _run.SaveSystem("data/a", SampleFrames.List(9, 6));
        _run.SaveSystem("data/b", SampleFrames.List(9, 6, FrameLabels.Energy, periodic: false));
        var json = SampleRun.Json("data", "info", _run.Path("data"), "--plot", _run.Path("data.svg"));
        Assert.Equal(_run.Path("data.svg"), (string?)json["plot"]);
        var svg = File.ReadAllText(_run.Path("data.svg"));
        foreach (var text in new[] { "energy (eV/atom)", "force component (eV/Å)", "Density", "Virial pressure", "H–O" })
            Assert.Contains(text, svg, StringComparison.Ordinal);
        SampleRun.Succeeds("data", "info", _run.Path("data/b"), "--plot", _run.Path("b.svg"));
        Assert.DoesNotContain("force component", File.ReadAllText(_run.Path("b.svg")), StringComparison.Ordinal);
        _run.Refuses("x.pdf: a plot can be saved as PNG or SVG", "data", "info", _run.Path("data"), "--plot", "x.pdf");
    }

    [Fact]
    public void GoodDataPassesAndWarningsDoToo()
    {
        var frames = SampleFrames.List(3);
        frames.Add(frames[0]);
        var run = SampleRun.Succeeds("data", "check", _run.SaveSystem("a", frames), "--require", "energy", "force", "virial");
        Assert.Contains("warning: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("a frame 3: same positions as frame 0", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 systems, 4 frames: 0 errors, 1 warnings", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorsAreListedAndTheExitCodeTells()
    {
        var frames = SampleFrames.List(4, labels: FrameLabels.Energy);
        frames[1].Energy = double.NaN;
        frames[2].Positions.AsSpan(0, 3).CopyTo(frames[2].Positions.AsSpan(3));
        var run = ProgramRun.Of("data", "check", _run.SaveSystem("a", frames), "--require", "energy", "force", "--json");
        Assert.Equal(2, run.ExitCode);
        Assert.EndsWith("meniscus data check: 3 errors in the data; correct or remove what is listed, training on it would fail", run.Error.TrimEnd(), StringComparison.Ordinal);
        var json = System.Text.Json.Nodes.JsonNode.Parse(run.Output)!;
        Assert.Equal(3, (int)json["errors"]!);
        Assert.Equal((1, 1, 1), ((int)json["counts"]!["missing_label"]!, (int)json["counts"]!["finite"]!, (int)json["counts"]!["overlap"]!));
        var findings = json["findings"]!.AsArray().ToDictionary(f => (int?)f!["frame"] ?? -1, f => (string)f!["message"]!);
        Assert.StartsWith("no force", findings[-1], StringComparison.Ordinal);
        Assert.StartsWith("energy is NaN", findings[1], StringComparison.Ordinal);
        Assert.Contains("0.000 Å apart", findings[2], StringComparison.Ordinal);
    }

    [Fact]
    public void LimitsCanBeMoved()
    {
        var system = _run.SaveSystem("a", SampleFrames.List(2));
        Assert.Contains("0 errors, 0 warnings", SampleRun.Succeeds("data", "check", system).Output, StringComparison.Ordinal);
        Assert.Contains("0 errors, 2 warnings", SampleRun.Succeeds("data", "check", system, "--close", "2.5").Output, StringComparison.Ordinal);
        Assert.Equal(2, ProgramRun.Of("data", "check", system, "--overlap", "2.5").ExitCode);
        Assert.Contains("1 more findings", SampleRun.Succeeds("data", "check", system, "--close", "2.5", "--list", "1").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void EqualFramesAreFoundWhateverTheOrderOfTheTypes()
    {
        var frames = SampleFrames.List(2);
        _run.SaveSystem("data/a", frames);
        foreach (var frame in frames)
        {
            for (var i = 0; i < frame.AtomCount; i++)
                frame.Types[i] = 1 - frame.Types[i];
        }

        _run.SaveSystem("data/b", frames, "H", "O");
        Assert.Contains("0 errors, 2 warnings", SampleRun.Succeeds("data", "check", _run.Path("data")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("info")]
    [InlineData("check")]
    public void BadInputIsRefused(string verb)
    {
        var torn = _run.SaveSystem("torn");
        var coord = Path.Combine(torn, "set.000", "coord.npy");
        File.WriteAllBytes(coord, File.ReadAllBytes(coord)[..200]);
        Directory.CreateDirectory(_run.Path("empty"));
        _run.Refuses("gone: no such file or folder", "data", verb, _run.Path("gone"));
        _run.Refuses("empty: no system found", "data", verb, _run.Path("empty"));
        _run.Refuses("coord.npy", "data", verb, torn);
        _run.Refuses("'SYSTEM' missing", "data", verb);
        File.WriteAllText(_run.Path("x.xyz"), "1\n\nO 0 0 0\n");
        _run.Refuses("x.xyz: neither a system nor an HDF5 file", "data", verb, _run.Path("x.xyz"));
    }

    [Fact]
    public void WrongValuesAreRefused()
    {
        var nan = SampleFrames.List(2);
        nan[0].Positions[2] = double.NaN;
        _run.Refuses("set.000 frame 0: coord: atom 0 (counted from 0) has z = NaN", "data", "info", _run.SaveSystem("nan", nan));
        var system = _run.SaveSystem("a");
        _run.Refuses("--require stress: not a label; known are energy, force", "data", "check", system, "--require", "stress");
        _run.Refuses("--overlap -1: give at least 0", "data", "check", system, "--overlap", "-1");
    }
}
