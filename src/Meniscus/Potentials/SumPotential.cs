using Meniscus.Atoms;

namespace Meniscus.Potentials;

/// <summary>The sum of two potentials, such as a Deep Potential and a repulsion at short distance. It owns both.</summary>
public sealed class SumPotential : IPotential
{
    private readonly IPotential _first;
    private readonly IPotential _second;
    private readonly TypeTranslation _types;
    private Evaluation _added = new();

    /// <summary>Adds two potentials.</summary>
    /// <param name="first">Gives the types and, where asked for, the descriptors.</param>
    /// <param name="second">Knows at least the types of the first, by name.</param>
    /// <exception cref="InputException">The second potential lacks a type of the first.</exception>
    public SumPotential(IPotential first, IPotential second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        (_first, _second) = (first, second);
        _types = new TypeTranslation(first.TypeMap, second.TypeMap, "the potential to be added");
    }

    /// <summary>The first potential.</summary>
    public IPotential First => _first;

    /// <inheritdoc/>
    public TypeMap TypeMap => _first.TypeMap;

    /// <inheritdoc/>
    public double Cutoff => Math.Max(_first.Cutoff, _second.Cutoff);

    /// <inheritdoc/>
    public double Skin
    {
        get => _first.Skin;
        set => (_first.Skin, _second.Skin) = (value, value);
    }

    /// <inheritdoc/>
    public long NeighborListBuilds => _first.NeighborListBuilds + _second.NeighborListBuilds;

    /// <inheritdoc/>
    public void Evaluate(in Configuration configuration, Evaluation result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var extras = result.Extras & EvaluationExtras.AtomVirials;
        if (_added.Extras != extras)
            _added = new Evaluation { Extras = extras };
        _second.Evaluate(new Configuration(_types.Translate(configuration.Types), configuration.Positions, configuration.Cell), _added);
        _first.Evaluate(configuration, result);
        result.Energy += _added.Energy;
        Add(_added.Forces, result.Forces);
        Add(_added.Virial, result.Virial);
        Add(_added.AtomEnergies, result.AtomEnergies);
        Add(_added.AtomVirials, result.AtomVirials);
    }

    /// <inheritdoc/>
    public void SaveMemory(BinaryWriter writer)
    {
        _first.SaveMemory(writer);
        _second.SaveMemory(writer);
    }

    /// <inheritdoc/>
    public void RestoreMemory(BinaryReader reader)
    {
        _first.RestoreMemory(reader);
        _second.RestoreMemory(reader);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private static void Add(double[] values, double[] sum)
    {
        for (var k = 0; k < values.Length; k++)
            sum[k] += values[k];
    }
}
