using System.Text;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;
using Meniscus.Tests.Potentials.DeepPot;
using Meniscus.Tests.Potentials.DeepPot.TensorFlow;
using Meniscus.Training;

namespace Meniscus.Tests.Cli;

/// <summary><c>freeze</c>, <c>convert</c>, <c>show</c>, and what may be named as a model everywhere.</summary>
public sealed class ModelFileVerbTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("model.ckpt", 20)]
    [InlineData("model.ckpt-3", 3)]
    [InlineData("model.ckpt-3.ckpt", 3)]
    [InlineData("", 20)]
    public void FreezeTakesACheckpointAPrefixOrAFolder(string name, double bias)
    {
        _run.SaveCheckpoint(3);
        _run.SaveCheckpoint(20);
        foreach (var output in new[] { "frozen.dp", "frozen.yaml", "frozen.json" })
        {
            var json = SampleRun.Json("freeze", "-c", _run.Path(name), "-o", _run.Path(output));
            Assert.Equal(_run.Path(output), (string?)json["output"]);
            var frozen = DeepPotModelFile.Load(_run.Path(output));
            Assert.Equal(bias, frozen.OutBias[0]);
            Assert.Equal(_run.Model.Descriptor.Embeddings[1]!.Layers[0].Weights, frozen.Descriptor.Embeddings[1]!.Layers[0].Weights);
        }
    }

    [Fact]
    public void ANameWithoutEndingBecomesDp()
    {
        _run.SaveCheckpoint(1);
        SampleRun.Succeeds("freeze", "-c", _run.Path("model.ckpt"), "-o", _run.Path("water"));
        Assert.Equal(1, DeepPotModelFile.Load(_run.Path("water.dp")).OutBias[0]);
    }

    [Fact]
    public void ConvertKeepsEveryNumber()
    {
        var model = _run.SaveModel();
        SampleRun.Succeeds("convert", model, _run.Path("a.yaml"));
        SampleRun.Succeeds("convert", _run.Path("a.yaml"), _run.Path("b.json"));
        SampleRun.Succeeds("convert", _run.Path("b.json"), _run.Path("c.dp"));
        var back = DeepPotModelFile.Load(_run.Path("c.dp"));
        Assert.Equal(_run.Model.Descriptor.Davg, back.Descriptor.Davg);
        Assert.Equal(_run.Model.OutBias, back.OutBias);
        Assert.Equal(_run.Model.MinNeighborDistance, back.MinNeighborDistance);
        Assert.Equal(_run.Model.Fitting.Networks[1].Layers[1].TimeStep, back.Fitting.Networks[1].Layers[1].TimeStep);
    }

    [Fact]
    public void ShowPrintsWhatIsAskedFor()
    {
        var model = _run.SaveModel();
        var all = SampleRun.Succeeds("show", model).Output;
        Assert.Contains("type_map: O H", all, StringComparison.Ordinal);
        Assert.Contains("parameters in total: 204", all, StringComparison.Ordinal);
        Assert.Contains("smallest neighbour distance in training: 0.900000 Å", all, StringComparison.Ordinal);
        Assert.Equal("type_map: O H\nobserved types (2): O H\n", SampleRun.Succeeds("show", model, "type-map", "observed-type").Output.ReplaceLineEndings("\n"));

        var json = SampleRun.Json("show", model);
        Assert.Equal(6, (double)json["descriptor"]!["rcut"]!);
        Assert.Equal([5, 5], json["fitting_net"]!["neuron"]!.AsArray().Select(n => (int)n!));
        Assert.Equal(204, (int)json["parameters"]!);
        Assert.Equal(0.9, (double)json["min_neighbor_distance_A"]!);
        Assert.Equal(_run.Model.OutBias[1] + _run.Model.Fitting.BiasAtomE[1], (double)json["bias_eV"]![1]!);
        Assert.Equal(["type_map"], SampleRun.Json("show", model, "type-map").AsObject().Select(e => e.Key));
    }

    [Fact]
    public void ShowTakesACheckpoint()
    {
        _run.SaveCheckpoint(7);
        var bias = 7 + _run.Model.Fitting.BiasAtomE[0];
        Assert.StartsWith(FormattableString.Invariant($"bias of O: {bias:F6} eV"), SampleRun.Succeeds("show", _run.Path("model.ckpt"), "bias").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.pb", "model.pb: no such file; expected a model (.dp, .yaml, .yml, .json, .pb, .pbtxt, .pth, .pt)")]
    [InlineData("model.pth", "model.pth: no such file; expected a model (.dp, .yaml, .yml, .json, .pb, .pbtxt, .pth, .pt)")]
    [InlineData("model.ckpt-1000.pt", "model.ckpt-1000.pt: no such file; expected a model")]
    [InlineData("gone.dp", "gone.dp: no such file; expected a model (.dp, .yaml, .yml, .json, .pb, .pbtxt, .pth, .pt)")]
    [InlineData("model.ckpt", "no such model; expected a model file (.dp, .yaml, .yml, .json, .pb, .pbtxt, .pth, .pt), a checkpoint such as model.ckpt-1000.ckpt")]
    [InlineData("notes.txt", "notes.txt: not a kind of model file known here")]
    [InlineData("", "a folder without a file 'checkpoint'")]
    public void WhatIsNoModelIsRefusedWithWhatIs(string name, string expected)
    {
        File.WriteAllText(_run.Path("notes.txt"), "hello");
        foreach (var verb in new[] { "show", "convert" })
            _run.Refuses(expected, [verb, _run.Path(name), .. verb == "convert" ? [_run.Path("out.dp")] : Array.Empty<string>()]);
        if (Path.GetExtension(name) is not (".dp" or ".pb" or ".pth"))
            _run.Refuses(expected, "freeze", "-c", _run.Path(name), "-o", _run.Path("out.dp"));
    }

    [Fact]
    public void DamagedFilesAreRefused()
    {
        var model = _run.SaveModel();
        var checkpoint = _run.SaveCheckpoint(5);
        foreach (var file in new[] { model, checkpoint })
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^300]);
        _run.Refuses("model.dp:", "show", model);
        _run.Refuses("damaged checkpoint, or none", "freeze", "-c", checkpoint, "-o", _run.Path("out.dp"));
    }

    [Fact]
    public void WrongValuesAreRefused()
    {
        var model = _run.SaveModel();
        _run.SaveCheckpoint(5);
        _run.Refuses("dp convert-backend model.dp model.pth", "convert", model, _run.Path("out.pth"));
        _run.Refuses("a TensorFlow graph ('.pb') is read but not written; write a .dp and convert it with DeePMD-kit", "freeze", "-c", _run.Path("model.ckpt"), "-o", _run.Path("out.pb"));
        _run.Refuses("a model file already, not a checkpoint; to change its format use: meniscus convert", "freeze", "-c", model, "-o", _run.Path("out.yaml"));
        _run.Refuses("'sizes' is not an attribute of a model; known are type-map, descriptor, fitting-net, size, observed-type, statistics, bias; did you mean 'size'?", "show", model, "sizes");
    }

    [Fact]
    public void FrozenGraphsAreShownAndConverted()
    {
        var graph = FrozenGraphs.Of(SmallModel.Create(), script: null);
        foreach (var (name, content) in new[] { ("graph.pb", GraphDefWriter.Binary(graph)), ("graph.pbtxt", Encoding.UTF8.GetBytes(GraphDefWriter.Text(graph))) })
        {
            File.WriteAllBytes(_run.Path(name), content);
            Assert.Contains("type_map: T0 T1", SampleRun.Succeeds("show", _run.Path(name)).Output, StringComparison.Ordinal);
            SampleRun.Succeeds("convert", _run.Path(name), _run.Path("converted.dp"));
            ModelComparison.AssertSame(DeepPotModelFile.Load(_run.Path(name)), DeepPotModelFile.Load(_run.Path("converted.dp")), compareScript: false);
            File.Delete(_run.Path("converted.dp"));
        }
    }

    [Fact]
    public void AnEmptyNameIsNoModel() =>
        Assert.StartsWith("an empty name of a model; expected", Assert.Throws<InputException>(() => DeepPotModels.Load(" ")).Message, StringComparison.Ordinal);
}
