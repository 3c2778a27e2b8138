using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Tests.Fixtures;

/// <summary>
/// A recipe for a Deep Potential with random weights. All random numbers come from the seed. The statistics leave s̃
/// between about −1 and 10 at distances from 0.8 Å, as in a trained model.
/// </summary>
internal sealed record RandomModel
{
    public int Seed { get; init; } = 1;

    public double Cutoff { get; init; } = 4;

    public double SmoothCutoff { get; init; } = 1.5;

    /// <summary>Slots per type; their number is the number of types.</summary>
    public int[] Sel { get; init; } = [60, 60];

    public int[] Embedding { get; init; } = [5, 10];

    public int Axis { get; init; } = 3;

    public int[] Fitting { get; init; } = [11, 11];

    public bool OneSided { get; init; } = true;

    public ActivationFunction EmbeddingActivation { get; init; }

    /// <summary>Factor of the weights of the first embedding layer: how steep the networks are, as after long training.</summary>
    public double Steepness { get; init; } = 1;

    public ActivationFunction FittingActivation { get; init; }

    /// <summary>Whether both kinds of networks have steps.</summary>
    public bool ResnetDt { get; init; } = true;

    public double Protection { get; init; }

    public (int, int)[] ExcludeTypes { get; init; } = [];

    public (int, int)[] PairExcludeTypes { get; init; } = [];

    public int[] AtomExcludeTypes { get; init; } = [];

    public double?[]? AtomEner { get; init; }

    public int FrameParameters { get; init; }

    public int AtomParameters { get; init; }

    public bool HasDefaultFrameParameters { get; init; }

    public Precision Precision { get; init; }

    /// <summary>Whether x, y, z have a mean and three deviations of their own, which breaks rotational invariance.</summary>
    public bool DirectionalStatistics { get; init; }

    public DeepPotModel Create()
    {
        var random = new Random(Seed);
        var types = Sel.Length;
        var descriptorWidth = Embedding[^1] * Axis;
        var inputs = descriptorWidth + FrameParameters + AtomParameters;
        var (davg, dstd) = Statistics(random);
        return new DeepPotModel
        {
            TypeMap = new TypeMap(Enumerable.Range(0, types).Select(t => $"T{t}")),
            Descriptor = new SeE2aDescriptor
            {
                Cutoff = Cutoff,
                SmoothCutoff = SmoothCutoff,
                Sel = Sel,
                Neuron = Embedding,
                AxisNeuron = Axis,
                TypeOneSide = OneSided,
                ResnetDt = ResnetDt,
                Activation = EmbeddingActivation,
                ActivationName = EmbeddingActivation.Name(),
                Precision = Precision,
                EnvProtection = Protection,
                ExcludeTypes = ExcludeTypes,
                Davg = davg,
                Dstd = dstd,
                Embeddings = [.. Enumerable.Range(0, OneSided ? types : types * types).Select(_ => Network(random, 1, Embedding, EmbeddingActivation, linearOutput: false, Steepness))],
            },
            Fitting = new EnergyFitting
            {
                Neuron = Fitting,
                ResnetDt = ResnetDt,
                Activation = FittingActivation,
                ActivationName = FittingActivation.Name(),
                Precision = Precision,
                FrameParameterCount = FrameParameters,
                AtomParameterCount = AtomParameters,
                FrameParameterAverage = FrameParameters == 0 ? null : Uniform(random, FrameParameters),
                FrameParameterInverseStd = FrameParameters == 0 ? null : Uniform(random, FrameParameters),
                AtomParameterAverage = AtomParameters == 0 ? null : Uniform(random, AtomParameters),
                AtomParameterInverseStd = AtomParameters == 0 ? null : Uniform(random, AtomParameters),
                DefaultFrameParameters = HasDefaultFrameParameters ? Uniform(random, FrameParameters) : null,
                AtomEner = AtomEner,
                BiasAtomE = Uniform(random, types),
                Networks = [.. Enumerable.Range(0, types).Select(_ => Network(random, inputs, Fitting, FittingActivation, linearOutput: true))],
            },
            OutBias = Uniform(random, types),
            OutStd = [.. Enumerable.Repeat(1.0, types)],
            AtomExcludeTypes = AtomExcludeTypes,
            PairExcludeTypes = PairExcludeTypes,
        };
    }

    /// <summary>A network of the given hidden widths, steep in its first layer, with a linear output where asked for.</summary>
    public NeuralNetwork Network(Random random, int inputs, int[] widths, ActivationFunction activation, bool linearOutput, double steepness = 1)
    {
        var layers = new List<NetworkLayer>();
        foreach (var width in widths)
        {
            var from = layers.Count == 0 ? inputs : layers[^1].OutputCount;
            var hasShortcut = width == from || width == 2 * from;
            layers.Add(new NetworkLayer(from, width)
            {
                Weights = Normal(random, from * width, (layers.Count == 0 ? steepness : 1) / Math.Sqrt(from + width)),
                Bias = Normal(random, width, 0.5),
                TimeStep = ResnetDt && hasShortcut ? Array.ConvertAll(Uniform(random, width), x => Round(x + 1)) : null,
                Activation = activation,
                Resnet = true,
            });
        }

        if (linearOutput)
        {
            layers.Add(new NetworkLayer(widths[^1], 1)
            {
                Weights = Normal(random, widths[^1], 1 / Math.Sqrt(widths[^1] + 1)),
                Bias = Normal(random, 1, 1),
                Activation = ActivationFunction.Linear,
            });
        }

        return new NeuralNetwork(layers);
    }

    /// <summary>davg and dstd, the same in all slots of a pair of types.</summary>
    private (double[] Davg, double[] Dstd) Statistics(Random random)
    {
        var davg = new List<double>();
        var dstd = new List<double>();
        for (var centre = 0; centre < Sel.Length; centre++)
        {
            foreach (var slots in Sel)
            {
                var angular = Round(0.1 + (0.1 * random.NextDouble()));
                double[] mean = [Round(0.15 * random.NextDouble()), 0, 0, 0];
                double[] deviation = [Round(0.12 + (0.1 * random.NextDouble())), angular, angular, angular];
                for (var c = 1; DirectionalStatistics && c < 4; c++)
                {
                    mean[c] = Round(0.1 * (random.NextDouble() - 0.5));
                    deviation[c] = Round(0.1 + (0.1 * random.NextDouble()));
                }

                for (var s = 0; s < slots; s++)
                {
                    davg.AddRange(mean);
                    dstd.AddRange(deviation);
                }
            }
        }

        return ([.. davg], [.. dstd]);
    }

    private double[] Uniform(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => Round(random.NextDouble() - 0.5))];

    private double[] Normal(Random random, int count, double deviation) =>
        [.. Enumerable.Range(0, count).Select(_ => Round(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];

    /// <summary>A float32 model holds float32 numbers.</summary>
    private double Round(double x) => Precision == Precision.Float32 ? (float)x : x;
}
