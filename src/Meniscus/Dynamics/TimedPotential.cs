using System.Diagnostics;
using Meniscus.Atoms;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>A potential with a clock, so that a run can say what the rest of it costs.</summary>
internal sealed class TimedPotential(IPotential potential) : IPotential
{
    private long _ticks;

    /// <summary>Time spent in evaluations.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(0, _ticks);

    /// <inheritdoc/>
    public TypeMap TypeMap => potential.TypeMap;

    /// <inheritdoc/>
    public double Cutoff => potential.Cutoff;

    /// <inheritdoc/>
    public double Skin
    {
        get => potential.Skin;
        set => potential.Skin = value;
    }

    /// <inheritdoc/>
    public long NeighborListBuilds => potential.NeighborListBuilds;

    /// <inheritdoc/>
    public void Evaluate(in Configuration configuration, Evaluation result)
    {
        var begin = Stopwatch.GetTimestamp();
        potential.Evaluate(configuration, result);
        _ticks += Stopwatch.GetTimestamp() - begin;
    }

    /// <inheritdoc/>
    public void SaveMemory(BinaryWriter writer) => potential.SaveMemory(writer);

    /// <inheritdoc/>
    public void RestoreMemory(BinaryReader reader) => potential.RestoreMemory(reader);

    /// <inheritdoc/>
    public void Dispose() => potential.Dispose();
}
