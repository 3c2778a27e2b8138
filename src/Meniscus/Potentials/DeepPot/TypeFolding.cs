using Meniscus.Numerics;
using Meniscus.Potentials.Reference;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Makes networks that take type embeddings into networks that do not: for given types the embeddings are constants, and
/// constants at the input are part of the first layer's bias (docs/theory.md, 1.6). The results are equal up
/// to rounding, and have the form that everything else here works with.
/// </summary>
internal static class TypeFolding
{
    /// <summary>
    /// A network whose inputs from <paramref name="first"/> on are given. Where the first layer adds its inputs to its
    /// outputs, a linear layer that makes all of them is put before it.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="first">First of the inputs that are constant.</param>
    /// <param name="constants">Their values; inputs behind them stay.</param>
    public static NeuralNetwork WithConstants(NeuralNetwork network, int first, double[] constants)
    {
        var layer = network.Layers[0];
        var (inputs, end) = (layer.InputCount - constants.Length, first + constants.Length);
        if (layer.HasShortcut)
            return new NeuralNetwork([AllInputs(inputs, first, constants), .. network.Layers]);
        var outputs = layer.OutputCount;
        var bias = layer.Bias is null ? new double[outputs] : [.. layer.Bias];
        for (var k = 0; k < constants.Length; k++)
        {
            for (var o = 0; o < outputs; o++)
                bias[o] += constants[k] * layer.Weights[((first + k) * outputs) + o];
        }

        var folded = new NetworkLayer(inputs, outputs)
        {
            Weights = [.. layer.Weights[..(first * outputs)], .. layer.Weights[(end * outputs)..]],
            Bias = bias,
            TimeStep = layer.TimeStep,
            Activation = layer.Activation,
            // With fewer inputs the shape could ask for a shortcut that the layer does not have.
            Resnet = false,
        };
        return new NeuralNetwork([folded, .. network.Layers.Skip(1)]);
    }

    /// <summary>A network whose outputs are those of another times given factors: a diagonal, linear layer at its end.</summary>
    public static NeuralNetwork Scaled(NeuralNetwork network, double[] factors)
    {
        var width = factors.Length;
        var diagonal = new double[width * width];
        for (var k = 0; k < width; k++)
            diagonal[(k * width) + k] = factors[k];
        return new NeuralNetwork([.. network.Layers, new NetworkLayer(width, width) { Weights = diagonal, Activation = ActivationFunction.Linear }]);
    }

    /// <summary>The numbers of a network as a model of a number format keeps them.</summary>
    public static NeuralNetwork Rounded(NeuralNetwork network, Precision precision) => precision == Precision.Float64
        ? network
        : new NeuralNetwork([.. network.Layers.Select(layer => new NetworkLayer(layer.InputCount, layer.OutputCount)
        {
            Weights = NetworkSection.Round(layer.Weights, precision),
            Bias = NetworkSection.Round(layer.Bias, precision),
            TimeStep = NetworkSection.Round(layer.TimeStep, precision),
            Activation = layer.Activation,
            Resnet = layer.Resnet,
        })]);

    /// <summary>From the inputs that vary to all inputs.</summary>
    private static NetworkLayer AllInputs(int inputs, int first, double[] constants)
    {
        var all = inputs + constants.Length;
        var (weights, bias) = (new double[inputs * all], new double[all]);
        for (var i = 0; i < inputs; i++)
            weights[(i * all) + (i < first ? i : i + constants.Length)] = 1;
        constants.CopyTo(bias, first);
        return new NetworkLayer(inputs, all) { Weights = weights, Bias = bias, Activation = ActivationFunction.Linear };
    }
}
