using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Training;

/// <summary>The systems of a training or validation set, how large their batches are and how likely each is drawn.</summary>
internal sealed class TrainingData : IDisposable
{
    private TrainingData(IReadOnlyList<ILabelledSystem> systems, int[] batchSizes, double[] probabilities)
    {
        Systems = systems;
        BatchSizes = batchSizes;
        Probabilities = probabilities;
    }

    /// <summary>The systems.</summary>
    public IReadOnlyList<ILabelledSystem> Systems { get; }

    /// <summary>Frames per batch of each system.</summary>
    public int[] BatchSizes { get; }

    /// <summary>Probability of each system.</summary>
    public double[] Probabilities { get; }

    /// <summary>Batches that hold all frames of each system once.</summary>
    public int[] BatchCounts => [.. Systems.Select((s, i) => SystemProbabilities.BatchCount(s.FrameCount, BatchSizes[i]))];

    /// <summary>Opens the systems an input names.</summary>
    /// <param name="input">The whole input, for its paths.</param>
    /// <param name="data">The data section.</param>
    /// <param name="key">The data section's place in the input, for messages.</param>
    /// <param name="types">Type map of the model, or null to use the systems' own.</param>
    public static TrainingData Open(TrainingInput input, DataInput data, string key, TypeMap? types)
    {
        var systems = DeepmdSystems.Open(data.Systems.Select(input.ResolvePath), types, data.RglobPatterns);
        try
        {
            var sizes = data.BatchSize.Resolve([.. systems.Select(s => s.AtomCount)]);
            var counts = systems.Select((s, i) => SystemProbabilities.BatchCount(s.FrameCount, sizes[i])).ToArray();
            return new TrainingData(systems, sizes, SystemProbabilities.Resolve(data.AutoProb, data.SysProbs, counts));
        }
        catch (InputException e)
        {
            foreach (var system in systems)
                system.Dispose();
            throw new InputException($"{key}/{e.Message}", e);
        }
    }

    /// <summary>Refuses data that cannot be trained on, naming file and frame.</summary>
    /// <param name="required">Labels the loss needs.</param>
    /// <param name="notice">Receives warnings.</param>
    /// <param name="cancellation">Stops between frames.</param>
    public void Check(FrameLabels required, Action<string>? notice, CancellationToken cancellation)
    {
        var findings = DataCheck.Run(Systems, new DataCheckOptions { RequiredLabels = required }, cancellation: cancellation);
        var errors = findings.Where(f => f.Severity == DataSeverity.Error).ToList();
        if (errors.Count > 0)
            throw new InputException(errors.Count == 1 ? errors[0].ToString() : $"{errors[0]} (and {errors.Count - 1} more; 'meniscus data check' lists them)");
        foreach (var warning in findings)
            notice?.Invoke(warning.ToString());
    }

    /// <summary>Refuses systems whose frame or atomic parameters are not those the model takes.</summary>
    public void RequireParameters(EnergyFittingInput fitting)
    {
        var (frameParameters, atomParameters) = (fitting.FrameParameterCount, fitting.AtomParameterCount);
        foreach (var system in Systems)
        {
            if (system.FrameParameterCount != frameParameters || system.AtomParameterCount != atomParameters)
            {
                throw new InputException(
                    $"{system.Name}: {system.FrameParameterCount} frame parameters and {system.AtomParameterCount} parameters per atom; the input has numb_fparam {frameParameters} and numb_aparam {atomParameters}: add fparam.npy/aparam.npy, or change the input");
            }
        }
    }

    /// <summary>
    /// Goes through frames spread evenly over every system, as many as a number of batches holds: what statistics are
    /// made from.
    /// </summary>
    /// <exception cref="InputException">A frame cannot be used; named in the message.</exception>
    public void Sample(int batches, Action<LabelledFrame> add)
    {
        for (var s = 0; s < Systems.Count; s++)
        {
            var frame = Systems[s].CreateFrame();
            var count = (int)Math.Min(Systems[s].FrameCount, (long)batches * BatchSizes[s]);
            for (var k = 0; k < count; k++)
            {
                var index = (int)((long)k * Systems[s].FrameCount / count);
                Systems[s].Read(index, frame);
                try
                {
                    add(frame);
                }
                catch (InputException e)
                {
                    throw new InputException($"{Systems[s].Describe(index)}: {e.Message}", e);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var system in Systems)
            system.Dispose();
    }
}
