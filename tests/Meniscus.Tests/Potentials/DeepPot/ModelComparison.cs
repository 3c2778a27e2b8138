using System.Runtime.InteropServices;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>Asserts that two models are the same bit for bit.</summary>
internal static class ModelComparison
{
    public static void AssertSame(DeepPotModel a, DeepPotModel b, bool compareScript = true)
    {
        Assert.Equal(a.TypeMap, b.TypeMap);
        Bits(a.OutBias, b.OutBias);
        Bits(a.OutStd, b.OutStd);
        Assert.Equal(a.AtomExcludeTypes, b.AtomExcludeTypes);
        Assert.Equal(a.PairExcludeTypes, b.PairExcludeTypes);
        Assert.Equal(a.PresetOutBias, b.PresetOutBias);
        Assert.Equal(a.Rcond, b.Rcond);
        Assert.Equal(a.MinNeighborDistance, b.MinNeighborDistance);
        Assert.Equal(a.Tables, b.Tables);
        Assert.Equal(a.TruncatesPerType, b.TruncatesPerType);
        // The order of keys is the format's own, so the script is compared by its sorted characters.
        if (compareScript)
            Assert.Equal(Letters(a.DefinitionScript), Letters(b.DefinitionScript));
        AssertSame(a.Descriptor, b.Descriptor);
        AssertSame(a.Fitting, b.Fitting);
    }

    private static void AssertSame(SeE2aDescriptor a, SeE2aDescriptor b)
    {
        Assert.Equal((a.Cutoff, a.SmoothCutoff, a.AxisNeuron, a.TypeOneSide, a.ResnetDt), (b.Cutoff, b.SmoothCutoff, b.AxisNeuron, b.TypeOneSide, b.ResnetDt));
        Assert.Equal((a.SetDavgZero, a.Activation, a.ActivationName, a.Precision, a.EnvProtection, a.Trainable), (b.SetDavgZero, b.Activation, b.ActivationName, b.Precision, b.EnvProtection, b.Trainable));
        Assert.Equal(a.Sel, b.Sel);
        Assert.Equal(a.Neuron, b.Neuron);
        Assert.Equal(a.ExcludeTypes, b.ExcludeTypes);
        Bits(a.Davg, b.Davg);
        Bits(a.Dstd, b.Dstd);
        AssertSame(a.Embeddings, b.Embeddings);
    }

    private static void AssertSame(EnergyFitting a, EnergyFitting b)
    {
        Assert.Equal(a.Neuron, b.Neuron);
        Assert.Equal((a.ResnetDt, a.Activation, a.ActivationName, a.Precision, a.FrameParameterCount, a.AtomParameterCount, a.Rcond), (b.ResnetDt, b.Activation, b.ActivationName, b.Precision, b.FrameParameterCount, b.AtomParameterCount, b.Rcond));
        Bits(a.FrameParameterAverage, b.FrameParameterAverage);
        Bits(a.FrameParameterInverseStd, b.FrameParameterInverseStd);
        Bits(a.AtomParameterAverage, b.AtomParameterAverage);
        Bits(a.AtomParameterInverseStd, b.AtomParameterInverseStd);
        Bits(a.DefaultFrameParameters, b.DefaultFrameParameters);
        Assert.Equal(a.AtomEner, b.AtomEner);
        Bits(a.BiasAtomE, b.BiasAtomE);
        Assert.Equal(a.Trainable, b.Trainable);
        AssertSame(a.Networks, b.Networks);
    }

    private static void AssertSame(NeuralNetwork?[] a, NeuralNetwork?[] b)
    {
        Assert.Equal(a.Length, b.Length);
        for (var i = 0; i < a.Length; i++)
        {
            Assert.Equal(a[i]?.Layers.Count, b[i]?.Layers.Count);
            for (var layer = 0; layer < a[i]?.Layers.Count; layer++)
                AssertSame(a[i]!.Layers[layer], b[i]!.Layers[layer]);
        }
    }

    private static void AssertSame(NetworkLayer a, NetworkLayer b)
    {
        Assert.Equal((a.InputCount, a.OutputCount, a.Activation, a.Resnet), (b.InputCount, b.OutputCount, b.Activation, b.Resnet));
        Bits(a.Weights, b.Weights);
        Bits(a.Bias, b.Bias);
        Bits(a.TimeStep, b.TimeStep);
    }

    private static void Bits(double[]? a, double[]? b)
    {
        Assert.Equal(a is null, b is null);
        Assert.True(MemoryMarshal.AsBytes(a.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(b.AsSpan())));
    }

    private static string? Letters(string? text) => text is null ? null : new([.. text.Order()]);
}
