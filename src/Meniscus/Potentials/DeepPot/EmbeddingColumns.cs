using System.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The embedding step of the descriptor for the centres of one type: from environment rows R̃ to the matrices
/// A = (1/N_c) Σ_j G(s̃_j) R̃_jᵀ, and the three sweeps back and forth that forces and training need. Three ways of doing it
/// exist, with the same meaning: <see cref="DirectColumns{T}"/> evaluates the networks for every neighbour; through tables
/// go <see cref="PiecewiseColumns{T}"/> for energies and forces and <see cref="ChebyshevColumns{T}"/> for training. A model
/// without networks has <see cref="StoredTableColumns{T}"/>.
/// <para>
/// A and its adjoints are feature-major: A[m, c] of centre i is at [m·4·stride + c·stride + i].
/// </para>
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal abstract unsafe class EmbeddingColumns<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Makes room for the centres of the environment; called after it has been filled.</summary>
    /// <param name="stride">Columns per row of A, padding included.</param>
    public abstract void Resize(int stride);

    /// <summary>Computes A for some centres.</summary>
    public abstract void Forward(T* values, int first, int count, T* a);

    /// <summary>From the adjoint of A to that of the environment rows.</summary>
    public abstract void Backward(T* values, int first, int count, T* aBar);

    /// <summary>From the tangent of the environment rows to that of A.</summary>
    public abstract void Tangent(T* values, int first, int count, T* aDot);

    /// <summary>Takes the value adjoint of A in; the parameters' share is added by <see cref="AccumulateGradient"/>.</summary>
    public abstract void Reverse(T* values, int first, int count, T* aBar, T* aBar2);

    /// <summary>Adds the gradient of the embedding parameters, or of what stands for them; one part of several.</summary>
    public abstract void AccumulateGradient(T* gradient, T* aBar, T* aBar2, int part, int parts);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the arrays.</summary>
    protected abstract void Dispose(bool disposing);
}
