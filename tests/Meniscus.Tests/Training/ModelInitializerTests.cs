using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

/// <summary>The first weights: their distribution, their seeds, their format.</summary>
public sealed class ModelInitializerTests
{
    private static readonly ModelInput Wide = new()
    {
        TypeMap = new(["O", "H"]),
        Descriptor = new() { Neuron = [50, 100], AxisNeuron = 8, TypeOneSide = true, Seed = 5 },
        Fitting = new() { Neuron = [150, 150, 150], Seed = 6 },
    };

    [Fact]
    public void Weights_biases_and_steps_have_the_variances_of_DeePMD_kit()
    {
        var model = Create(Wide);
        var layers = model.Descriptor.Embeddings.Concat(model.Fitting.Networks).SelectMany(n => n!.Layers).ToList();
        foreach (var layer in layers.Where(l => l.Weights.Length > 4000))
            AssertNormal(layer.Weights, 0, 1 / Math.Sqrt(layer.InputCount + layer.OutputCount));
        AssertNormal([.. layers.SelectMany(l => l.Bias!)], 0, 1);
        AssertNormal([.. layers.SelectMany(l => l.TimeStep ?? [])], 0.1, 0.001);
        Assert.True(layers.Count(l => l.Weights.Length > 4000) >= 6);
    }

    [Fact]
    public void A_step_stands_only_beside_a_shortcut()
    {
        var input = Wide with
        {
            Descriptor = Wide.Descriptor with { Neuron = [2, 4, 4, 7], AxisNeuron = 3, ResnetDt = true },
            Fitting = Wide.Fitting with { Neuron = [12, 21, 42, 42, 10] },
        };
        var model = Create(input);
        // 1→2→4→4→7 doubles, doubles, keeps, neither; 21→12→21→42→42→10→1 neither, neither, doubles, keeps, neither, linear.
        Assert.Equal([true, true, true, false], model.Descriptor.Embeddings[0]!.Layers.Select(l => l.TimeStep is not null));
        Assert.Equal([false, false, true, true, false, false], model.Fitting.Networks[1].Layers.Select(l => l.TimeStep is not null));
        Assert.All(Create(input with { Fitting = input.Fitting with { ResnetDt = false } }).Fitting.Networks.SelectMany(n => n.Layers), l => Assert.Null(l.TimeStep));
    }

    [Fact]
    public void A_seed_gives_its_model_and_another_seed_another()
    {
        var weights = TrainingFolder.Weights(Create(Wide));
        Assert.Equal(weights, TrainingFolder.Weights(Create(Wide)));
        var other = Create(Wide with { Descriptor = Wide.Descriptor with { Seed = 7 } });
        var same = Create(Wide);
        Assert.Empty(TrainingFolder.Numbers(other.Descriptor.Embeddings[0]).Intersect(TrainingFolder.Numbers(same.Descriptor.Embeddings[0])));
        // Each network has a stream of its own, so that the fitting networks do not notice.
        Assert.Equal(TrainingFolder.Numbers(same.Fitting.Networks[0]), TrainingFolder.Numbers(other.Fitting.Networks[0]));
        Assert.Empty(TrainingFolder.Numbers(same.Fitting.Networks[0]).Intersect(TrainingFolder.Numbers(same.Fitting.Networks[1])));
    }

    [Fact]
    public void Float32_models_hold_float32_numbers()
    {
        var single = Create(Wide with
        {
            Descriptor = Wide.Descriptor with { Precision = Precision.Float32 },
            Fitting = Wide.Fitting with { Precision = Precision.Float32 },
        });
        var (rounded, exact) = (TrainingFolder.Weights(single), TrainingFolder.Weights(Create(Wide)));
        Assert.Equal(exact.Select(x => (double)(float)x), rounded);
        Assert.NotEqual(exact, rounded);
    }

    private static DeepPotModel Create(ModelInput input) => ModelInitializer.Create(input, [20, 40], definition: null);

    /// <summary>Mean, variance and fourth moment within five standard errors.</summary>
    private static void AssertNormal(double[] values, double mean, double deviation)
    {
        Assert.True(values.Length > 500, "too few for a verdict");
        var z = Array.ConvertAll(values, x => (x - mean) / deviation);
        var root = Math.Sqrt(values.Length);
        Assert.InRange(z.Average(), -5 / root, 5 / root);
        Assert.InRange(z.Average(x => x * x), 1 - (5 * Math.Sqrt(2) / root), 1 + (5 * Math.Sqrt(2) / root));
        Assert.InRange(z.Average(x => x * x * x * x), 3 - (5 * Math.Sqrt(96) / root), 3 + (5 * Math.Sqrt(96) / root));
    }
}
