using System.Numerics;
using Meniscus.Atoms;

namespace Meniscus.Training;

/// <summary>
/// Loss and gradient of batches of any size: a batch with very many atoms goes through the sweep in pieces, whose
/// gradients add up.
/// </summary>
/// <typeparam name="T">Number format of the networks.</typeparam>
internal sealed class BatchGradient<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Atoms per piece: enough for efficient matrix products, little enough for memory.</summary>
    private const int MaxAtoms = 1536;

    private readonly GradientSweep<T> _sweep;
    private readonly EnergyLoss _loss;
    private readonly TrainingBatch _piece = new();

    /// <summary>Creates it.</summary>
    public BatchGradient(GradientSweep<T> sweep, EnergyLoss loss)
    {
        _sweep = sweep;
        _loss = loss;
    }

    /// <summary>Errors of a batch, and where wanted the gradient in <see cref="GradientSweep{T}.Gradient"/>.</summary>
    public LossSums Evaluate(TrainingBatch batch, in LossPrefactors prefactors, bool wantGradient)
    {
        var sums = default(LossSums);
        if (wantGradient)
            _sweep.ClearGradient();
        for (var first = 0; first < batch.Frames.Count;)
        {
            _piece.Clear();
            do
                _piece.Add(batch.Frames[first++]);
            while (first < batch.Frames.Count && _piece.AtomCount + batch.Frames[first].AtomCount <= MaxAtoms);
            _sweep.Predict(_piece);
            _loss.Evaluate(_piece, prefactors, batch.Frames.Count, ref sums);
            if (wantGradient)
                _sweep.AccumulateGradient();
        }

        return sums;
    }
}
