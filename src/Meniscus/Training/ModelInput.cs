using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Input;
using Meniscus.Training.Schema;

namespace Meniscus.Training;

/// <summary>The <c>model</c> section of the training input.</summary>
public sealed record ModelInput
{
    /// <summary>Type names (<c>type_map</c>); empty where the input gives none and <see cref="WithTypeMap"/> is still to come.</summary>
    public TypeMap TypeMap { get; init; } = new([]);

    /// <summary>The descriptor (<c>descriptor</c>).</summary>
    public SeE2aInput Descriptor { get; init; } = new();

    /// <summary>The fitting networks (<c>fitting_net</c>).</summary>
    public EnergyFittingInput Fitting { get; init; } = new();

    /// <summary>Number of batches per system that davg and dstd are taken from (<c>data_stat_nbatch</c>).</summary>
    public int StatisticsBatches { get; init; } = 10;

    /// <summary>Smallest standard deviation that is divided by (<c>data_stat_protect</c>).</summary>
    public double StatisticsProtection { get; init; } = 1e-2;

    /// <summary>Number of batches per system that a change of the energy bias is taken from (<c>data_bias_nsample</c>).</summary>
    public int BiasSamples { get; init; } = 10;

    /// <summary>Pairs of types that are not neighbours (<c>pair_exclude_types</c>).</summary>
    public IReadOnlyList<(int First, int Second)> PairExcludeTypes { get; init; } = [];

    /// <summary>Types whose atoms carry no energy (<c>atom_exclude_types</c>).</summary>
    public IReadOnlyList<int> AtomExcludeTypes { get; init; } = [];

    /// <summary>Energy bias per type, eV, null where it is fitted (<c>preset_out_bias</c>, entry <c>energy</c>), or null.</summary>
    public IReadOnlyList<double?>? PresetOutBias { get; init; }

    /// <summary>The model with the names of the data, for an input that gives none.</summary>
    /// <param name="types">The names.</param>
    /// <exception cref="InputException">A list per type does not fit them.</exception>
    public ModelInput WithTypeMap(TypeMap types)
    {
        var model = this with { TypeMap = types };
        ModelSchema.CheckLists(model, new InputNode(null, "training input", "model"));
        return model;
    }
}

/// <summary>An activation function with the name the file gives it, which is kept for the model file.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Function">The function.</param>
public readonly record struct NamedActivation(string Name, ActivationFunction Function)
{
    /// <summary>DeePMD-kit's default.</summary>
    public static NamedActivation Tanh { get; } = new("tanh", ActivationFunction.Tanh);
}

/// <summary>The <c>descriptor</c> of type <c>se_e2_a</c> in the training input.</summary>
public sealed record SeE2aInput
{
    /// <summary>Slots per neighbour type (<c>sel</c>).</summary>
    public SelRule Sel { get; init; } = SelRule.Default;

    /// <summary>r_c, Å (<c>rcut</c>).</summary>
    public double Cutoff { get; init; } = 6.0;

    /// <summary>r_s, Å (<c>rcut_smth</c>).</summary>
    public double SmoothCutoff { get; init; } = 0.5;

    /// <summary>Widths of the embedding layers (<c>neuron</c>).</summary>
    public IReadOnlyList<int> Neuron { get; init; } = [10, 20, 40];

    /// <summary>Number of columns of A_&lt; (<c>axis_neuron</c>).</summary>
    public int AxisNeuron { get; init; } = 4;

    /// <summary>φ of the embedding layers (<c>activation_function</c>).</summary>
    public NamedActivation Activation { get; init; } = NamedActivation.Tanh;

    /// <summary>Whether layers with a shortcut carry a step (<c>resnet_dt</c>).</summary>
    public bool ResnetDt { get; init; }

    /// <summary>Embedding networks per neighbour type, not per pair (<c>type_one_side</c>).</summary>
    public bool TypeOneSide { get; init; }

    /// <summary>Number format (<c>precision</c>).</summary>
    public Precision Precision { get; init; }

    /// <summary>Whether training changes the embedding networks (<c>trainable</c>).</summary>
    public bool Trainable { get; init; } = true;

    /// <summary>Seed of the first weights (<c>seed</c>), or null.</summary>
    public long? Seed { get; init; }

    /// <summary>Pairs of types that do not see each other in the descriptor (<c>exclude_types</c>).</summary>
    public IReadOnlyList<(int First, int Second)> ExcludeTypes { get; init; } = [];

    /// <summary>Added to r in denominators, Å (<c>env_protection</c>).</summary>
    public double EnvProtection { get; init; }

    /// <summary>Whether davg is zero (<c>set_davg_zero</c>).</summary>
    public bool SetDavgZero { get; init; }
}

/// <summary>The <c>fitting_net</c> of type <c>ener</c> in the training input.</summary>
public sealed record EnergyFittingInput
{
    /// <summary>Number of frame parameters (<c>numb_fparam</c>).</summary>
    public int FrameParameterCount { get; init; }

    /// <summary>Number of parameters per atom (<c>numb_aparam</c>).</summary>
    public int AtomParameterCount { get; init; }

    /// <summary>Widths of the hidden layers (<c>neuron</c>).</summary>
    public IReadOnlyList<int> Neuron { get; init; } = [120, 120, 120];

    /// <summary>φ of the hidden layers (<c>activation_function</c>).</summary>
    public NamedActivation Activation { get; init; } = NamedActivation.Tanh;

    /// <summary>Number format (<c>precision</c>).</summary>
    public Precision Precision { get; init; }

    /// <summary>Whether layers with a shortcut carry a step (<c>resnet_dt</c>).</summary>
    public bool ResnetDt { get; init; } = true;

    /// <summary>Whether training changes the layers: one entry for all, or one per hidden layer and one for the last (<c>trainable</c>).</summary>
    public IReadOnlyList<bool> Trainable { get; init; } = [true];

    /// <summary>rcond of the least squares for the energy bias (<c>rcond</c>), or null for its default.</summary>
    public double? Rcond { get; init; }

    /// <summary>Seed of the first weights (<c>seed</c>), or null.</summary>
    public long? Seed { get; init; }

    /// <summary>Energy in vacuum per type, eV, null where not given (<c>atom_ener</c>); empty where no type has one.</summary>
    public IReadOnlyList<double?> AtomEner { get; init; } = [];

    /// <summary><see cref="Trainable"/> with one entry per hidden layer and one for the last.</summary>
    public bool[] TrainableLayers() => Trainable.Count == 1
        ? [.. Enumerable.Repeat(Trainable[0], Neuron.Count + 1)]
        : [.. Trainable];
}
