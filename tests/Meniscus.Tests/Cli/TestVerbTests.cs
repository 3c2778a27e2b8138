using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

public sealed class TestVerbTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void AModelThatCannotBeEvaluatedIsNamed()
    {
        // Its statistics differ from slot to slot.
        var model = _run.SaveModel("uneven.dp", SmallModel.Create() with { TypeMap = new TypeMap(["O", "H"]) });
        _run.Refuses("uneven.dp: model/descriptor/@variables/davg: centre type 0, slots 0 and 1 hold", "test", "-m", model, "-s", _run.SaveSystem("water"));
    }

    [Fact]
    public void ErrorsAreThoseOfTheLabelsAgainstTheModel()
    {
        var model = _run.SaveModel();
        var shifted = Labelled(4, energyShift: 6e-3, forceShift: 0.02, virialShift: -0.3);
        var system = _run.SaveSystem("shifted", shifted);
        var json = SampleRun.Json("test", "-m", model, "-s", system);
        Assert.Equal(4, (int)json["frames"]!);
        foreach (var (key, expected) in new[]
        {
            ("energy_rmse_eV", 6e-3), ("energy_mae_eV", 6e-3), ("energy_rmse_eV_per_atom", 1e-3), ("energy_mae_eV_per_atom", 1e-3),
            ("force_rmse_eV_per_A", 0.02), ("force_mae_eV_per_A", 0.02), ("virial_rmse_eV", 0.3), ("virial_mae_eV", 0.3),
            ("virial_rmse_eV_per_atom", 0.05), ("virial_mae_eV_per_atom", 0.05),
        })
        {
            Assert.Equal(expected, (double)json[key]!, 10);
            Assert.Equal(expected, (double)json["systems"]![0]![key]!, 10);
        }

        Assert.Equal(system, (string?)json["systems"]![0]!["system"]);
        Assert.Equal(0, (int)json["atoms_with_too_many_neighbors"]!);
        Assert.True((double)json["seconds"]! > 0);
    }

    [Fact]
    public void SystemsAreFoundBelowAFolderAndAveragedByTheirFrames()
    {
        var model = _run.SaveModel();
        _run.SaveSystem("data/a", Labelled(1, forceShift: 0.03));
        _run.SaveSystem("data/b", Labelled(8, forceShift: 0.0));
        var run = SampleRun.Succeeds("test", "-m", model, "-s", _run.Path("data"));
        Assert.Contains("# number of systems : 2", run.Output, StringComparison.Ordinal);
        Assert.Contains("Force  RMSE        : 1.000000e-02 eV/Å", run.Output, StringComparison.Ordinal);
        Assert.Contains("Force  RMSE        : 3.000000e-02 eV/Å", run.Output, StringComparison.Ordinal);
        Assert.Contains("Energy RMSE/Natoms", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AListFileNamesSystemsToo()
    {
        var model = _run.SaveModel();
        File.WriteAllText(_run.Path("list"), $"# validation\n{_run.SaveSystem("a")}\n\n  {_run.SaveSystem("b", SampleFrames.List(2))}\r\n");
        Assert.Equal(7, (int)SampleRun.Json("test", "-m", model, "-f", _run.Path("list"))["frames"]!);
        Assert.Equal(12, (int)SampleRun.Json("test", "-m", model, "-f", _run.Path("list"), "-s", _run.Path("a"))["frames"]!);
    }

    [Fact]
    public void NumberAndChoiceOfFrames()
    {
        var model = _run.SaveModel();
        var system = _run.SaveSystem("a", SampleFrames.List(40));
        double[] Energies(params string[] args)
        {
            SampleRun.Succeeds(["test", "-m", model, "-s", system, "-d", _run.Path("d"), .. args]);
            return [.. NumpyText.Read(_run.Path("d.e.out"))[0]];
        }

        var all = Energies();
        Assert.Equal(40, all.Length);
        Assert.Equal(all, Energies("-n", "0"));
        Assert.Equal(all[..5], Energies("-n", "5"));
        var chosen = Energies("-n", "5", "--shuffle-test", "-r", "3");
        Assert.Equal(5, chosen.Distinct().Count());
        Assert.All(chosen, energy => Assert.Contains(energy, all));
        Assert.NotEqual(all[..5], chosen);
        Assert.Equal(chosen, Energies("-n", "5", "--shuffle-test", "-r", "3"));
        Assert.NotEqual(chosen, Energies("-n", "5", "--shuffle-test", "-r", "4"));
    }

    [Fact]
    public void DetailFilesAndPlotHoldThePredictions()
    {
        var model = _run.SaveModel();
        var system = _run.SaveSystem("a", Labelled(3, energyShift: 0.5));
        SampleRun.Succeeds("test", "-m", model, "-s", system, "-d", _run.Path("out/d"), "--plot", _run.Path("parity.svg"));
        var energies = NumpyText.Read(_run.Path("out/d.e.out"));
        Assert.All(energies[0].Zip(energies[1]), pair => Assert.Equal(0.5, pair.Second - pair.First, 10));
        Assert.Equal(3 * 6, NumpyText.Read(_run.Path("out/d.f.out"))[0].Length);
        Assert.Equal(18, NumpyText.Read(_run.Path("out/d.v_peratom.out")).Count);
        Assert.Contains("predicted (eV/Å)", File.ReadAllText(_run.Path("parity.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public void TooManyNeighboursAreReportedOnce()
    {
        var model = _run.SaveModel(model: SampleRun.Water(oxygenSel: 3, hydrogenSel: 3));
        var run = SampleRun.Succeeds("test", "-m", model, "-s", _run.SaveSystem("a"));
        Assert.Contains("30 times an atom had more neighbours than the model's sel (O H: 3 3) has slots, by up to ", Assert.Single(
            run.Error.Split('\n'), line => line.Contains("warning", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void FrameParametersComeFromTheDataOrTheModel()
    {
        var small = SampleRun.Water(frameParameters: 2);
        var model = _run.SaveModel(model: small);
        var with = _run.SaveSystem("with", SampleFrames.List(1, fparam: 2, labels: FrameLabels.Energy | FrameLabels.FrameParameters));
        var without = _run.SaveSystem("without", SampleFrames.List(1, labels: FrameLabels.Energy));
        var defaults = SampleFrames.List(1, fparam: 2, labels: FrameLabels.Energy | FrameLabels.FrameParameters);
        defaults.ForEach(frame => small.Fitting.DefaultFrameParameters!.CopyTo(frame.FrameParameters, 0));
        double Error(string system) => (double)SampleRun.Json("test", "-m", model, "-s", system)["energy_rmse_eV"]!;
        Assert.NotEqual(Error(with), Error(without));
        Assert.Equal(Error(_run.SaveSystem("defaults", defaults)), Error(without));

        var strict = _run.SaveModel("strict.dp", small with { Fitting = small.Fitting with { DefaultFrameParameters = null } });
        _run.Refuses("no fparam; the model takes 2 per frame", "test", "-m", strict, "-s", without);
        _run.Refuses("fparam has 3 numbers per frame; the model takes 2 per frame", "test", "-m", model,
            "-s", _run.SaveSystem("three", SampleFrames.List(1, fparam: 3, labels: FrameLabels.Energy | FrameLabels.FrameParameters)));
    }

    [Fact]
    public void WhatCannotBeTestedIsRefusedAndNoFileWritten()
    {
        var model = _run.SaveModel();
        var good = _run.SaveSystem("good");
        var nan = SampleFrames.List(3);
        nan[1].Forces[7] = double.NaN;
        var torn = _run.SaveSystem("torn");
        var force = Path.Combine(torn, "set.000", "force.npy");
        File.WriteAllBytes(force, File.ReadAllBytes(force)[..^100]);
        Directory.CreateDirectory(_run.Path("empty"));
        File.WriteAllText(_run.Path("emptylist"), "# nothing\n");
        void Refuses(string expected, params string[] args) => _run.Refuses(expected, ["test", .. args, "-d", _run.Path("d"), "--plot", _run.Path("p.svg")]);

        Refuses("gone.dp: no such file", "-m", _run.Path("gone.dp"), "-s", good);
        Refuses("gone: no such file or folder", "-m", model, "-s", good, _run.Path("gone"));
        Refuses("no data is named; add -s SYSTEM or -f LISTFILE", "-m", model);
        Refuses("gone.txt: no such file", "-m", model, "-f", _run.Path("gone.txt"));
        Refuses("emptylist: names no system", "-m", model, "-f", _run.Path("emptylist"));
        Refuses("empty: no system found", "-m", model, "-s", _run.Path("empty"));
        Refuses("element Na is not in the type map; the data has [Na H], the type map asked for is [O H]", "-m", model, "-s", _run.SaveSystem("salt", null, "Na", "H"));
        Refuses("set.000 frame 1: force of atom 2 is NaN", "-m", model, "-s", good, _run.SaveSystem("nan", nan));
        Refuses("force.npy", "-m", model, "-s", torn);
        Refuses("no energy, force or virial", "-m", model, "-s", good, _run.SaveSystem("bare", SampleFrames.List(2, labels: FrameLabels.None)));
        Refuses("--numb-test -3: give at least 0", "-m", model, "-s", good, "-n", "-3");
        _run.Refuses("x.pdf: a plot can be saved as PNG or SVG", "test", "-m", model, "-s", good, "--plot", "x.pdf");
    }

    [Fact]
    public void ResultsDoNotDependOnThreads()
    {
        var model = _run.SaveModel();
        var system = _run.SaveSystem("a", SampleFrames.List(3, 30));
        Assert.Equal(
            SampleRun.Succeeds("test", "-m", model, "-s", system, "--threads", "1").Output.Split("# 3 frames")[0],
            SampleRun.Succeeds("test", "-m", model, "-s", system, "--threads", "3").Output.Split("# 3 frames")[0]);
    }

    [Fact]
    public void AReferenceModelReproducesItsOwnEnergies()
    {
        var reference = ReferenceManifest.Require();
        var map = new TypeMap(["O", "H"]);
        var frames = new[] { "w0", "w1", "w3" }.Select(name => ReferenceFrame(reference, "thesis_s55", name, map)).ToList();
        DeepmdNpyWriter.Write(new FrameListSystem("w", map, frames), _run.Path("w"));
        var json = SampleRun.Json("test", "-m", reference.PathOf("models/thesis_s55.dp"), "-s", _run.Path("w"));
        Assert.Equal(3, (int)json["frames"]!);
        Assert.True((double)json["energy_rmse_eV_per_atom"]! < 1e-11);
        Assert.True((double)json["force_rmse_eV_per_A"]! < 1e-10);
        Assert.True((double)json["virial_rmse_eV"]! < 1e-9);
    }

    private static LabelledFrame ReferenceFrame(ReferenceManifest reference, string model, string name, TypeMap map)
    {
        var (types, positions, _) = reference.Frame(name, map);
        var frame = new LabelledFrame(types.Length) { Labels = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial };
        types.CopyTo(frame.Types, 0);
        positions.CopyTo(frame.Positions, 0);
        reference.Numbers($"frames/{name}.box.npy").CopyTo(frame.Box, 0);
        var rows = reference.Numbers($"expected/{model}__{name}.npy");
        for (var i = 0; i < types.Length; i++)
        {
            frame.Energy += rows[13 * i];
            rows.AsSpan((13 * i) + 1, 3).CopyTo(frame.Forces.AsSpan(3 * i));
            for (var k = 0; k < 9; k++)
                frame.Virial[k] += rows[(13 * i) + 4 + k];
        }

        return frame;
    }

    /// <summary>Frames labelled by the model itself, each label off by the same amount.</summary>
    private List<LabelledFrame> Labelled(int count, double energyShift = 0, double forceShift = 0, double virialShift = 0)
    {
        var frames = SampleFrames.List(count);
        using var potential = new DeepPotential(_run.Model);
        var result = new Evaluation();
        foreach (var frame in frames)
        {
            potential.Evaluate(new Configuration(frame.Types, frame.Positions, new Cell(frame.Box)), result);
            frame.Energy = result.Energy - energyShift;
            for (var k = 0; k < frame.Forces.Length; k++)
                frame.Forces[k] = result.Forces[k] - forceShift;
            for (var k = 0; k < 9; k++)
                frame.Virial[k] = result.Virial[k] - virialShift;
        }

        return frames;
    }
}
