using System.Diagnostics;
using System.Numerics;
using Meniscus.Atoms;
using Meniscus.Benchmarks.Water;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Training;

namespace Meniscus.Benchmarks.Jobs;

/// <summary>
/// One training step after another, batch size 1: neighbour list, prediction, loss on energy and forces, its gradient,
/// Adam. What a run does besides (learning curve, validation, checkpoints) is left out.
/// </summary>
/// <typeparam name="T">Number format of the networks.</typeparam>
internal sealed class TrainingJob<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Small, so that the network stays what it was however long is measured.</summary>
    private const double LearningRate = 1e-6;

    private readonly IReadOnlyList<LabelledFrame> _frames;
    private readonly WorkerTeam _team;
    private readonly DeepPotKernel<T> _kernel;
    private readonly GradientSweep<T> _sweep;
    private readonly EnergyLoss _loss = new(new LossInput());
    private readonly LossPrefactors _prefactors = new LossInput().PrefactorsAt(1, 1);
    private readonly Adam<T> _optimizer;
    private readonly TrainingBatch _batch = new();
    private readonly Action<int, int> _update;
    private int _step;

    /// <summary>Prepares the job.</summary>
    /// <param name="model">The model, without tables.</param>
    /// <param name="frames">Frames to go round.</param>
    /// <param name="threads">Number of threads.</param>
    /// <param name="tables">Whether embeddings go through tables.</param>
    public TrainingJob(DeepPotModel model, IReadOnlyList<LabelledFrame> frames, int threads, bool tables)
    {
        _frames = frames;
        _team = new WorkerTeam(threads);
        _kernel = new DeepPotKernel<T>(model);
        _sweep = new GradientSweep<T>(_kernel, _team, tables);
        _optimizer = new Adam<T>(_kernel.Parameters.Length);
        _update = Update;
    }

    /// <summary>Wall times of the parts of every step.</summary>
    public StepParts Parts { get; } = new("predict", "loss", "gradient", "optimizer");

    /// <summary>Chebyshev coefficients per output, or null without tables; known after a step.</summary>
    public int? Coefficients => _sweep.Tables is { } tables ? ModelOperations.CoefficientsOf(tables.Size) : null;

    /// <summary>One step.</summary>
    public void Step()
    {
        _batch.Clear();
        _batch.Add(_frames[_step++ % _frames.Count]);
        var t0 = Stopwatch.GetTimestamp();
        _sweep.Predict(_batch);
        var t1 = Stopwatch.GetTimestamp();
        var sums = default(LossSums);
        _loss.Evaluate(_batch, _prefactors, 1, ref sums);
        _sweep.ClearGradient();
        var t2 = Stopwatch.GetTimestamp();
        _sweep.AccumulateGradient();
        var t3 = Stopwatch.GetTimestamp();
        _optimizer.BeginStep(LearningRate);
        _team.Run(_update);
        Parts.Add(t1 - t0, t2 - t1, t3 - t2, Stopwatch.GetTimestamp() - t3);
        if (!double.IsFinite(sums.Loss))
            throw new InvalidOperationException("the loss is not finite: times of such a run mean nothing");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sweep.Dispose();
        _kernel.Dispose();
        _team.Dispose();
    }

    private void Update(int part, int parts)
    {
        var length = _kernel.Parameters.Length;
        var begin = Cut(length, part, parts);
        _optimizer.Update(begin, Cut(length, part + 1, parts) - begin, _kernel.Parameters.Span, _sweep.Gradient);
    }

    /// <summary>Cut at whole vectors, as the training loop does.</summary>
    private static int Cut(int length, int part, int parts) =>
        part == parts ? length : (int)((long)length * part / parts) & ~(MatrixProduct.ColumnAlignment - 1);
}
