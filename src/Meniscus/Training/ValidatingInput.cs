namespace Meniscus.Training;

/// <summary>The error that decides which model is the best; energy and virial per atom, forces per component.</summary>
public enum ValidationMetric
{
    /// <summary>Mean absolute error of the energy per atom (<c>E:MAE</c>).</summary>
    EnergyMae,

    /// <summary>Root mean square error of the energy per atom (<c>E:RMSE</c>).</summary>
    EnergyRmse,

    /// <summary>Mean absolute error of the forces (<c>F:MAE</c>).</summary>
    ForceMae,

    /// <summary>Root mean square error of the forces (<c>F:RMSE</c>).</summary>
    ForceRmse,

    /// <summary>Mean absolute error of the virial per atom (<c>V:MAE</c>).</summary>
    VirialMae,

    /// <summary>Root mean square error of the virial per atom (<c>V:RMSE</c>).</summary>
    VirialRmse,
}

/// <summary>The <c>validating</c> section of the training input: tests on the whole validation set, and the best model kept.</summary>
public sealed record ValidatingInput
{
    /// <summary>Whether it is done (<c>full_validation</c>).</summary>
    public bool FullValidation { get; init; }

    /// <summary>Steps between two tests (<c>validation_freq</c>).</summary>
    public int Interval { get; init; } = 5000;

    /// <summary>Whether the best model is kept (<c>save_best</c>).</summary>
    public bool SaveBest { get; init; } = true;

    /// <summary>Folder for it (<c>save_best_dir</c>), or null for the checkpoints' folder.</summary>
    public string? BestFolder { get; init; }

    /// <summary>Number of best models kept (<c>max_best_ckpt</c>).</summary>
    public int KeptBest { get; init; } = 1;

    /// <summary>What decides (<c>validation_metric</c>).</summary>
    public ValidationMetric Metric { get; init; }

    /// <summary>File of the results (<c>full_val_file</c>).</summary>
    public string File { get; init; } = "val.log";

    /// <summary>From when on (<c>full_val_start</c>): below 1 a part of the run, 1 never, above 1 a step.</summary>
    public double Start { get; init; } = 0.5;

    /// <summary>The step from which on the model is tested, or null for never.</summary>
    /// <param name="stepCount">Number of steps of the run.</param>
    public long? FirstStep(long stepCount)
    {
        if (!FullValidation || Start == 1)
            return null;
        return Start < 1 ? (long)(stepCount * Start) : (long)Start;
    }

    /// <summary>The prefactor in the loss that belongs to the metric.</summary>
    /// <param name="loss">The loss.</param>
    public LossPrefactor PrefactorIn(LossInput loss) => Metric switch
    {
        ValidationMetric.EnergyMae or ValidationMetric.EnergyRmse => loss.Energy,
        ValidationMetric.ForceMae or ValidationMetric.ForceRmse => loss.Force,
        _ => loss.Virial,
    };
}
