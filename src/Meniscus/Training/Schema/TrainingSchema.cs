using System.Text.Json;
using System.Text.Json.Nodes;
using Meniscus.Input;
using static Meniscus.Input.InputTypes;

namespace Meniscus.Training.Schema;

/// <summary>The keys of <c>training</c> and its data sections, and of <c>validating</c>. Names and defaults: DeePMD-kit v2.2 to v3.2.</summary>
internal static class TrainingSchema
{
    private static readonly (string Name, ValidationMetric Metric)[] MetricNames =
    [
        ("E:MAE", ValidationMetric.EnergyMae),
        ("E:RMSE", ValidationMetric.EnergyRmse),
        ("F:MAE", ValidationMetric.ForceMae),
        ("F:RMSE", ValidationMetric.ForceRmse),
        ("V:MAE", ValidationMetric.VirialMae),
        ("V:RMSE", ValidationMetric.VirialRmse),
    ];

    private static readonly InputType<IReadOnlyList<string>> Systems = new(
        "a path or a list of paths",
        (node, words) => node.Kind == JsonValueKind.String ? [Text.Read(node)] : SomeOf(Text, words).Read(node),
        ListOf(Text, "").Write);

    private static readonly InputType<BatchSizeRule> BatchSize = new(
        "a number, one per system, \"auto\", \"auto:N\", \"max:N\" or \"filter:N\"",
        ReadBatchSize,
        rule => rule.Kind switch
        {
            BatchSizeKind.Fixed => rule.Number,
            BatchSizeKind.PerSystem => new JsonArray([.. rule.PerSystem.Select(n => (JsonNode)n)]),
            _ => rule.ToString(),
        });

    private static readonly InputType<ValidationMetric> Metric = new(
        "E:MAE, E:RMSE, F:MAE, F:RMSE, V:MAE or V:RMSE",
        (node, words) => MetricNames.FirstOrDefault(m => m.Name.Equals(node.Text(words).Trim(), StringComparison.OrdinalIgnoreCase)) is { Name: not null } found ? found.Metric : throw node.Mismatch(words),
        metric => MetricNames.First(m => m.Metric == metric).Name);

    /// <summary><c>training_data</c>.</summary>
    public static InputSection<DataInput> TrainingData { get; } = new(() => new(), [.. DataKeys<DataInput>(d => d, (_, d) => d)]);

    /// <summary><c>validation_data</c>.</summary>
    public static InputSection<ValidationDataInput> ValidationData { get; } = new(
        () => new(),
        [
            .. DataKeys<ValidationDataInput>(v => v.Data, (v, d) => v with { Data = d }),
            InputKey<ValidationDataInput>.Value("numb_btch", CountFrom(1), v => v.BatchCount, (v, x) => v with { BatchCount = x }, "Batches evaluated for each row of the learning curve.", aliases: ["numb_batch"]),
        ]);

    /// <summary><c>training</c>.</summary>
    public static InputSection<TrainingSection> Training { get; } = new(
        () => new(),
        [
            InputKey<TrainingSection>.Nested("training_data", TrainingData, t => t.TrainingData, (t, x) => t with { TrainingData = x }, "What is trained on.", required: true),
            InputKey<TrainingSection>.Nested("validation_data", ValidationData, t => t.ValidationData, (t, x) => t with { ValidationData = x }, "What the model is tested on on the way. Never trained on."),
            InputKey<TrainingSection>.Value("numb_steps", WholeFrom(0).OrNull(), t => t.Steps, (t, x) => t with { Steps = x }, "Number of steps, one batch each. This or `numb_epoch` must be given.", aliases: ["stop_batch", "num_step", "num_steps", "numb_step"]),
            InputKey<TrainingSection>.Value("numb_epoch", Positive.OrNull(), t => t.Epochs, (t, x) => t with { Epochs = x }, "Number of epochs, not necessarily whole, instead of `numb_steps`. One epoch is max(n_i/p_i) steps, with n_i batches in system i and its probability p_i.", aliases: ["num_epochs", "num_epoch", "numb_epochs"]),
            InputKey<TrainingSection>.Value("seed", WholeFrom(0).OrNull(), t => t.Seed, (t, x) => t with { Seed = x }, "Seed of the order in which batches are drawn."),
            InputKey<TrainingSection>.Value("disp_file", Text, t => t.DisplayFile, (t, x) => t with { DisplayFile = x }, "File of the learning curve."),
            InputKey<TrainingSection>.Value("disp_freq", CountFrom(1), t => t.DisplayInterval, (t, x) => t with { DisplayInterval = x }, "Steps between its rows."),
            InputKey<TrainingSection>.Value("disp_training", Flag, t => t.Display, (t, x) => t with { Display = x }, "Whether it is written."),
            InputKey<TrainingSection>.Value("disp_avg", Flag, t => t.DisplayAverages, (t, x) => t with { DisplayAverages = x }, "Whether its training columns are averages over the interval instead of one batch."),
            InputKey<TrainingSection>.Value("save_freq", CountFrom(1), t => t.SaveInterval, (t, x) => t with { SaveInterval = x }, "Steps between checkpoints."),
            InputKey<TrainingSection>.Value("save_ckpt", Text, t => t.CheckpointName, (t, x) => t with { CheckpointName = x }, "First part of a checkpoint's path."),
            InputKey<TrainingSection>.Value("save_dir", Text.OrNothing(), t => t.CheckpointFolder, (t, x) => t with { CheckpointFolder = x }, "Folder of the checkpoints."),
            InputKey<TrainingSection>.Value("max_ckpt_keep", CountFrom(1), t => t.KeptCheckpoints, (t, x) => t with { KeptCheckpoints = x }, "Number of checkpoints kept; older ones are deleted."),
            InputKey<TrainingSection>.Value("ckpt_keep_ratio", Positive.Where(x => x < 1, "a number above 0, below 1").OrNull(), t => t.KeptCheckpointRatio, (t, x) => t with { KeptCheckpointRatio = x }, "Number of checkpoints kept as a part of all those of the run, instead of `max_ckpt_keep`."),
            InputKey<TrainingSection>.Value("change_bias_after_training", Flag, t => t.ChangeBiasAfterTraining, (t, x) => t with { ChangeBiasAfterTraining = x }, "Whether the energy bias is fitted again after the last step."),
            InputKey<TrainingSection>.Value("stat_file", Text.OrNothing(), t => t.StatisticsFile, (t, x) => t with { StatisticsFile = x }, "Where the statistics of the data are kept for the next run."),
            InputKey<TrainingSection>.Value("gradient_max_norm", NotNegative, t => t.GradientMaxNorm, (t, x) => t with { GradientMaxNorm = x }, "Largest length of the gradient; a longer one is shortened to it. 0 for no limit."),
            InputKey<TrainingSection>.NoEffect("stat_file_mode", "how stat_file is opened", "\"update\""),
            InputKey<TrainingSection>.NoEffect("time_training", "the time per step is always shown", "true", "false"),
            InputKey<TrainingSection>.NoEffect("numb_test", "without effect in DeePMD-kit too since v2; use validation_data", []),
            InputKey<TrainingSection>.NoEffect("mixed_precision", "set precision in the descriptor and fitting_net instead", "null"),
            InputKey<TrainingSection>.NoEffect("profiling", "there is no profiler", "false"),
            InputKey<TrainingSection>.NoEffect("profiling_file", "there is no profiler", "\"timeline.json\"", "\"\""),
            InputKey<TrainingSection>.NoEffect("enable_profiler", "there is no profiler", "false"),
            InputKey<TrainingSection>.NoEffect("tensorboard", "there is no tensorboard output; use disp_file", "false"),
            InputKey<TrainingSection>.NoEffect("tensorboard_log_dir", "there is no tensorboard output", "\"log\""),
            InputKey<TrainingSection>.NoEffect("tensorboard_freq", "there is no tensorboard output", "1"),
            InputKey<TrainingSection>.NoEffect("enable_compile", "there is nothing to compile", "false"),
            InputKey<TrainingSection>.NoEffect("neighbor_graph_method", "there is one neighbour list", "\"auto\""),
            InputKey<TrainingSection>.NoEffect("zero_stage", "training runs in one process", "0"),
            InputKey<TrainingSection>.NoEffect("ema_decay", "belongs to enable_ema", "0.999"),
            InputKey<TrainingSection>.NoEffect("ema_ckpt_keep", "belongs to enable_ema", "null"),
            InputKey<TrainingSection>.Refused("enable_ema", "running means of the parameters", "false"),
            InputKey<TrainingSection>.Refused("acc_freq", "gradients added up over several batches; raise batch_size", "1"),
            InputKey<TrainingSection>.Refused("data_dict", "multi-task training", "null"),
            InputKey<TrainingSection>.Refused("model_prob", "multi-task training", "null", "{}"),
            InputKey<TrainingSection>.Refused("num_epoch_dict", "multi-task training", "null", "{}"),
            InputKey<TrainingSection>.Refused("fitting_weight", "multi-task training", "null"),
        ],
        CompleteTraining);

    /// <summary><c>validating</c>.</summary>
    public static InputSection<ValidatingInput> Validating { get; } = new(
        () => new(),
        [
            InputKey<ValidatingInput>.Value("full_validation", Flag, v => v.FullValidation, (v, x) => v with { FullValidation = x }, "Whether the model is tested on the whole validation set on the way."),
            InputKey<ValidatingInput>.Value("validation_freq", CountFrom(1), v => v.Interval, (v, x) => v with { Interval = x }, "Steps between two tests."),
            InputKey<ValidatingInput>.Value("save_best", Flag, v => v.SaveBest, (v, x) => v with { SaveBest = x }, "Whether the best model so far is kept."),
            InputKey<ValidatingInput>.Value("save_best_dir", Text.OrNothing(), v => v.BestFolder, (v, x) => v with { BestFolder = x }, "Folder of the best models; the checkpoints' where not given."),
            InputKey<ValidatingInput>.Value("max_best_ckpt", CountFrom(1), v => v.KeptBest, (v, x) => v with { KeptBest = x }, "Number of best models kept."),
            InputKey<ValidatingInput>.Value("validation_metric", Metric, v => v.Metric, (v, x) => v with { Metric = x }, "The error that decides: energy per atom, force component or virial per atom."),
            InputKey<ValidatingInput>.Value("full_val_file", Text, v => v.File, (v, x) => v with { File = x }, "File of the results."),
            InputKey<ValidatingInput>.Value("full_val_start", NotNegative, v => v.Start, (v, x) => v with { Start = x }, "From when on: below 1 a part of the run, 1 never, above 1 a step."),
            InputKey<ValidatingInput>.NoEffect("compiled_infer", "there is nothing to compile", "false"),
            InputKey<ValidatingInput>.NoEffect("tf32_infer", "arithmetic follows precision", "false"),
            InputKey<ValidatingInput>.NoEffect("amp_infer", "arithmetic follows precision", "false"),
            InputKey<ValidatingInput>.Refused("ema_full_validation", "running means of the parameters", "false"),
        ]);

    private static IEnumerable<InputKey<T>> DataKeys<T>(Func<T, DataInput> get, Func<T, DataInput, T> set) =>
    [
        InputKey<T>.Value("systems", Systems, t => get(t).Systems, (t, x) => set(t, get(t) with { Systems = x }), "Systems in DeePMD-kit's format: folders with `type.raw`, folders to search for such folders, HDF5 files. Relative to the current folder; where nothing is there, to the folder of the input file.", required: true),
        InputKey<T>.Value("rglob_patterns", ListOf(Text, "a list of patterns").OrNothing(), t => get(t).RglobPatterns, (t, x) => set(t, get(t) with { RglobPatterns = x }), "Patterns that the folders found in a search must match."),
        InputKey<T>.Value("batch_size", BatchSize, t => get(t).BatchSize, (t, x) => set(t, get(t) with { BatchSize = x }), "Frames per batch. `auto:N`: the fewest that bring at least N atoms; `auto` is `auto:32`. `max:N`: the most that bring at most N atoms, at least one frame. `filter:N`: the same, without the systems that have more than N atoms."),
        InputKey<T>.Value("auto_prob", Text, t => get(t).AutoProb, (t, x) => set(t, get(t) with { AutoProb = x }), "Probability of drawing from a system: `prob_uniform`; `prob_sys_size`, in proportion to its batches; or `prob_sys_size; a:b:w; …`, where systems a to b − 1 share the weight w in that proportion.", aliases: ["auto_prob_style"]),
        InputKey<T>.Value("sys_probs", ListOf(Real, "one number per system").OrNothing(), t => get(t).SysProbs, (t, x) => set(t, get(t) with { SysProbs = x }), "Probability of each system, instead of `auto_prob`. Systems with a negative number share what is left in proportion to their batches.", aliases: ["sys_weights"]),
        InputKey<T>.Refused("set_prefix", "set folders with another name than set.*", "\"set\""),
        InputKey<T>.Refused("min_pair_dist", "frames left out by their smallest distance; remove them from the data", "0"),
    ];

    private static BatchSizeRule ReadBatchSize(InputNode node, string words) => node.Kind switch
    {
        JsonValueKind.Number => BatchSizeRule.Fixed(CountFrom(1).Read(node)),
        JsonValueKind.Array => BatchSizeRule.ForEach(SomeOf(CountFrom(1), words).Read(node)),
        JsonValueKind.String when node.Text(words).StartsWith("mixed:", StringComparison.Ordinal) => throw node.Error("\"mixed:N\" needs the descriptor se_atten; expected " + words),
        _ => BatchSizeRule.TryParse(node.Text(words), out var rule) ? rule : throw node.Mismatch(words),
    };

    private static TrainingSection CompleteTraining(TrainingSection t, InputNode node, List<string> warnings)
    {
        if (t.Steps is not null && t.Epochs is not null)
            throw node.Error("numb_steps and numb_epoch are both given; give one of them");
        if (t.Steps is null && t.Epochs is null)
            throw node.Error("'numb_steps' is missing; give the number of steps, or numb_epoch");
        return t;
    }
}
