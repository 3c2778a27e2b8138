using System.Numerics;

namespace Meniscus.Training;

/// <summary>
/// Changes the parameters by their gradient, one step after another. A step is <see cref="BeginStep"/> once, then
/// <see cref="Update"/> over ranges that together cover all parameters: disjoint ranges may run on different threads,
/// and the result is the same bits however the parameters are cut, because every element goes through the same
/// operations in the vector part and in the remainder.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>, the number format of the parameters.</typeparam>
public abstract class Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Creates the base.</summary>
    /// <param name="parameterCount">Number of parameters.</param>
    protected Optimizer(int parameterCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(parameterCount);
        ParameterCount = parameterCount;
    }

    /// <summary>Number of parameters.</summary>
    public int ParameterCount { get; }

    /// <summary>Number of steps begun so far. Set it together with <see cref="Moments"/> to go on from a checkpoint.</summary>
    public long StepCount { get; set; }

    /// <summary>The state per parameter that a checkpoint must keep, arrays of <see cref="ParameterCount"/> to be filled in place.</summary>
    public abstract IReadOnlyList<T[]> Moments { get; }

    /// <summary>One whole step on the calling thread.</summary>
    /// <param name="parameters">The parameters, changed in place.</param>
    /// <param name="gradient">Gradient of the loss.</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    public void Step(Span<T> parameters, ReadOnlySpan<T> gradient, double learningRate)
    {
        BeginStep(learningRate);
        Update(0, ParameterCount, parameters, gradient);
    }

    /// <summary>Counts the step and prepares what is common to all parameters.</summary>
    /// <param name="learningRate">Learning rate of this step.</param>
    public void BeginStep(double learningRate)
    {
        StepCount++;
        Prepare(learningRate);
    }

    /// <summary>Updates one range of the parameters in the step begun.</summary>
    /// <param name="start">First parameter of the range.</param>
    /// <param name="count">Number of parameters in the range.</param>
    /// <param name="parameters">All parameters; only the range is changed.</param>
    /// <param name="gradient">Gradient by all parameters; only the range is read.</param>
    public void Update(int start, int count, Span<T> parameters, ReadOnlySpan<T> gradient)
    {
        if (parameters.Length != ParameterCount || gradient.Length != ParameterCount)
            throw new ArgumentException($"{parameters.Length} parameters and {gradient.Length} gradient elements for an optimizer of {ParameterCount}");
        UpdateRange(start, parameters.Slice(start, count), gradient.Slice(start, count));
    }

    /// <summary>Computes the coefficients of step number <see cref="StepCount"/> (the first is 1).</summary>
    /// <param name="learningRate">Learning rate of this step.</param>
    protected abstract void Prepare(double learningRate);

    /// <summary>Updates the parameters from <paramref name="start"/> on.</summary>
    /// <param name="start">Index of the first parameter of the range.</param>
    /// <param name="parameters">The range.</param>
    /// <param name="gradient">The same range of the gradient.</param>
    protected abstract void UpdateRange(int start, Span<T> parameters, ReadOnlySpan<T> gradient);
}
