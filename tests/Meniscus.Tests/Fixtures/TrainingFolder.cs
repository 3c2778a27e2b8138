using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;
using Meniscus.Training;

namespace Meniscus.Tests.Fixtures;

/// <summary>A folder in which tiny models are trained: data, an input to change at will, and what a run left.</summary>
internal sealed class TrainingFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>A folder with one system of eight frames, <c>data</c>, and an input that trains on it.</summary>
    public TrainingFolder(bool withData = true)
    {
        Input = JsonNode.Parse($$"""
            {
              "model": {
                "type_map": ["O", "H"],
                "descriptor": { "type": "se_e2_a", "sel": [12, 24], "rcut": 3.5, "rcut_smth": 1.0, "neuron": [4, 8], "axis_neuron": 2, "type_one_side": true, "seed": 1 },
                "fitting_net": { "neuron": [8, 8], "seed": 2 }
              },
              "learning_rate": { "type": "exp", "start_lr": 0.003, "decay_rate": 0.95, "stop_lr": 1e-6, "decay_steps": 5 },
              "loss": { "start_pref_e": 0.02, "limit_pref_e": 1, "start_pref_f": 100, "limit_pref_f": 1, "start_pref_v": 0, "limit_pref_v": 0 },
              "training": {
                "training_data": { "systems": ["{{Path("data")}}"], "batch_size": 2 },
                "numb_steps": 20, "seed": 3, "disp_file": "{{Path("lcurve.out")}}", "disp_freq": 5, "save_freq": 10, "save_ckpt": "{{Path("model.ckpt")}}"
              }
            }
            """)!.AsObject();
        if (withData)
            AddSystem("data", PairFrames.List(8));
    }

    /// <summary>The input, as JSON.</summary>
    public JsonObject Input { get; }

    public JsonNode Training => Input["training"]!;

    /// <summary>A text to stand in the input file instead.</summary>
    public string? RawInput { get; set; }

    /// <summary>Name of another input file.</summary>
    public string? InputName { get; set; }

    /// <summary>Notices of the runs so far.</summary>
    public List<string> Notices { get; } = [];

    public string Path(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    public string AddSystem(string name, IReadOnlyList<LabelledFrame> frames, DeepmdNpyOptions? options = null)
    {
        PairFrames.Write(Path(name), frames, options);
        return Path(name);
    }

    /// <summary>Sets a value of the input: <c>Set("training/numb_steps", 5)</c>.</summary>
    public TrainingFolder Set(string place, JsonNode? value)
    {
        var keys = place.Split('/');
        var node = Input;
        foreach (var key in keys[..^1])
        {
            node[key] ??= new JsonObject();
            node = node[key]!.AsObject();
        }

        node[keys[^1]] = value;
        return this;
    }

    /// <summary>Adds a validation system with five frames.</summary>
    public TrainingFolder WithValidation(int batches = 2)
    {
        AddSystem("validation", PairFrames.List(5, seed: 9));
        return Set("training/validation_data", new JsonObject { ["systems"] = Path("validation"), ["batch_size"] = 1, ["numb_btch"] = batches });
    }

    /// <summary>Writes the input and returns its path.</summary>
    public string WriteInput(string name = "input.json")
    {
        File.WriteAllText(Path(name), Input.ToJsonString());
        return Path(name);
    }

    /// <summary>Trains in this process.</summary>
    public TrainingResult Train(TrainerOptions? options = null) => Run(options, TestContext.Current.CancellationToken);

    /// <summary>Starts or restarts a run whose user stops it at once: one step is done and a checkpoint written.</summary>
    /// <returns>The checkpoint, or null where that step was the last one.</returns>
    public string? TrainOneStep(TrainerOptions? options = null)
    {
        // The passes over the data would heed the wish to stop before the first step.
        options = (options ?? new TrainerOptions()) with { SkipDataCheck = true, SkipNeighborStatistics = true };
        try
        {
            Run(options, new CancellationToken(canceled: true));
            return null;
        }
        catch (OperationCanceledException e)
        {
            const string Advice = "go on with --restart ";
            Assert.Contains(Advice, e.Message, StringComparison.Ordinal);
            return e.Message[(e.Message.IndexOf(Advice, StringComparison.Ordinal) + Advice.Length)..];
        }
    }

    /// <summary>What a checkpoint holds, file by file, without the paths of this folder.</summary>
    public Dictionary<string, byte[]> Checkpoint(long step, string prefix = "model.ckpt")
    {
        using var archive = ZipFile.OpenRead(Path($"{prefix}-{step}.ckpt"));
        return archive.Entries.ToDictionary(entry => entry.Name, entry =>
        {
            using var content = new MemoryStream();
            using (var stream = entry.Open())
                stream.CopyTo(content);
            return entry.Name switch
            {
                "state.json" => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content.ToArray()).Replace(Path("").TrimEnd('/'), "", StringComparison.Ordinal)),
                // The file carries the time at which it was written.
                "model.dp" => MemoryMarshal.AsBytes<double>(Numbers(Meniscus.Training.Checkpoint.LoadModel(Path($"{prefix}-{step}.ckpt")))).ToArray(),
                _ => content.ToArray(),
            };
        });
    }

    /// <summary>All weights of the model of a checkpoint, layer after layer.</summary>
    public double[] Weights(long step) => Weights(Meniscus.Training.Checkpoint.LoadModel(Path($"model.ckpt-{step}.ckpt")));

    /// <summary>All weights of a model, layer after layer.</summary>
    public static double[] Weights(DeepPotModel model) => [.. model.Descriptor.Embeddings.Concat(model.Fitting.Networks).SelectMany(Numbers)];

    /// <summary>All numbers of a model: weights, statistics and bias.</summary>
    public static double[] Numbers(DeepPotModel model) => [.. Weights(model), .. model.Descriptor.Davg, .. model.Descriptor.Dstd, .. model.OutBias];

    /// <summary>Weights, biases and steps of a network.</summary>
    public static IEnumerable<double> Numbers(NeuralNetwork? network) =>
        network?.Layers.SelectMany(layer => layer.Weights.Concat(layer.Bias ?? []).Concat(layer.TimeStep ?? [])) ?? [];

    /// <summary>The rows of the full learning curve without the two columns of times.</summary>
    public string[] FullCurve() => [.. File.ReadAllLines(Path("lcurve.full.csv")).Select(line => string.Join(',', line.Split(',')[..^2]))];

    /// <summary>Asserts that two runs came to the same bits: weights, optimizer, random states, learning curves.</summary>
    public static void AssertSameRun(TrainingFolder expected, TrainingFolder actual, long step)
    {
        AssertSameCheckpoint(expected.Checkpoint(step), actual.Checkpoint(step));
        Assert.Equal(File.ReadAllLines(expected.Path("lcurve.out")), File.ReadAllLines(actual.Path("lcurve.out")));
        Assert.Equal(expected.FullCurve(), actual.FullCurve());
    }

    public static void AssertSameCheckpoint(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, bytes) in expected)
        {
            if (name == "state.json")
                Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(actual[name]));
            else
                Assert.True(bytes.AsSpan().SequenceEqual(actual[name]), $"{name} differs");
        }
    }

    private TrainingResult Run(TrainerOptions? options, CancellationToken cancellation)
    {
        options ??= new TrainerOptions { Threads = 1 };
        return Trainer.Run(TrainingInput.Load(WriteInput()), options with { Notice = Notices.Add }, cancellation: cancellation);
    }
}
