namespace Meniscus.Training;

/// <summary>How the learning rate falls after the warm-up; the names of <c>learning_rate/type</c>.</summary>
public enum LearningRateDecay
{
    /// <summary>Exponential, in steps of <c>decay_steps</c> or smooth (<c>exp</c>).</summary>
    Exponential,

    /// <summary>Half a cosine from start to stop (<c>cosine</c>).</summary>
    Cosine,

    /// <summary>Constant, then down to stop over the last part of the run (<c>wsd</c>: warm-up, stable, decay).</summary>
    StableThenDecay,
}

/// <summary>Shape of the last part of a <see cref="LearningRateDecay.StableThenDecay"/> schedule.</summary>
public enum StableDecayShape
{
    /// <summary>1/lr is linear in the step (<c>inverse_linear</c>).</summary>
    InverseLinear,

    /// <summary>Half a cosine (<c>cosine</c>).</summary>
    Cosine,

    /// <summary>lr is linear in the step (<c>linear</c>).</summary>
    Linear,
}

/// <summary>
/// The learning rate at every step of a run, by DeePMD-kit's rules (<c>deepmd/dpmodel/utils/learning_rate.py</c>):
/// a linear warm-up from <c>warmup_start_factor</c>·start to start, then over the remaining T steps, t counted from the
/// end of the warm-up,
/// <code>
/// exp     start · r^⌊t/s⌋ (stepped) or start · r^(t/s) (smooth), never below stop;  r = (stop/start)^(s/T)
/// cosine  stop + (start − stop)(1 + cos πt/T)/2
/// wsd     start until the last decay_phase_ratio of the run, then down to stop
/// </code>
/// </summary>
public sealed class LearningRateSchedule
{
    // Below this, ln(stop/start) is taken as if stop were this: stop_lr = 0 is allowed in the input.
    private const double SmallestStopForRate = 1e-10;

    private readonly LearningRateDecay _decay;
    private readonly StableDecayShape _shape;
    private readonly bool _smooth;
    private readonly long _decayTotal;
    private readonly long _lastPhase;
    private readonly double _warmupStart;

    /// <summary>Resolves the settings for a run of known length.</summary>
    /// <param name="settings">The <c>learning_rate</c> section.</param>
    /// <param name="stepCount">Number of steps of the whole run, warm-up included.</param>
    /// <exception cref="InputException">The warm-up is not shorter than the run.</exception>
    public LearningRateSchedule(LearningRateInput settings, long stepCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stepCount);
        Start = settings.Start;
        Stop = settings.EffectiveStop;
        WarmupSteps = settings.WarmupRatio is { } ratio ? (long)(ratio * stepCount) : settings.WarmupSteps;
        if (WarmupSteps > 0 && WarmupSteps >= stepCount)
            throw new InputException($"learning_rate: the warm-up takes {WarmupSteps} steps but the run has only {stepCount}; shorten warmup_steps or warmup_ratio, or train longer");

        _decay = settings.Decay;
        _shape = settings.StableDecayShape;
        _smooth = settings.Smooth;
        _warmupStart = settings.WarmupStartFactor * Start;
        _decayTotal = stepCount - WarmupSteps;
        _lastPhase = Math.Max(1, Math.Min((long)(settings.DecayPhaseRatio * stepCount), _decayTotal));
        DecaySteps = EffectiveDecaySteps(settings, _decayTotal);
        DecayRate = settings.DecayRate
            ?? (_decayTotal == 0 ? 1 : Math.Exp(Math.Log(Math.Max(Stop, SmallestStopForRate) / Start) / ((double)_decayTotal / DecaySteps)));
    }

    /// <summary>Learning rate after the warm-up; the one that the loss prefactors are tied to.</summary>
    public double Start { get; }

    /// <summary>Learning rate at the end of the run, and the floor of an exponential schedule.</summary>
    public double Stop { get; }

    /// <summary>Number of warm-up steps.</summary>
    public long WarmupSteps { get; }

    /// <summary>s, after the correction for runs that are not longer than one interval.</summary>
    public long DecaySteps { get; }

    /// <summary>r, the factor per <see cref="DecaySteps"/> steps of an exponential schedule.</summary>
    public double DecayRate { get; }

    /// <summary>The learning rate used for a step.</summary>
    /// <param name="step">Index of the step, the first one 0.</param>
    public double At(long step)
    {
        if (step < WarmupSteps)
            return _warmupStart + (Start - _warmupStart) * ((double)step / WarmupSteps);
        var t = step - WarmupSteps;
        return _decay switch
        {
            LearningRateDecay.Cosine => CosineAt(t),
            LearningRateDecay.StableThenDecay => StableThenDecayAt(t),
            _ => Math.Max(Start * Math.Pow(DecayRate, _smooth ? (double)t / DecaySteps : t / DecaySteps), Stop),
        };
    }

    private static long EffectiveDecaySteps(LearningRateInput settings, long decayTotal)
    {
        if (settings.DecayRate is not null || settings.DecaySteps < decayTotal)
            return settings.DecaySteps;
        return decayTotal / 10 > 100 ? 100 : decayTotal / 100 + 1;
    }

    private double CosineAt(long t)
    {
        if (_decayTotal == 0)
            return Start;
        if (t >= _decayTotal)
            return Stop;
        var floor = Stop / Start;
        return Start * (floor + 0.5 * (1 - floor) * (1 + Math.Cos(Math.PI * ((double)t / _decayTotal))));
    }

    private double StableThenDecayAt(long t)
    {
        var stable = _decayTotal - _lastPhase;
        if (t >= _decayTotal)
            return Stop;
        if (t < stable)
            return Start;
        var tau = (double)(t - stable) / _lastPhase;
        return _shape switch
        {
            StableDecayShape.Cosine => Stop + (Start - Stop) * 0.5 * (1 + Math.Cos(Math.PI * tau)),
            StableDecayShape.Linear => Start + (Stop - Start) * tau,
            _ => 1 / (tau / Stop + (1 - tau) / Start),
        };
    }
}
