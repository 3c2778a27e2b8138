namespace Meniscus.Dynamics;

/// <summary>How a run is done, apart from what its input says.</summary>
public sealed record MdOptions
{
    /// <summary>Number of threads.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Restart file to go on from, or null to start from the structure.</summary>
    public string? Restart { get; init; }

    /// <summary>Largest number of steps to do now; the rest is for a restart. Null for all.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>Receives what the user should know, one line each.</summary>
    public Action<string> Notice { get; init; } = _ => { };

    /// <summary>Receives the header of the thermo table, then its rows.</summary>
    public Action<string> Row { get; init; } = _ => { };
}

/// <summary>What a run did.</summary>
public sealed record MdResult
{
    /// <summary>Steps done now.</summary>
    public required long Steps { get; init; }

    /// <summary>Whether all stages are done.</summary>
    public required bool Finished { get; init; }

    /// <summary>Number of atoms.</summary>
    public required int Atoms { get; init; }

    /// <summary>Simulated time of this call, ps.</summary>
    public required double SimulatedPs { get; init; }

    /// <summary>Wall time of the steps, outputs included, s.</summary>
    public required double Seconds { get; init; }

    /// <summary>Share of it that the potential took, 0 to 1.</summary>
    public required double PotentialShare { get; init; }

    /// <summary>How often neighbours were listed.</summary>
    public required long NeighborListBuilds { get; init; }

    /// <summary>The restart file.</summary>
    public required string Restart { get; init; }

    /// <summary>Drift of each stage that was worked on.</summary>
    public required IReadOnlyList<StageDrift> Drifts { get; init; }

    /// <summary>Wall time per step, ms.</summary>
    public double MillisecondsPerStep => Steps > 0 ? 1e3 * Seconds / Steps : double.NaN;

    /// <summary>Simulated time per wall time, ns/day.</summary>
    public double NanosecondsPerDay => Seconds > 0 ? SimulatedPs * 1e-3 * 86_400 / Seconds : double.NaN;
}

/// <summary>Drift of the conserved quantity over the steps of a stage, those before a restart included.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="MevPerAtomPerPs">Slope of the least-squares line, meV per atom and ps.</param>
/// <param name="LargestMevPerAtom">Largest distance from its first value, meV per atom.</param>
public readonly record struct StageDrift(string Stage, double MevPerAtomPerPs, double LargestMevPerAtom);
