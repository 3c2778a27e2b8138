using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;
using Meniscus.Training;

namespace Meniscus.Tests.Fixtures;

/// <summary>A folder with what a training run leaves and what the verbs take: models, checkpoints, data, all small.</summary>
internal sealed class SampleRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>A model for O and H with random weights, whose networks are smooth and whose slots suffice.</summary>
    public DeepPotModel Model { get; init; } = Water();

    public string Path(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    public static DeepPotModel Water(Precision precision = Precision.Float64, int frameParameters = 0, int oxygenSel = 20, int hydrogenSel = 40)
    {
        var model = SmallModel.Create(precision: precision, frameParameters: frameParameters);
        return model with
        {
            TypeMap = new TypeMap(["O", "H"]),
            Descriptor = model.Descriptor with { Sel = [oxygenSel, hydrogenSel], Davg = Statistics(0.1, 0), Dstd = Statistics(0.2, 0.15) },
            MinNeighborDistance = 0.9,
        };

        double[] Statistics(double radial, double angular) =>
            [.. Enumerable.Range(0, 2 * (oxygenSel + hydrogenSel) * 4).Select(k => k % 4 == 0 ? radial : angular)];
    }

    /// <summary>Writes the model.</summary>
    public string SaveModel(string name = "model.dp", DeepPotModel? model = null)
    {
        DeepPotModelFile.Save(model ?? Model, Path(name));
        return Path(name);
    }

    /// <summary>Writes a checkpoint whose first bias tells the step.</summary>
    public string SaveCheckpoint(int step, string prefix = "model.ckpt")
    {
        Checkpoint.Save<double>(Path(prefix), step, keep: 5, WithBias(step), [], new JsonObject());
        return Checkpoint.PathOf(Path(prefix), step);
    }

    public DeepPotModel WithBias(double bias) => Model with { OutBias = [bias, 0] };

    /// <summary>Writes labelled frames as a system folder.</summary>
    public string SaveSystem(string name, List<LabelledFrame>? frames = null, params string[] types)
    {
        DeepmdNpyWriter.Write(new FrameListSystem(name, new TypeMap(types.Length > 0 ? types : ["O", "H"]), frames ?? SampleFrames.List()), Path(name));
        return Path(name);
    }

    /// <summary>Runs the program and expects a refusal: exit code 2, one line of error at the end, nothing on standard output, no file written.</summary>
    public void Refuses(string expected, params string[] args)
    {
        var before = Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order().ToList();
        var run = ProgramRun.Of(args);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        // Progress of the frames before the bad one may stand above it.
        var error = Assert.Single(run.Error.Split('\n'), line => line.StartsWith("meniscus ", StringComparison.Ordinal));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.EndsWith(error, run.Error.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order());
    }

    /// <summary>Runs the program and expects success.</summary>
    public static ProgramRun Succeeds(params string[] args)
    {
        var run = ProgramRun.Of(args);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }

    /// <summary>The <c>--json</c> result of a run that succeeds.</summary>
    public static JsonNode Json(params string[] args) => JsonNode.Parse(Succeeds([.. args, "--json"]).Output)!;
}
