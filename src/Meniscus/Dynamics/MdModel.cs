using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.Spcfw;
using Meniscus.Training;

namespace Meniscus.Dynamics;

/// <summary>The model of a run: one potential, or a committee with its deviation.</summary>
public sealed class MdModel : IDisposable
{
    /// <summary>How close atoms come where the model does not say, Å; tables are extended for closer pairs.</summary>
    private const double UsualDistance = 0.9;

    private MdModel(IPotential potential)
    {
        Potential = potential;
    }

    /// <summary>What moves the atoms.</summary>
    public IPotential Potential { get; }

    /// <summary>The deviation of a committee, or null.</summary>
    public ModelDeviationRecorder? Deviation { get; }

    /// <summary>Opens the models that an input names.</summary>
    /// <param name="input">The input.</param>
    /// <param name="team">Threads; owned by the caller.</param>
    /// <exception cref="InputException">A model cannot be read, or the models do not fit together.</exception>
    public static MdModel Open(MdInput input, WorkerTeam team)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new MdModel(OpenOne(input.Models[0], input.Tables, team));
    }

    /// <summary>A model; the networks of one that is not compressed are tabulated to rounding where the input agrees.</summary>
    private static IPotential OpenOne(string name, bool tables, WorkerTeam team)
    {
        if (name == "spcfw")
            return new SpcfwPotential(team);
        var model = DeepPotModels.Load(name);
        if (tables && model.Tables is null)
            model = model with { Tables = new EmbeddingTableSettings { Tolerance = 0, MinDistance = 0.9 * (model.MinNeighborDistance ?? UsualDistance) } };
        return new DeepPotential(model, team);
    }

    /// <inheritdoc/>
    public void Dispose() => Potential.Dispose();
}
