using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Training;

namespace Meniscus.Labelling;

/// <summary>Labels from the built-in SPC/Fw water: exact, and fast enough to be made anew every time.</summary>
internal sealed class WaterLabels(WorkerTeam? team) : IDisposable
{
    private readonly IPotential _water = PotentialModels.Open(PotentialModels.Water, team);
    private readonly Evaluation _evaluation = new();

    /// <summary>Labels a frame.</summary>
    /// <exception cref="InputException">It has an element that the model does not know.</exception>
    public LabelOutcome Label(in SourceFrame source)
    {
        var frame = source.Frame;
        var types = Array.ConvertAll(frame.Types, type => _water.TypeMap.IndexOf(frame.TypeMap[type]));
        if (Array.IndexOf(types, -1) is var other and >= 0)
            throw new InputException($"{source.Source}: '{frame.NameOf(other)}' is no element of spcfw, which knows [{_water.TypeMap}]; label it with pwscf or cp2k");
        try
        {
            _water.Evaluate(new Configuration(types, frame.Positions, frame.Cell), _evaluation);
        }
        catch (InputException e)
        {
            // A frame that the model cannot describe, as one that a program does not get through.
            return new LabelOutcome(JobStatus.Crashed, null, e.Message);
        }

        return new LabelOutcome(JobStatus.Done, new LabelResult(_evaluation.Energy, [.. _evaluation.Forces], [.. _evaluation.Virial]), "");
    }

    /// <inheritdoc/>
    public void Dispose() => _water.Dispose();
}
