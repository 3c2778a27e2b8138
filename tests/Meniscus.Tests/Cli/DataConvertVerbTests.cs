using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

/// <summary><c>data convert</c>, <c>data split</c> and <c>data merge</c>.</summary>
public sealed class DataConvertVerbTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void FramesGoToExtendedXyzAndBackUnchanged()
    {
        var system = _run.SaveSystem("a", SampleFrames.List(6));
        var json = SampleRun.Json("data", "convert", system, "-o", _run.Path("a.xyz"));
        Assert.Equal(6, (int)json["frames"]!);
        SampleRun.Succeeds("data", "convert", _run.Path("a.xyz"), "-o", _run.Path("b"), "--type-map", "O", "H");
        var (before, after) = (LabelledFrames.Read(system).ToArray(), LabelledFrames.Read(_run.Path("b")).ToArray());
        Assert.Equal(before.Select(f => f.Energy), after.Select(f => f.Energy));
        Assert.Equal(before[3].Forces, after[3].Forces);
        Assert.Equal(before[3].Virial, after[3].Virial);
    }

    [Fact]
    public void SelectionShiftAndNamesAreApplied()
    {
        var system = _run.SaveSystem("a", SampleFrames.List(6));
        SampleRun.Succeeds("data", "convert", system, "-o", _run.Path("a.xyz"), "--range", "1:6", "--every", "2", "--shift-energy", "O=-10", "H=-1", "--map", "H=D");
        var before = LabelledFrames.Read(system).ToArray();
        var after = LabelledFrames.Read(_run.Path("a.xyz")).ToArray();
        Assert.Equal(3, after.Length);
        var oxygens = before[1].Types.Count(type => before[1].TypeMap[type] == "O");
        Assert.Equal(before[1].Energy!.Value + (10 * oxygens) + (before[1].AtomCount - oxygens), after[0].Energy!.Value, 9);
    }

    [Fact]
    public void SplitGivesEveryFrameToOnePartAndMergePutsThemTogether()
    {
        var system = _run.SaveSystem("a", SampleFrames.List(10));
        SampleRun.Succeeds("data", "split", system, "-o", _run.Path("parts"), "--valid", "0.3", "--seed", "2");
        Assert.Equal(7, LabelledFrames.Read(_run.Path("parts/train")).Count());
        Assert.Equal(3, LabelledFrames.Read(_run.Path("parts/valid")).Count());
        SampleRun.Succeeds("data", "merge", _run.Path("parts/train"), _run.Path("parts/valid"), "-o", _run.Path("all"));
        Assert.Equal(LabelledFrames.Read(system).Select(f => f.Energy).Order(), LabelledFrames.Read(_run.Path("all")).Select(f => f.Energy).Order());
    }

    [Fact]
    public void WrongUseIsOneLine()
    {
        var system = _run.SaveSystem("a", SampleFrames.List(2));
        _run.Refuses("no such format", "data", "convert", system, "-o", _run.Path("x.xyz"), "--to", "nonsense");
        _run.Refuses("holds one frame", "data", "convert", system, "-o", _run.Path("x.lmp"));
        _run.Refuses("no frames to write", "data", "convert", system, "-o", _run.Path("x.xyz"), "--range", "5:");
        _run.Refuses("both parts need at least one", "data", "split", system, "-o", _run.Path("x"), "--valid", "0.01");
    }
}
