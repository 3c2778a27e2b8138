using System.Numerics;
using Meniscus.Atoms;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// A model in the form the kernels work on: settings, one flat parameter array and the networks bound to it. Evaluation
/// and training share it.
/// </summary>
/// <typeparam name="T">Number format of the networks.</typeparam>
internal sealed unsafe class DeepPotKernel<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool[] _silent;
    private readonly bool[] _subtractVacuum;
    private readonly double[] _bias;

    /// <summary>Binds a stored model.</summary>
    public DeepPotKernel(DeepPotModel model)
    {
        Model = model;
        Settings = new DescriptorSettings(model);
        Contraction = new DescriptorContraction<T>(Settings.Width, Settings.Axis);
        Parameters = new ParameterSet<T>();
        var types = Settings.TypeCount;
        Embeddings = [.. model.Descriptor.Embeddings.Select((network, i) => network is null ? null : new NetworkKernel<T>(
            network, Parameters, $"descriptor/embeddings/networks[{i}]", _ => model.Descriptor.Trainable))];
        StoredTables = model.Descriptor.EmbeddingTables is { } tables ? Array.ConvertAll(tables, table => table is null ? null : new StoredTable<T>(table)) : null;
        Fittings = [.. model.Fitting.Networks.Select((network, i) => new NetworkKernel<T>(
            network, Parameters, $"fitting/nets/networks[{i}]", l => l >= model.Fitting.Trainable.Length || model.Fitting.Trainable[l]))];
        foreach (var network in Embeddings)
            network?.LoadInto(Parameters);
        foreach (var network in Fittings)
            network.LoadInto(Parameters);
        _silent = [.. Enumerable.Range(0, types).Select(model.AtomExcludeTypes.Contains)];
        _subtractVacuum = [.. Enumerable.Range(0, types).Select(t => model.Fitting.AtomEner is { } preset && preset[t] is not null)];
        _bias = [.. Enumerable.Range(0, types).Select(t => model.Fitting.BiasAtomE[t] + model.OutBias[t])];
    }

    /// <summary>The model as stored.</summary>
    public DeepPotModel Model { get; }

    /// <summary>Descriptor settings.</summary>
    public DescriptorSettings Settings { get; }

    /// <summary>D from A.</summary>
    public DescriptorContraction<T> Contraction { get; }

    /// <summary>All weights.</summary>
    public ParameterSet<T> Parameters { get; }

    /// <summary>Embedding networks by <see cref="DescriptorSettings.NetworkIndex"/>.</summary>
    public NetworkKernel<T>?[] Embeddings { get; }

    /// <summary>Tables in place of the embedding networks, in the same order, or null.</summary>
    public StoredTable<T>?[]? StoredTables { get; }

    /// <summary>Fitting networks by centre type.</summary>
    public NetworkKernel<T>[] Fittings { get; }

    /// <summary>Length of the descriptor.</summary>
    public int DescriptorWidth => Settings.Width * Settings.Axis;

    /// <summary>Frame parameters.</summary>
    public int FrameParameterCount => Model.Fitting.FrameParameterCount;

    /// <summary>Parameters per atom.</summary>
    public int AtomParameterCount => Model.Fitting.AtomParameterCount;

    /// <summary>The share of empty slots, for the centres of an environment, where it is not the neighbour types' own; else null.</summary>
    public EmptySlots<T>? EmptySlotsOf(EnvironmentMatrix<T> environment) => Model.Descriptor.EmptySlotEmbedding is { } embedding
        ? new EmptySlots<T>(Settings, environment, embedding[environment.CentreType])
        : null;

    /// <summary>Whether atoms of a type have no energy at all (atom_exclude_types).</summary>
    public bool IsSilent(int type) => _silent[type];

    /// <summary>Whether the network's value at descriptor zero is subtracted (atom_ener).</summary>
    public bool SubtractsVacuum(int type) => _subtractVacuum[type];

    /// <summary>Constant added to the energy of an atom, eV.</summary>
    public double Bias(int type) => _bias[type];

    /// <summary>A stored model with the present parameters.</summary>
    public DeepPotModel ToModel() => Model with
    {
        Descriptor = Model.Descriptor with { Embeddings = [.. Embeddings.Select(n => n?.Store(Parameters.Values))] },
        Fitting = Model.Fitting with { Networks = [.. Fittings.Select(n => n.Store(Parameters.Values))] },
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var table in StoredTables ?? [])
            table?.Dispose();
        Parameters.Dispose();
    }
}
