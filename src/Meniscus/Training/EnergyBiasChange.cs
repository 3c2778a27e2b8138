using System.Globalization;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>How a new energy bias is found from data.</summary>
public enum EnergyBiasMode
{
    /// <summary>The bias is changed by the least-squares fit to label − prediction.</summary>
    Change,

    /// <summary>The bias becomes the least-squares fit to the labels, whatever the model predicts.</summary>
    Set,
}

/// <summary>
/// A model with another energy bias per type, as <c>dp change-bias</c> makes it: for data of another functional or code,
/// whose energies have another zero. The total energies are fitted by least squares on the atom counts
/// (<see cref="EnergyBiasFit"/>); types with a preset energy (<c>preset_out_bias</c>) keep it.
/// </summary>
public sealed record EnergyBiasChange
{
    private EnergyBiasChange(DeepPotModel model, double[] before, double[] after)
    {
        (Before, After) = (before, after);
        // Both biases are added by the model; the fitting's own stays as it is.
        Model = model with { OutBias = [.. after.Select((bias, type) => bias - model.Fitting.BiasAtomE[type])] };
    }

    /// <summary>The model with the new bias.</summary>
    public DeepPotModel Model { get; }

    /// <summary>Energy added per atom of each type before, eV.</summary>
    public IReadOnlyList<double> Before { get; }

    /// <summary>Energy added per atom of each type now, eV.</summary>
    public IReadOnlyList<double> After { get; }

    /// <summary>Number of frames fitted; 0 where the bias was given.</summary>
    public int FrameCount { get; private init; }

    /// <summary>Error of the energy per atom with the old bias, eV; NaN where no frame was evaluated.</summary>
    public double EnergyRmsePerAtomBefore { get; private init; } = double.NaN;

    /// <summary>Error of the energy per atom with the new bias on the same frames, eV; NaN where no frame was evaluated.</summary>
    public double EnergyRmsePerAtomAfter { get; private init; } = double.NaN;

    /// <summary>Gives the model a bias.</summary>
    /// <param name="model">The model.</param>
    /// <param name="bias">Energy per atom of each type in the order of the type map, eV.</param>
    /// <exception cref="InputException">Another number of values than the model has types, or one is not finite.</exception>
    public static EnergyBiasChange To(DeepPotModel model, IReadOnlyList<double> bias)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(bias);
        if (bias.Count != model.TypeMap.Count || !bias.All(double.IsFinite))
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"bias: found {string.Join(' ', bias)}; expected {model.TypeMap.Count} finite numbers in eV, one for each type of the model ({model.TypeMap})"));
        }

        return new EnergyBiasChange(model, TotalBias(model), [.. bias]);
    }

    /// <summary>Fits the bias to data.</summary>
    /// <param name="model">The model.</param>
    /// <param name="team">Threads that evaluate it.</param>
    /// <param name="systems">Systems with energies, read in the model's types.</param>
    /// <param name="mode">What is fitted.</param>
    /// <param name="framesPerSystem">Most frames per system; 0 for all.</param>
    /// <param name="progress">Told the number of frames done.</param>
    /// <param name="cancellation">Stops between frames.</param>
    /// <exception cref="InputException">A system has no energies or lacks parameters, or a frame cannot be used.</exception>
    public static EnergyBiasChange Fit(
        DeepPotModel model,
        WorkerTeam team,
        IReadOnlyList<ILabelledSystem> systems,
        EnergyBiasMode mode,
        int framesPerSystem = 0,
        IProgress<ProgressReport>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(systems);
        var frames = new Frames(model.TypeMap.Count);
        using (var potential = new DeepPotential(model, team))
            frames.Evaluate(new FrameEvaluator(potential), model, systems, framesPerSystem, progress, cancellation);
        var before = TotalBias(model);
        var rcond = model.Rcond ?? model.Fitting.Rcond;
        double[] after;
        if (mode == EnergyBiasMode.Set)
        {
            after = EnergyBiasFit.Solve(frames.Labels, frames.Counts, before.Length, model.PresetOutBias, rcond).Bias;
        }
        else
        {
            // A preset bias is not to change: its change is preset to zero.
            var preset = model.PresetOutBias?.Select(value => value is null ? null : (double?)0).ToArray();
            var change = EnergyBiasFit.Solve(frames.Differences, frames.Counts, before.Length, preset, rcond).Bias;
            after = [.. before.Zip(change, (bias, more) => bias + more)];
        }

        return new EnergyBiasChange(model, before, after)
        {
            FrameCount = frames.Labels.Length,
            EnergyRmsePerAtomBefore = frames.RmsePerAtom(new double[before.Length]),
            EnergyRmsePerAtomAfter = frames.RmsePerAtom([.. after.Zip(before, (now, then) => now - then)]),
        };
    }

    private static double[] TotalBias(DeepPotModel model) => [.. model.OutBias.Zip(model.Fitting.BiasAtomE, (a, b) => a + b)];

    /// <summary>Labels, predictions and atom counts of all frames.</summary>
    private sealed class Frames(int types)
    {
        private readonly List<double> _labels = [];
        private readonly List<double> _differences = [];
        private readonly List<int> _counts = [];
        private readonly List<int> _atoms = [];

        public double[] Labels => [.. _labels];

        /// <summary>Label − prediction.</summary>
        public double[] Differences => [.. _differences];

        public int[] Counts => [.. _counts];

        public void Evaluate(
            FrameEvaluator evaluator, DeepPotModel model, IReadOnlyList<ILabelledSystem> systems, int framesPerSystem,
            IProgress<ProgressReport>? progress, CancellationToken cancellation)
        {
            foreach (var system in systems)
            {
                evaluator.Require(system);
                if (!system.Labels.HasFlag(Atoms.FrameLabels.Energy))
                    throw new InputException($"{system.Name}: no energies to fit the bias to; add set.*/energy.npy or leave out the system");
            }

            foreach (var system in systems)
            {
                var frame = system.CreateFrame();
                var count = framesPerSystem > 0 ? Math.Min(framesPerSystem, system.FrameCount) : system.FrameCount;
                for (var index = 0; index < count; index++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var predicted = evaluator.Evaluate(system, index, frame).Energy;
                    Add(frame, predicted, model);
                    progress?.Report(new ProgressReport(_labels.Count, 0, ""));
                }
            }
        }

        public double RmsePerAtom(double[] shift)
        {
            var errors = new ErrorStatistic();
            for (var f = 0; f < _labels.Count; f++)
            {
                var shifted = -_differences[f];
                for (var t = 0; t < types; t++)
                    shifted += _counts[(f * types) + t] * shift[t];
                errors.Add(shifted / _atoms[f]);
            }

            return errors.Rmse;
        }

        private void Add(Atoms.LabelledFrame frame, double predicted, DeepPotModel model)
        {
            _labels.Add(frame.Energy);
            _differences.Add(frame.Energy - predicted);
            _atoms.Add(frame.Types.Count(type => type >= 0));
            // Atoms of excluded types have no energy, their bias included.
            for (var t = 0; t < types; t++)
                _counts.Add(model.AtomExcludeTypes.Contains(t) ? 0 : frame.Types.Count(type => type == t));
        }
    }
}
