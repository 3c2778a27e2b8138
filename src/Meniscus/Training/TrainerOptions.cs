namespace Meniscus.Training;

/// <summary>What the command line adds to the training input.</summary>
public sealed record TrainerOptions
{
    /// <summary>Checkpoint (or prefix of a run) to go on from, or null.</summary>
    public string? Restart { get; init; }

    /// <summary>Model or checkpoint whose weights, statistics and bias to start from, or null.</summary>
    public string? InitModel { get; init; }

    /// <summary>Leaves out the pass over all data that finds the smallest distance and the largest neighbour counts; needs <c>sel</c> in numbers.</summary>
    public bool SkipNeighborStatistics { get; init; }

    /// <summary>Leaves out the check of all frames for NaN, overlaps and missing labels.</summary>
    public bool SkipDataCheck { get; init; }

    /// <summary>Evaluates the embedding networks for every neighbour instead of through tables: the oracle, several times slower.</summary>
    public bool DirectEmbedding { get; init; }

    /// <summary>Number of threads.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Called once input and data have passed every check, just before the first step, with the input as it is used:
    /// the moment for writing files that must not be lost to an input that is refused.
    /// </summary>
    public Action<TrainingInput>? Starting { get; init; }

    /// <summary>Receives warnings for the user, one line each.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>Receives what was found out about the data, one line each.</summary>
    public Action<string>? Information { get; init; }
}

/// <summary>What a run came to.</summary>
/// <param name="Steps">Steps done, those before a restart included.</param>
/// <param name="MillisecondsPerStep">Mean wall time per step of this run, ms, validation and checkpoints included.</param>
/// <param name="Checkpoint">The last checkpoint.</param>
/// <param name="BestModel">The best model by validation, where one was kept.</param>
/// <param name="Training">Errors over the last interval, named as in <c>lcurve.out</c>.</param>
/// <param name="Validation">Errors on the whole validation set at the end, or empty.</param>
public sealed record TrainingResult(
    long Steps,
    double MillisecondsPerStep,
    string Checkpoint,
    string? BestModel,
    IReadOnlyDictionary<string, double> Training,
    IReadOnlyDictionary<string, double> Validation);
