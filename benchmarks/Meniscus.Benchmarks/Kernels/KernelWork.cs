namespace Meniscus.Benchmarks.Kernels;

/// <summary>One case of a kernel benchmark and how much work one call does.</summary>
/// <param name="Name">What the case is, shapes included.</param>
/// <param name="Count">Amount of work of one call.</param>
/// <param name="Unit">What is counted: <c>flop</c> (a multiply-add is two), or pairs, values, bytes.</param>
public record KernelWork(string Name, double Count, string Unit)
{
    /// <summary>Floating-point operations; only they have a peak to be compared with.</summary>
    public const string Flop = "flop";

    /// <inheritdoc/>
    public sealed override string ToString() => Name;
}
