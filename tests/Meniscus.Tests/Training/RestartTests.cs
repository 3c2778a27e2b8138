using System.Text.Json.Nodes;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

/// <summary>
/// A run is the same bits however it is cut into pieces, however many threads it has, and each time it is run: weights,
/// optimizer, random states, and the rows of the learning curve.
/// </summary>
public sealed class RestartTests
{
    private const int Steps = 12;

    private static readonly TrainerOptions Plain = new() { Threads = 1, SkipDataCheck = true, SkipNeighborStatistics = true };

    private static readonly Dictionary<string, Func<TrainingFolder, TrainerOptions, TrainerOptions>> Recipes = new()
    {
        ["float64, tables"] = (_, options) => options,
        ["float64, direct"] = (_, options) => options with { DirectEmbedding = true },
        ["float32, tables"] = (folder, options) => Float32(folder, options),
        ["float32, direct"] = (folder, options) => Float32(folder, options with { DirectEmbedding = true }),
        ["mixed precision"] = (folder, options) =>
        {
            folder.Set("model/descriptor/precision", "float32");
            return options;
        },
        ["virial, AdamW, cosine, clipping"] = (folder, options) =>
        {
            folder.Set("loss/start_pref_v", 1).Set("loss/limit_pref_v", 1).Set("optimizer", new JsonObject { ["type"] = "AdamW" });
            folder.Set("learning_rate", new JsonObject { ["type"] = "cosine", ["start_lr"] = 0.01, ["stop_lr"] = 1e-5 }).Set("training/gradient_max_norm", 0.5);
            return options;
        },
        ["SGD with momentum, averages"] = (folder, options) =>
        {
            folder.Set("optimizer", new JsonObject { ["type"] = "SGD", ["momentum"] = 0.9 }).Set("learning_rate/start_lr", 1e-5).Set("training/disp_avg", true);
            return options;
        },
        ["tables that get narrower"] = (folder, options) =>
        {
            folder.Set("learning_rate/start_lr", 0.2);
            return options;
        },
        ["networks too rough for tables"] = (folder, options) =>
        {
            folder.Set("model/descriptor/activation_function", "relu");
            return options;
        },
    };

    public static TheoryData<string> Names { get; } = new(Recipes.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_run_in_pieces_is_the_run_in_one_piece(string name)
    {
        using var whole = Folder(name, out var options);
        using var pieces = Folder(name, out _);
        whole.Train(options);
        AssertTookPart(name, whole);

        // Every step by itself, in the middle of epochs, of rows and of saving intervals.
        var (checkpoint, steps) = (pieces.TrainOneStep(options), 1);
        for (; checkpoint is not null; steps++)
            checkpoint = pieces.TrainOneStep(options with { Restart = checkpoint });
        Assert.Equal(Steps, steps);
        TrainingFolder.AssertSameRun(whole, pieces, Steps);
        Assert.Equal(File.ReadAllLines(whole.Path("val.log")), File.ReadAllLines(pieces.Path("val.log")));
    }

    [Fact]
    public void Half_and_half_is_the_whole_though_the_second_half_was_begun_before()
    {
        using var whole = Folder("float64, tables", out var options);
        using var halves = Folder("float64, tables", out _);
        whole.Train(options);
        halves.Set("training/numb_steps", Steps / 2).Train(options);
        halves.Set("training/numb_steps", Steps).Train(options with { Restart = halves.Path("model.ckpt") });
        TrainingFolder.AssertSameRun(whole, halves, Steps);
        Assert.Contains(halves.Notices, n => n.Contains($"numb_steps is {Steps}, the run restarted had {Steps / 2}", StringComparison.Ordinal));

        // Once more from the middle: rows after it are written again, not twice.
        halves.Train(options with { Restart = halves.Path($"model.ckpt-{Steps / 2}.ckpt") });
        TrainingFolder.AssertSameRun(whole, halves, Steps);
        Assert.Equal(File.ReadAllLines(whole.Path("val.log")), File.ReadAllLines(halves.Path("val.log")));
    }

    [Theory]
    [InlineData("float64, tables")]
    [InlineData("float64, direct")]
    [InlineData("float32, tables")]
    public void The_number_of_threads_changes_nothing(string name)
    {
        using var one = Folder(name, out var options);
        one.Train(options);
        foreach (var threads in new[] { 2, 3 })
        {
            using var more = Folder(name, out _);
            more.Train(options with { Threads = threads });
            TrainingFolder.AssertSameRun(one, more, Steps);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        using var first = Folder("float64, tables", out var options);
        using var second = Folder("float64, tables", out _);
        using var order = Folder("float64, tables", out _);
        using var weights = Folder("float64, tables", out _);
        foreach (var folder in new[] { first, second, order.Set("training/seed", 4), weights.Set("model/fitting_net/seed", 5) })
            folder.Train(options);
        TrainingFolder.AssertSameRun(first, second, Steps);
        Assert.NotEqual(first.Weights(Steps), order.Weights(Steps));
        Assert.NotEqual(first.Weights(Steps), weights.Weights(Steps));
        Assert.NotEqual(first.FullCurve(), order.FullCurve());
    }

    [Fact]
    public void Init_model_takes_weights_statistics_and_bias_and_begins_at_step_0()
    {
        using var folder = Folder("float64, tables", out var options);
        folder.Train(options);
        var trained = Checkpoint.LoadModel(folder.Path("model.ckpt"));
        var file = folder.Path("trained.dp");
        DeepPotModelFile.Save(trained, file);

        // A rate that changes nothing shows what the run began with.
        folder.Set("learning_rate", new JsonObject { ["start_lr"] = 1e-300, ["stop_lr"] = 1e-300 }).Set("training/numb_steps", 1).Set("training/save_ckpt", folder.Path("again"));
        foreach (var name in new[] { file, folder.Path("model.ckpt"), folder.Path($"model.ckpt-{Steps}.ckpt") })
        {
            folder.Train(options with { InitModel = name });
            var again = Checkpoint.LoadModel(folder.Path("again-1.ckpt"));
            Assert.Equal(TrainingFolder.Weights(trained), TrainingFolder.Weights(again));
            Assert.Equal(trained.Descriptor.Davg, again.Descriptor.Davg);
            Assert.Equal(trained.OutBias, again.OutBias);
            File.Delete(folder.Path("again-1.ckpt"));
        }
    }

    [Fact]
    public void Checkpoints_of_an_earlier_run_are_not_the_newest_of_this_one()
    {
        using var folder = Folder("float64, tables", out var options);
        folder.Set("training/numb_steps", 2 * Steps).Train(options);
        folder.Set("training/numb_steps", Steps).Set("training/seed", 77).Train(options);
        Assert.True(File.Exists(folder.Path($"model.ckpt-{2 * Steps}.ckpt")));
        Assert.Equal(folder.Weights(Steps), TrainingFolder.Weights(Checkpoint.LoadModel(folder.Path("model.ckpt"))));

        // A crash between the checkpoint and the file that names it leaves a later one, which counts.
        File.SetLastWriteTimeUtc(folder.Path($"model.ckpt-{2 * Steps}.ckpt"), DateTime.UtcNow.AddSeconds(1));
        Assert.Equal(folder.Weights(2 * Steps), TrainingFolder.Weights(Checkpoint.LoadModel(folder.Path("model.ckpt"))));
    }

    /// <summary>Three systems of different sizes, probabilities and batch sizes, validation, best models.</summary>
    private static TrainingFolder Folder(string name, out TrainerOptions options)
    {
        var folder = new TrainingFolder();
        folder.AddSystem("small", PairFrames.List(3, seed: 2, atoms: 6));
        folder.AddSystem("mixed", PairFrames.List(5, seed: 3, shuffledTypes: true));
        folder.WithValidation();
        folder.Set("training/training_data", new JsonObject
        {
            ["systems"] = new JsonArray(folder.Path("data"), folder.Path("small"), folder.Path("mixed")),
            ["batch_size"] = new JsonArray(3, 1, 2),
            ["sys_probs"] = new JsonArray(0.5, 0.2, 0.3),
        });
        folder.Set("training/numb_steps", Steps).Set("training/disp_freq", 3).Set("training/save_freq", 3);
        folder.Set("validating", new JsonObject
        {
            ["full_validation"] = true,
            ["validation_freq"] = 2,
            ["full_val_start"] = 0.1,
            ["validation_metric"] = "F:RMSE",
            ["full_val_file"] = folder.Path("val.log"),
            ["max_best_ckpt"] = 2,
        });
        options = Recipes[name](folder, Plain);
        return folder;
    }

    private static TrainerOptions Float32(TrainingFolder folder, TrainerOptions options)
    {
        folder.Set("model/descriptor/precision", "float32").Set("model/fitting_net/precision", "float32");
        return options;
    }

    /// <summary>Whether a recipe did what its name says.</summary>
    private static void AssertTookPart(string name, TrainingFolder folder)
    {
        var state = JsonNode.Parse(folder.Checkpoint(Steps)["state.json"])!;
        Assert.Equal(!name.Contains("direct", StringComparison.Ordinal) && !name.Contains("rough", StringComparison.Ordinal), (bool)state["tables"]!);
        if (name.Contains("narrower", StringComparison.Ordinal))
            Assert.Matches("/[1-9]", (string)state["pieces"]!);
        Assert.Equal(2, Directory.GetFiles(folder.Path(""), "best.ckpt-*.dp").Length);
    }
}
