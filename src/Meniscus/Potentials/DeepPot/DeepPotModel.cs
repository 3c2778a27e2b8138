using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The descriptor of a DeepPot-SE model (<c>se_e2_a</c>) as stored: settings, statistics and embedding networks.
/// Source: L. Zhang et al., NeurIPS 31 (2018), arXiv:1805.09003; keys as in DeePMD-kit's serialised "Descriptor".
/// </summary>
public sealed record SeE2aDescriptor
{
    /// <summary>r_c, Å.</summary>
    public required double Cutoff { get; init; }

    /// <summary>r_s, Å: where the switch starts to fall.</summary>
    public required double SmoothCutoff { get; init; }

    /// <summary>Slots per neighbour type.</summary>
    public required int[] Sel { get; init; }

    /// <summary>Widths of the embedding layers.</summary>
    public required int[] Neuron { get; init; }

    /// <summary>Number of columns of A_&lt;.</summary>
    public required int AxisNeuron { get; init; }

    /// <summary>One embedding network per neighbour type (true) or per pair of centre and neighbour type (false).</summary>
    public required bool TypeOneSide { get; init; }

    /// <summary>Whether embedding layers with a shortcut carry a step.</summary>
    public bool ResnetDt { get; init; }

    /// <summary>Whether davg was set to zero when the statistics were made.</summary>
    public bool SetDavgZero { get; init; }

    /// <summary>φ of the embedding networks.</summary>
    public ActivationFunction Activation { get; init; }

    /// <summary>The activation's name as the file had it (<c>gelu</c> or <c>gelu_tf</c>).</summary>
    public string ActivationName { get; init; } = "tanh";

    /// <summary>Number format.</summary>
    public Precision Precision { get; init; }

    /// <summary>Pairs of types that do not see each other in the descriptor.</summary>
    public IReadOnlyList<(int Centre, int Neighbor)> ExcludeTypes { get; init; } = [];

    /// <summary>Added to r in the denominators of the environment matrix, Å.</summary>
    public double EnvProtection { get; init; }

    /// <summary>Whether training changes the embedding networks.</summary>
    public bool Trainable { get; init; } = true;

    /// <summary>Mean of the environment rows, (centre types, Σ sel, 4) row-major.</summary>
    public required double[] Davg { get; set; }

    /// <summary>Standard deviation of the environment rows, same shape as <see cref="Davg"/>.</summary>
    public required double[] Dstd { get; set; }

    /// <summary>
    /// Embedding networks: index = neighbour type where <see cref="TypeOneSide"/>, else centre + ntypes · neighbour.
    /// An entry is null where the pair is excluded and the file holds no network.
    /// </summary>
    public required NeuralNetwork?[] Embeddings { get; init; }

    /// <summary>
    /// What stands in place of the networks in a graph that DeePMD-kit compressed, in the same order; null otherwise. All
    /// of <see cref="Embeddings"/> are null then: such a model can be evaluated, but not trained or written.
    /// </summary>
    public EmbeddingTable?[]? EmbeddingTables { get; init; }

    /// <summary>
    /// What the model's file had in place of one network per type or pair: networks that take type embeddings. Null for
    /// a plain se_e2_a. <see cref="Embeddings"/> are what they come to for each type or pair.
    /// </summary>
    public TypeEmbeddingOrigin? Origin { get; init; }

    /// <summary>
    /// N_c of a descriptor whose slots belong to no type (se_atten): the nearest of all types are kept. Every entry of
    /// <see cref="Sel"/> is the same number then. Null for se_e2_a.
    /// </summary>
    public int? SharedSlots { get; init; }

    /// <summary>
    /// The embedding of an empty slot, M numbers per centre type, where it is not that of a neighbour type at the cutoff but
    /// that of the padding type. Null where empty slots are as those of se_e2_a, or add nothing (davg = 0).
    /// </summary>
    public double[][]? EmptySlotEmbedding { get; init; }

    /// <summary>The part of the embedding that the types have, where it fades towards the cutoff; null where it does not.</summary>
    public FadingTypes? Fading { get; init; }

    /// <summary>Number of types.</summary>
    public int TypeCount => Sel.Length;

    /// <summary>N_c, the number of slots.</summary>
    public int SlotCount => SharedSlots ?? Sel.Sum();

    /// <summary>Width M of the embedding.</summary>
    public int EmbeddingWidth => Neuron[^1];

    /// <summary>Length of the descriptor, M · axis_neuron.</summary>
    public int DescriptorWidth => EmbeddingWidth * AxisNeuron;
}

/// <summary>The fitting part of an energy model as stored. Keys as in DeePMD-kit's serialised "Fitting" of type "ener".</summary>
public sealed record EnergyFitting
{
    /// <summary>Widths of the hidden layers.</summary>
    public required int[] Neuron { get; init; }

    /// <summary>Whether hidden layers with a shortcut carry a step.</summary>
    public bool ResnetDt { get; init; } = true;

    /// <summary>φ of the hidden layers.</summary>
    public ActivationFunction Activation { get; init; }

    /// <summary>The activation's name as the file had it.</summary>
    public string ActivationName { get; init; } = "tanh";

    /// <summary>Number format.</summary>
    public Precision Precision { get; init; }

    /// <summary>Number of frame parameters.</summary>
    public int FrameParameterCount { get; init; }

    /// <summary>Number of parameters per atom.</summary>
    public int AtomParameterCount { get; init; }

    /// <summary>Mean of the frame parameters, or null where there are none.</summary>
    public double[]? FrameParameterAverage { get; set; }

    /// <summary>1/standard deviation of the frame parameters.</summary>
    public double[]? FrameParameterInverseStd { get; set; }

    /// <summary>Mean of the atomic parameters.</summary>
    public double[]? AtomParameterAverage { get; set; }

    /// <summary>1/standard deviation of the atomic parameters.</summary>
    public double[]? AtomParameterInverseStd { get; set; }

    /// <summary>Frame parameters used where a frame gives none, or null: then every frame must give them.</summary>
    public double[]? DefaultFrameParameters { get; init; }

    /// <summary>
    /// Vacuum energies preset per type (null where not): for a type that has one, the network's value at descriptor
    /// zero is subtracted. The value itself is not used by the model.
    /// </summary>
    public double?[]? AtomEner { get; init; }

    /// <summary>Bias inside the fitting, eV per type; added as well as the model's out_bias.</summary>
    public required double[] BiasAtomE { get; init; }

    /// <summary>Which layers training changes.</summary>
    public bool[] Trainable { get; init; } = [];

    /// <summary>rcond of the least squares for the energy bias, or null for the default.</summary>
    public double? Rcond { get; init; }

    /// <summary>One network per centre type; the last layer is linear with one output and no shortcut.</summary>
    public required NeuralNetwork[] Networks { get; init; }
}

/// <summary>
/// A Deep Potential energy model as stored: everything a model file holds, numbers in float64 whatever the precision.
/// Evaluators are built from it; training writes its result back into a new one.
/// </summary>
public sealed record DeepPotModel
{
    /// <summary>How close atoms come where the model does not say, Å; tables are extended for closer pairs.</summary>
    private const double UsualDistance = 0.9;

    /// <summary>Type names.</summary>
    public required TypeMap TypeMap { get; init; }

    /// <summary>Descriptor.</summary>
    public required SeE2aDescriptor Descriptor { get; init; }

    /// <summary>Fitting.</summary>
    public required EnergyFitting Fitting { get; init; }

    /// <summary>Energy bias per type, eV.</summary>
    public required double[] OutBias { get; init; }

    /// <summary>out_std per type (1 for energy models); kept for the file.</summary>
    public required double[] OutStd { get; init; }

    /// <summary>Types whose atoms contribute no energy.</summary>
    public IReadOnlyList<int> AtomExcludeTypes { get; init; } = [];

    /// <summary>Pairs of types that do not see each other; their slots are empty.</summary>
    public IReadOnlyList<(int First, int Second)> PairExcludeTypes { get; init; } = [];

    /// <summary>Energy bias preset per type (null where fitted), or null.</summary>
    public double?[]? PresetOutBias { get; init; }

    /// <summary>rcond at model level.</summary>
    public double? Rcond { get; init; }

    /// <summary>
    /// Which neighbours are kept where there are more than slots: the nearest sel[t] of each type (true, DeePMD-kit's
    /// TensorFlow operators), or, of the nearest Σ sel of all types, the nearest sel[t] of each (false, its other backends).
    /// </summary>
    public bool TruncatesPerType { get; init; }

    /// <summary>Smallest neighbour distance seen in training, Å, where the file tells.</summary>
    public double? MinNeighborDistance { get; init; }

    /// <summary>The training input's model section as JSON text, where the file carries it.</summary>
    public string? DefinitionScript { get; init; }

    /// <summary>Error bound of the embedding tables of a compressed model, or null for a model that is not compressed.</summary>
    public EmbeddingTableSettings? Tables { get; init; }

    /// <summary>
    /// The model with its embedding networks tabulated to rounding, for where nothing but speed shall change; a compressed
    /// model is itself.
    /// </summary>
    public DeepPotModel Tabulated() => Tables is null && Descriptor.EmbeddingTables is null
        ? this with { Tables = new EmbeddingTableSettings { Tolerance = 0, MinDistance = 0.9 * (MinNeighborDistance ?? UsualDistance) } }
        : this;
}

/// <summary>
/// How the embedding networks of a compressed model are tabulated (see <c>docs/theory.md</c>, section 4). The tables
/// themselves are made from the networks on loading: they cost less than reading them would.
/// </summary>
public sealed record EmbeddingTableSettings
{
    /// <summary>Bound on the interpolation error of an embedding value, relative to the largest value of its network.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Smallest distance covered, Å; closer pairs are evaluated by the network itself.</summary>
    public required double MinDistance { get; init; }
}
