using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks.Jobs;

/// <summary>
/// Energy, forces and virial of one configuration after another, as dynamics asks for them: positions in, a new neighbour
/// list every time.
/// </summary>
internal sealed class EvaluationJob : IDisposable
{
    private readonly IReadOnlyList<LabelledFrame> _frames;
    private readonly WorkerTeam _team;
    private readonly DeepPotential _potential;
    private readonly Evaluation _result = new();
    private int _step;

    /// <summary>Prepares the job.</summary>
    /// <param name="model">The model in the number format, and with the tables, to be timed.</param>
    /// <param name="frames">Configurations to go round.</param>
    /// <param name="threads">Number of threads.</param>
    public EvaluationJob(DeepPotModel model, IReadOnlyList<LabelledFrame> frames, int threads)
    {
        _frames = frames;
        _team = new WorkerTeam(threads);
        _potential = new DeepPotential(model, _team);
        if (_potential.UsesTables != model.Tables is not null)
            throw new InvalidOperationException("the networks of this model cannot be tabulated, so there is nothing to time");
    }

    /// <summary>Evaluates the next configuration.</summary>
    public void Step()
    {
        var frame = _frames[_step++ % _frames.Count];
        _potential.Evaluate(new Configuration(frame.Types, frame.Positions, new Cell(frame.Box)), _result);
        if (!double.IsFinite(_result.Energy))
            throw new InvalidOperationException("the energy is not finite: times of such a run mean nothing");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _potential.Dispose();
        _team.Dispose();
    }
}
