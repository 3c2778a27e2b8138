using System.Runtime.InteropServices;
using System.Text;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

public class OptimizerTests
{
    public static TheoryData<OptimizerInput> Settings =>
    [
        new OptimizerInput(),
        new OptimizerInput { Beta1 = 0.8, Beta2 = 0.95, WeightDecay = 0.03 },
        OptimizerInput.DefaultsOf(OptimizerKind.AdamW),
        new OptimizerInput { Kind = OptimizerKind.AdamW, WeightDecay = 0.1 },
        new OptimizerInput { Kind = OptimizerKind.Sgd },
        new OptimizerInput { Kind = OptimizerKind.Sgd, Momentum = 0.9, WeightDecay = 0.01 },
    ];

    [Theory]
    [MemberData(nameof(Settings))]
    public void StepsAreThoseOfThePlainLoop(OptimizerInput settings)
    {
        const int count = 101;
        var optimizer = settings.Create<double>(count);
        var parameters = Values(count, 1);
        var plain = new PlainOptimizer(settings, parameters);
        for (var step = 0; step < 12; step++)
        {
            var gradient = Values(count, 100 + step);
            var rate = 0.01 / (step + 1);
            optimizer.Step(parameters, gradient, rate);
            plain.Step(gradient, rate);
            for (var i = 0; i < count; i++)
                Assert.Equal(plain.Parameters[i], parameters[i], 1e-13);
        }

        Assert.Equal(12, optimizer.StepCount);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void AnyCutGivesTheSameBits(OptimizerInput settings)
    {
        AssertCutsAgree<double>(settings);
        AssertCutsAgree<float>(settings);
    }

    [Fact]
    public void SinglePrecisionFollowsDoublePrecision()
    {
        var wide = new OptimizerInput().Create<double>(50);
        var narrow = new OptimizerInput().Create<float>(50);
        var x = Values(50, 1);
        var y = Array.ConvertAll(x, v => (float)v);
        for (var step = 0; step < 5; step++)
        {
            var g = Values(50, 10 + step);
            wide.Step(x, g, 1e-3);
            narrow.Step(y, Array.ConvertAll(g, v => (float)v), 1e-3);
        }

        for (var i = 0; i < 50; i++)
            Assert.Equal(x[i], y[i], 1e-6);
    }

    [Fact]
    public void MomentsAndStepCountCarryARestart()
    {
        var settings = new OptimizerInput { WeightDecay = 0.01 };
        var whole = settings.Create<double>(33);
        var parameters = Values(33, 1);
        for (var step = 0; step < 3; step++)
            whole.Step(parameters, Values(33, step), 1e-2);
        var resumed = settings.Create<double>(33);
        resumed.StepCount = whole.StepCount;
        for (var k = 0; k < whole.Moments.Count; k++)
            whole.Moments[k].CopyTo(resumed.Moments[k], 0);
        var copy = (double[])parameters.Clone();
        whole.Step(parameters, Values(33, 7), 1e-2);
        resumed.Step(copy, Values(33, 7), 1e-2);
        Assert.Equal(parameters, copy);
    }

    [Fact]
    public void AStepAllocatesNothing()
    {
        var optimizer = new OptimizerInput().Create<double>(1000);
        var parameters = Values(1000, 1);
        var gradient = Values(1000, 2);
        optimizer.Step(parameters, gradient, 1e-3);
        var before = GC.GetAllocatedBytesForCurrentThread();
        optimizer.Step(parameters, gradient, 1e-3);
        GradientClipping.Clip<double>(gradient, 1.0);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("tiny_pbe0", 1e-3)]
    [InlineData("tiny_dplr_virial", 1e-2)]
    public void FirstStepIsThatOfDeepmdKit(string run, double learningRate)
    {
        double[] Load(string what) => ReadNpy(SharedData.Path("reference", "train", $"{run}.{what}.npy"));
        var parameters = Load("params_step0");
        var gradient = Load("grad_step0");
        var expected = Load("params_step1");
        new OptimizerInput().Create<double>(parameters.Length).Step(parameters, gradient, learningRate);
        var moved = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], parameters[i], 1e-12);
            moved = Math.Max(moved, Math.Abs(parameters[i]));
        }

        Assert.True(moved > 0);
    }

    [Fact]
    public void ClippingShortensToTheLimit()
    {
        var gradient = Values(5000, 3);
        var length = Math.Sqrt(gradient.Sum(g => g * g));
        var copy = (double[])gradient.Clone();
        Assert.Equal(length, GradientClipping.Clip<double>(copy, 2 * length), 1e-10);
        Assert.Equal(gradient, copy);
        Assert.Equal(length, GradientClipping.Clip<double>(copy, 0), 1e-10);
        Assert.Equal(gradient, copy);
        GradientClipping.Clip<double>(copy, 0.5);
        Assert.Equal(0.5, GradientClipping.Norm<double>(copy), 1e-6);
        Assert.Equal(gradient[17] * (0.5 / (length + 1e-6)), copy[17], 1e-15);
        copy[3] = double.NaN;
        Assert.True(double.IsNaN(GradientClipping.Clip<double>(copy, 0.1)));
        Assert.Equal(0.5, Math.Sqrt(copy.Where(g => !double.IsNaN(g)).Sum(g => g * g)), 1e-2);
    }

    private static void AssertCutsAgree<T>(OptimizerInput settings)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        const int count = 133;
        var whole = settings.Create<T>(count);
        var cut = settings.Create<T>(count);
        var a = Array.ConvertAll(Values(count, 1), T.CreateChecked);
        var b = (T[])a.Clone();
        for (var step = 0; step < 4; step++)
        {
            var gradient = Array.ConvertAll(Values(count, 50 + step), T.CreateChecked);
            whole.Step(a, gradient, 0.01);
            cut.BeginStep(0.01);
            foreach (var (start, end) in new[] { (91, 133), (0, 5), (5, 6), (6, 40), (40, 91) })
                cut.Update(start, end - start, b, gradient);
        }

        Assert.Equal(a, b);
    }

    private static double[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * 2 - 1)];
    }

    private static double[] ReadNpy(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = BitConverter.ToUInt16(bytes, 8);
        var header = Encoding.ASCII.GetString(bytes, 10, headerLength);
        Assert.Contains("'<f8'", header, StringComparison.Ordinal);
        return MemoryMarshal.Cast<byte, double>(bytes.AsSpan(10 + headerLength)).ToArray();
    }

    /// <summary>The formulas of torch.optim, one parameter after the other.</summary>
    private sealed class PlainOptimizer(OptimizerInput settings, double[] start)
    {
        private readonly double[] _first = new double[start.Length];
        private readonly double[] _second = new double[start.Length];
        private int _step;

        public double[] Parameters { get; } = (double[])start.Clone();

        public void Step(double[] gradient, double rate)
        {
            _step++;
            for (var i = 0; i < Parameters.Length; i++)
            {
                var g = gradient[i];
                if (settings.Kind == OptimizerKind.AdamW)
                    Parameters[i] -= rate * settings.WeightDecay * Parameters[i];
                else
                    g += settings.WeightDecay * Parameters[i];
                if (settings.Kind == OptimizerKind.Sgd)
                {
                    _first[i] = settings.Momentum * _first[i] + g;
                    Parameters[i] -= rate * _first[i];
                    continue;
                }

                _first[i] += (g - _first[i]) * (1 - settings.Beta1);
                _second[i] = settings.Beta2 * _second[i] + (1 - settings.Beta2) * g * g;
                var denominator = Math.Sqrt(_second[i]) / Math.Sqrt(1 - Math.Pow(settings.Beta2, _step)) + 1e-8;
                Parameters[i] -= rate / (1 - Math.Pow(settings.Beta1, _step)) * _first[i] / denominator;
            }
        }
    }
}
