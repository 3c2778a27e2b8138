using Meniscus.Potentials.DeepPot;

namespace Meniscus.Potentials.Reference;

/// <summary>
/// A network evaluated layer by layer (docs/theory.md, 3.1 and 3.2): y = φ(xW + b), times the step Δ where there is
/// one, plus x or (x, x) where the layer has a shortcut.
/// </summary>
internal static class ReferenceNetwork
{
    /// <summary>The outputs for given inputs.</summary>
    public static double[] Outputs(NeuralNetwork network, double[] inputs)
    {
        var x = inputs;
        foreach (var layer in network.Layers)
            x = LayerOutputs(layer, x, BeforeActivation(layer, x));
        return x;
    }

    /// <summary>The outputs of a network of one input, and their derivatives by it, carried along forward.</summary>
    public static (double[] Values, double[] Slopes) OutputsAndSlopes(NeuralNetwork network, double input)
    {
        double[] x = [input];
        double[] slope = [1];
        foreach (var layer in network.Layers)
        {
            var z = BeforeActivation(layer, x);
            slope = LayerSlopes(layer, z, slope);
            x = LayerOutputs(layer, x, z);
        }

        return (x, slope);
    }

    /// <summary>The derivatives of the first output by every input, carried back from the last layer.</summary>
    public static double[] GradientOfOutput(NeuralNetwork network, double[] inputs)
    {
        var boundaries = new List<double[]> { inputs };
        foreach (var layer in network.Layers)
            boundaries.Add(LayerOutputs(layer, boundaries[^1], BeforeActivation(layer, boundaries[^1])));
        var adjoint = new double[network.OutputCount];
        adjoint[0] = 1;
        for (var l = network.Layers.Count - 1; l >= 0; l--)
            adjoint = InputAdjoint(network.Layers[l], BeforeActivation(network.Layers[l], boundaries[l]), adjoint);
        return adjoint;
    }

    /// <summary>z = xW + b.</summary>
    private static double[] BeforeActivation(NetworkLayer layer, double[] x)
    {
        var z = new double[layer.OutputCount];
        for (var o = 0; o < layer.OutputCount; o++)
        {
            z[o] = layer.Bias is null ? 0 : layer.Bias[o];
            for (var i = 0; i < layer.InputCount; i++)
                z[o] += x[i] * layer.Weights[(i * layer.OutputCount) + o];
        }

        return z;
    }

    /// <summary>y = φ(z)Δ + shortcut. With a shortcut, output o takes input o mod inputs, unchanged or doubled width alike.</summary>
    private static double[] LayerOutputs(NetworkLayer layer, double[] x, double[] z)
    {
        var y = new double[layer.OutputCount];
        for (var o = 0; o < layer.OutputCount; o++)
        {
            y[o] = ReferenceActivation.Value(layer.Activation, z[o]) * Step(layer, o);
            if (layer.HasShortcut)
                y[o] += x[o % layer.InputCount];
        }

        return y;
    }

    private static double[] LayerSlopes(NetworkLayer layer, double[] z, double[] slope)
    {
        var result = new double[layer.OutputCount];
        for (var o = 0; o < layer.OutputCount; o++)
        {
            var dz = 0.0;
            for (var i = 0; i < layer.InputCount; i++)
                dz += slope[i] * layer.Weights[(i * layer.OutputCount) + o];
            result[o] = ReferenceActivation.Slope(layer.Activation, z[o]) * Step(layer, o) * dz;
            if (layer.HasShortcut)
                result[o] += slope[o % layer.InputCount];
        }

        return result;
    }

    private static double[] InputAdjoint(NetworkLayer layer, double[] z, double[] outputAdjoint)
    {
        var result = new double[layer.InputCount];
        for (var o = 0; o < layer.OutputCount; o++)
        {
            var zAdjoint = outputAdjoint[o] * Step(layer, o) * ReferenceActivation.Slope(layer.Activation, z[o]);
            for (var i = 0; i < layer.InputCount; i++)
                result[i] += layer.Weights[(i * layer.OutputCount) + o] * zAdjoint;
            if (layer.HasShortcut)
                result[o % layer.InputCount] += outputAdjoint[o];
        }

        return result;
    }

    private static double Step(NetworkLayer layer, int output) => layer.TimeStep is null ? 1 : layer.TimeStep[output];
}
