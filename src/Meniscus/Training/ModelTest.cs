using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>Which frames a test looks at.</summary>
public sealed record ModelTestOptions
{
    /// <summary>Most frames per system; 0 for all.</summary>
    public int FramesPerSystem { get; init; }

    /// <summary>Seed of a random choice of frames, or null to take the first ones.</summary>
    public long? ShuffleSeed { get; init; }
}

/// <summary>Errors of a model on one system.</summary>
/// <param name="System">Name of the system.</param>
/// <param name="Errors">The errors.</param>
public sealed record SystemTestErrors(string System, TestErrors Errors);

/// <summary>Compares a potential with the labels of data sets: <c>dp test</c>.</summary>
public sealed class ModelTest
{
    private const FrameLabels Compared = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial;

    private readonly FrameEvaluator _evaluator;
    private readonly ModelTestOptions _options;
    private readonly List<SystemTestErrors> _perSystem = [];
    private NeighborOverflow _overflow;

    /// <summary>Creates a test.</summary>
    /// <param name="potential">The potential; owned by the caller.</param>
    /// <param name="options">Which frames.</param>
    public ModelTest(IPotential potential, ModelTestOptions? options = null)
    {
        _evaluator = new FrameEvaluator(potential);
        _options = options ?? new ModelTestOptions();
    }

    /// <summary>Errors of each system, in order.</summary>
    public IReadOnlyList<SystemTestErrors> Systems => _perSystem;

    /// <summary>Errors over all systems, each frame counting the same.</summary>
    public TestErrors Total { get; } = new();

    /// <summary>Atoms with more neighbours than the model has slots for, over all frames.</summary>
    public NeighborOverflow Overflow => _overflow;

    /// <summary>Number of frames a test of these systems evaluates.</summary>
    public long FrameCount(IEnumerable<ILabelledSystem> systems) => systems.Sum(system => (long)FrameCount(system));

    /// <summary>The labels of a system that are compared; a virial without a cell is not.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public static FrameLabels LabelsOf(ILabelledSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var labels = system.Labels & Compared;
        if (!system.Periodic)
            labels &= ~FrameLabels.Virial;
        return labels != FrameLabels.None
            ? labels
            : throw new InputException($"{system.Name}: no energy, force or virial (of a periodic frame) to compare with; add labels (set.*/energy.npy, force.npy, virial.npy) or leave out the system");
    }

    /// <summary>Evaluates the frames of systems and adds their errors.</summary>
    /// <param name="systems">Systems read in the potential's types.</param>
    /// <param name="sinks">Receive every frame with its predictions.</param>
    /// <param name="progress">Told the number of frames done.</param>
    /// <param name="cancellation">Stops between frames.</param>
    /// <exception cref="InputException">A system has no label or lacks parameters, or a frame cannot be used.</exception>
    public void Run(
        IReadOnlyList<ILabelledSystem> systems,
        IReadOnlyList<IPredictionSink>? sinks = null,
        IProgress<ProgressReport>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(systems);
        foreach (var system in systems)
        {
            LabelsOf(system);
            _evaluator.Require(system);
        }

        var total = FrameCount(systems);
        foreach (var system in systems)
            Run(system, sinks ?? [], progress, total, cancellation);
    }

    private void Run(ILabelledSystem system, IReadOnlyList<IPredictionSink> sinks, IProgress<ProgressReport>? progress, long total, CancellationToken cancellation)
    {
        foreach (var sink in sinks)
            sink.BeginSystem(system.Name, LabelsOf(system));
        var errors = new TestErrors();
        var frame = system.CreateFrame();
        foreach (var index in Frames(system))
        {
            cancellation.ThrowIfCancellationRequested();
            var result = _evaluator.Evaluate(system, index, frame);
            errors.Add(frame, result.Energy, result.Forces, result.Virial);
            foreach (var sink in sinks)
                sink.AddFrame(frame, result.Energy, result.Forces, result.Virial);
            _overflow.Add(result.Overflow);
            progress?.Report(new ProgressReport(
                Total.FrameCount + errors.FrameCount, total, string.Create(CultureInfo.InvariantCulture, $"force RMSE {errors.Force.Rmse:G3} eV/Å in this system")));
        }

        _perSystem.Add(new SystemTestErrors(system.Name, errors));
        Total.Add(errors);
    }

    private int FrameCount(ILabelledSystem system) =>
        _options.FramesPerSystem > 0 ? Math.Min(_options.FramesPerSystem, system.FrameCount) : system.FrameCount;

    private int[] Frames(ILabelledSystem system)
    {
        var count = FrameCount(system);
        if (_options.ShuffleSeed is not { } seed || count == system.FrameCount)
            return [.. Enumerable.Range(0, count)];
        var all = Enumerable.Range(0, system.FrameCount).ToArray();
        new RandomStream(seed, $"test frames {_perSystem.Count}").Shuffle(all.AsSpan());
        // In the order of the file, which reads fastest.
        return [.. all.Take(count).Order()];
    }
}
