using Meniscus.Atoms;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

public sealed class ChangeBiasVerbTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void ChangeFindsTheShiftOfEveryType()
    {
        var model = _run.SaveModel();
        // Two compositions, so that both shifts are determined.
        _run.SaveSystem("data/a", Labelled(6, 1.5, -0.25));
        _run.SaveSystem("data/b", Labelled(7, 1.5, -0.25));
        var json = SampleRun.Json("change-bias", model, "-s", _run.Path("data"), "-o", _run.Path("new.dp"));
        var changed = DeepPotModelFile.Load(_run.Path("new.dp"));
        Assert.Equal(1.5, changed.OutBias[0] - _run.Model.OutBias[0], 9);
        Assert.Equal(-0.25, changed.OutBias[1] - _run.Model.OutBias[1], 9);
        Assert.Equal(_run.Model.Fitting.BiasAtomE, changed.Fitting.BiasAtomE);
        Assert.Equal(8, (int)json["frames"]!);
        Assert.True((double)json["energy_rmse_before_eV_per_atom"]! > 0.1);
        Assert.True((double)json["energy_rmse_eV_per_atom"]! < 1e-10);
        Assert.True((double)SampleRun.Json("test", "-m", _run.Path("new.dp"), "-s", _run.Path("data"))["energy_rmse_eV_per_atom"]! < 1e-10);
    }

    [Fact]
    public void OneCompositionIsSharedOutByTheMinimumNorm()
    {
        var model = _run.SaveModel();
        var system = _run.SaveSystem("a", Labelled(6, 1.0, 1.0));
        SampleRun.Succeeds("change-bias", model, "-s", system, "-n", "2");
        var changed = DeepPotModelFile.Load(_run.Path("model_updated.dp"));
        // 2 O and 4 H: 6 eV in all, shares in the ratio 1 : 2.
        Assert.Equal(0.6, changed.OutBias[0] - _run.Model.OutBias[0], 9);
        Assert.Equal(1.2, changed.OutBias[1] - _run.Model.OutBias[1], 9);
    }

    [Fact]
    public void SetFitsTheLabelsAlone()
    {
        var model = _run.SaveModel();
        foreach (var atoms in new[] { 6, 7 })
        {
            var frames = SampleFrames.List(3, atoms, FrameLabels.Energy);
            foreach (var frame in frames)
                frame.Energy = (-432.0 * frame.Types.Count(t => t == 0)) - (13.5 * frame.Types.Count(t => t == 1));
            _run.SaveSystem($"data/{atoms}", frames);
        }

        var json = SampleRun.Json("change-bias", model, "-s", _run.Path("data"), "-m", "set", "-o", _run.Path("new.dp"));
        Assert.Equal(-432, (double)json["bias_eV"]![0]!, 8);
        var changed = DeepPotModelFile.Load(_run.Path("new.dp"));
        Assert.Equal(-432, changed.OutBias[0] + changed.Fitting.BiasAtomE[0], 8);
        Assert.Equal(-13.5, changed.OutBias[1] + changed.Fitting.BiasAtomE[1], 8);
    }

    [Fact]
    public void APresetBiasStaysAndExcludedTypesDoNotCount()
    {
        var preset = _run.SaveModel("preset.dp", _run.Model with { PresetOutBias = [_run.Model.OutBias[0] + _run.Model.Fitting.BiasAtomE[0], null] });
        var system = _run.SaveSystem("a", Labelled(6, 0, 0.5));
        SampleRun.Succeeds("change-bias", preset, "-s", system, "-o", _run.Path("new.dp"));
        Assert.Equal(0.0, DeepPotModelFile.Load(_run.Path("new.dp")).OutBias[0] - _run.Model.OutBias[0], 9);
        Assert.Equal(0.5, DeepPotModelFile.Load(_run.Path("new.dp")).OutBias[1] - _run.Model.OutBias[1], 9);

        var silent = _run.Model with { AtomExcludeTypes = [0] };
        SampleRun.Succeeds("change-bias", _run.SaveModel("silent.dp", silent), "-s", _run.SaveSystem("b", Labelled(6, 0, 0.5, silent)), "-o", _run.Path("new.dp"));
        Assert.Equal(0.5, DeepPotModelFile.Load(_run.Path("new.dp")).OutBias[1] - _run.Model.OutBias[1], 9);
        Assert.Equal(0.0, DeepPotModelFile.Load(_run.Path("new.dp")).OutBias[0] - _run.Model.OutBias[0], 9);
    }

    [Fact]
    public void ValuesCanBeGiven()
    {
        var model = _run.SaveModel("model.yaml");
        SampleRun.Succeeds("change-bias", model, "-b", "-93.5", "-187.25");
        var changed = DeepPotModelFile.Load(_run.Path("model_updated.yaml"));
        Assert.Equal(-93.5, changed.OutBias[0] + changed.Fitting.BiasAtomE[0], 12);
        Assert.Equal(-187.25, changed.OutBias[1] + changed.Fitting.BiasAtomE[1], 12);
    }

    [Fact]
    public void BadInputIsRefusedAndNoFileWritten()
    {
        var model = _run.SaveModel();
        var system = _run.SaveSystem("a");
        _run.SaveCheckpoint(3);
        var nan = SampleFrames.List(2);
        nan[1].Energy = double.NaN;
        var torn = _run.SaveSystem("torn");
        var energy = Path.Combine(torn, "set.000", "energy.npy");
        File.WriteAllBytes(energy, File.ReadAllBytes(energy)[..^3]);
        void Refuses(string expected, params string[] args) => _run.Refuses(expected, ["change-bias", .. args]);

        Refuses("a checkpoint, whose optimizer's state belongs to its bias; freeze it first (meniscus freeze -c", _run.Path("model.ckpt"), "-s", system);
        Refuses("gone.dp: no such file", _run.Path("gone.dp"), "-s", system);
        Refuses("give either data (-s SYSTEM or -f LISTFILE) or values (-b VALUE ...)", model);
        Refuses("give either data", model, "-s", system, "-b", "1", "2");
        Refuses("bias: found 1; expected 2 finite numbers in eV, one for each type of the model (O H)", model, "-b", "1");
        Refuses("bias: found 1 NaN; expected 2 finite numbers", model, "-b", "1", "nan");
        Refuses("--mode add: expected 'change' or 'set'", model, "-s", system, "-m", "add");
        Refuses("--numb-frames -1: give at least 0", model, "-s", system, "-n", "-1");
        Refuses("no energies to fit the bias to", model, "-s", _run.SaveSystem("f", SampleFrames.List(2, labels: FrameLabels.Force)));
        Refuses("set.000 frame 1: energy is NaN", model, "-s", _run.SaveSystem("nan", nan));
        Refuses("energy.npy", model, "-s", torn);
        Refuses("element Na is not in the type map", model, "-s", _run.SaveSystem("salt", null, "Na", "H"));
        Refuses("is read but not written", model, "-s", system, "-o", _run.Path("new.pt"));
    }

    /// <summary>Frames with the model's own energies, off by so much per atom of each type.</summary>
    private List<LabelledFrame> Labelled(int atoms, double oxygenShift, double hydrogenShift, DeepPotModel? model = null)
    {
        var frames = SampleFrames.List(4, atoms, FrameLabels.Energy);
        using var potential = new DeepPotential(model ?? _run.Model);
        var result = new Evaluation();
        foreach (var frame in frames)
        {
            potential.Evaluate(new Configuration(frame.Types, frame.Positions, new Cell(frame.Box)), result);
            frame.Energy = result.Energy + (oxygenShift * frame.Types.Count(t => t == 0)) + (hydrogenShift * frame.Types.Count(t => t == 1));
        }

        return frames;
    }
}
