using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>
/// A fresh model from the input: DeePMD-kit's default initialisation, W ~ N(0, 1/(inputs + outputs)), b ~ N(0, 1),
/// Δ ~ N(0.1, 10⁻⁶) (variances), each network from its own random stream. Statistics and bias are neutral (davg 0,
/// dstd 1, bias 0) until they are measured.
/// </summary>
internal static class ModelInitializer
{
    /// <summary>Creates the model.</summary>
    /// <param name="input">The model section, with a type map.</param>
    /// <param name="sel">Slots per type.</param>
    /// <param name="definition">The model section as JSON, kept in the model file.</param>
    public static DeepPotModel Create(ModelInput input, int[] sel, string? definition)
    {
        var types = input.TypeMap.Count;
        var descriptor = Descriptor(input.Descriptor, sel, types);
        return new DeepPotModel
        {
            TypeMap = input.TypeMap,
            Descriptor = descriptor,
            Fitting = Fitting(input.Fitting, descriptor, types),
            OutBias = new double[types],
            OutStd = [.. Enumerable.Repeat(1.0, types)],
            AtomExcludeTypes = input.AtomExcludeTypes,
            PairExcludeTypes = input.PairExcludeTypes,
            PresetOutBias = input.PresetOutBias is { } preset ? [.. preset] : null,
            Rcond = input.Fitting.Rcond,
            DefinitionScript = definition,
        };
    }

    private static SeE2aDescriptor Descriptor(SeE2aInput input, int[] sel, int types)
    {
        var networks = new NeuralNetwork?[input.TypeOneSide ? types : types * types];
        for (var i = 0; i < networks.Length; i++)
            networks[i] = Embedding(input, new RandomStream(input.Seed ?? 0, $"embedding {i}"));
        var slots = sel.Sum();
        return new SeE2aDescriptor
        {
            Cutoff = input.Cutoff,
            SmoothCutoff = input.SmoothCutoff,
            Sel = sel,
            Neuron = [.. input.Neuron],
            AxisNeuron = input.AxisNeuron,
            TypeOneSide = input.TypeOneSide,
            ResnetDt = input.ResnetDt,
            SetDavgZero = input.SetDavgZero,
            Activation = input.Activation.Function,
            ActivationName = input.Activation.Name,
            Precision = input.Precision,
            ExcludeTypes = input.ExcludeTypes,
            EnvProtection = input.EnvProtection,
            Trainable = input.Trainable,
            Davg = new double[types * slots * 4],
            Dstd = [.. Enumerable.Repeat(1.0, types * slots * 4)],
            Embeddings = networks,
        };
    }

    private static NeuralNetwork Embedding(SeE2aInput input, RandomStream random)
    {
        var layers = new List<NetworkLayer>();
        for (var (l, width) = (0, 1); l < input.Neuron.Count; width = input.Neuron[l++])
            layers.Add(Layer(width, input.Neuron[l], input.Activation.Function, resnet: true, input.ResnetDt, input.Precision, random));
        return new NeuralNetwork(layers);
    }

    private static EnergyFitting Fitting(EnergyFittingInput input, SeE2aDescriptor descriptor, int types)
    {
        var inputs = descriptor.DescriptorWidth + input.FrameParameterCount + input.AtomParameterCount;
        var networks = new NeuralNetwork[types];
        for (var t = 0; t < types; t++)
        {
            var random = new RandomStream(input.Seed ?? 0, $"fitting {t}");
            var layers = new List<NetworkLayer>();
            var width = inputs;
            foreach (var next in input.Neuron)
            {
                layers.Add(Layer(width, next, input.Activation.Function, resnet: true, input.ResnetDt, input.Precision, random));
                width = next;
            }

            layers.Add(Layer(width, 1, ActivationFunction.Linear, resnet: false, hasStep: false, input.Precision, random));
            networks[t] = new NeuralNetwork(layers);
        }

        return new EnergyFitting
        {
            Neuron = [.. input.Neuron],
            ResnetDt = input.ResnetDt,
            Activation = input.Activation.Function,
            ActivationName = input.Activation.Name,
            Precision = input.Precision,
            FrameParameterCount = input.FrameParameterCount,
            AtomParameterCount = input.AtomParameterCount,
            FrameParameterAverage = input.FrameParameterCount > 0 ? new double[input.FrameParameterCount] : null,
            FrameParameterInverseStd = input.FrameParameterCount > 0 ? [.. Enumerable.Repeat(1.0, input.FrameParameterCount)] : null,
            AtomParameterAverage = input.AtomParameterCount > 0 ? new double[input.AtomParameterCount] : null,
            AtomParameterInverseStd = input.AtomParameterCount > 0 ? [.. Enumerable.Repeat(1.0, input.AtomParameterCount)] : null,
            AtomEner = input.AtomEner.Count > 0 ? [.. input.AtomEner] : null,
            BiasAtomE = new double[types],
            Trainable = input.TrainableLayers(),
            Rcond = input.Rcond,
            Networks = networks,
        };
    }

    /// <summary>A layer with random numbers; a step only where there is a shortcut for it to act beside.</summary>
    private static NetworkLayer Layer(
        int inputs, int outputs, ActivationFunction activation, bool resnet, bool hasStep, Precision precision, RandomStream random)
    {
        var shortcut = resnet && (outputs == inputs || outputs == 2 * inputs);
        return new NetworkLayer(inputs, outputs)
        {
            Weights = Draw(inputs * outputs, 0, 1 / Math.Sqrt(inputs + outputs), precision, random),
            Bias = Draw(outputs, 0, 1, precision, random),
            TimeStep = hasStep && shortcut ? Draw(outputs, 0.1, 0.001, precision, random) : null,
            Activation = activation,
            Resnet = resnet,
        };
    }

    private static double[] Draw(int count, double mean, double deviation, Precision precision, RandomStream random)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            var value = mean + (deviation * random.NextNormal());
            values[i] = precision == Precision.Float32 ? (float)value : value;
        }

        return values;
    }
}
