using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>
/// From the input and the data to the model of step 0: neighbour counts, slots, random weights, statistics of the
/// environment and of the parameters, energy bias.
/// </summary>
internal static class ModelPreparation
{
    /// <summary>Makes the model.</summary>
    public static DeepPotModel Create(TrainingInput input, TrainingData data, TrainerOptions options, CancellationToken cancellation)
    {
        var section = input.Model;
        var neighbors = NeighborCounts(section, data, options, cancellation);
        var sel = section.Descriptor.Sel.Resolve(neighbors?.LargestCounts ?? []);
        if (neighbors is not null)
            WarnOfSmallSel(section.TypeMap, sel, neighbors, options.Notice);
        var model = ModelInitializer.Create(section, sel, definition: null) with { MinNeighborDistance = neighbors is { MinDistance: var distance } && double.IsFinite(distance) ? distance : null };
        model = WithBias(WithParameterStatistics(WithEnvironment(model, section, data), section, data), section, data);
        // As a checkpoint holds it, float32 statistics rounded: a restart must go on from the very same numbers.
        return DeepPotModelSection.Read(DeepPotModelSection.Write(model), "the new model");
    }

    /// <summary>Fits the energy bias of a model to sampled frames.</summary>
    private static DeepPotModel WithBias(DeepPotModel model, ModelInput section, TrainingData data)
    {
        var types = model.TypeMap.Count;
        var (energies, counts) = (new List<double>(), new List<int>());
        data.Sample(section.StatisticsBatches, frame =>
        {
            if (!frame.Labels.HasFlag(FrameLabels.Energy))
                return;
            if (!double.IsFinite(frame.Energy))
                throw new InputException(FormattableString.Invariant($"energy is {frame.Energy}; remove the frame or label it again"));
            energies.Add(frame.Energy);
            var count = new int[types];
            foreach (var type in frame.Types)
            {
                if (type >= 0 && !model.AtomExcludeTypes.Contains(type))
                    count[type]++;
            }

            counts.AddRange(count);
        });

        if (energies.Count == 0)
            return model;
        var preset = section.PresetOutBias is { } values ? values.ToArray() : [];
        var bias = EnergyBiasFit.Solve(energies.ToArray(), counts.ToArray(), types, preset, model.Rcond);
        return model with { OutBias = bias.Bias };
    }

    private static NeighborStatistics? NeighborCounts(ModelInput section, TrainingData data, TrainerOptions options, CancellationToken cancellation)
    {
        if (options.SkipNeighborStatistics)
        {
            return section.Descriptor.Sel.Numbers is null
                ? throw new InputException("model/descriptor/sel is \"auto\", which needs the neighbour statistics; give sel in numbers or leave out --skip-neighbor-stat")
                : null;
        }

        var statistics = new NeighborStatistics(section.TypeMap, section.Descriptor.Cutoff);
        foreach (var system in data.Systems)
            statistics.Add(system, cancellation: cancellation);
        options.Information?.Invoke(string.Create(
            CultureInfo.InvariantCulture,
            $"smallest distance {statistics.MinDistance:f6} Å, largest numbers of neighbours within {statistics.Cutoff} Å: [{string.Join(", ", statistics.LargestCounts)}] of [{section.TypeMap}]"));
        return statistics;
    }

    private static void WarnOfSmallSel(TypeMap types, int[] sel, NeighborStatistics neighbors, Action<string>? notice)
    {
        for (var t = 0; t < sel.Length; t++)
        {
            if (neighbors.LargestCounts[t] > sel[t])
                notice?.Invoke($"model/descriptor/sel: {sel[t]} slots for {types[t]}, but the data have up to {neighbors.LargestCounts[t]} neighbours of that type; the farthest are left out. Use at least {neighbors.LargestCounts[t]}, or \"auto\"");
        }
    }

    private static DeepPotModel WithEnvironment(DeepPotModel model, ModelInput section, TrainingData data)
    {
        using var statistics = new EnvironmentStatistics(model);
        data.Sample(section.StatisticsBatches, statistics.Add);
        var (davg, dstd) = statistics.Finish(section.Descriptor.SetDavgZero, section.StatisticsProtection);
        return model with { Descriptor = model.Descriptor with { Davg = davg, Dstd = dstd } };
    }

    /// <summary>Mean and standard deviation of frame and atomic parameters.</summary>
    private static DeepPotModel WithParameterStatistics(DeepPotModel model, ModelInput section, TrainingData data)
    {
        var (frameCount, atomCount) = (model.Fitting.FrameParameterCount, model.Fitting.AtomParameterCount);
        if (frameCount + atomCount == 0)
            return model;
        var (frameMoments, atomMoments) = (new Moments(frameCount), new Moments(atomCount));
        data.Sample(section.StatisticsBatches, frame =>
        {
            frameMoments.Add(frame.FrameParameters);
            for (var i = 0; i < frame.AtomCount && atomCount > 0; i++)
                atomMoments.Add(frame.AtomParameters.AsSpan(i * atomCount, atomCount));
        });

        var protection = section.StatisticsProtection;
        return model with
        {
            Fitting = model.Fitting with
            {
                FrameParameterAverage = frameCount > 0 ? frameMoments.Averages : null,
                FrameParameterInverseStd = frameCount > 0 ? frameMoments.InverseDeviations(protection) : null,
                AtomParameterAverage = atomCount > 0 ? atomMoments.Averages : null,
                AtomParameterInverseStd = atomCount > 0 ? atomMoments.InverseDeviations(protection) : null,
            },
        };
    }

    /// <summary>Sums of numbers and of their squares, per column.</summary>
    private sealed class Moments(int columns)
    {
        private readonly double[] _sums = new double[columns];
        private readonly double[] _squares = new double[columns];
        private long _rows;

        public double[] Averages => Array.ConvertAll(_sums, s => s / Math.Max(1, _rows));

        public void Add(ReadOnlySpan<double> row)
        {
            _rows++;
            for (var k = 0; k < row.Length; k++)
            {
                _sums[k] += row[k];
                _squares[k] += row[k] * row[k];
            }
        }

        public double[] InverseDeviations(double protection) => [.. Enumerable.Range(0, _sums.Length).Select(k =>
        {
            var mean = _sums[k] / Math.Max(1, _rows);
            return 1 / Math.Max(Math.Sqrt(Math.Max(0, (_squares[k] / Math.Max(1, _rows)) - (mean * mean))), protection);
        })];
    }
}
