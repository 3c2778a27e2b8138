using System.Diagnostics;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>
/// Compresses a model: its embedding networks are tabulated (docs/theory.md, section 4), and what that changes is
/// measured by evaluating frames with the tables and through the networks.
/// </summary>
public sealed class ModelCompression : IDisposable
{
    private readonly DeepPotential _direct;
    private readonly DeepPotential _compressed;
    private readonly FrameEvaluator _directFrames;
    private readonly FrameEvaluator _compressedFrames;
    private ErrorStatistic _energyPerAtom;
    private ErrorStatistic _force;
    private ErrorStatistic _virialPerAtom;

    /// <summary>Makes the tables.</summary>
    /// <param name="model">The model; tables it has already are replaced.</param>
    /// <param name="settings">Error bound and range.</param>
    /// <param name="team">Threads; owned by the caller.</param>
    /// <exception cref="InputException">The networks are not smooth enough for tables.</exception>
    public ModelCompression(DeepPotModel model, EmbeddingTableSettings settings, WorkerTeam team)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(settings);
        if (model.Descriptor.EmbeddingTables is not null)
            throw new InputException("the model is compressed already, by DeePMD-kit: tables stand in place of its embedding networks; compress the model it was made from");
        if (model.Descriptor is { SharedSlots: not null, Origin: var origin })
            throw new InputException($"the model comes from a {origin?.Descriptor} descriptor, and no file here has a form for it with tables; it is evaluated as it is");
        if (model.Descriptor.EmptySlotEmbedding is not null)
            throw new InputException("the model gives empty slots the embedding of no type (tebd_input_mode strip with davg that is not zero), and no file here has a form for that; it is evaluated as it is");
        Model = model with { Tables = settings };
        _compressed = new DeepPotential(Model, team);
        if (!_compressed.UsesTables)
        {
            _compressed.Dispose();
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"the embedding networks (activation '{model.Descriptor.ActivationName}') cannot be tabulated within {settings.Tolerance:g2} from {settings.MinDistance:g4} Å on; {Advice(model.Descriptor.Activation)}"));
        }

        _direct = new DeepPotential(model with { Tables = null }, team);
        _directFrames = new FrameEvaluator(_direct);
        _compressedFrames = new FrameEvaluator(_compressed);
    }

    /// <summary>The compressed model.</summary>
    public DeepPotModel Model { get; }

    /// <summary>Size of the tables.</summary>
    public EmbeddingTableSize Size => _compressed.TableSize!.Value;

    /// <summary>Error of the energy per atom, eV.</summary>
    public ErrorStatistic EnergyPerAtom => _energyPerAtom;

    /// <summary>Error of the force components, eV/Å.</summary>
    public ErrorStatistic Force => _force;

    /// <summary>Error of the virial components per atom, eV.</summary>
    public ErrorStatistic VirialPerAtom => _virialPerAtom;

    /// <summary>Number of frames compared.</summary>
    public long FrameCount { get; private set; }

    /// <summary>Time of all these frames through the networks, s.</summary>
    public double DirectSeconds { get; private set; }

    /// <summary>Time of all these frames with the tables, s.</summary>
    public double CompressedSeconds { get; private set; }

    /// <summary>Evaluates frames of a system in both ways and adds up the differences.</summary>
    /// <param name="system">The system, read in the model's types. Labels are not looked at.</param>
    /// <param name="frames">Most frames, spread evenly over the system.</param>
    /// <param name="progress">Told the number of frames so far.</param>
    /// <param name="cancellation">Stops between frames.</param>
    public void Compare(ILabelledSystem system, int frames, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        _directFrames.Require(system);
        var (exact, frame) = (system.CreateFrame(), system.CreateFrame());
        var count = Math.Min(frames, system.FrameCount);
        if (FrameCount == 0)
        {
            // The first evaluation also makes buffers, and code.
            _directFrames.Evaluate(system, 0, exact);
            _compressedFrames.Evaluate(system, 0, frame);
        }

        for (var k = 0; k < count; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            var index = (int)((long)k * system.FrameCount / count);
            var started = Stopwatch.GetTimestamp();
            var direct = _directFrames.Evaluate(system, index, exact);
            var between = Stopwatch.GetTimestamp();
            var compressed = _compressedFrames.Evaluate(system, index, frame);
            CompressedSeconds += Stopwatch.GetElapsedTime(between).TotalSeconds;
            DirectSeconds += Stopwatch.GetElapsedTime(started, between).TotalSeconds;
            Add(direct, compressed, exact.Types.Count(type => type >= 0));
            progress?.Report(new ProgressReport(FrameCount, 0, string.Create(CultureInfo.InvariantCulture, $"largest force error {_force.Largest:G2} eV/Å")));
        }
    }

    /// <summary>The shortest distance in all frames of a system, Å.</summary>
    public static double ShortestDistanceOf(ILabelledSystem system, CancellationToken cancellation = default) =>
        DataSummary.Of(system, withShortestDistance: true, cancellation).ShortestDistance ?? double.PositiveInfinity;

    /// <inheritdoc/>
    public void Dispose()
    {
        _direct.Dispose();
        _compressed.Dispose();
    }

    private void Add(Evaluation direct, Evaluation compressed, int atoms)
    {
        FrameCount++;
        _energyPerAtom.Add((compressed.Energy - direct.Energy) / atoms);
        for (var k = 0; k < direct.Forces.Length; k++)
            _force.Add(compressed.Forces[k] - direct.Forces[k]);
        for (var k = 0; k < 9; k++)
            _virialPerAtom.Add((compressed.Virial[k] - direct.Virial[k]) / atoms);
    }

    private static string Advice(ActivationFunction activation) => activation is ActivationFunction.Relu or ActivationFunction.Relu6
        ? "they have kinks where tables need smooth networks, so use the model as it is or train one with tanh"
        : "allow a larger --tolerance or a larger --min-distance, or use the model as it is";
}
