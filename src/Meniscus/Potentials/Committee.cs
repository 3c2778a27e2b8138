using Meniscus.Atoms;

namespace Meniscus.Potentials;

/// <summary>Whose forces a committee gives.</summary>
public enum CommitteeForces
{
    /// <summary>Those of the first model, as LAMMPS with several Deep Potentials does.</summary>
    First,

    /// <summary>The mean of all models.</summary>
    Mean,
}

/// <summary>
/// Several models of the same atoms. One of them, or their mean, gives energy and forces; how far they differ tells how
/// much they can be trusted (<see cref="Deviation"/>). Models that do not drive are evaluated only when they are asked
/// (<see cref="EvaluateOthers"/>). It owns the models.
/// </summary>
public sealed class Committee : IPotential
{
    private readonly IPotential[] _models;
    private readonly TypeTranslation[] _types;
    private readonly CommitteeForces _forces;
    private readonly Evaluation[] _evaluations;
    private int[] _lastTypes = [];
    private int _atoms;
    private int _evaluated;

    /// <summary>Joins models.</summary>
    /// <param name="models">At least one; all know the same types, in any order.</param>
    /// <param name="forces">Whose forces it gives.</param>
    /// <exception cref="InputException">The models know different types.</exception>
    public Committee(IReadOnlyList<IPotential> models, CommitteeForces forces = CommitteeForces.First)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentOutOfRangeException.ThrowIfZero(models.Count, nameof(models));
        _models = [.. models];
        _forces = forces;
        _types = new TypeTranslation[_models.Length];
        for (var m = 0; m < _models.Length; m++)
        {
            var what = FormattableString.Invariant($"model {m + 1} of {_models.Length}");
            _types[m] = new TypeTranslation(TypeMap, _models[m].TypeMap, what);
            if (_models[m].TypeMap.Count != TypeMap.Count)
                throw new InputException($"type_map: {what} has the types [{_models[m].TypeMap}], the first one [{TypeMap}]; potentials that work together must know the same types");
        }

        _evaluations = [.. _models.Select(_ => new Evaluation())];
    }

    /// <summary>The models.</summary>
    public IReadOnlyList<IPotential> Models => _models;

    /// <summary>What each model gave in the last evaluation.</summary>
    public IReadOnlyList<Evaluation> Evaluations => _evaluations;

    /// <inheritdoc/>
    public TypeMap TypeMap => _models[0].TypeMap;

    /// <inheritdoc/>
    public double Cutoff => _models.Max(model => model.Cutoff);

    /// <inheritdoc/>
    public double Skin
    {
        get => _models[0].Skin;
        set
        {
            foreach (var model in _models)
                model.Skin = value;
        }
    }

    /// <inheritdoc/>
    public long NeighborListBuilds => _models.Sum(model => model.NeighborListBuilds);

    private int Drivers => _forces == CommitteeForces.First ? 1 : _models.Length;

    /// <inheritdoc/>
    public void Evaluate(in Configuration configuration, Evaluation result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Extras != EvaluationExtras.None)
            throw new InputException("committee: atomic virials or descriptors were asked for; ask one of its models");
        for (var m = 0; m < Drivers; m++)
            EvaluateModel(m, configuration);
        _evaluated = Drivers;
        _atoms = configuration.Types.Length;
        if (_lastTypes.Length < _atoms)
            _lastTypes = new int[_atoms];
        configuration.Types.CopyTo(_lastTypes);
        result.Reset(_atoms, 0);
        for (var m = 0; m < Drivers; m++)
            Add(_evaluations[m], 1.0 / Drivers, result);
    }

    /// <summary>Evaluates the models that do not drive, for <see cref="Deviation"/>.</summary>
    /// <param name="configuration">That of the last <see cref="Evaluate"/>.</param>
    public void EvaluateOthers(in Configuration configuration)
    {
        for (; _evaluated < _models.Length; _evaluated++)
            EvaluateModel(_evaluated, configuration);
    }

    /// <summary>How far the models differ in the last evaluation.</summary>
    /// <param name="options">Relative deviations, or errors against labels.</param>
    /// <param name="perAtom">Receives the deviation of the force on each atom, eV/Å; may be empty.</param>
    /// <exception cref="InvalidOperationException">Some models have not been evaluated.</exception>
    public ModelDeviation Deviation(ModelDeviationOptions? options = null, Span<double> perAtom = default) => _evaluated == _models.Length
        ? ModelDeviation.Of(_evaluations, _lastTypes.AsSpan(0, _atoms), options, perAtom)
        : throw new InvalidOperationException("not all models have been evaluated");

    /// <inheritdoc/>
    public void SaveMemory(BinaryWriter writer)
    {
        foreach (var model in _models)
            model.SaveMemory(writer);
    }

    /// <inheritdoc/>
    public void RestoreMemory(BinaryReader reader)
    {
        foreach (var model in _models)
            model.RestoreMemory(reader);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in _models)
            model.Dispose();
    }

    private void EvaluateModel(int model, in Configuration configuration) => _models[model].Evaluate(
        new Configuration(_types[model].Translate(configuration.Types), configuration.Positions, configuration.Cell)
        {
            FrameParameters = configuration.FrameParameters,
            AtomParameters = configuration.AtomParameters,
        },
        _evaluations[model]);

    private static void Add(Evaluation from, double weight, Evaluation result)
    {
        result.Energy += weight * from.Energy;
        for (var k = 0; k < result.Forces.Length; k++)
            result.Forces[k] += weight * from.Forces[k];
        for (var k = 0; k < 9; k++)
            result.Virial[k] += weight * from.Virial[k];
        for (var k = 0; k < result.AtomEnergies.Length; k++)
            result.AtomEnergies[k] += weight * from.AtomEnergies[k];
        var overflow = result.Overflow;
        overflow.Add(from.Overflow);
        result.Overflow = overflow;
    }
}
