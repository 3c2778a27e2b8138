using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

public sealed class CompressVerbTests : IDisposable
{
    private readonly SampleRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void TablesAreWrittenAndTheirErrorsReported()
    {
        var model = _run.SaveModel();
        var json = SampleRun.Json("compress", "-i", model, "-o", _run.Path("small.dp"), "-s", _run.SaveSystem("a", SampleFrames.List(30, 24)));
        Assert.Equal(10, (int)json["frames"]!);
        Assert.Equal(0.81, (double)json["min_distance_A"]!, 12);
        Assert.True((int)json["pieces"]! >= 2);
        Assert.Equal(16 * 4 * (int)json["pieces"]!, (int)json["coefficients"]!);
        Assert.InRange((double)json["force_error_max_eV_per_A"]!, 0, 1e-9);
        Assert.InRange((double)json["energy_error_max_eV_per_atom"]!, 0, 1e-10);
        Assert.InRange((double)json["virial_error_rms_eV_per_atom"]!, 0, 1e-9);
        Assert.True((double)json["ms_per_frame"]! > 0);

        var compressed = DeepPotModelFile.Load(_run.Path("small.dp"));
        Assert.Equal(new EmbeddingTableSettings { Tolerance = 1e-10, MinDistance = (double)json["min_distance_A"]! }, compressed.Tables);
        Assert.Equal(_run.Model.Descriptor.Embeddings[0]!.Layers[0].Weights, compressed.Descriptor.Embeddings[0]!.Layers[0].Weights);
        Assert.Contains("compressed: embedding tables", SampleRun.Succeeds("show", _run.Path("small.dp"), "size").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSmallestDistanceIsTheOptionsElseTheModelsElseTheDatas()
    {
        var silent = _run.SaveModel("silent.dp", _run.Model with { MinNeighborDistance = null });
        var frames = SampleFrames.List(3);
        var system = _run.SaveSystem("a", frames);
        double Distance(params string[] args) => (double)SampleRun.Json(["compress", "-o", _run.Path("out.dp"), .. args])["min_distance_A"]!;
        var search = new Meniscus.Atoms.ShortestDistance();
        Assert.Equal(0.9 * frames.Min(frame => search.Find(frame).Distance), Distance("-i", silent, "-s", system), 9);
        Assert.Equal(0.9 * 0.9, Distance("-i", _run.SaveModel(), "-s", system), 12);
        Assert.Equal(0.7, Distance("-i", silent, "-s", system, "--min-distance", "0.7"));
        Assert.Equal(0.9 * 0.9, Distance("-i", _run.SaveModel(), "--no-check"), 12);
    }

    [Fact]
    public void ErrorsAboveTheLimitAreAFailure()
    {
        var model = _run.SaveModel(model: SampleRun.Water(Precision.Float32));
        var system = _run.SaveSystem("a", SampleFrames.List(3, 24));
        string[] args = ["compress", "-i", model, "-o", _run.Path("small.dp"), "-s", system];
        var run = ProgramRun.Of([.. args, "--max-force-error", "1e-13"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("small.dp: not written, because the tables change the force by up to", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_run.Path("small.dp")));
        SampleRun.Succeeds(args);
        Assert.Equal(Precision.Float32, DeepPotModelFile.Load(_run.Path("small.dp")).Descriptor.Precision);
    }

    [Fact]
    public void BadInputIsRefusedAndNoFileWritten()
    {
        var model = _run.SaveModel();
        var system = _run.SaveSystem("a");
        var embeddings = _run.Model.Descriptor.Embeddings.Select(network => new NeuralNetwork([.. network!.Layers.Select(layer =>
            new NetworkLayer(layer.InputCount, layer.OutputCount) { Weights = layer.Weights, Bias = layer.Bias, Activation = ActivationFunction.Relu, Resnet = layer.Resnet })]));
        var kinked = _run.SaveModel("relu.dp", _run.Model with
        {
            Descriptor = _run.Model.Descriptor with { Activation = ActivationFunction.Relu, ActivationName = "relu", Embeddings = [.. embeddings] },
        });
        var nan = SampleFrames.List(2);
        nan[0].Positions[0] = double.NaN;
        void Refuses(string expected, params string[] args) => _run.Refuses(expected, ["compress", "-o", _run.Path("out.dp"), .. args]);

        Refuses("embedding networks (activation 'relu') cannot be tabulated within 1e-10 from 0.81 Å on; they have kinks", "-i", kinked, "-s", system);
        Refuses("cannot be tabulated within 1e-10 from 0.0001 Å on; allow a larger --tolerance or a larger --min-distance", "-i", model, "-s", system, "--min-distance", "1e-4");
        Refuses("no data to compare the compressed model with; add -s SYSTEM (labels are not needed), or --no-check", "-i", model);
        Refuses("the model does not say how close atoms come", "-i", _run.SaveModel("silent.dp", _run.Model with { MinNeighborDistance = null }), "--no-check");
        Refuses("-s 0.01: -s names data to compare with; the steps of the tables follow from --tolerance", "-i", model, "-s", "0.01");
        Refuses("gone.dp: no such file", "-i", _run.Path("gone.dp"), "-s", system);
        Refuses("gone: no such file or folder", "-i", model, "-s", _run.Path("gone"));
        Refuses("coord of atom 0 is NaN", "-i", model, "-s", _run.SaveSystem("nan", nan));
        Refuses("element Na is not in the type map", "-i", model, "-s", _run.SaveSystem("salt", null, "Na", "H"));
        Refuses("--tolerance 0: give a number greater than 0", "-i", model, "-s", system, "--tolerance", "0");
        Refuses("--frames 0: give at least 1", "-i", model, "-s", system, "-n", "0");
        _run.Refuses("a TensorFlow graph ('.pb') is read but not written", "compress", "-i", model, "-o", _run.Path("out.pb"), "-s", system);
    }

    [Theory]
    [InlineData("thesis_s55")]
    [InlineData("twoside")]
    [InlineData("float32")]
    public void ReferenceModelsStayWithinTheLimits(string name)
    {
        var reference = ReferenceManifest.Require();
        var json = SampleRun.Json("compress", "-i", reference.PathOf($"models/{name}.dp"), "-o", _run.Path("small.dp"), "-s", SharedData.Path("data", "water-pbe0", "data_0"), "-n", "2");
        Assert.Equal(2, (int)json["frames"]!);
        Assert.InRange((double)json["force_error_max_eV_per_A"]!, 1e-16, name == "float32" ? 1e-5 : 1e-9);
    }
}
