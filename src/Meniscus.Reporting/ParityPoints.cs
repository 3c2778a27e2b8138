using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Reporting;

/// <summary>Collects labels and predictions of a test for a parity plot: 16 bytes per value.</summary>
public sealed class ParityPoints : IPredictionSink
{
    private readonly Pairs _energy = new();
    private readonly Pairs _force = new();
    private readonly Pairs _virial = new();
    private FrameLabels _labels;

    /// <summary>What was collected, one series per quantity that has values.</summary>
    public IEnumerable<ParitySeries> Series()
    {
        if (_energy.Reference.Count > 0)
            yield return ParitySeries.EnergyPerAtom([.. _energy.Reference], [.. _energy.Predicted]);
        if (_force.Reference.Count > 0)
            yield return ParitySeries.Force([.. _force.Reference], [.. _force.Predicted]);
        if (_virial.Reference.Count > 0)
            yield return ParitySeries.VirialPerAtom([.. _virial.Reference], [.. _virial.Predicted]);
    }

    /// <inheritdoc/>
    public void BeginSystem(string name, FrameLabels labels) => _labels = labels;

    /// <inheritdoc/>
    public void AddFrame(LabelledFrame reference, double energy, ReadOnlySpan<double> forces, ReadOnlySpan<double> virial)
    {
        ArgumentNullException.ThrowIfNull(reference);
        double atoms = reference.Types.Count(type => type >= 0);
        if (_labels.HasFlag(FrameLabels.Energy))
            _energy.Add(reference.Energy / atoms, energy / atoms);
        for (var k = 0; _labels.HasFlag(FrameLabels.Force) && k < forces.Length; k++)
        {
            if (reference.Types[k / 3] >= 0)
                _force.Add(reference.Forces[k], forces[k]);
        }

        for (var k = 0; _labels.HasFlag(FrameLabels.Virial) && k < 9; k++)
            _virial.Add(reference.Virial[k] / atoms, virial[k] / atoms);
    }

    private sealed class Pairs
    {
        public List<double> Reference { get; } = [];

        public List<double> Predicted { get; } = [];

        public void Add(double reference, double predicted)
        {
            Reference.Add(reference);
            Predicted.Add(predicted);
        }
    }
}
