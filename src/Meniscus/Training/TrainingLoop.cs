using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>
/// The steps of a run: draw a batch, differentiate the loss, update the parameters; rows of the learning curve,
/// validation and checkpoints in between. Everything that the next step depends on is in the checkpoint, so that a run
/// in pieces has the same bits as one in one piece.
/// </summary>
/// <typeparam name="T">Number format of the networks.</typeparam>
internal sealed class TrainingLoop<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Steps after which the pieces of the embedding tables are found anew: the weights have moved on.</summary>
    private const int TableLifetime = 1000;

    private const string Version = "meniscus-checkpoint-1";

    /// <summary>
    /// An error per atom, eV, or of a force, eV/Å, that no potential has: saturated networks after too large a step stay
    /// finite, and would be trained to no end.
    /// </summary>
    private const double AbsurdError = 1e7;

    private readonly TrainingInput _input;
    private readonly TrainerOptions _options;
    private readonly WorkerTeam _team;
    private readonly DeepPotKernel<T> _kernel;
    private readonly GradientSweep<T> _sweep;
    private readonly BatchGradient<T> _gradient;
    private readonly Optimizer<T> _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly BatchSampler _sampler;
    private readonly TrainingBatch _batch = new();
    private readonly Validation<T>? _validation;
    private readonly IReadOnlyList<string> _names;
    private readonly List<(int Start, int Count)> _trainable;
    private readonly List<(int Start, int Count)> _frozen;
    private readonly Action<int, int> _update;
    private readonly long _steps;
    private readonly string _prefix;
    private long _step;
    private LossSums _interval;
    private int _intervalSteps;
    private double[] _wholeSet = [];
    private bool _warnedOfOverflow;

    /// <summary>Prepares a run.</summary>
    public TrainingLoop(TrainingInput input, TrainerOptions options, TrainingData training, TrainingData? validation, RunStart start, WorkerTeam team)
    {
        (_input, _options, _team) = (input, options, team);
        var section = input.Training;
        _steps = section.Steps ?? SystemProbabilities.StepsForEpochs(section.Epochs!.Value, training.BatchCounts, training.Probabilities);
        _prefix = section.CheckpointPrefix;
        _names = input.Loss.ErrorNames;
        _kernel = new DeepPotKernel<T>(start.Model);
        _sweep = new GradientSweep<T>(_kernel, team, UsesTables(options, start));
        _gradient = new BatchGradient<T>(_sweep, new EnergyLoss(input.Loss));
        _optimizer = input.Optimizer.Create<T>(_kernel.Parameters.Length);
        _schedule = new LearningRateSchedule(input.LearningRate, _steps);
        _sampler = new BatchSampler(training.Systems, training.BatchSizes, training.Probabilities, section.Seed ?? 0, "training");
        _validation = validation is null ? null : new Validation<T>(input, validation, _gradient, _names);
        _trainable = Ranges(trainable: true);
        _frozen = Ranges(trainable: false);
        if (_trainable.Count == 0)
            throw new InputException("model: nothing is trainable; set 'trainable' of the descriptor or the fitting_net to true");
        _update = Update;
        if (start.State is { } state)
            Restore(state, start.Path!);
        if (_step >= _steps)
            throw new InputException($"training/numb_steps is {_steps}, {(_step > 0 ? $"and {start.Path} is at step {_step} already; raise it to go on" : "so there is nothing to do; give at least 1")}");
    }

    private bool IsRoundedOnSaving => _kernel.Model.Descriptor.Precision != _kernel.Model.Fitting.Precision;

    /// <summary>Runs to the last step.</summary>
    public TrainingResult Run(IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        using var files = new LearningCurveFiles(_input, _names, _validation is not null, _step);
        _options.Starting?.Invoke(_input);
        var clock = new RunClock(_step);
        var last = Array.Empty<double>();
        while (_step < _steps)
        {
            var rate = _schedule.At(_step);
            var prefactors = _input.Loss.PrefactorsAt(rate, _schedule.Start);
            var sums = Step(rate, prefactors);
            if (IsRow(_step))
                last = WriteRow(files, sums, prefactors, rate, clock);
            ValidateFully(prefactors, rate);
            if (_step % _input.Training.SaveInterval == 0 || _step == _steps)
                SaveCheckpoint();
            if (progress is not null && clock.IsTimeToReport())
                progress.Report(new ProgressReport(_step, _steps, Describe(last, rate)));
            StopIfAsked(cancellation);
        }

        progress?.Report(new ProgressReport(_step, _steps, Describe(last, _schedule.At(_step - 1))));
        return Result(clock, last);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _validation?.Dispose();
        _sweep.Dispose();
        _kernel.Dispose();
    }

    /// <summary>
    /// Whether the embeddings go through tables: not where the run restarted had to leave them, for then it would no
    /// longer be the same run.
    /// </summary>
    private static bool UsesTables(TrainerOptions options, RunStart start) =>
        !options.DirectEmbedding && (start.State?["tables"] as JsonValue)?.GetValueKind() != System.Text.Json.JsonValueKind.False;

    /// <summary>One step; returns the errors of its batch before the update. Allocates nothing once its buffers have grown.</summary>
    internal LossSums Step(double rate, in LossPrefactors prefactors)
    {
        if (_step % TableLifetime == 0)
            _sweep.Tables?.Forget();
        _sampler.Next(_batch);
        var sums = EvaluateBatch(prefactors);
        // Only what is trained counts for the length, as in PyTorch.
        foreach (var (start, count) in _frozen)
            _sweep.Gradient.Slice(start, count).Clear();
        var norm = GradientClipping.Clip(_sweep.Gradient, _input.Training.GradientMaxNorm);
        if (!double.IsFinite(sums.Loss) || !double.IsFinite(norm))
            throw Failed(FormattableString.Invariant($"the loss is {sums.Loss} and the length of its gradient {norm}"));
        if (sums.EnergyPerAtom.RootMeanSquare > AbsurdError || sums.Force.RootMeanSquare > AbsurdError)
            throw Failed(FormattableString.Invariant($"the errors have grown to {sums.EnergyPerAtom.RootMeanSquare:g3} eV/atom and {sums.Force.RootMeanSquare:g3} eV/Å"));
        _optimizer.BeginStep(rate);
        _team.Run(_update);
        _step++;
        TrainingErrors.Add(ref _interval, sums);
        _intervalSteps++;
        WarnOfOverflow();
        return sums;
    }

    private LossSums EvaluateBatch(in LossPrefactors prefactors)
    {
        try
        {
            return _gradient.Evaluate(_batch, prefactors, wantGradient: true);
        }
        catch (InputException e)
        {
            throw new InputException($"{_sampler.Describe(0)}{(_batch.Frames.Count > 1 ? $" or one of the {_batch.Frames.Count - 1} frames drawn with it" : "")}: {e.Message}", e);
        }
    }

    private TrainingFailedException Failed(string what)
    {
        var frames = string.Join(", ", Enumerable.Range(0, Math.Min(4, _batch.Frames.Count)).Select(_sampler.Describe));
        return new TrainingFailedException(string.Create(
            CultureInfo.InvariantCulture,
            $"step {_step + 1}: {what}, with {frames}; earlier checkpoints are intact: lower learning_rate/start_lr or set training/gradient_max_norm, and look at these frames with 'meniscus data check'"));
    }

    private void Update(int part, int parts)
    {
        foreach (var (start, count) in _trainable)
        {
            // Cut at whole vectors; the update of an element does not depend on where the cut is.
            var begin = (int)((long)count * part / parts) & ~(MatrixProduct.ColumnAlignment - 1);
            var end = part == parts - 1 ? count : (int)((long)count * (part + 1) / parts) & ~(MatrixProduct.ColumnAlignment - 1);
            _optimizer.Update(start + begin, end - begin, _kernel.Parameters.Span, _sweep.Gradient);
        }
    }

    /// <summary>Consecutive tensors that are trained, or that are not, as ranges of the flat array.</summary>
    private List<(int Start, int Count)> Ranges(bool trainable)
    {
        var ranges = new List<(int Start, int Count)>();
        foreach (var tensor in _kernel.Parameters.Tensors.Where(t => t.Trainable == trainable))
        {
            var count = tensor.Rows * tensor.Stride;
            if (ranges.Count > 0 && ranges[^1].Start + ranges[^1].Count == tensor.Offset)
                ranges[^1] = (ranges[^1].Start, ranges[^1].Count + count);
            else
                ranges.Add((tensor.Offset, count));
        }

        return ranges;
    }

    private bool IsRow(long step) =>
        _input.Training.Display && (step == 1 || step % _input.Training.DisplayInterval == 0 || step == _steps);

    private double[] WriteRow(LearningCurveFiles files, in LossSums sums, in LossPrefactors prefactors, double rate, RunClock clock)
    {
        var mean = TrainingErrors.Of(_names, _interval, _intervalSteps);
        var shown = _input.Training.DisplayAverages ? mean : TrainingErrors.Of(_names, sums, 1);
        var drawn = _validation is null ? [] : _validation.DrawBatches(prefactors);
        // The whole set once per checkpoint, on the row that follows it.
        var interval = _input.Training.SaveInterval;
        var whole = _validation is not null && (_step == _steps || _step / interval > Math.Max(0, _step - _input.Training.DisplayInterval) / interval);
        if (whole)
            _wholeSet = _validation!.WholeSet(prefactors);
        files.Append(_step, drawn, shown, mean, whole ? _wholeSet : _validation is null ? [] : Unknown(), rate, clock.MillisecondsPerStep(_step), clock.Seconds);
        _interval = default;
        _intervalSteps = 0;
        return mean;
    }

    private double[] Unknown() => [.. Enumerable.Repeat(double.NaN, _names.Count)];

    private void ValidateFully(in LossPrefactors prefactors, double rate)
    {
        var settings = _input.Validating;
        if (_validation is null || settings.FirstStep(_steps) is not { } first || _step < first || _step % settings.Interval != 0)
            return;
        _validation.KeepBest(_step, prefactors, rate, _kernel);
    }

    private string Describe(double[] errors, double rate)
    {
        var parts = new List<string>();
        for (var k = 0; k < errors.Length; k++)
        {
            if (_names[k] != "rmse")
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{_names[k]} {1000 * errors[k]:g3} {Unit(_names[k])}"));
        }

        parts.Add(string.Create(CultureInfo.InvariantCulture, $"lr {rate:0.0e-0}"));
        return string.Join("  ", parts);
    }

    private static string Unit(string name) => name.EndsWith("_f", StringComparison.Ordinal) || name.EndsWith("_pf", StringComparison.Ordinal) ? "meV/Å" : "meV/atom";

    private void WarnOfOverflow()
    {
        if (_warnedOfOverflow || _sweep.Overflow.Atoms == 0)
            return;
        _warnedOfOverflow = true;
        _options.Notice?.Invoke($"an atom has {_sweep.Overflow.LargestExcess} neighbours more than model/descriptor/sel has slots; the farthest are left out (said once)");
    }

    private void StopIfAsked(CancellationToken cancellation)
    {
        if (!cancellation.IsCancellationRequested || _step >= _steps)
            return;
        if (_step % _input.Training.SaveInterval != 0)
            SaveCheckpoint();
        throw new OperationCanceledException($"stopped at step {_step}; go on with --restart {Checkpoint.PathOf(_prefix, _step)}", cancellation);
    }

    private void SaveCheckpoint()
    {
        foreach (var value in _kernel.Parameters.Span)
        {
            if (!T.IsFinite(value))
                throw Failed("a weight is no longer finite");
        }

        var state = new JsonObject
        {
            ["format"] = Version,
            ["step"] = _step,
            ["steps"] = _steps,
            ["number_format"] = typeof(T) == typeof(float) ? "float32" : "float64",
            ["optimizer"] = _input.Optimizer.Kind.ToString(),
            ["optimizer_steps"] = _optimizer.StepCount,
            ["moments"] = _optimizer.Moments.Count,
            ["tables"] = _sweep.Tables is not null,
            ["pieces"] = _sweep.Tables?.State,
            ["training"] = _sampler.Save(),
            ["interval"] = TrainingErrors.Save(_interval),
            ["interval_steps"] = _intervalSteps,
        };
        if (_validation is not null)
            state["validation"] = _validation.Save();
        Checkpoint.Save(_prefix, _step, _input.Training.CheckpointsToKeep(_steps), _kernel.ToModel(), SavedArrays(), state);
    }

    /// <summary>
    /// What a checkpoint keeps beside the model: the optimizer's moments, and where the model file rounds one of its halves
    /// to float32, the parameters too.
    /// </summary>
    private IReadOnlyList<T[]> SavedArrays() => IsRoundedOnSaving ? [.. _optimizer.Moments, _kernel.Parameters.Span.ToArray()] : _optimizer.Moments;

    private void Restore(JsonObject state, string path)
    {
        try
        {
            if ((string?)state["format"] != Version)
                throw new InputException($"{path}: the checkpoint has the format '{state["format"]}', expected '{Version}'; it was made by another version of the program. Start from its weights with --init-model");
            _step = (long)state["step"]!;
            if ((long)state["steps"]! != _steps)
                _options.Notice?.Invoke($"training/numb_steps is {_steps}, the run restarted had {state["steps"]}: the learning rate follows the new length");
            if ((string?)state["optimizer"] != _input.Optimizer.Kind.ToString() || (int)state["moments"]! != _optimizer.Moments.Count)
                throw new InputException($"{path}: optimizer/type was {state["optimizer"]} with {state["moments"]} moments, now it is {_input.Optimizer.Kind} with {_optimizer.Moments.Count}; restart with the same optimizer, or start from its weights with --init-model");
            _optimizer.StepCount = (long)state["optimizer_steps"]!;
            _interval = TrainingErrors.Restore(state["interval"]!.AsObject());
            _intervalSteps = (int)state["interval_steps"]!;
            if (_sweep.Tables is { } tables && state["pieces"] is { } pieces)
                tables.State = (string)pieces!;
            _sampler.Restore(state["training"]!.AsObject(), path);
            if (_validation is not null && state["validation"] is JsonObject validation)
                _validation.Restore(validation, _step, path);
        }
        catch (Exception e) when (e is NullReferenceException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InputException($"{path}: state.json lacks something or holds a value of another kind ({e.Message}); the checkpoint is damaged, use an older one", e);
        }

        var saved = SavedArrays();
        Checkpoint.LoadMoments(path, saved);
        if (IsRoundedOnSaving)
            saved[^1].CopyTo(_kernel.Parameters.Span);
    }

    private TrainingResult Result(RunClock clock, double[] last)
    {
        // The last row has them; without a learning curve nobody has asked yet.
        if (_validation is not null && !_input.Training.Display)
            _wholeSet = _validation.WholeSet(_input.Loss.PrefactorsAt(_schedule.At(_steps - 1), _schedule.Start));
        return new TrainingResult(
            _steps, clock.TotalMillisecondsPerStep(_step), Checkpoint.PathOf(_prefix, _step), _validation?.BestModel, Named(last), Named(_wholeSet));
    }

    private Dictionary<string, double> Named(double[] values) =>
        values.Select((v, k) => (_names[k], v)).ToDictionary(p => p.Item1, p => p.v);
}
