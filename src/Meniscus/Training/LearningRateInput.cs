namespace Meniscus.Training;

/// <summary>The <c>learning_rate</c> section of the training input. Rates are in the units of the parameters per step.</summary>
public sealed record LearningRateInput
{
    /// <summary>What DeePMD-kit v3.2 takes where neither stop_lr nor stop_lr_ratio is given (v2 and v3.0 took 1e-8).</summary>
    public const double DefaultStop = 5e-8;

    /// <summary>How the rate falls (<c>type</c>).</summary>
    public LearningRateDecay Decay { get; init; }

    /// <summary>Rate after the warm-up (<c>start_lr</c>).</summary>
    public double Start { get; init; } = 1e-3;

    /// <summary>Rate at the end (<c>stop_lr</c>), or null where <see cref="StopRatio"/> says it.</summary>
    public double? Stop { get; init; }

    /// <summary>Rate at the end over the rate at the start (<c>stop_lr_ratio</c>), or null.</summary>
    public double? StopRatio { get; init; }

    /// <summary>Steps between two decays of an exponential schedule (<c>decay_steps</c>).</summary>
    public long DecaySteps { get; init; } = 5000;

    /// <summary>Factor per decay (<c>decay_rate</c>), or null to have it follow from start, stop and the run's length.</summary>
    public double? DecayRate { get; init; }

    /// <summary>Whether an exponential schedule decays at every step (<c>smooth</c>).</summary>
    public bool Smooth { get; init; }

    /// <summary>Part of the run that a stable-then-decay schedule spends decaying (<c>decay_phase_ratio</c>).</summary>
    public double DecayPhaseRatio { get; init; } = 0.1;

    /// <summary>Shape of that part (<c>decay_type</c>).</summary>
    public StableDecayShape StableDecayShape { get; init; }

    /// <summary>Number of warm-up steps (<c>warmup_steps</c>).</summary>
    public long WarmupSteps { get; init; }

    /// <summary>Warm-up as a part of the run (<c>warmup_ratio</c>), or null.</summary>
    public double? WarmupRatio { get; init; }

    /// <summary>Rate at step 0 of the warm-up over the start rate (<c>warmup_start_factor</c>).</summary>
    public double WarmupStartFactor { get; init; }

    /// <summary>The rate at the end, whichever way it was given.</summary>
    public double EffectiveStop => StopRatio is { } ratio ? Start * ratio : Stop ?? DefaultStop;
}
