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

    /// <summary>Opens a potential.</summary>
    /// <param name="name"><c>spcfw</c>, or what <see cref="DeepPotModels.Load"/> takes: a model file, a checkpoint, the prefix or the folder of a run.</param>
    /// <param name="team">Threads to share; null to make a team of one.</param>
    /// <exception cref="InputException">There is no such model, it is damaged, or its format is not supported.</exception>
    public static IPotential Open(string name, WorkerTeam? team = null) =>
        name == Water ? new SpcfwPotential(team) : new DeepPotential(DeepPotModels.Load(name), team);
}
