using Meniscus.Potentials.Reference;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Type embeddings t_a: the vectors that a small network gives for the one-hot vector of each type, and the vector of
/// zeros that stands for "no atom" (docs/theory.md, 1.5). They do not depend on where the atoms are, so they are made once,
/// on loading, in float64. Source: D. Zhang et al., arXiv:2208.08236; DeePMD-kit's <c>type_embed.py</c>.
/// </summary>
internal sealed class TypeEmbedding
{
    private readonly double[][] _vectors;

    /// <summary>Evaluates the network for every type.</summary>
    /// <param name="network">As many inputs as there are types.</param>
    public TypeEmbedding(NeuralNetwork network)
    {
        TypeCount = network.InputCount;
        Width = network.OutputCount;
        _vectors = new double[TypeCount + 1][];
        for (var type = 0; type < TypeCount; type++)
        {
            var oneHot = new double[TypeCount];
            oneHot[type] = 1;
            _vectors[type] = ReferenceNetwork.Outputs(network, oneHot);
        }

        _vectors[TypeCount] = new double[Width];
    }

    /// <summary>Number of types, padding not counted.</summary>
    public int TypeCount { get; }

    /// <summary>Length of a vector.</summary>
    public int Width { get; }

    /// <summary>The type that stands for no atom.</summary>
    public int Padding => TypeCount;

    /// <summary>t_a.</summary>
    public double[] Of(int type) => _vectors[type];

    /// <summary>What networks take for a pair of types: t of the neighbour, then t of the centre unless one-sided.</summary>
    public double[] OfPair(int centre, int neighbor, bool oneSided) => oneSided ? Of(neighbor) : [.. Of(neighbor), .. Of(centre)];
}
