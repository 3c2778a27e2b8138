using Meniscus.Potentials.Reference;

namespace Meniscus.Potentials.DeepPot;

/// <summary>What a model's file holds in place of plain networks per type: it was made with a type embedding.</summary>
/// <param name="Descriptor">DeePMD-kit's name of the descriptor: se_e2_a, se_atten or se_atten_v2.</param>
/// <param name="Width">Length of a type's vector.</param>
/// <param name="InputMode">How it enters the embedding network: <c>concat</c> or <c>strip</c>.</param>
/// <param name="Neuron">Widths of the embedding network in the file.</param>
public sealed record TypeEmbeddingOrigin(string Descriptor, int Width, string InputMode, int[] Neuron);

/// <summary>
/// The networks of a descriptor with type embeddings, and what they come to for a pair of types (docs/theory.md, 1.5).
/// <code>
/// concat:  G = N(s̃, t_j, t_i)          strip:  G = N(s̃) (1 + f N′(t_j, t_i)),  f = 1 or fading          one-sided: without t_i
/// </code>
/// </summary>
internal sealed class TypeEmbeddedNetworks
{
    /// <summary>Type embeddings.</summary>
    public required TypeEmbedding Types { get; init; }

    /// <summary>Whether networks take the neighbour's type only.</summary>
    public required bool OneSided { get; init; }

    /// <summary>N.</summary>
    public required NeuralNetwork Radial { get; init; }

    /// <summary>N′, or null where the types enter N itself.</summary>
    public NeuralNetwork? OfTypes { get; init; }

    /// <summary>How N′ is multiplied with what fades towards the cutoff, or null.</summary>
    public TypeFade? Fade { get; init; }

    /// <summary>Whether the fitting takes t_i behind the descriptor.</summary>
    public required bool FittingTakesType { get; init; }

    /// <summary>Numbers that the fitting takes of the types.</summary>
    public int FittingInputs => FittingTakesType ? Types.Width : 0;

    /// <summary>Number format of the model.</summary>
    public required Precision Precision { get; init; }

    /// <summary>Numbers that an embedding network takes of the types.</summary>
    public static int InputsOfTypes(int width, bool oneSided) => oneSided ? width : 2 * width;

    /// <summary>How the file's descriptor is called, and with what.</summary>
    public TypeEmbeddingOrigin Origin(string descriptor) =>
        new(descriptor, Types.Width, OfTypes is null ? "concat" : "strip", [.. Radial.Layers.Select(layer => layer.OutputCount)]);

    /// <summary>One network of s̃ per neighbour type or pair, in the order of <see cref="SeE2aDescriptor.Embeddings"/>.</summary>
    public NeuralNetwork[] All()
    {
        var networks = new NeuralNetwork[OneSided ? Types.TypeCount : Types.TypeCount * Types.TypeCount];
        for (var index = 0; index < networks.Length; index++)
            networks[index] = TypeFolding.Rounded(Of(index % Types.TypeCount, OneSided ? index : index / Types.TypeCount), Precision);
        return networks;
    }

    /// <summary>N′ of every neighbour type or pair where it fades, in the same order; else null.</summary>
    public FadingTypes? Fading() => Fade is not { } fade
        ? null
        : new FadingTypes(
            [.. Enumerable.Range(0, OneSided ? Types.TypeCount : Types.TypeCount * Types.TypeCount).Select(index =>
                NetworkSection.Round(OfPair(index % Types.TypeCount, OneSided ? index : index / Types.TypeCount), Precision))],
            fade);

    /// <summary>
    /// The embedding of an empty slot per centre type, of a descriptor whose slots belong to no type; null where davg is
    /// zero, since an empty slot then adds nothing.
    /// </summary>
    /// <param name="davg">Means, (types, slots, 4).</param>
    /// <param name="dstd">Standard deviations, same shape.</param>
    public double[][]? EmptySlots(double[] davg, double[] dstd)
    {
        if (!davg.Any(mean => mean != 0))
            return null;
        var row = davg.Length / Types.TypeCount;
        return [.. Enumerable.Range(0, Types.TypeCount).Select(centre =>
            ReferenceNetwork.Outputs(Of(centre, Types.Padding), [-davg[centre * row] / dstd[centre * row]]))];
    }

    /// <summary>One fitting network per type from the one for all, which takes t_i behind the descriptor.</summary>
    /// <param name="network">The network for all types.</param>
    /// <param name="descriptorWidth">Length of the descriptor without t_i.</param>
    /// <param name="precision">Number format of the fitting.</param>
    public NeuralNetwork[] Fittings(NeuralNetwork network, int descriptorWidth, Precision precision) =>
        [.. Enumerable.Range(0, Types.TypeCount).Select(type => FittingTakesType
            ? TypeFolding.Rounded(TypeFolding.WithConstants(network, descriptorWidth, Types.Of(type)), precision)
            : network)];

    private NeuralNetwork Of(int centre, int neighbor)
    {
        if (OfTypes is null)
            return TypeFolding.WithConstants(Radial, 1, Types.OfPair(centre, neighbor, OneSided));
        return Fade is null ? TypeFolding.Scaled(Radial, Array.ConvertAll(OfPair(centre, neighbor), value => 1 + value)) : Radial;
    }

    /// <summary>N′.</summary>
    private double[] OfPair(int centre, int neighbor) => ReferenceNetwork.Outputs(OfTypes!, Types.OfPair(centre, neighbor, OneSided));
}
