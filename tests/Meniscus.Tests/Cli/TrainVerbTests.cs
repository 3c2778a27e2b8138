using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;
using Meniscus.Tests.Potentials.DeepPot.TensorFlow;

namespace Meniscus.Tests.Cli;

/// <summary><c>meniscus train</c>: what it prints and writes, and what it refuses.</summary>
public sealed class TrainVerbTests : IDisposable
{
    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>What spoils a run, what the one line of error says, and options besides the input.</summary>
    private static readonly Dictionary<string, (Action<TrainingFolder> Spoil, string[] Says, string[] Options)> Refusals = new()
    {
        ["missing input"] = (f => f.InputName = "absent.json", ["absent.json: no such file"], []),
        ["empty input"] = (f => f.RawInput = "", ["input.json", "not valid JSON"], []),
        ["input that is not JSON"] = (f => f.RawInput = "model: {", ["input.json: line 1: not valid JSON"], []),
        ["input of another kind"] = (f => f.RawInput = "[1, 2]", ["input.json: expected a training input in braces"], []),
        ["unknown key"] = (f => f.Set("training/numb_stepz", 5), ["input.json", "training", "numb_stepz", "numb_steps"], []),
        ["value of the wrong type"] = (f => f.Set("training/numb_steps", "many"), ["training/numb_steps", "many", "whole number"], []),
        ["negative cutoff"] = (f => f.Set("model/descriptor/rcut", -6), ["model/descriptor/rcut", "-6", "above 0"], []),
        ["negative batch"] = (f => f.Set("training/training_data/batch_size", -2), ["training/training_data/batch_size", "-2"], []),
        ["negative rate"] = (f => f.Set("learning_rate/start_lr", -1e-3), ["learning_rate/start_lr", "above 0"], []),
        ["no steps"] = (f => f.Set("training/numb_steps", 0), ["training/numb_steps is 0", "at least 1"], []),
        ["nothing in the loss"] = (f => f.Set("loss/start_pref_e", 0).Set("loss/start_pref_f", 0), ["loss", "every term is off"], []),
        ["warm-up longer than the run"] = (f => f.Set("learning_rate/warmup_steps", 100), ["learning_rate", "warm-up"], []),
        ["nothing trainable"] = (f => f.Set("model/descriptor/trainable", false).Set("model/fitting_net/trainable", false), ["nothing is trainable"], []),
        ["sel of the wrong length"] = (f => f.Set("model/descriptor/sel", new JsonArray(1, 2, 3)), ["model/descriptor/sel"], []),
        ["sel to be counted, but not to be counted"] = (f => f.Set("model/descriptor/sel", "auto"), ["model/descriptor/sel", "--skip-neighbor-stat"], ["--skip-neighbor-stat"]),
        ["statistics file"] = (f => f.Set("training/stat_file", "s.hdf5"), ["training/stat_file"], []),

        ["missing system"] = (f => f.Set("training/training_data/systems", f.Path("absent")), ["absent: no such file or folder"], []),
        ["no system"] = (f => f.Set("training/training_data/systems", new JsonArray()), ["training/training_data/systems"], []),
        ["missing validation system"] = (f => f.WithValidation().Set("training/validation_data/systems", f.Path("absent")), ["absent: no such file or folder"], []),
        ["no type.raw"] = (f => File.Delete(f.Path("data/type.raw")), ["data", "type.raw"], []),
        ["no set"] = (f => Directory.Delete(f.Path("data/set.000"), recursive: true), ["data", "set."], []),
        ["no coord"] = (f => File.Delete(f.Path("data/set.000/coord.npy")), ["data/set.000", "coord.npy"], []),
        ["no box"] = (f => File.Delete(f.Path("data/set.000/box.npy")), ["data/set.000", "box.npy", "nopbc"], []),
        ["cut off array"] = (f => Cut(f.Path("data/set.000/coord.npy")), ["coord.npy"], []),
        ["forces of another shape"] = (f => Write(f, "force", "(8, 33)", new double[8 * 33]), ["force.npy", "(8, 33)", "(frames, 36)"], []),
        ["energies of other frames"] = (f => Write(f, "energy", "(7,)", new double[7]), ["energy.npy", "7 frames"], []),
        ["NaN position"] = (f => Change(f, "coord", 3 * 36 + 5, double.NaN), ["data frame 3", "coord of atom 1", "NaN"], []),
        ["infinite position, unchecked"] = (f => Change(f, "coord", 36 + 5, double.PositiveInfinity), ["data/set.000 frame 1", "coord", "atom 1"], ["--skip-data-check"]),
        ["NaN energy"] = (f => Change(f, "energy", 2, double.NaN), ["data frame 2", "energy", "NaN"], []),
        ["NaN energy, unchecked"] = (f => Change(f, "energy", 2, double.NaN), ["energy", "NaN"], ["--skip-data-check"]),
        ["infinite force"] = (f => Change(f, "force", 0, double.NegativeInfinity), ["data frame 0", "force of atom 0", "-Infinity"], []),
        ["two atoms in one place"] = (f => Overlap(f), ["data frame 4", "atoms 2 (H) and 7 (H)", "0.000 Å"], []),
        ["two atoms in one place, unchecked"] = (f => Overlap(f), ["data/set.000 frame 4", "coord", "overlap"], ["--skip-data-check", "--skip-neighbor-stat"]),
        ["atoms on their own images"] = (f => Scale(f, "box", 1e-3), ["data frame 0", "box"], []),
        ["box in nanometres"] = (f => Scale(f, "box", 0.1), ["data frame 0", "box", "Å"], []),
        ["box in nanometres, unchecked"] = (f => Scale(f, "box", 0.01), ["data/set.000 frame 0", "box", "Å"], ["--skip-data-check"]),
        ["flat box"] = (f => Write(f, "box", "(8, 9)", [.. Enumerable.Repeat(new double[] { 6, 0, 0, 0, 6, 0, 6, 6, 0 }, 8).SelectMany(x => x)]), ["data frame 0", "box has a volume of 0"], []),
        ["flat box, unchecked"] = (f => Write(f, "box", "(8, 9)", [.. Enumerable.Repeat(new double[] { 6, 0, 0, 0, 6, 0, 6, 6, 0 }, 8).SelectMany(x => x)]), ["data/set.000 frame 0", "span no volume"], ["--skip-data-check"]),
        ["no virial for the loss"] = (f => WithVirial(f, () => File.Delete(f.Path("data/set.000/virial.npy"))), ["data", "no virial", "the loss needs"], []),
        ["no forces for the loss"] = (f => File.Delete(f.Path("data/set.000/force.npy")), ["data", "no force", "the loss needs"], []),
        ["unknown element"] = (f => f.Set("model/type_map", new JsonArray("O", "Cl")), ["data", "element H", "[O Cl]"], []),
        ["type out of range"] = (f => File.WriteAllText(f.Path("data/type.raw"), string.Concat(Enumerable.Repeat("0 1 7\n", 4))), ["type.raw", "atom 2 has type 7"], []),
        ["type that is no number"] = (f => File.WriteAllText(f.Path("data/type.raw"), "O H H"), ["type.raw"], []),
        ["one frame parameter too few"] = (f => f.Set("model/fitting_net/numb_fparam", 1), ["data: 0 frame parameters", "numb_fparam 1"], []),
        ["batch sizes of other systems"] = (f => f.Set("training/training_data/batch_size", new JsonArray(1, 2, 3)), ["training/training_data/batch_size", "3 numbers for 1 systems"], []),
        ["batch size that leaves nothing"] = (f => f.Set("training/training_data/batch_size", "filter:5"), ["training/training_data/batch_size", "leaves no system"], []),
        ["probabilities of other systems"] = (f => f.Set("training/training_data/sys_probs", new JsonArray(0.5, 0.5)), ["training/training_data/sys_probs", "2 numbers for 1 systems"], []),
        ["probabilities that do not add up"] = (f => f.Set("training/training_data/sys_probs", new JsonArray(0.5)), ["training/training_data/sys_probs", "0.5"], []),
        ["probabilities in words"] = (f => f.Set("training/training_data/auto_prob", "prob_fair"), ["training/training_data/auto_prob", "prob_fair"], []),

        ["output under a file"] = (_ => { }, ["--output", "cannot be written"], ["-o", "{folder}/input.json/out.json"]),
        ["output that is a folder"] = (_ => { }, ["--output", "data is a folder"], ["-o", "{folder}/data"]),
        ["checkpoints under a file"] = (f => f.Set("training/save_ckpt", f.Path("input.json/model")), ["training/save_ckpt", "input.json", "cannot be written"], []),
        ["learning curve that is a folder"] = (f => f.Set("training/disp_file", f.Path("data")), ["training/disp_file", "data is a folder"], []),
        ["validation results under a file"] = (f => f.WithValidation().Set("validating/full_validation", true).Set("validating/full_val_file", f.Path("input.json/val")), ["validating/full_val_file"], []),

        ["restart and start at once"] = (_ => { }, ["--restart and --init-model exclude each other"], ["--restart", "{folder}/model.ckpt", "--init-model", "{folder}/model.ckpt"]),
        ["restart from nothing"] = (_ => { }, ["absent: no checkpoint there"], ["--restart", "{folder}/absent"]),
        ["restart from an empty name"] = (_ => { }, ["an empty name of a checkpoint"], ["--restart", ""]),
        ["restart of a run that is done"] = (f => f.Set("training/numb_steps", 20), ["training/numb_steps is 20", "at step 20"], ["--restart", "{folder}/model.ckpt"]),
        ["restart from a cut off checkpoint"] = (f => Cut(f.Path("model.ckpt-20.ckpt")), ["model.ckpt-20.ckpt: damaged checkpoint", "older one"], ["--restart", "{folder}/model.ckpt"]),
        ["restart of another shape"] = (f => f.Set("model/descriptor/neuron", new JsonArray(4, 16)), ["model.ckpt-20.ckpt", "model/descriptor/neuron is 4 8", "4 16"], ["--restart", "{folder}/model.ckpt"]),
        ["restart with another activation"] = (f => f.Set("model/fitting_net/activation_function", "relu"), ["model/fitting_net/activation_function is Tanh"], ["--restart", "{folder}/model.ckpt"]),
        ["restart with other exclusions"] = (f => f.Set("model/pair_exclude_types", new JsonArray(new JsonArray(0, 1))), ["model/pair_exclude_types is empty", "(0, 1)"], ["--restart", "{folder}/model.ckpt"]),
        ["restart with fewer systems"] = (f => f.Set("training/training_data/systems", f.Path("data")), ["model.ckpt-20.ckpt", "made with 2 systems", "names 1"], ["--restart", "{folder}/model.ckpt"]),
        ["restart with fewer frames"] = (f => Replace(f, 6), ["model.ckpt-20.ckpt", "data had 8 frames, now it has 6"], ["--restart", "{folder}/model.ckpt"]),
        ["restart with another optimizer"] = (f => f.Set("optimizer", new JsonObject { ["type"] = "SGD" }), ["model.ckpt-20.ckpt", "optimizer/type was Adam", "Sgd"], ["--restart", "{folder}/model.ckpt"]),
        ["restart with another learning curve"] = (f => f.WithValidation(), ["lcurve.out: its columns"], ["--restart", "{folder}/model.ckpt"]),
        ["start from other elements"] = (f => f.Set("model/type_map", new JsonArray("H", "O")), ["model.ckpt", "model/type_map is O H", "H O"], ["--init-model", "{folder}/model.ckpt"]),
        ["start from nothing"] = (_ => { }, ["absent.dp: no such file"], ["--init-model", "{folder}/absent.dp"]),
        ["start from a damaged model"] = (f => File.WriteAllText(f.Path("bad.dp"), "no model"), ["bad.dp"], ["--init-model", "{folder}/bad.dp"]),
        ["start from shared networks"] = (f => File.Copy(TypeEmbeddingModel.File("concat"), f.Path("typed.yaml")), ["typed.yaml: a model with a type embedding (se_atten)", "not trained"], ["--init-model", "{folder}/typed.yaml"]),
        ["start from tables"] = (f => File.WriteAllBytes(f.Path("tables.pb"), FrozenGraphs.CompressedFile(SampleRun.Water())), ["tables.pb: compressed by DeePMD-kit", "which training needs"], ["--init-model", "{folder}/tables.pb"]),
        ["start from parameters the data lack"] = (f => f.Set("model/fitting_net/numb_aparam", 2), ["data: 0 frame parameters and 0 parameters per atom", "numb_aparam 2"], ["--init-model", "{folder}/model.ckpt"]),
    };

    public static TheoryData<string> RefusalNames { get; } = new(Refusals.Keys);

    [Theory]
    [MemberData(nameof(RefusalNames))]
    public void Refuses_in_one_line_and_leaves_earlier_results_alone(string name)
    {
        var (spoil, says, options) = Refusals[name];
        LeaveResults(name.Contains("fewer systems", StringComparison.Ordinal));
        var input = _folder.Set("training/numb_steps", 40).WriteInput();
        spoil(_folder);
        if (_folder.RawInput is { } raw)
            File.WriteAllText(input, raw);
        else if (_folder.InputName is { } other)
            input = _folder.Path(other);
        else
            _folder.WriteInput();
        var before = Results();
        Assert.Contains("model.ckpt-20.ckpt", before.Keys);

        var run = ProgramRun.Of([
            "train", input, "--threads", "1", .. options.Contains("-o") ? Array.Empty<string>() : ["-o", _folder.Path("out.json")],
            .. options.Select(o => o.Replace("{folder}", _folder.Path("").TrimEnd('/'), StringComparison.Ordinal))]);
        var errors = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains(": warning: ", StringComparison.Ordinal)).ToList();
        Assert.True(run.ExitCode == 2, $"exit code {run.ExitCode}: {run.Error}");
        var line = Assert.Single(errors);
        Assert.StartsWith("meniscus train: ", line, StringComparison.Ordinal);
        Assert.All(says, words => Assert.Contains(words, line, StringComparison.Ordinal));
        var after = Results();
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before, file => Assert.True(file.Value.AsSpan().SequenceEqual(after[file.Key]), $"{file.Key} was changed"));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_folder_that_may_not_be_written_to_is_refused_before_the_first_step()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root may write everywhere");
        var locked = Directory.CreateDirectory(_folder.Path("locked")).FullName;
        File.SetUnixFileMode(locked, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        foreach (var key in new[] { "training/save_ckpt", "training/disp_file" })
        {
            using var folder = new TrainingFolder();
            var run = ProgramRun.Of("train", folder.Set(key, Path.Combine(locked, "x")).WriteInput(), "-o", folder.Path("out.json"));
            Assert.Equal(2, run.ExitCode);
            Assert.Contains($"{key}: {locked}", run.ErrorLine, StringComparison.Ordinal);
        }

        File.SetUnixFileMode(locked, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void A_run_leaves_its_files_and_says_what_it_came_to()
    {
        _folder.WithValidation();
        var run = ProgramRun.Of("train", _folder.WriteInput(), "--threads", "1", "-o", _folder.Path("out.json"));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("smallest distance", run.Output, StringComparison.Ordinal);
        Assert.Contains("20 steps, ", run.Output, StringComparison.Ordinal);
        Assert.Contains("whole validation set: rmse_e ", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", run.Error, StringComparison.Ordinal);
        foreach (var file in new[] { "out.json", "lcurve.out", "lcurve.full.csv", "lcurve.png", "checkpoint", "model.ckpt-10.ckpt", "model.ckpt-20.ckpt" })
            Assert.True(File.Exists(_folder.Path(file)), file);

        // The normalised input is an input: it leads to the same model.
        var weights = _folder.Weights(20);
        Assert.Equal(0, ProgramRun.Of("train", _folder.Path("out.json"), "--threads", "1", "-o", _folder.Path("again.json")).ExitCode);
        Assert.Equal(weights, _folder.Weights(20));
        Assert.Equal(File.ReadAllText(_folder.Path("out.json")), File.ReadAllText(_folder.Path("again.json")));
    }

    [Fact]
    public void Json_has_the_result_alone()
    {
        _folder.WithValidation().Set("training/disp_freq", 3);
        var run = ProgramRun.Of("train", _folder.WriteInput(), "--threads", "1", "--json", "-o", _folder.Path("out.json"));
        var result = JsonNode.Parse(run.Output)!;
        Assert.Equal(20, (int)result["steps"]!);
        Assert.True((double)result["ms_per_step"]! > 0);
        Assert.Equal(_folder.Path("model.ckpt-20.ckpt"), (string)result["checkpoint"]!);
        Assert.True((double)result["training_rmse_f"]! > 0);
        Assert.True((double)result["validation_rmse_e"]! > 0);
    }

    [Fact]
    public void An_explosion_ends_the_run_and_names_the_step()
    {
        Assert.Equal(0, ProgramRun.Of("train", _folder.WriteInput(), "--threads", "1", "-o", _folder.Path("out.json")).ExitCode);
        var before = File.ReadAllBytes(_folder.Path("model.ckpt-20.ckpt"));
        _folder.Set("learning_rate/start_lr", 1e6).Set("training/numb_steps", 400).Set("training/save_freq", 100);
        var run = ProgramRun.Of("train", _folder.WriteInput(), "--threads", "1", "-o", _folder.Path("out.json"), "--restart", _folder.Path("model.ckpt"));
        Assert.Equal(1, run.ExitCode);
        var line = Assert.Single(run.Error.Split('\n'), l => l.StartsWith("meniscus train: ", StringComparison.Ordinal) && !l.Contains("warning", StringComparison.Ordinal));
        Assert.Contains("meniscus train: step 2", line, StringComparison.Ordinal);
        Assert.Contains("data/set.000 frame", line, StringComparison.Ordinal);
        Assert.Contains("learning_rate/start_lr", line, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder.Path("model.ckpt-20.ckpt")));
        Assert.Equal("model.ckpt-20.ckpt", File.ReadAllText(_folder.Path("checkpoint")).Trim());
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("float64")]
    public void A_loss_that_is_not_finite_ends_the_run_too(string precision)
    {
        _folder.Set("model/descriptor/precision", precision).Set("model/fitting_net/precision", precision);
        _folder.Set("learning_rate/start_lr", precision == "float32" ? 1e38 : 1e300).Set("training/numb_steps", 400).Set("training/save_freq", 1);
        var run = ProgramRun.Of("train", _folder.WriteInput(), "--threads", "1", "-o", _folder.Path("out.json"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("meniscus train: step ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Files of an earlier run that a refused one must not touch.</summary>
    private void LeaveResults(bool twoSystems)
    {
        _folder.Train();
        File.WriteAllText(_folder.Path("out.json"), "of an earlier run");
        if (!twoSystems)
            return;
        _folder.AddSystem("second", PairFrames.List(3, seed: 8));
        _folder.Set("training/training_data/systems", new JsonArray(_folder.Path("data"), _folder.Path("second"))).Set("training/save_ckpt", _folder.Path("two"));
        _folder.Train();
        File.Move(_folder.Path("two-20.ckpt"), _folder.Path("model.ckpt-20.ckpt"), overwrite: true);
        _folder.Set("training/save_ckpt", _folder.Path("model.ckpt"));
    }

    /// <summary>Everything but data and inputs.</summary>
    private Dictionary<string, byte[]> Results() => Directory.GetFiles(_folder.Path(""))
        .Where(file => Path.GetFileName(file) is not ("input.json" or "bad.dp"))
        .ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);

    private static void Cut(string path) => File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);

    private static void WithVirial(TrainingFolder folder, Action spoil)
    {
        folder.Set("loss/start_pref_v", 1).Set("loss/limit_pref_v", 1);
        spoil();
    }

    private static void Write(TrainingFolder folder, string array, string shape, double[] values) =>
        File.WriteAllBytes(folder.Path($"data/set.000/{array}.npy"), NpyBytes.File("<f8", shape, values));

    private static double[] Numbers(TrainingFolder folder, string array)
    {
        using var file = NpyArray.Open(folder.Path($"data/set.000/{array}.npy"));
        var values = new double[file.RowCount * file.RowLength];
        file.ReadRows(0, (int)file.RowCount, values);
        return values;
    }

    private static void Rewrite(TrainingFolder folder, string array, double[] values) =>
        Write(folder, array, values.Length == 8 ? "(8,)" : $"(8, {values.Length / 8})", values);

    private static void Change(TrainingFolder folder, string array, int index, double value)
    {
        var values = Numbers(folder, array);
        values[index] = value;
        Rewrite(folder, array, values);
    }

    private static void Scale(TrainingFolder folder, string array, double factor) =>
        Rewrite(folder, array, [.. Numbers(folder, array).Select(x => factor * x)]);

    private static void Overlap(TrainingFolder folder)
    {
        var positions = Numbers(folder, "coord");
        Array.Copy(positions, (4 * 36) + 6, positions, (4 * 36) + 21, 3);
        Rewrite(folder, "coord", positions);
    }

    private static void Replace(TrainingFolder folder, int frames)
    {
        Directory.Delete(folder.Path("data"), recursive: true);
        folder.AddSystem("data", PairFrames.List(frames));
    }
}
