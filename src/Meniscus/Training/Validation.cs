using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>
/// Tests of a model in training on frames it does not see: batches drawn for the rows of <c>lcurve.out</c>, the whole
/// set for everything that is to be relied on, and the best models by the whole set (<c>validating</c>), kept as
/// <c>best.ckpt-STEP.dp</c> with their errors in <c>val.log</c>.
/// </summary>
/// <typeparam name="T">Number format of the networks.</typeparam>
internal sealed class Validation<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly TrainingInput _input;
    private readonly TrainingData _data;
    private readonly BatchGradient<T> _evaluator;
    private readonly IReadOnlyList<string> _names;
    private readonly BatchSampler _sampler;
    private readonly TrainingBatch _batch = new();
    private readonly List<(double Error, string Path)> _best = [];
    private AppendedTable? _log;
    private long _restartStep;

    /// <summary>Creates the tests.</summary>
    public Validation(TrainingInput input, TrainingData data, BatchGradient<T> evaluator, IReadOnlyList<string> names)
    {
        (_input, _data, _evaluator, _names) = (input, data, evaluator, names);
        _sampler = new BatchSampler(data.Systems, data.BatchSizes, data.Probabilities, input.Training.Seed ?? 0, "validation");
    }

    /// <summary>The best model so far, or null.</summary>
    public string? BestModel => _best.Count > 0 ? _best[0].Path : null;

    /// <summary>Errors of the next batches, in the order of the names.</summary>
    public double[] DrawBatches(in LossPrefactors prefactors)
    {
        var total = default(LossSums);
        var count = _input.Training.ValidationData!.BatchCount;
        for (var b = 0; b < count; b++)
        {
            _sampler.Next(_batch);
            TrainingErrors.Add(ref total, _evaluator.Evaluate(_batch, prefactors, wantGradient: false));
        }

        return TrainingErrors.Of(_names, total, count);
    }

    /// <summary>Errors on the whole set, in the order of the names.</summary>
    public double[] WholeSet(in LossPrefactors prefactors) => TrainingErrors.Of(_names, Sum(prefactors, out var frames), frames);

    /// <summary>Tests on the whole set, logs it, and keeps the model where it is among the best.</summary>
    public void KeepBest(long step, in LossPrefactors prefactors, double rate, DeepPotKernel<T> kernel)
    {
        var settings = _input.Validating;
        var sums = Sum(prefactors, out _);
        var error = Metric(sums, settings.Metric);
        var folder = settings.BestFolder ?? Path.GetDirectoryName(Path.GetFullPath(_input.Training.CheckpointPrefix))!;
        Log(step, sums, rate, error);
        if (!settings.SaveBest || (_best.Count >= settings.KeptBest && error >= _best[^1].Error))
            return;
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"best.ckpt-{step}.dp"));
        DeepPotModelFile.Save(kernel.ToModel(), path);
        _best.Add((error, path));
        _best.Sort((a, b) => a.Error.CompareTo(b.Error));
        while (_best.Count > settings.KeptBest)
        {
            File.Delete(_best[^1].Path);
            _best.RemoveAt(_best.Count - 1);
        }
    }

    /// <summary>The state for a checkpoint.</summary>
    public JsonObject Save() => new()
    {
        ["sampler"] = _sampler.Save(),
        ["best"] = new JsonArray([.. _best.Select(b => (JsonNode)new JsonObject { ["error"] = b.Error, ["path"] = b.Path })]),
    };

    /// <summary>Takes a state back.</summary>
    public void Restore(JsonObject state, long step, string file)
    {
        _restartStep = step;
        _sampler.Restore(state["sampler"]!.AsObject(), file);
        _best.Clear();
        foreach (var entry in state["best"]!.AsArray())
        {
            var path = (string)entry!["path"]!;
            if (File.Exists(path))
                _best.Add(((double)entry["error"]!, path));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _log?.Dispose();

    private static double Metric(in LossSums sums, ValidationMetric metric) => metric switch
    {
        ValidationMetric.EnergyMae => sums.EnergyPerAtom.MeanAbsolute,
        ValidationMetric.EnergyRmse => sums.EnergyPerAtom.RootMeanSquare,
        ValidationMetric.ForceMae => sums.Force.MeanAbsolute,
        ValidationMetric.ForceRmse => sums.Force.RootMeanSquare,
        ValidationMetric.VirialMae => sums.VirialPerAtom.MeanAbsolute,
        _ => sums.VirialPerAtom.RootMeanSquare,
    };

    private LossSums Sum(in LossPrefactors prefactors, out int frames)
    {
        var total = default(LossSums);
        frames = 0;
        foreach (var system in _data.Systems)
        {
            var frame = system.CreateFrame();
            for (var f = 0; f < system.FrameCount; f++)
            {
                system.Read(f, frame);
                _batch.Clear();
                _batch.Add(frame);
                TrainingErrors.Add(ref total, _evaluator.Evaluate(_batch, prefactors, wantGradient: false));
                frames++;
            }
        }

        return total;
    }

    private void Log(long step, in LossSums sums, double rate, double error)
    {
        const string Header = "# step E:MAE E:RMSE F:MAE F:RMSE V:MAE V:RMSE lr metric   (eV/atom, eV/Å)\n";
        var path = _input.Validating.File;
        _log ??= _restartStep > 0 ? AppendedTable.Continue(path, Header, _restartStep, StepOf) : AppendedTable.Create(path, Header);
        _log.Append(string.Create(
            CultureInfo.InvariantCulture,
            $"{step} {sums.EnergyPerAtom.MeanAbsolute:e4} {sums.EnergyPerAtom.RootMeanSquare:e4} {sums.Force.MeanAbsolute:e4} {sums.Force.RootMeanSquare:e4} {sums.VirialPerAtom.MeanAbsolute:e4} {sums.VirialPerAtom.RootMeanSquare:e4} {rate:e4} {error:e4}"));
    }

    private static long? StepOf(string line) =>
        long.TryParse(line.AsSpan(0, Math.Max(0, line.IndexOf(' ', StringComparison.Ordinal))), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;
}
