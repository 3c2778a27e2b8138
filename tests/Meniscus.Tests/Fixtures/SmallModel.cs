using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Tests.Fixtures;

/// <summary>Models with random weights, made here so that tests do not need the reference data.</summary>
internal static class SmallModel
{
    public static DeepPotModel Create(
        int typeCount = 2, bool oneSided = true, Precision precision = Precision.Float64, int[]? neuron = null, int[]? fittingNeuron = null, int frameParameters = 0)
    {
        var random = new Random(7);
        double[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ =>
            precision == Precision.Float32 ? (float)(random.NextDouble() - 0.5) : random.NextDouble() - 0.5)];
        neuron ??= [2, 4];
        fittingNeuron ??= [5, 5];
        var names = Enumerable.Range(0, typeCount).Select(i => $"T{i}").ToArray();
        var slots = 3 * typeCount;
        NeuralNetwork Network(int inputs, int[] widths, bool fitting) => new([.. widths.Select((outputs, i) =>
        {
            var from = i == 0 ? inputs : widths[i - 1];
            var last = fitting && i == widths.Length - 1;
            return new NetworkLayer(from, outputs)
            {
                Weights = Values(from * outputs),
                Bias = Values(outputs),
                TimeStep = fitting && !last && from == outputs ? Values(outputs) : null,
                Activation = last ? ActivationFunction.Linear : ActivationFunction.Tanh,
                Resnet = !last,
            };
        })]);
        return new DeepPotModel
        {
            TypeMap = new TypeMap(names),
            Descriptor = new SeE2aDescriptor
            {
                Cutoff = 6,
                SmoothCutoff = 0.5,
                Sel = [.. Enumerable.Repeat(3, typeCount)],
                Neuron = neuron,
                AxisNeuron = 2,
                TypeOneSide = oneSided,
                Precision = precision,
                Davg = Values(typeCount * slots * 4),
                Dstd = [.. Values(typeCount * slots * 4).Select(v => 1 + (v < 0 ? 0.25 : 0.5))],
                Embeddings = [.. Enumerable.Range(0, oneSided ? typeCount : typeCount * typeCount).Select(_ => Network(1, neuron, false))],
            },
            Fitting = new EnergyFitting
            {
                Neuron = fittingNeuron,
                Precision = precision,
                FrameParameterCount = frameParameters,
                FrameParameterAverage = frameParameters == 0 ? null : Values(frameParameters),
                FrameParameterInverseStd = frameParameters == 0 ? null : Values(frameParameters),
                DefaultFrameParameters = frameParameters == 0 ? null : Values(frameParameters),
                BiasAtomE = Values(typeCount),
                Trainable = [.. Enumerable.Repeat(true, fittingNeuron.Length + 1)],
                Networks = [.. Enumerable.Range(0, typeCount).Select(_ => Network(neuron[^1] * 2 + frameParameters, [.. fittingNeuron, 1], true))],
            },
            OutBias = Values(typeCount),
            OutStd = [.. Enumerable.Repeat(1.0, typeCount)],
        };
    }
}

internal static class DeepPotModelExtensions
{
    /// <summary>The model with what only its file carries besides.</summary>
    public static DeepPotModel WithDistance(this DeepPotModel model, double distance, EmbeddingTableSettings? tables = null) => new()
    {
        TypeMap = model.TypeMap,
        Descriptor = model.Descriptor,
        Fitting = model.Fitting,
        OutBias = model.OutBias,
        OutStd = model.OutStd,
        MinNeighborDistance = distance,
        Tables = tables,
    };
}
