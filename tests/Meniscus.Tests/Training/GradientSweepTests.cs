using System.Numerics;
using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

/// <summary>
/// The gradient of the whole loss by every parameter tensor against finite differences of the loss, for all terms and
/// variants of the loss, all kinds of models, several frames of different size in one batch, directly and through tables.
/// </summary>
[Trait("Category", "Kernels")]
public sealed unsafe class GradientSweepTests
{
    private static readonly LossPrefactors AllTerms = new(0.7, 3, 0.4, 0.9, 1.3);

    private static readonly Dictionary<string, (RandomModel Model, LossInput Loss, LossPrefactors Prefactors)> Recipes = new()
    {
        ["all terms"] = (new() { Seed = 81 }, new(), AllTerms),
        ["energy only"] = (new() { Seed = 82 }, new(), new(1, 0, 0, 0, 0)),
        ["force only"] = (new() { Seed = 83 }, new(), new(0, 1, 0, 0, 0)),
        ["virial only"] = (new() { Seed = 84 }, new(), new(0, 0, 1, 0, 0)),
        ["per atom squared"] = (new() { Seed = 85 }, new() { IntensiveEnergyVirial = true }, AllTerms),
        ["huber"] = (new() { Seed = 86 }, new() { UseHuber = true, HuberDelta = (0.3, 0.3, 0.3) }, AllTerms),
        ["relative force"] = (new() { Seed = 87 }, new() { RelativeForce = 0.5 }, AllTerms),
        ["absolute values"] = (new() { Seed = 88 }, new() { Function = LossFunction.MeanAbsolute }, AllTerms),
        ["length of the force error"] = (new() { Seed = 89 }, new() { Function = LossFunction.MeanAbsolute, ForceNorm = true }, AllTerms),
        ["two-sided, four layers, no step"] = (new() { Seed = 90, OneSided = false, Embedding = [1, 2, 4, 8], Axis = 4, ResnetDt = false }, new(), AllTerms),
        ["odd widths, three types"] = (new() { Seed = 91, Sel = [30, 40, 50], Embedding = [13], Axis = 5, Fitting = [17, 9] }, new(), AllTerms),
        ["shortcuts from descriptor and of double width"] = (new() { Seed = 92, Embedding = [6], Fitting = [18, 36] }, new(), AllTerms),
        ["parameters and vacuum energies"] = (new() { Seed = 93, FrameParameters = 2, AtomParameters = 1, AtomEner = [1, null] }, new(), AllTerms),
        ["exclusions"] = (new() { Seed = 94, Sel = [40, 40, 40], ExcludeTypes = [(0, 1)], PairExcludeTypes = [(2, 2)], AtomExcludeTypes = [1] }, new(), AllTerms),
        ["too few slots"] = (new() { Seed = 95, Sel = [4, 5] }, new(), AllTerms),
        ["directional statistics, protection"] = (new() { Seed = 96, DirectionalStatistics = true, Protection = 0.2 }, new(), AllTerms),
        ["softplus"] = (new() { Seed = 97, EmbeddingActivation = ActivationFunction.Softplus, FittingActivation = ActivationFunction.Softplus }, new(), AllTerms),
        ["sigmoid"] = (new() { Seed = 98, EmbeddingActivation = ActivationFunction.Sigmoid, FittingActivation = ActivationFunction.Sigmoid }, new(), AllTerms),
        ["gelu"] = (new() { Seed = 99, EmbeddingActivation = ActivationFunction.Gelu, FittingActivation = ActivationFunction.Gelu }, new(), AllTerms),
        ["silu"] = (new() { Seed = 100, EmbeddingActivation = ActivationFunction.Silu, FittingActivation = ActivationFunction.Silu }, new(), AllTerms),
        ["linear"] = (new() { Seed = 101, EmbeddingActivation = ActivationFunction.Linear, FittingActivation = ActivationFunction.Linear }, new(), AllTerms),
    };

    public static TheoryData<string, bool> Cases { get; } = new(
        from name in Recipes.Keys from tables in new[] { false, true } select (name, tables));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_gradient_is_the_derivative_of_the_loss(string name, bool tables)
    {
        var (recipe, loss, prefactors) = Recipes[name];
        using var step = new Step<double>(recipe.Create(), loss, prefactors, tables, threads: 2);
        step.Label(Frames(recipe, 7));
        var gradient = step.Gradient();
        Assert.Equal(tables, step.Sweep.Tables is not null);
        var largest = gradient.Max(Math.Abs);
        Assert.True(largest > 1e-5, "nothing to compare");
        var random = new Random(recipe.Seed);
        foreach (var tensor in step.Kernel.Parameters.Tensors)
        {
            foreach (var direction in Directions(random, tensor))
            {
                var expected = FiniteDifference.Derivative(h => step.LossAt(tensor, direction, h), 5e-4);
                var actual = direction.Select((d, k) => d * gradient[tensor.Offset + k]).Sum();
                Assert.True(
                    Math.Abs(expected - actual) <= (1e-6 * Math.Abs(expected)) + (1e-8 * largest),
                    $"{tensor.Name}: {actual:r}, expected {expected:r}, largest of all {largest:g3}");
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_number_of_threads_changes_no_bit(bool tables)
    {
        var recipe = new RandomModel { Seed = 111, AtomEner = [1, null], Fitting = [40, 40] };
        var frames = Frames(recipe, 45);
        double[]? one = null;
        for (var threads = 1; threads <= 3; threads++)
        {
            using var step = new Step<double>(recipe.Create(), new LossInput(), AllTerms, tables, threads);
            step.Label(frames);
            var gradient = step.Gradient();
            Assert.Equal(one ??= gradient, gradient);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Float32_comes_near(bool tables)
    {
        var recipe = new RandomModel { Seed = 112, Precision = Precision.Float32, Embedding = [7, 14], Axis = 4 };
        var frames = Frames(recipe, 8);
        using var wide = new Step<double>(recipe.Create(), new LossInput(), AllTerms, tables, threads: 1);
        using var narrow = new Step<float>(recipe.Create(), new LossInput(), AllTerms, tables, threads: 2);
        wide.Label(frames);
        narrow.Use(frames);
        var (expected, actual) = (wide.Gradient(), narrow.Gradient());
        Assert.Equal(tables, narrow.Sweep.Tables is not null);
        var largest = expected.Max(Math.Abs);
        for (var k = 0; k < expected.Length; k++)
            Assert.True(Math.Abs(expected[k] - actual[k]) <= 1e-4 * largest, $"{k}: {actual[k]:r}, expected {expected[k]:r}, largest {largest:g3}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_batch_may_be_cut_up(bool tables)
    {
        var recipe = new RandomModel { Seed = 113, FrameParameters = 1 };
        using var step = new Step<double>(recipe.Create(), new LossInput(), AllTerms, tables, threads: 1);
        var frames = Frames(recipe, 8);
        step.Label(frames);
        var whole = step.Gradient();
        step.Sweep.ClearGradient();
        foreach (var frame in frames)
        {
            step.Use([frame]);
            step.AddGradient(frames.Count);
        }

        var parts = step.CopyGradient();
        var largest = whole.Max(Math.Abs);
        for (var k = 0; k < whole.Length; k++)
            Assert.Equal(whole[k], parts[k], 1e-12 * largest);
    }

    [Fact]
    public void What_is_not_trained_has_no_gradient()
    {
        var model = new RandomModel { Seed = 114 }.Create();
        model = model with
        {
            Descriptor = model.Descriptor with { Trainable = false },
            Fitting = model.Fitting with { Trainable = [true, false, true] },
        };
        using var step = new Step<double>(model, new LossInput(), AllTerms, tables: false, threads: 1);
        step.Label(Frames(new RandomModel(), 6));
        var gradient = step.Gradient();
        foreach (var tensor in step.Kernel.Parameters.Tensors)
        {
            var isFixed = tensor.Name.StartsWith("descriptor", StringComparison.Ordinal) || tensor.Name.Contains("layers[1]", StringComparison.Ordinal);
            Assert.Equal(isFixed, gradient.AsSpan(tensor.Offset, tensor.Rows * tensor.Stride).IndexOfAnyExcept(0.0) < 0);
        }
    }

    /// <summary>A few single elements and one direction over the whole tensor, padding left out, of length 1.</summary>
    private static IEnumerable<double[]> Directions(Random random, ParameterTensor tensor)
    {
        var length = tensor.Rows * tensor.Stride;
        var whole = new double[length];
        for (var k = 0; k < length; k++)
            whole[k] = k % tensor.Stride < tensor.Columns ? random.NextDouble() - 0.5 : 0;
        var norm = Math.Sqrt(whole.Sum(x => x * x));
        yield return Array.ConvertAll(whole, x => x / norm);
        for (var repeat = 0; repeat < 3; repeat++)
        {
            var single = new double[length];
            single[(random.Next(tensor.Rows) * tensor.Stride) + random.Next(tensor.Columns)] = 1;
            yield return single;
        }
    }

    /// <summary>Frames of different size and shape, one of them a cluster, one with a padding atom.</summary>
    private static List<LabelledFrame> Frames(RandomModel recipe, int atoms)
    {
        var random = new Random(recipe.Seed);
        var frames = new List<LabelledFrame>();
        var edge = Math.Max(5.0, 2.3 * Math.Cbrt(atoms));
        foreach (var shape in new[] { CellShape.Triclinic, CellShape.None, CellShape.Tiny })
        {
            var configuration = RandomConfiguration.Create(random, shape, shape == CellShape.Tiny ? 2 : atoms + frames.Count, recipe.Sel.Length, edge: edge);
            var frame = new LabelledFrame(configuration.Count, recipe.FrameParameters, recipe.AtomParameters) { Periodic = configuration.Box is not null };
            configuration.Types.CopyTo(frame.Types, 0);
            if (shape == CellShape.None)
                frame.Types[1] = -1;
            configuration.Positions.CopyTo(frame.Positions, 0);
            configuration.Box?.CopyTo(frame.Box, 0);
            foreach (var parameters in new[] { frame.FrameParameters, frame.AtomParameters })
            {
                for (var k = 0; k < parameters.Length; k++)
                    parameters[k] = random.NextDouble();
            }

            frames.Add(frame);
        }

        return frames;
    }

    /// <summary>Predictions, loss and gradient of one step.</summary>
    private sealed class Step<T> : IDisposable
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly WorkerTeam _team;
        private readonly EnergyLoss _loss;
        private readonly LossPrefactors _prefactors;
        private readonly TrainingBatch _batch = new();

        public Step(DeepPotModel model, LossInput loss, LossPrefactors prefactors, bool tables, int threads)
        {
            _team = new WorkerTeam(threads);
            _loss = new EnergyLoss(loss);
            _prefactors = prefactors;
            Kernel = new DeepPotKernel<T>(model);
            Sweep = new GradientSweep<T>(Kernel, _team, tables);
        }

        public DeepPotKernel<T> Kernel { get; }

        public GradientSweep<T> Sweep { get; }

        public void Use(List<LabelledFrame> frames)
        {
            _batch.Clear();
            foreach (var frame in frames)
                _batch.Add(frame);
        }

        /// <summary>
        /// Labels the frames with the predictions and errors of 0.1 to 0.2 or 0.4 to 0.5 (eV/Å; per atom for energy and
        /// virial): on both sides of a Huber delta of 0.3, and never near a kink.
        /// </summary>
        public void Label(List<LabelledFrame> frames)
        {
            Use(frames);
            Sweep.Predict(_batch);
            var random = new Random(5);
            double Error() => (0.1 + (0.3 * random.Next(2)) + (0.1 * random.NextDouble())) * (random.Next(2) == 0 ? 1 : -1);
            for (var f = 0; f < frames.Count; f++)
            {
                var (frame, first, atoms) = (frames[f], _batch.Offset[f], _batch.RealAtoms(f));
                frame.Labels = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial | FrameLabels.AtomEnergy | FrameLabels.AtomPref;
                frame.Energy = _batch.Energies[f] + (atoms * Error());
                for (var k = 0; k < 9; k++)
                    frame.Virial[k] = _batch.Virials[(9 * f) + k] + (atoms * Error());
                for (var p = 0; p < frame.Forces.Length; p++)
                    frame.Forces[p] = _batch.Forces[(3 * first) + p] + Error();
                for (var i = 0; i < frame.AtomCount; i++)
                    (frame.AtomEnergies[i], frame.AtomPref[i]) = (_batch.AtomEnergies[first + i] + Error(), random.NextDouble());
            }
        }

        public double[] Gradient()
        {
            Sweep.ClearGradient();
            AddGradient(_batch.Frames.Count);
            return CopyGradient();
        }

        public void AddGradient(int framesInStep)
        {
            Loss(framesInStep);
            Sweep.AccumulateGradient();
        }

        public double[] CopyGradient() => [.. Sweep.Gradient.ToArray().Select(double.CreateTruncating)];

        /// <summary>The loss with one tensor moved.</summary>
        public double LossAt(ParameterTensor tensor, double[] direction, double distance)
        {
            var values = Kernel.Parameters.Span.Slice(tensor.Offset, direction.Length);
            var before = values.ToArray();
            for (var k = 0; k < direction.Length; k++)
                values[k] += T.CreateTruncating(distance * direction[k]);
            var loss = Loss(_batch.Frames.Count);
            before.CopyTo(values);
            return loss;
        }

        public void Dispose()
        {
            Sweep.Dispose();
            Kernel.Dispose();
            _team.Dispose();
        }

        private double Loss(int framesInStep)
        {
            Sweep.Predict(_batch);
            var sums = default(LossSums);
            _loss.Evaluate(_batch, _prefactors, framesInStep, ref sums);
            return sums.Loss;
        }
    }
}
