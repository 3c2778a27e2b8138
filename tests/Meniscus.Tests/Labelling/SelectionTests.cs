using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Labelling;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Labelling;

/// <summary>Which frames are chosen, and that it is the same choice every time.</summary>
public sealed class SelectionTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void FarthestPointsOfALineAreItsEndsThenItsMiddle()
    {
        double[][] line = [.. Enumerable.Range(0, 11).Select(i => new[] { (double)i })];
        Assert.Equal([5, 0, 10, 2, 7], FarthestPointSelection.Choose(line, 5).Select(c => c.Index));
        var beside = FarthestPointSelection.Choose(line, 2, [[0.0]]);
        Assert.Equal([(10, 10.0), (5, 5.0)], beside);
        Assert.Equal(11, FarthestPointSelection.Choose(line, 50).Select(c => c.Index).Distinct().Count());
    }

    [Fact]
    public void OnlyFramesBetweenTheBoundsOfDeviationAreChosen()
    {
        var system = _run.SaveSystem("s", SampleFrames.List(8));
        string[] models = ["-m", _run.SaveModel("a.dp"), _run.SaveModel("b.dp", SampleRun.Water(oxygenSel: 21))];
        string[] files = ["-o", _run.Path("c.xyz"), "--table", _run.Path("c.csv")];
        SampleRun.Succeeds(["select", system, .. models, .. files, "--low", "0", "--high", "1e9"]);
        var deviations = Rows().Select(row => double.Parse(row[3], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        SampleRun.Succeeds(["model-devi", .. models, "-s", system, "-o", _run.Path("devi")]);
        var reference = File.ReadAllLines(_run.Path("devi"))[2..].Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], System.Globalization.CultureInfo.InvariantCulture));
        Assert.All(reference.Zip(deviations), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * Math.Max(1, pair.First)));
        var sorted = deviations.Order().ToArray();
        Assert.True(sorted[0] < sorted[^1], "the models differ");
        var (low, high) = (((sorted[1] + sorted[2]) / 2).ToString("R", System.Globalization.CultureInfo.InvariantCulture), ((sorted[5] + sorted[6]) / 2).ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        var json = SampleRun.Json(["select", system, .. models, .. files, "--low", low, "--high", high]);
        Assert.Equal((4, 4), ((int)json["candidates"]!, (int)json["selected"]!));
        Assert.Equal(2, Rows().Count(row => row[5].StartsWith("deviation below", StringComparison.Ordinal)));
        Assert.Equal(2, Rows().Count(row => row[5].StartsWith("deviation above", StringComparison.Ordinal)));
    }

    [Fact]
    public void FarthestPointLeavesOutWhatIsThereAlready()
    {
        var frames = SampleFrames.List(6);
        string[] select = ["select", _run.SaveSystem("s", frames), "--farthest", _run.SaveModel("a.dp"), "-o", _run.Path("c.xyz"), "--table", _run.Path("c.csv")];
        SampleRun.Succeeds([.. select, "-n", "3", "--have", _run.SaveSystem("have", frames[..3])]);
        Assert.Equal(["0", "0", "0", "1", "1", "1"], Rows().Select(row => row[2]));
        Assert.Equal(frames[3].Positions, Trajectory.ReadFrame(_run.Path("c.xyz"), 0).Positions.Select(x => x));
    }

    [Fact]
    public void NumbersPerFileAreKeptAndTheSeedDecides()
    {
        var (a, b) = (_run.SaveSystem("a", SampleFrames.List(20)), _run.SaveSystem("b", SampleFrames.List(20, seed: 2)));
        File.WriteAllText(_run.Path("counts.csv"), $"file,count\n{a},5\n{b},2\n");
        string[] select = ["select", "--counts", _run.Path("counts.csv"), "-o", _run.Path("c.xyz"), "--table", _run.Path("c.csv"), "--seed"];
        SampleRun.Succeeds([.. select, "1"]);
        var first = File.ReadAllText(_run.Path("c.csv"));
        Assert.Equal((5, 2), (Rows().Take(20).Count(row => row[2] == "1"), Rows().Skip(20).Count(row => row[2] == "1")));
        Assert.Equal(7, Trajectory.CountFrames(_run.Path("c.xyz")));
        SampleRun.Succeeds([.. select, "1"]);
        Assert.Equal(first, File.ReadAllText(_run.Path("c.csv")));
        SampleRun.Succeeds([.. select, "2"]);
        Assert.NotEqual(first, File.ReadAllText(_run.Path("c.csv")));
    }

    [Fact]
    public void Refusals()
    {
        var system = _run.SaveSystem("s");
        File.WriteAllText(_run.Path("counts.csv"), $"{system},500\n");
        File.WriteAllText(_run.Path("bad.csv"), "some words\n");
        string[] outputs = ["-o", _run.Path("c.xyz"), "--table", _run.Path("c.csv")];
        _run.Refuses("a deviation needs at least two", ["select", system, "-m", _run.SaveModel(), .. outputs]);
        _run.Refuses("500 frames asked for, 5 are there", ["select", "--counts", _run.Path("counts.csv"), .. outputs]);
        _run.Refuses("bad.csv: line 1: 'some words'; expected a file and a number", ["select", "--counts", _run.Path("bad.csv"), .. outputs]);
        _run.Refuses("is no Deep Potential", ["select", system, "--farthest", "spcfw", .. outputs]);
        _run.Refuses("--low 2 is not below --high 1", ["select", system, "--low", "2", "--high", "1", .. outputs]);
    }

    private string[][] Rows() => [.. File.ReadAllLines(_run.Path("c.csv")).Skip(1).Select(line => line.Split(','))];
}
