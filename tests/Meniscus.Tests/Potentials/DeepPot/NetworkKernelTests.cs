using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.Reference;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>
/// Every sweep of a network (docs/theory.md, 3.1 to 3.5) against plain loops and finite differences, for all shapes of
/// layers: shortcuts of the same and of double width, the first layer included, with and without steps.
/// </summary>
[Trait("Category", "Kernels")]
public sealed unsafe class NetworkKernelTests
{
    /// <summary>Two ranges of columns, the second with padding.</summary>
    private const int Samples = 21;

    public static TheoryData<ActivationFunction, bool> Cases { get; } = new(
        from function in new[] { ActivationFunction.Tanh, ActivationFunction.Softplus, ActivationFunction.Sigmoid, ActivationFunction.Gelu, ActivationFunction.Silu, ActivationFunction.Linear }
        from step in new[] { false, true }
        select (function, step));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_and_backward(ActivationFunction function, bool step)
    {
        foreach (var network in Networks(function, step))
        {
            using var run = new NetworkRun(network, SweepOrder.Inference);
            run.Predict();
            for (var s = 0; s < Samples; s++)
            {
                var x = run.InputOf(s);
                var outputs = ReferenceNetwork.Outputs(network, x);
                for (var o = 0; o < network.OutputCount; o++)
                    Near(outputs[o], run.Columns.Output(network.Layers.Count - 1)[(o * run.Stride) + s], 1e-13, "output");
                for (var i = 0; i < network.InputCount; i++)
                {
                    var expected = FiniteDifference.Derivative(x, i, () => run.Weighted(s, ReferenceNetwork.Outputs(network, x)), 1e-3);
                    Near(expected, run.Columns.InputAdjoint[(i * run.Stride) + s], 1e-9, "input adjoint");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tangent(ActivationFunction function, bool step)
    {
        foreach (var network in Networks(function, step))
        {
            using var run = new NetworkRun(network, SweepOrder.SecondOrder);
            run.Directional();
            for (var s = 0; s < Samples; s++)
            {
                var (x, direction) = (run.InputOf(s), run.DirectionOf(s));
                for (var o = 0; o < network.OutputCount; o++)
                {
                    var expected = FiniteDifference.Derivative(
                        h => ReferenceNetwork.Outputs(network, [.. x.Zip(direction, (a, b) => a + (h * b))])[o], 1e-3);
                    Near(expected, run.Columns.TangentOf(network.Layers.Count)[(o * run.Stride) + s], 1e-9, "tangent");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Reverse_and_the_gradient_of_a_directional_derivative(ActivationFunction function, bool step)
    {
        foreach (var network in Networks(function, step))
        {
            using var run = new NetworkRun(network, SweepOrder.SecondOrder);
            run.Directional();
            run.Reverse();
            var gradient = run.Gradient(secondOrder: true, parts: 1);
            Assert.Equal(gradient, run.Gradient(secondOrder: true, parts: 3));
            run.CheckParameterGradient(gradient, run.DirectionalSum);
            for (var s = 0; s < Samples; s++)
            {
                for (var i = 0; i < network.InputCount; i++)
                {
                    var place = (i * run.Stride) + s;
                    var adjoint = run.Columns.InputReverse[place];
                    var expected = FiniteDifference.Derivative(h => run.WithShift(run.Columns.Input(0) + place, h, run.DirectionalSum), 1e-3);
                    Near(expected, adjoint, 1e-8, "input reverse");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plain_back_propagation(ActivationFunction function, bool step)
    {
        foreach (var network in Networks(function, step))
        {
            using var run = new NetworkRun(network, SweepOrder.FirstOrder);
            run.Predict();
            run.CollectFirstOrder();
            var gradient = run.Gradient(secondOrder: false, parts: 1);
            Assert.Equal(gradient, run.Gradient(secondOrder: false, parts: 2));
            run.CheckParameterGradient(gradient, run.OutputSum);
        }
    }

    private static IEnumerable<NeuralNetwork> Networks(ActivationFunction function, bool step)
    {
        var recipe = new RandomModel { ResnetDt = step };
        var random = new Random(17);
        yield return recipe.Network(random, 1, [5, 10, 10], function, linearOutput: false);
        yield return recipe.Network(random, 1, [1, 2, 7], function, linearOutput: false);
        yield return recipe.Network(random, 1, [2, 4, 19], function, linearOutput: false);
        yield return recipe.Network(random, 6, [6, 12, 9], function, linearOutput: true);
        yield return recipe.Network(random, 9, [18, 17], function, linearOutput: true);
    }

    private static void Near(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)), $"{what}: {actual:r}, expected {expected:r}");

    /// <summary>A network bound to arrays with random inputs, directions ẋ, and weights ȳ and y̿ of the outputs.</summary>
    private sealed class NetworkRun : IDisposable
    {
        private readonly ParameterSet<double> _parameters = new();
        private readonly NeuralNetwork _network;
        private readonly double[,] _adjoint;
        private readonly double[,] _reverse;

        public NetworkRun(NeuralNetwork network, SweepOrder order)
        {
            _network = network;
            Kernel = new NetworkKernel<double>(network, _parameters, "network", _ => true);
            Kernel.LoadInto(_parameters);
            Columns = new NetworkColumns<double>(Kernel, order, wantInputAdjoint: true, ownInput: true);
            Columns.Resize(MatrixProduct.PadColumns(Samples));
            var random = new Random(23);
            _adjoint = new double[network.OutputCount, Columns.Used];
            _reverse = new double[network.OutputCount, Columns.Used];
            for (var s = 0; s < Samples; s++)
            {
                for (var o = 0; o < network.OutputCount; o++)
                    (_adjoint[o, s], _reverse[o, s]) = (random.NextDouble() - 0.5, random.NextDouble() - 0.5);
                for (var i = 0; i < network.InputCount; i++)
                {
                    Columns.Input(0)[(i * Stride) + s] = 4 * (random.NextDouble() - 0.5);
                    if (order == SweepOrder.SecondOrder)
                        Columns.InputTangent[(i * Stride) + s] = random.NextDouble() - 0.5;
                }
            }
        }

        public NetworkKernel<double> Kernel { get; }

        public NetworkColumns<double> Columns { get; }

        public int Stride => Columns.Stride;

        public double[] InputOf(int sample) => [.. Enumerable.Range(0, _network.InputCount).Select(i => Columns.Input(0)[(i * Stride) + sample])];

        public double[] DirectionOf(int sample) => [.. Enumerable.Range(0, _network.InputCount).Select(i => Columns.InputTangent[(i * Stride) + sample])];

        /// <summary>Σ ȳ·y of one sample.</summary>
        public double Weighted(int sample, double[] outputs) => outputs.Select((y, o) => _adjoint[o, sample] * y).Sum();

        /// <summary>Forward and backward, in two ranges of columns.</summary>
        public void Predict()
        {
            for (var o = 0; o < _network.OutputCount; o++)
            {
                for (var s = 0; s < Columns.Used; s++)
                    Columns.OutputAdjoint[(o * Stride) + s] = _adjoint[o, s];
            }

            foreach (var first in Ranges())
            {
                Kernel.Forward(_parameters.Values, Columns, first, MatrixProduct.ColumnAlignment);
                Kernel.Backward(_parameters.Values, Columns, first, MatrixProduct.ColumnAlignment);
            }
        }

        public void Directional()
        {
            Predict();
            foreach (var first in Ranges())
                Kernel.Tangent(_parameters.Values, Columns, first, MatrixProduct.ColumnAlignment);
        }

        public void Reverse()
        {
            for (var o = 0; o < _network.OutputCount; o++)
            {
                for (var s = 0; s < Columns.Used; s++)
                    Columns.OutputReverse[(o * Stride) + s] = _reverse[o, s];
            }

            foreach (var first in Ranges())
                Kernel.Reverse(_parameters.Values, Columns, first, MatrixProduct.ColumnAlignment);
        }

        public void CollectFirstOrder()
        {
            foreach (var first in Ranges())
                Kernel.CollectFirstOrder(Columns, first, MatrixProduct.ColumnAlignment);
        }

        /// <summary>Σ ȳ·y over all samples.</summary>
        public double OutputSum()
        {
            Predict();
            return Sum(_adjoint, Columns.Output(_network.Layers.Count - 1));
        }

        /// <summary>Σ y̿·y + ȳ·ẏ over all samples.</summary>
        public double DirectionalSum()
        {
            Directional();
            return Sum(_reverse, Columns.Output(_network.Layers.Count - 1)) + Sum(_adjoint, Columns.TangentOf(_network.Layers.Count));
        }

        public double[] Gradient(bool secondOrder, int parts)
        {
            using var gradient = new NativeBuffer<double>(_parameters.Length);
            for (var part = 0; part < parts; part++)
                Kernel.AccumulateGradient(gradient.Pointer, Columns, secondOrder, part, parts);
            return gradient.Span[.._parameters.Length].ToArray();
        }

        public double WithShift(double* place, double shift, Func<double> function)
        {
            var value = *place;
            *place = value + shift;
            var result = function();
            *place = value;
            return result;
        }

        public void CheckParameterGradient(double[] gradient, Func<double> sum)
        {
            foreach (var tensor in _parameters.Tensors)
            {
                for (var k = 0; k < tensor.Rows * tensor.Stride; k++)
                {
                    var place = tensor.Offset + k;
                    if (k % tensor.Stride >= tensor.Columns)
                    {
                        Assert.Equal(0, gradient[place]);
                        continue;
                    }

                    if (tensor.Rows > 4 && k % 3 != 0)
                        continue;
                    var expected = FiniteDifference.Derivative(h => WithShift(_parameters.Values + place, h, sum), 1e-3);
                    Near(expected, gradient[place], 1e-8, $"{tensor.Name}[{k}]");
                }
            }
        }

        public void Dispose()
        {
            Columns.Dispose();
            _parameters.Dispose();
        }

        private static int[] Ranges() => [0, MatrixProduct.ColumnAlignment];

        private double Sum(double[,] weights, double* values)
        {
            var sum = 0.0;
            for (var o = 0; o < _network.OutputCount; o++)
            {
                for (var s = 0; s < Samples; s++)
                    sum += weights[o, s] * values[(o * Stride) + s];
            }

            return sum;
        }
    }
}
