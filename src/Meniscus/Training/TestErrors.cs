using Meniscus.Atoms;

namespace Meniscus.Training;

/// <summary>
/// Errors of a model on labelled frames, as <c>dp test</c> defines them: over frames for the energy, over all force
/// components, over all nine virial components; the per-atom forms divide each frame's difference by its number of
/// atoms. Systems are combined with their numbers of values as weights, √(Σ nᵢ rmseᵢ² / Σ nᵢ), which is the error over
/// all of their frames together. Only labels a frame has are counted; padding atoms of mixed-type data are not.
/// </summary>
public sealed class TestErrors
{
    private ErrorStatistic _energy;
    private ErrorStatistic _energyPerAtom;
    private ErrorStatistic _force;
    private ErrorStatistic _virial;
    private ErrorStatistic _virialPerAtom;

    /// <summary>Number of frames.</summary>
    public long FrameCount { get; private set; }

    /// <summary>Energy, eV.</summary>
    public ErrorStatistic Energy => _energy;

    /// <summary>Energy per atom, eV.</summary>
    public ErrorStatistic EnergyPerAtom => _energyPerAtom;

    /// <summary>Force components, eV/Å.</summary>
    public ErrorStatistic Force => _force;

    /// <summary>Virial components, eV.</summary>
    public ErrorStatistic Virial => _virial;

    /// <summary>Virial components per atom, eV.</summary>
    public ErrorStatistic VirialPerAtom => _virialPerAtom;

    /// <summary>Adds a frame.</summary>
    /// <param name="reference">The frame with its labels.</param>
    /// <param name="energy">Predicted energy, eV.</param>
    /// <param name="forces">Predicted forces, eV/Å, x y z per atom.</param>
    /// <param name="virial">Predicted virial, eV, row-major 3 × 3; not looked at where the frame has no virial.</param>
    public void Add(LabelledFrame reference, double energy, ReadOnlySpan<double> forces, ReadOnlySpan<double> virial)
    {
        ArgumentNullException.ThrowIfNull(reference);
        FrameCount++;
        var atomCount = reference.Types.Count(type => type >= 0);
        if (reference.Labels.HasFlag(FrameLabels.Energy))
        {
            _energy.Add(energy - reference.Energy);
            _energyPerAtom.Add((energy - reference.Energy) / atomCount);
        }
        if (reference.Labels.HasFlag(FrameLabels.Force))
            AddForces(reference, forces);
        // A frame without a cell has no pressure; what its file holds as a virial is a placeholder.
        if (reference.Labels.HasFlag(FrameLabels.Virial) && reference.Periodic)
            AddVirial(reference, virial, atomCount);
    }

    /// <summary>Adds everything another system's errors hold.</summary>
    public void Add(TestErrors other)
    {
        ArgumentNullException.ThrowIfNull(other);
        FrameCount += other.FrameCount;
        _energy.Add(other._energy);
        _energyPerAtom.Add(other._energyPerAtom);
        _force.Add(other._force);
        _virial.Add(other._virial);
        _virialPerAtom.Add(other._virialPerAtom);
    }

    private void AddForces(LabelledFrame reference, ReadOnlySpan<double> forces)
    {
        for (var i = 0; i < reference.AtomCount; i++)
        {
            if (reference.Types[i] < 0)
                continue;
            for (var k = 3 * i; k < 3 * i + 3; k++)
                _force.Add(forces[k] - reference.Forces[k]);
        }
    }

    private void AddVirial(LabelledFrame reference, ReadOnlySpan<double> virial, int atomCount)
    {
        for (var k = 0; k < 9; k++)
        {
            _virial.Add(virial[k] - reference.Virial[k]);
            _virialPerAtom.Add((virial[k] - reference.Virial[k]) / atomCount);
        }
    }
}
