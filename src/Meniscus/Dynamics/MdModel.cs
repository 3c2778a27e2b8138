using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Training;

namespace Meniscus.Dynamics;

/// <summary>The model of a run: one potential, or a committee with its deviation.</summary>
public sealed class MdModel : IDisposable
{
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
        return new MdModel(new DeepPotential(DeepPotModels.Load(input.Models[0]), team));
    }

    /// <inheritdoc/>
    public void Dispose() => Potential.Dispose();
}
