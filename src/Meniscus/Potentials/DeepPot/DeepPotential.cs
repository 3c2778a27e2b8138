using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// A Deep Potential ready to be evaluated, in the number format and through the tables its model asks for. Not
/// thread-safe: one call at a time, which itself uses all threads of the team.
/// </summary>
public sealed class DeepPotential : IPotential
{
    private readonly WorkerTeam _team;
    private readonly bool _ownTeam;
    private readonly DeepPotKernel<double>? _kernel64;
    private readonly DeepPotKernel<float>? _kernel32;
    private readonly DeepPotEvaluator<double>? _evaluator64;
    private readonly DeepPotEvaluator<float>? _evaluator32;

    /// <summary>Prepares a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="team">Threads to share; null to make a team of one.</param>
    public DeepPotential(DeepPotModel model, WorkerTeam? team = null)
    {
        Model = model;
        _ownTeam = team is null;
        _team = team ?? new WorkerTeam(1);
        // One format for both halves; DeePMD-kit's files name it twice.
        if (model.Descriptor.Precision == Precision.Float32 && model.Fitting.Precision == Precision.Float32)
        {
            _kernel32 = new DeepPotKernel<float>(model);
            _evaluator32 = new DeepPotEvaluator<float>(_kernel32, _team, model.Tables);
        }
        else
        {
            _kernel64 = new DeepPotKernel<double>(model);
            _evaluator64 = new DeepPotEvaluator<double>(_kernel64, _team, model.Tables);
        }
    }

    /// <summary>The model as stored.</summary>
    public DeepPotModel Model { get; }

    /// <inheritdoc/>
    public TypeMap TypeMap => Model.TypeMap;

    /// <inheritdoc/>
    public double Cutoff => Model.Descriptor.Cutoff;

    /// <inheritdoc/>
    public double Skin
    {
        get => _evaluator64?.Skin ?? _evaluator32!.Skin;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            if (_evaluator64 is not null)
                _evaluator64.Skin = value;
            else
                _evaluator32!.Skin = value;
        }
    }

    /// <inheritdoc/>
    public long NeighborListBuilds => _evaluator64?.NeighborListBuilds ?? _evaluator32!.NeighborListBuilds;

    /// <summary>Whether the embedding networks are evaluated through tables.</summary>
    public bool UsesTables => _evaluator64?.UsesTables ?? _evaluator32!.UsesTables;

    /// <summary>Size of the embedding tables as they are now, or null without tables; closer pairs make them grow.</summary>
    public EmbeddingTableSize? TableSize => _evaluator64?.TableSize ?? _evaluator32?.TableSize;

    /// <inheritdoc/>
    public void Evaluate(in Configuration configuration, Evaluation result)
    {
        if (_evaluator64 is not null)
            _evaluator64.Evaluate(configuration, result);
        else
            _evaluator32!.Evaluate(configuration, result);
    }

    /// <summary>
    /// Computes energy, forces and virial with the neighbours that another program has listed: the energy is that of its
    /// centres, and forces and atomic virials are what these do to all atoms. Those on an image belong to the atom that it
    /// is an image of; adding them there is the other program's business. The cell of the configuration is not looked at.
    /// </summary>
    /// <param name="configuration">Types, positions and parameters of all atoms, images included.</param>
    /// <param name="neighbors">Neighbours of the centres, all that are within <see cref="Cutoff"/>, from both ends.</param>
    /// <param name="result">Receives the results for all atoms.</param>
    /// <exception cref="InputException">Atoms overlap, a number is not finite, or a type is unknown.</exception>
    public void Evaluate(in Configuration configuration, GivenNeighbors neighbors, Evaluation result)
    {
        ArgumentNullException.ThrowIfNull(neighbors);
        ArgumentOutOfRangeException.ThrowIfNotEqual(neighbors.AtomCount, configuration.Types.Length);
        if (_evaluator64 is not null)
            _evaluator64.Evaluate(configuration, neighbors, result);
        else
            _evaluator32!.Evaluate(configuration, neighbors, result);
    }

    /// <inheritdoc/>
    public void SaveMemory(BinaryWriter writer)
    {
        if (_evaluator64 is not null)
            _evaluator64.SaveMemory(writer);
        else
            _evaluator32!.SaveMemory(writer);
    }

    /// <inheritdoc/>
    public void RestoreMemory(BinaryReader reader)
    {
        if (_evaluator64 is not null)
            _evaluator64.RestoreMemory(reader);
        else
            _evaluator32!.RestoreMemory(reader);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _evaluator64?.Dispose();
        _evaluator32?.Dispose();
        _kernel64?.Dispose();
        _kernel32?.Dispose();
        if (_ownTeam)
            _team.Dispose();
    }
}
