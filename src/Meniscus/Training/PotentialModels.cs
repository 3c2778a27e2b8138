using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.Spcfw;

namespace Meniscus.Training;

/// <summary>From the name that a user gives to a potential: the one way everywhere a model is named.</summary>
public static class PotentialModels
{
    /// <summary>Name of the built-in water model.</summary>
    public const string Water = "spcfw";

    /// <summary>Whether a name is that of a model without a file.</summary>
    public static bool IsBuiltIn(string name) => name == Water;

    /// <summary>Opens a potential.</summary>
    /// <param name="name"><c>spcfw</c>, or what <see cref="DeepPotModels.Load"/> takes: a model file, a checkpoint, the prefix or the folder of a run.</param>
    /// <param name="team">Threads to share; null to make a team of one.</param>
    /// <param name="tabulate">Whether the embedding networks of a model that is not compressed are tabulated to rounding.</param>
    /// <exception cref="InputException">There is no such model, it is damaged, or its format is not supported.</exception>
    public static IPotential Open(string name, WorkerTeam? team = null, bool tabulate = false)
    {
        if (IsBuiltIn(name))
            return new SpcfwPotential(team);
        var model = DeepPotModels.Load(name);
        try
        {
            return new DeepPotential(tabulate ? model.Tabulated() : model, team);
        }
        catch (InputException e)
        {
            // The model does not know its file.
            throw new InputException($"{name}: {e.Message}", e);
        }
    }

    /// <summary>Opens several potentials as a committee, which owns them.</summary>
    /// <param name="names">Names as <see cref="Open"/> takes them.</param>
    /// <param name="team">Threads to share; null to make teams of one.</param>
    /// <param name="tabulate">Whether embedding networks are tabulated to rounding.</param>
    /// <param name="forces">Whose forces it gives.</param>
    /// <exception cref="InputException">A model cannot be used, or they know different types.</exception>
    public static Committee OpenCommittee(IEnumerable<string> names, WorkerTeam? team = null, bool tabulate = false, CommitteeForces forces = CommitteeForces.First)
    {
        ArgumentNullException.ThrowIfNull(names);
        var models = new List<IPotential>();
        try
        {
            foreach (var name in names)
                models.Add(Open(name, team, tabulate));
            return new Committee(models, forces);
        }
        catch
        {
            models.ForEach(model => model.Dispose());
            throw;
        }
    }
}
