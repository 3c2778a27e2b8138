using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>Number format of a network's weights and arithmetic.</summary>
public enum Precision
{
    /// <summary>IEEE binary64, the default.</summary>
    Float64,

    /// <summary>IEEE binary32; positions, neighbour vectors and sums of energy and virial stay binary64.</summary>
    Float32,
}

/// <summary>
/// One layer as stored: y = φ(xW + b), times the per-output step Δ where there is one, plus x when the width is
/// unchanged or (x, x) when it doubles, if <see cref="Resnet"/> is set. DeePMD-kit's serialised "Layer".
/// </summary>
public sealed class NetworkLayer
{
    /// <summary>Creates a layer.</summary>
    /// <param name="inputCount">Number of inputs.</param>
    /// <param name="outputCount">Number of outputs.</param>
    public NetworkLayer(int inputCount, int outputCount)
    {
        InputCount = inputCount;
        OutputCount = outputCount;
        Weights = new double[inputCount * outputCount];
    }

    /// <summary>Number of inputs.</summary>
    public int InputCount { get; }

    /// <summary>Number of outputs.</summary>
    public int OutputCount { get; }

    /// <summary>W, inputs × outputs, row-major.</summary>
    public double[] Weights { get; init; }

    /// <summary>b, one per output, or null.</summary>
    public double[]? Bias { get; init; }

    /// <summary>Δ ("idt"), one per output, or null.</summary>
    public double[]? TimeStep { get; init; }

    /// <summary>φ.</summary>
    public ActivationFunction Activation { get; init; }

    /// <summary>Whether the layer has a shortcut where its shape allows one.</summary>
    public bool Resnet { get; init; }

    /// <summary>Whether x is added to the output: the shortcut is on and the width is unchanged or doubled.</summary>
    public bool HasShortcut => Resnet && (OutputCount == InputCount || OutputCount == 2 * InputCount);
}

/// <summary>A stack of layers as stored. The runtime forms are built from it; this class only holds numbers.</summary>
public sealed class NeuralNetwork
{
    /// <summary>Creates a network.</summary>
    /// <param name="layers">Layers from input to output; each takes what the one before gives.</param>
    public NeuralNetwork(IReadOnlyList<NetworkLayer> layers)
    {
        Layers = layers;
    }

    /// <summary>Layers from input to output.</summary>
    public IReadOnlyList<NetworkLayer> Layers { get; }

    /// <summary>Number of inputs.</summary>
    public int InputCount => Layers[0].InputCount;

    /// <summary>Number of outputs.</summary>
    public int OutputCount => Layers[^1].OutputCount;
}
