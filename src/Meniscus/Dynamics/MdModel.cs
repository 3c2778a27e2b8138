using Meniscus.Atoms;
using Meniscus.Input;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Training;

namespace Meniscus.Dynamics;

/// <summary>The model of a run: one potential, or a committee with its deviation.</summary>
public sealed class MdModel : IDisposable
{
    /// <summary>Name of the model whose parameters stand in the input.</summary>
    public const string LennardJones = "lennard-jones";

    private MdModel(IPotential potential, ModelDeviationRecorder? deviation)
    {
        (Potential, Deviation) = (potential, deviation);
    }

    /// <summary>What moves the atoms.</summary>
    public IPotential Potential { get; }

    /// <summary>Where the deviation of a committee goes; null for a single model.</summary>
    public ModelDeviationRecorder? Deviation { get; }

    /// <summary>Opens the models that an input names.</summary>
    /// <param name="input">The input.</param>
    /// <param name="team">Threads; owned by the caller.</param>
    /// <exception cref="InputException">A model cannot be read, or the models do not fit together.</exception>
    public static MdModel Open(MdInput input, WorkerTeam team)
    {
        ArgumentNullException.ThrowIfNull(input);
        var opened = new List<IPotential>();
        try
        {
            foreach (var name in input.Models)
                opened.Add(WithRepulsion(OpenOne(name, input, team), input, team));
            if (opened.Count == 1)
                return new MdModel(opened[0], null);
            var committee = new Committee(opened, input.MeanDrives ? CommitteeForces.Mean : CommitteeForces.First);
            return new MdModel(committee, new ModelDeviationRecorder(committee, input.ModelDeviation.File));
        }
        catch
        {
            foreach (var potential in opened)
                potential.Dispose();
            throw;
        }
    }

    private static IPotential OpenOne(string name, MdInput input, WorkerTeam team)
    {
        if (name != LennardJones)
            return PotentialModels.Open(InputPath.Resolve(name, input.SourceFolder), team, input.Tables);
        var given = input.LennardJones!;
        return new Potentials.LennardJones(
            new TypeMap(given.Types.Keys), [.. given.Types.Values.Select(t => new LennardJonesParameters(t.Depth, t.Diameter))], given.Cutoff, given.Shifted, team);
    }

    private static IPotential WithRepulsion(IPotential model, MdInput input, WorkerTeam team) => input.Zbl is { } zbl
        ? new SumPotential(model, new Zbl(model.TypeMap, zbl.Inner, zbl.Outer, team))
        : model;

    /// <inheritdoc/>
    public void Dispose()
    {
        Deviation?.Dispose();
        Potential.Dispose();
    }
}
