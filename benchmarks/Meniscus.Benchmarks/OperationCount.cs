namespace Meniscus.Benchmarks;

/// <summary>Floating-point operations of a job, a multiply-add as two (docs/benchmarks.md, "How operations are counted").</summary>
/// <param name="Fitting">Matrix products of the fitting networks.</param>
/// <param name="Embedding">Embedding networks, or the tables in their place, and the sums over neighbours.</param>
/// <param name="Rest">The contraction D = A A_&lt;ᵀ and its sweeps.</param>
internal readonly record struct OperationCount(double Fitting, double Embedding, double Rest)
{
    /// <summary>All of them.</summary>
    public double Total => Fitting + Embedding + Rest;

    public static OperationCount operator +(OperationCount a, OperationCount b) =>
        new(a.Fitting + b.Fitting, a.Embedding + b.Embedding, a.Rest + b.Rest);

    public static OperationCount operator *(double factor, OperationCount count) =>
        new(factor * count.Fitting, factor * count.Embedding, factor * count.Rest);
}
