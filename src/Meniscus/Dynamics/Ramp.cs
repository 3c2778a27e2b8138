namespace Meniscus.Dynamics;

/// <summary>A target that goes linearly from one value to another over a stage; a constant where both are equal.</summary>
/// <param name="Start">Value at the beginning of the stage.</param>
/// <param name="Stop">Value at its end.</param>
public readonly record struct Ramp(double Start, double Stop)
{
    /// <summary>Whether the target changes.</summary>
    public bool IsConstant => Start == Stop;

    /// <summary>A constant target.</summary>
    public static Ramp Constant(double value) => new(value, value);

    /// <summary>The target at a step of a stage.</summary>
    /// <param name="step">Steps done, the one in progress included.</param>
    /// <param name="steps">Steps of the stage.</param>
    public double At(long step, long steps) => IsConstant ? Start : Start + ((Stop - Start) * step / steps);
}
