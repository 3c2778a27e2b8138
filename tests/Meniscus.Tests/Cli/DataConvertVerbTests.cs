using Meniscus.Atoms;
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

    [Theory]
    [InlineData("npy", "deepmd/npy")]
    [InlineData("raw", "deepmd/raw")]
    [InlineData("mixed", "deepmd/mixed")]
    [InlineData("x.hdf5", null)]
    public void ParametersAndWeightsOfAtomsGoFromOneDeepmdFormatToAnother(string name, string? format)
    {
        const FrameLabels all = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial | FrameLabels.AtomEnergy | FrameLabels.AtomPref | FrameLabels.FrameParameters | FrameLabels.AtomParameters;
        var frames = SampleFrames.List(6, 6, all, fparam: 2, aparam: 3);
        // Another order of atoms in one frame, whose numbers must move with them.
        frames[4].Types[0] = 1;
        frames[4].Types[1] = 0;
        var system = _run.SaveSystem("a", frames);
        string[] to = format is null ? [] : ["--to", format];
        var run = SampleRun.Succeeds(["data", "convert", system, "-o", _run.Path(name), .. to]);
        Assert.DoesNotContain("no place", run.Error, StringComparison.Ordinal);
        var read = LabelledFrames.Read(_run.Path(name)).ToArray();
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(frames[i].FrameParameters, read[i].FrameParameters);
            Assert.Equal(Rows(frames[i].Positions, frames[i].AtomEnergies, frames[i].AtomPref, frames[i].AtomParameters), Rows(read[i].Positions, read[i].AtomEnergies!, read[i].AtomPref!, read[i].AtomParameters!));
        }

        SampleRun.Succeeds("data", "merge", _run.Path(name), system, "-o", _run.Path("all.hdf5"));
        Assert.Equal(12, LabelledFrames.Read(_run.Path("all.hdf5")).Count(frame => frame.AtomParameters!.Length == 18));
        var shifted = SampleRun.Succeeds("data", "convert", _run.Path(name), "-o", _run.Path("x.xyz"), "--shift-energy", "O=1");
        Assert.Contains("x.xyz: extxyz has no place for aparam, atom_ener, atom_pref, fparam; left out", shifted.Error, StringComparison.Ordinal);

        static IEnumerable<string> Rows(double[] x, double[] energies, double[] weights, double[] parameters) =>
            Enumerable.Range(0, 6).Select(i => FormattableString.Invariant($"{x[3 * i]} {energies[i]} {weights[i]} {parameters[3 * i]} {parameters[(3 * i) + 2]}")).Order();
    }

    [Fact]
    public void ShiftedEnergiesOfAtomsStillAddUp()
    {
        var frames = SampleFrames.List(2, 6, FrameLabels.Energy | FrameLabels.AtomEnergy);
        SampleRun.Succeeds("data", "convert", _run.SaveSystem("a", frames), "-o", _run.Path("b"), "--shift-energy", "O=-400", "H=-3");
        var read = LabelledFrames.Read(_run.Path("b")).First();
        Assert.Equal(frames[0].Energy + 812, read.Energy!.Value, 9);
        Assert.Equal(frames[0].AtomEnergies.Sum() + 812, read.AtomEnergies!.Sum(), 9);
    }

    [Fact]
    public void ALogGivesTheFramesOfADumpTheirEnergies()
    {
        File.WriteAllText(_run.Path("md.dump"), "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 5\n0 5\n0 5\nITEM: ATOMS id type x y z\n1 1 0 0 0\nITEM: TIMESTEP\n5\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 5\n0 5\n0 5\nITEM: ATOMS id type x y z\n1 1 0 0 1\n");
        File.WriteAllText(_run.Path("log.lammps"), "LAMMPS (1 Jan 2025)\nStep PotEng\n5 -100\nLoop time of 1\n");
        var run = SampleRun.Succeeds("data", "convert", _run.Path("md.dump"), "--log", _run.Path("log.lammps"), "--type-map", "Ar", "--units", "real", "-o", _run.Path("md.xyz"));
        Assert.Contains("1 frames left out: the log has no row", run.Error, StringComparison.Ordinal);
        Assert.Contains("1 frames without virial: that takes columns", run.Error, StringComparison.Ordinal);
        Assert.Equal(-4.33641042, Assert.Single(LabelledFrames.Read(_run.Path("md.xyz"))).Energy!.Value, 1e-9);
        _run.Refuses("md.xyz is no LAMMPS dump", "data", "convert", _run.Path("md.xyz"), "--log", _run.Path("log.lammps"), "-o", _run.Path("x"));
        _run.Refuses("--run two: expected a number from 1, last or all", "data", "convert", _run.Path("md.dump"), "--log", _run.Path("log.lammps"), "--run", "two", "-o", _run.Path("x"));
    }

    [Fact]
    public void SplitBySystemKeepsSystemsWhole()
    {
        foreach (var (name, count, seed) in new[] { ("d/a", 4, 1), ("d/b", 3, 2), ("d/c", 3, 3) })
            _run.SaveSystem(name, SampleFrames.List(count, seed: seed));
        var json = SampleRun.Json("data", "split", _run.Path("d"), "-o", _run.Path("parts"), "--valid", "0.3", "--by", "system", "--seed", "3");
        var chosen = Assert.Single(json["validation_systems"]!.AsArray())!.ToString();
        var (train, valid) = (LabelledFrames.Read(_run.Path("parts/train")).ToList(), LabelledFrames.Read(_run.Path("parts/valid")).ToList());
        Assert.Equal(LabelledFrames.Read(chosen).Select(f => f.Energy), valid.Select(f => f.Energy));
        Assert.Equal(10, train.Count + valid.Count);
        Assert.Empty(train.Select(f => f.Energy).Intersect(valid.Select(f => f.Energy)));
        _run.Refuses("there is one system", "data", "split", _run.Path("d/a"), "-o", _run.Path("x"), "--by", "system");
        _run.Refuses("expected frame or system", "data", "split", _run.Path("d"), "-o", _run.Path("x"), "--by", "atom");
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
