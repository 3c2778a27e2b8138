using System.Globalization;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// What the environment of an atom is made with, in the form the kernels read: cutoffs, slots, and the statistics per
/// centre and neighbour type.
/// </summary>
internal sealed class DescriptorSettings
{
    private readonly double[] _mean;
    private readonly double[] _inverseStd;
    private readonly bool[] _descriptorExcluded;
    private readonly bool[] _pairExcluded;
    private readonly bool _emptySlotsApart;

    /// <summary>Takes the settings out of a model.</summary>
    /// <exception cref="InputException">davg or dstd differ between slots of one neighbour type.</exception>
    public DescriptorSettings(DeepPotModel model)
    {
        var descriptor = model.Descriptor;
        TypeCount = descriptor.TypeCount;
        Cutoff = descriptor.Cutoff;
        SmoothCutoff = descriptor.SmoothCutoff;
        Protection = descriptor.EnvProtection;
        TruncatesPerType = model.TruncatesPerType;
        Sel = descriptor.Sel;
        SlotCount = descriptor.SlotCount;
        Width = descriptor.EmbeddingWidth;
        Axis = descriptor.AxisNeuron;
        TypeOneSide = descriptor.TypeOneSide;
        Fading = descriptor.Fading;
        SharesSlots = descriptor.SharedSlots is not null;
        _emptySlotsApart = SharesSlots || descriptor.EmptySlotEmbedding is not null;
        _mean = PerTypePair(descriptor.Davg, "davg");
        _inverseStd = Array.ConvertAll(PerTypePair(descriptor.Dstd, "dstd"), d => 1 / d);
        _descriptorExcluded = Mask(descriptor.ExcludeTypes);
        _pairExcluded = Mask(model.PairExcludeTypes);
    }

    /// <summary>Number of types.</summary>
    public int TypeCount { get; }

    /// <summary>r_c, Å.</summary>
    public double Cutoff { get; }

    /// <summary>r_s, Å.</summary>
    public double SmoothCutoff { get; }

    /// <summary>Added to r in denominators, Å.</summary>
    public double Protection { get; }

    /// <summary>Whether too many neighbours are cut per type only (<see cref="DeepPotModel.TruncatesPerType"/>).</summary>
    public bool TruncatesPerType { get; }

    /// <summary>Slots per neighbour type.</summary>
    public int[] Sel { get; }

    /// <summary>Whether slots belong to no type.</summary>
    public bool SharesSlots { get; }

    /// <summary>The part of the embedding that the types have, where it fades towards the cutoff.</summary>
    public FadingTypes? Fading { get; }

    /// <summary>N_c.</summary>
    public int SlotCount { get; }

    /// <summary>M.</summary>
    public int Width { get; }

    /// <summary>Columns of A_&lt;.</summary>
    public int Axis { get; }

    /// <summary>Whether embeddings depend on the neighbour's type only.</summary>
    public bool TypeOneSide { get; }

    /// <summary>Index of the embedding of a pair of types among the model's networks.</summary>
    public int NetworkIndex(int centre, int neighbor) => TypeOneSide ? neighbor : centre + (TypeCount * neighbor);

    /// <summary>davg of (s, x, y, z) for a pair of types.</summary>
    public ReadOnlySpan<double> Mean(int centre, int neighbor) => _mean.AsSpan(4 * ((centre * TypeCount) + neighbor), 4);

    /// <summary>1/dstd of (s, x, y, z) for a pair of types.</summary>
    public ReadOnlySpan<double> InverseStd(int centre, int neighbor) => _inverseStd.AsSpan(4 * ((centre * TypeCount) + neighbor), 4);

    /// <summary>The row of an empty slot, −davg/dstd; zero where empty slots have no neighbour type's embedding, and are added apart.</summary>
    public double PaddingRow(int centre, int neighbor, int component) =>
        _emptySlotsApart ? 0 : CutoffRow(centre, neighbor, component);

    /// <summary>The row of a neighbour at the cutoff, −davg/dstd.</summary>
    public double CutoffRow(int centre, int neighbor, int component) =>
        -Mean(centre, neighbor)[component] * InverseStd(centre, neighbor)[component];

    /// <summary>Whether such neighbours fill a slot with a zero row (the descriptor's exclude_types).</summary>
    public bool IsZeroed(int centre, int neighbor) => _descriptorExcluded[(centre * TypeCount) + neighbor];

    /// <summary>Whether such neighbours leave their slot empty (the model's pair_exclude_types).</summary>
    public bool IsRemoved(int centre, int neighbor) => _pairExcluded[(centre * TypeCount) + neighbor];

    private bool[] Mask(IReadOnlyList<(int First, int Second)> pairs)
    {
        var mask = new bool[TypeCount * TypeCount];
        foreach (var (a, b) in pairs)
            mask[(a * TypeCount) + b] = mask[(b * TypeCount) + a] = true;
        return mask;
    }

    private double[] PerTypePair(double[] perSlot, string name)
    {
        var result = new double[TypeCount * TypeCount * 4];
        for (var centre = 0; centre < TypeCount; centre++)
        {
            for (var (neighbor, slot) = (0, 0); neighbor < TypeCount; slot += SharesSlots ? 0 : Sel[neighbor], neighbor++)
            {
                for (var s = slot; s < slot + Sel[neighbor]; s++)
                {
                    for (var c = 0; c < 4; c++)
                    {
                        var value = perSlot[(4 * ((centre * SlotCount) + s)) + c];
                        ref var kept = ref result[(4 * ((centre * TypeCount) + neighbor)) + c];
                        if (s > slot && value != kept)
                        {
                            throw new InputException(string.Create(
                                CultureInfo.InvariantCulture,
                                $"model/descriptor/@variables/{name}: centre type {centre}, slots {slot} and {s} hold {kept} and {value}; one value per neighbour type is expected (DeePMD-kit writes no other)"));
                        }

                        kept = value;
                    }
                }

                if (Sel[neighbor] == 0)
                    result.AsSpan(4 * ((centre * TypeCount) + neighbor), 4).Fill(name == "dstd" ? 1 : 0);
            }
        }

        return result;
    }
}
