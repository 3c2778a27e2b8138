using System.Globalization;
using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;
using Meniscus.Tests.IO;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

/// <summary>That training learns, and that every setting of a run does what it says.</summary>
public sealed class LearningTests : IDisposable
{
    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("float64")]
    [InlineData("float32")]
    public void Eight_frames_are_learned_by_heart(string precision)
    {
        Steps(1500);
        _folder.Set("model/descriptor/precision", precision).Set("model/fitting_net/precision", precision);
        _folder.Set("learning_rate", new JsonObject { ["start_lr"] = 0.02, ["stop_lr"] = 1e-4, ["decay_steps"] = 50 });
        _folder.Set("training/training_data/batch_size", 4);
        var result = _folder.Train();
        var (first, last) = FirstAndLast("rmse_f_trn");
        Assert.True(last < first / 8, $"rmse_f fell from {first} to {last} eV/Å only");
        (first, last) = FirstAndLast("rmse_e_trn");
        Assert.True(last < first / 20, $"rmse_e fell from {first} to {last} eV/atom only");
        Assert.Equal(1500, result.Steps);
    }

    [Theory]
    [InlineData("v")]
    [InlineData("ae")]
    [InlineData("pf")]
    public void Every_term_of_the_loss_makes_its_own_error_small(string term)
    {
        Steps(400);
        _folder.Set("learning_rate", new JsonObject { ["start_lr"] = 0.02, ["stop_lr"] = 1e-4, ["decay_steps"] = 20 });
        _folder.Set("loss", new JsonObject { ["start_pref_e"] = 0, ["start_pref_f"] = 0, [$"start_pref_{term}"] = 1, [$"limit_pref_{term}"] = 1 });
        _folder.Train();
        var (first, last) = FirstAndLast($"rmse_{term}_trn");
        Assert.True(last < first / 4, $"rmse_{term} fell from {first} to {last} only");
    }

    [Theory]
    [InlineData("""{ "type": "exp", "start_lr": 0.01, "decay_steps": 7 }""")]
    [InlineData("""{ "type": "exp", "start_lr": 0.01, "decay_steps": 7, "smooth": true, "warmup_steps": 5 }""")]
    [InlineData("""{ "type": "cosine", "start_lr": 0.01, "stop_lr": 1e-5 }""")]
    [InlineData("""{ "type": "wsd", "start_lr": 0.01, "stop_lr": 1e-5, "decay_phase_ratio": 0.3 }""")]
    [InlineData("""{ "type": "wsd", "start_lr": 0.01, "stop_lr": 1e-5, "decay_type": "cosine", "warmup_ratio": 0.1 }""")]
    [InlineData("""{ "type": "wsd", "start_lr": 0.01, "stop_lr": 1e-5, "decay_type": "linear" }""")]
    public void Every_schedule_trains_and_stands_in_the_curve(string schedule)
    {
        Steps(60);
        _folder.Set("learning_rate", JsonNode.Parse(schedule)).Set("training/disp_freq", 1);
        _folder.Train();
        var expected = new LearningRateSchedule(TrainingInput.Load(_folder.Path("input.json")).LearningRate, 60);
        var rates = Full("lr");
        Assert.Equal(60, rates.Length);
        for (var step = 0; step < 60; step++)
            Assert.Equal(expected.At(step), rates[step]);
        var loss = Full("rmse_f_trn");
        Assert.True(loss[^1] < loss[0], $"rmse_f went from {loss[0]} to {loss[^1]}");
    }

    [Theory]
    [InlineData("""{ "type": "Adam" }""", 0.01)]
    [InlineData("""{ "type": "Adam", "weight_decay": 1e-4, "adam_beta1": 0.8, "adam_beta2": 0.95 }""", 0.01)]
    [InlineData("""{ "type": "AdamW" }""", 0.01)]
    [InlineData("""{ "type": "SGD" }""", 1e-4)]
    [InlineData("""{ "type": "SGD", "momentum": 0.9 }""", 1e-5)]
    public void Every_optimizer_trains(string optimizer, double rate)
    {
        Steps(100);
        _folder.Set("optimizer", JsonNode.Parse(optimizer)).Set("learning_rate", new JsonObject { ["start_lr"] = rate, ["stop_lr"] = rate / 10 });
        _folder.Set("training/training_data/batch_size", 8);
        _folder.Train();
        var (first, last) = FirstAndLast("rmse_trn");
        Assert.True(last < 0.9 * first, $"the root of the loss went from {first} to {last}");
    }

    [Fact]
    public void Gradient_clipping_limits_the_step()
    {
        Steps(1);
        // Plain gradient descent with rate 1: the step is the gradient.
        _folder.Set("optimizer", new JsonObject { ["type"] = "SGD" }).Set("learning_rate", new JsonObject { ["start_lr"] = 1, ["stop_lr"] = 0.1 });
        _folder.Train();
        var start = Start();
        var full = Distance(start, _folder.Weights(1));
        _folder.Set("training/gradient_max_norm", full / 3);
        _folder.Train();
        Assert.Equal(full / 3, Distance(start, _folder.Weights(1)), 1e-4 * full);
        _folder.Set("training/gradient_max_norm", 2 * full);
        _folder.Train();
        Assert.Equal(full, Distance(start, _folder.Weights(1)), 1e-9 * full);

        // Frozen parameters do not move, and do not count for the length.
        _folder.Set("training/gradient_max_norm", 1e-3).Set("model/descriptor/trainable", false);
        _folder.Train();
        Assert.Equal(1e-3, Distance(start, _folder.Weights(1)), 1e-8);
    }

    [Fact]
    public void What_is_not_trainable_keeps_its_bits()
    {
        Steps(10);
        var start = Checkpoint0();
        _folder.Set("model/descriptor/trainable", false).Set("optimizer", new JsonObject { ["type"] = "AdamW", ["weight_decay"] = 0.1 });
        _folder.Train();
        var model = Load(10);
        Assert.Equal(start.Descriptor.Embeddings.SelectMany(TrainingFolder.Numbers), model.Descriptor.Embeddings.SelectMany(TrainingFolder.Numbers));
        Assert.Empty(TrainingFolder.Numbers(start.Fitting.Networks[0]).Intersect(TrainingFolder.Numbers(model.Fitting.Networks[0])));

        // Layer by layer, and from the weights of a model for which another part was frozen.
        DeepPotModelFile.Save(model, _folder.Path("given.dp"));
        _folder.Set("model/descriptor/trainable", true).Set("model/fitting_net/trainable", new JsonArray(true, false, true));
        _folder.Train(new TrainerOptions { Threads = 1, InitModel = _folder.Path("given.dp") });
        var again = Load(10);
        Assert.NotEqual(model.Descriptor.Embeddings.SelectMany(TrainingFolder.Numbers), again.Descriptor.Embeddings.SelectMany(TrainingFolder.Numbers));
        for (var layer = 0; layer < 3; layer++)
            Assert.Equal(layer == 1, model.Fitting.Networks[1].Layers[layer].Weights.SequenceEqual(again.Fitting.Networks[1].Layers[layer].Weights));

        _folder.Set("model/descriptor/trainable", false).Set("model/fitting_net/trainable", false);
        Assert.Contains("nothing is trainable", Assert.Throws<InputException>(() => _folder.Train()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Epochs_count_the_batches_of_the_rarest_system()
    {
        // Four batches with probability 1/4: sixteen steps see every batch once on average.
        _folder.AddSystem("more", PairFrames.List(3, seed: 5));
        _folder.Training["training_data"]!["systems"] = new JsonArray(_folder.Path("data"), _folder.Path("more"));
        _folder.Set("training/training_data/sys_probs", new JsonArray(0.25, 0.75)).Set("training/numb_steps", null).Set("training/numb_epoch", 1.5);
        Assert.Equal(24, _folder.Train().Steps);
        Assert.True(File.Exists(_folder.Path("model.ckpt-24.ckpt")));
    }

    [Fact]
    public void Displayed_averages_are_means_over_the_interval()
    {
        Steps(20);
        _folder.Set("training/disp_freq", 1);
        _folder.Train();
        var single = Full("rmse_f_trn");
        _folder.Set("training/disp_freq", 10).Set("training/disp_avg", true);
        _folder.Train();
        var shown = LearningCurve.Read(_folder.Path("lcurve.out")).Column("rmse_f_trn");
        Assert.Equal([1, 10, 20], LearningCurve.Read(_folder.Path("lcurve.out")).Column("step"));
        // All batches have the same number of atoms, so that the root of the mean of squares is that of the batches.
        double Mean(int first, int end) => Math.Sqrt(single[first..end].Average(x => x * x));
        Assert.Equal(Mean(1, 10), Full("rmse_f_trn")[1], 1e-5);
        Assert.Equal(Mean(1, 10), shown[1], 0.006 * shown[1]);
        Assert.Equal(Mean(10, 20), shown[2], 0.006 * shown[2]);
    }

    [Fact]
    public void The_right_checkpoints_are_left()
    {
        Steps(47);
        _folder.Set("training/save_freq", 10).Set("training/max_ckpt_keep", 3).Set("training/save_ckpt", _folder.Path("new/folder/model"));
        _folder.Train();
        AssertFiles("new/folder", "checkpoint", "model-30.ckpt", "model-40.ckpt", "model-47.ckpt");
        Assert.Equal("model-47.ckpt", File.ReadAllText(_folder.Path("new/folder/checkpoint")).Trim());

        _folder.Set("training/save_dir", _folder.Path("ratio")).Set("training/save_ckpt", "m").Set("training/ckpt_keep_ratio", 0.3);
        _folder.Train();
        AssertFiles("ratio", "checkpoint", "m-40.ckpt", "m-47.ckpt");
    }

    [Fact]
    public void The_best_model_is_the_best()
    {
        Steps(30);
        _folder.WithValidation().Set("validating", new JsonObject
        {
            ["full_validation"] = true,
            ["validation_freq"] = 1,
            ["full_val_start"] = 0.0,
            ["validation_metric"] = "F:RMSE",
            ["save_best_dir"] = _folder.Path("best"),
            ["full_val_file"] = _folder.Path("val.log"),
        });
        // So large a rate goes up and down.
        _folder.Set("learning_rate", new JsonObject { ["start_lr"] = 0.3, ["stop_lr"] = 0.2 }).Set("training/save_freq", 1).Set("training/max_ckpt_keep", 100);
        var result = _folder.Train();
        var errors = Enumerable.Range(1, 30).Select(step => ForceError(Load(step))).ToArray();
        var best = Array.IndexOf(errors, errors.Min()) + 1;
        Assert.InRange(best, 2, 29);
        AssertFiles("best", $"best.ckpt-{best}.dp");
        Assert.Equal(_folder.Path($"best/best.ckpt-{best}.dp"), result.BestModel);
        Assert.Equal(errors.Min(), ForceError(DeepPotModelFile.Load(result.BestModel!)), 1e-12);

        var log = File.ReadAllLines(_folder.Path("val.log"));
        Assert.Equal(31, log.Length);
        for (var step = 1; step <= 30; step++)
        {
            var words = log[step].Split(' ');
            Assert.Equal(step, int.Parse(words[0], CultureInfo.InvariantCulture));
            Assert.Equal(errors[step - 1], double.Parse(words[4], CultureInfo.InvariantCulture), 1e-4 * errors[step - 1]);
        }

        Assert.Equal(errors[^1], result.Validation["rmse_f"], 1e-9);
    }

    [Fact]
    public void Mixed_types_and_HDF5_train_like_plain_folders()
    {
        Steps(10);
        _folder.Train();
        var expected = _folder.Weights(10);
        DeepmdHdf5Tests.Write(_folder.Path("data.hdf5"), ("water", DeepmdHdf5Tests.Group(new FrameListSystem("x", new TypeMap(["O", "H"]), PairFrames.List(8)), false, 3)));
        _folder.Set("training/training_data/systems", _folder.Path("data.hdf5") + "#/water");
        _folder.Train();
        Assert.Equal(expected, _folder.Weights(10));

        _folder.AddSystem("mixed", PairFrames.List(8, shuffledTypes: true));
        Assert.True(File.Exists(_folder.Path("mixed/set.000/real_atom_types.npy")));
        _folder.Set("training/training_data/systems", _folder.Path("mixed")).Set("training/numb_steps", 200).Set("learning_rate/start_lr", 0.01);
        _folder.Train();
        var (first, last) = FirstAndLast("rmse_f_trn");
        Assert.True(last < first / 2, $"rmse_f went from {first} to {last}");
    }

    [Fact]
    public void Frame_and_atomic_parameters_are_learned_from()
    {
        // The strength of the interaction is in the frame parameter; without it the frames contradict each other.
        var frames = PairFrames.List(16, fparam: 1, aparam: 1);
        _folder.AddSystem("parameters", frames);
        Steps(600);
        _folder.Set("training/training_data/systems", _folder.Path("parameters")).Set("training/training_data/batch_size", 4);
        _folder.Set("learning_rate", new JsonObject { ["start_lr"] = 0.02, ["stop_lr"] = 1e-4, ["decay_steps"] = 20 });
        _folder.Set("model/fitting_net/numb_fparam", 1).Set("model/fitting_net/numb_aparam", 1);
        _folder.Train();
        var with = FirstAndLast("rmse_e_trn").Last;
        var input = Assert.Throws<InputException>(() => _folder.Set("model/fitting_net/numb_aparam", 2).Train());
        Assert.Contains("parameters: 1 frame parameters and 1 parameters per atom", input.Message, StringComparison.Ordinal);

        foreach (var file in new[] { "fparam.npy", "aparam.npy" })
            File.Delete(_folder.Path($"parameters/set.000/{file}"));
        _folder.Set("model/fitting_net/numb_fparam", 0).Set("model/fitting_net/numb_aparam", 0);
        _folder.Train();
        var without = FirstAndLast("rmse_e_trn").Last;
        Assert.True(with < without / 2, $"rmse_e {with} with parameters, {without} without");
    }

    [Theory]
    [InlineData("float64", 1e-9)]
    [InlineData("float32", 1e-3)]
    public void Tables_and_direct_evaluation_lead_to_the_same_model(string precision, double tolerance)
    {
        Steps(20);
        _folder.Set("loss/start_pref_v", 1).Set("loss/limit_pref_v", 1);
        _folder.Set("model/descriptor/precision", precision).Set("model/fitting_net/precision", precision);
        _folder.Train();
        var tables = _folder.Weights(20);
        _folder.Train(new TrainerOptions { Threads = 1, DirectEmbedding = true });
        var direct = _folder.Weights(20);
        Assert.NotEqual(tables, direct);
        for (var k = 0; k < tables.Length; k++)
            Assert.Equal(direct[k], tables[k], tolerance);
    }

    private void Steps(int steps) => _folder.Set("training/numb_steps", steps).Set("training/disp_freq", Math.Max(1, steps / 20)).Set("training/save_freq", steps);

    private (double First, double Last) FirstAndLast(string column)
    {
        var values = Full(column);
        return (values[0], values[^1]);
    }

    /// <summary>A column of lcurve.full.csv.</summary>
    private double[] Full(string column)
    {
        var lines = File.ReadAllLines(_folder.Path("lcurve.full.csv"));
        var index = Array.IndexOf(lines[0].Split(','), column);
        return [.. lines.Skip(1).Select(line => double.Parse(line.Split(',')[index], CultureInfo.InvariantCulture))];
    }

    private DeepPotModel Load(int step) => Checkpoint.LoadModel(_folder.Path($"model.ckpt-{step}.ckpt"));

    /// <summary>The model before the first step.</summary>
    private DeepPotModel Checkpoint0()
    {
        var input = TrainingInput.Load(_folder.WriteInput());
        using var data = TrainingData.Open(input, input.Training.TrainingData, "", input.Model.TypeMap);
        return ModelPreparation.Create(input, data, new TrainerOptions(), TestContext.Current.CancellationToken);
    }

    private double[] Start() => TrainingFolder.Weights(Checkpoint0());

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    /// <summary>Force RMSE of a model on the validation set, as <c>meniscus test</c> finds it.</summary>
    private double ForceError(DeepPotModel model)
    {
        using var potential = new DeepPotential(model);
        using var system = DeepmdSystem.Open(_folder.Path("validation"), model.TypeMap);
        var test = new ModelTest(potential);
        test.Run([system], cancellation: TestContext.Current.CancellationToken);
        return test.Total.Force.Rmse;
    }

    private void AssertFiles(string folder, params string[] names) =>
        Assert.Equal(names, Directory.GetFileSystemEntries(_folder.Path(folder)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
}
