using System.Numerics;
using Meniscus.Numerics;
using Meniscus.Potentials.Reference;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Numerics;

/// <summary>φ, φ′ and φ″ by vectors against the scalar formulas, and these against finite differences.</summary>
[Trait("Category", "Kernels")]
public sealed unsafe class ActivationKernelTests
{
    public static TheoryData<ActivationFunction> All { get; } = new(Enum.GetValues<ActivationFunction>());

    [Theory]
    [MemberData(nameof(All))]
    public void Doubles_match_the_scalar_formulas(ActivationFunction function) =>
        // Where tanh comes close to ±1, gelu's factors blow up the rounding of 1 − tanh² a hundredfold, in both.
        MatchScalar<double>(function, function == ActivationFunction.Gelu ? 2e-13 : 1e-14);

    [Theory]
    [MemberData(nameof(All))]
    public void Floats_match_the_scalar_formulas(ActivationFunction function) => MatchScalar<float>(function, 1e-5);

    [Theory]
    [MemberData(nameof(All))]
    public void Derivatives_are_those_of_the_function(ActivationFunction function)
    {
        foreach (var x in Arguments().Where(x => !IsNearBranch(function, x)))
        {
            var tolerance = 1e-10 * Math.Max(1, Math.Abs(x));
            var slope = FiniteDifference.Derivative(d => ReferenceActivation.Value(function, x + d), 1e-3);
            Near(slope, ReferenceActivation.Slope(function, x), tolerance, $"{function}′({x})");
            var curvature = FiniteDifference.Derivative(d => ReferenceActivation.Slope(function, x + d), 1e-3);
            Near(curvature, Curvature(function, x), tolerance, $"{function}″({x})");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Not_a_number_stays_so(ActivationFunction function)
    {
        using var z = new NativeBuffer<double>(16);
        z.Span.Fill(1);
        z.Pointer[3] = double.NaN;
        ActivationKernel.Row(function, z.Pointer, 0.0, 1.0, null, null, null, null, 16);
        Assert.True(double.IsNaN(z.Pointer[3]));
        Assert.Equal(15, z.Span.ToArray().Count(double.IsFinite));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Bias_step_and_shortcut_enter_as_in_a_layer(ActivationFunction function)
    {
        const int Count = 32;
        using var z = new NativeBuffer<double>(Count);
        using var shortcut = new NativeBuffer<double>(Count);
        using var value = new NativeBuffer<double>(Count);
        for (var i = 0; i < Count; i++)
            (z.Pointer[i], shortcut.Pointer[i]) = (0.3 * (i - 15), 7 - (0.1 * i));
        ActivationKernel.Row(function, z.Pointer, 0.45, 0.8, shortcut.Pointer, value.Pointer, null, null, Count);
        for (var i = 0; i < Count; i++)
        {
            var expected = ReferenceActivation.Value(function, (0.3 * (i - 15)) + 0.45);
            Near(expected, value.Pointer[i], 1e-13, $"{function} {i}");
            Near((0.8 * expected) + 7 - (0.1 * i), z.Pointer[i], 1e-13, $"{function} layer {i}");
        }
    }

    private static void MatchScalar<T>(ActivationFunction function, double epsilon)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var arguments = Arguments().Select(T.CreateTruncating).ToArray();
        var count = MatrixProduct.PadColumns(arguments.Length);
        using var z = new NativeBuffer<T>(count);
        using var value = new NativeBuffer<T>(count);
        using var first = new NativeBuffer<T>(count);
        using var second = new NativeBuffer<T>(count);
        arguments.CopyTo(z.Span);
        ActivationKernel.Row(function, z.Pointer, T.Zero, T.One, null, value.Pointer, first.Pointer, second.Pointer, count);
        for (var i = 0; i < arguments.Length; i++)
        {
            var x = double.CreateTruncating(arguments[i]);
            Assert.Equal(value.Pointer[i], z.Pointer[i]);
            Check(ReferenceActivation.Value(function, x), value.Pointer[i], $"{function}({x})");
            Check(ReferenceActivation.Slope(function, x), first.Pointer[i], $"{function}′({x})");
            Check(Curvature(function, x), second.Pointer[i], $"{function}″({x})");
        }

        void Check(double expected, T actual, string what) =>
            Near(expected, double.CreateTruncating(actual), epsilon * Math.Max(1, Math.Abs(expected)), what);
    }

    /// <summary>Zero, tiny, ordinary, where exponentials die out, where they would overflow, and both sides of every branch.</summary>
    private static IEnumerable<double> Arguments()
    {
        double[] special = [0, 1e-300, 1e-20, 1e-12, 1e-7, 1e-4, 6, 5.999999, 6.000001, 19.99999, 20, 20.00001, 36, 37, 50, 88, 100, 700];
        for (var k = -400; k <= 400; k++)
            yield return 0.0271 * k;
        foreach (var x in special)
        {
            yield return x;
            yield return -x;
        }
    }

    private static bool IsNearBranch(ActivationFunction function, double x) => function switch
    {
        ActivationFunction.Relu => Math.Abs(x) < 0.01,
        ActivationFunction.Relu6 => Math.Abs(x) < 0.01 || Math.Abs(x - 6) < 0.01,
        // At 20 the curve gives way to its asymptote, 2e-9 below it.
        ActivationFunction.Softplus => Math.Abs(x - 20) < 0.01 || x > 19,
        _ => false,
    };

    private static double Curvature(ActivationFunction function, double x)
    {
        var s = 1 / (1 + Math.Exp(-x));
        var t = Math.Tanh(x);
        return function switch
        {
            ActivationFunction.Tanh => -2 * t * (1 - (t * t)),
            ActivationFunction.Softplus => x > 20 ? 0 : s * (1 - s),
            ActivationFunction.Sigmoid => s * (1 - s) * (1 - (2 * s)),
            ActivationFunction.Silu => s * (1 - s) * (2 + (x * (1 - (2 * s)))),
            ActivationFunction.Gelu => GeluCurvature(x),
            _ => 0,
        };
    }

    private static double GeluCurvature(double x)
    {
        // With u the argument of tanh: (½x(1 + tanh u))″ = sech²u (u′ + ½x u″ − x u′² tanh u).
        var scale = Math.Sqrt(2 / Math.PI);
        var t = Math.Tanh(scale * (x + (0.044715 * x * x * x)));
        var u1 = scale * (1 + (0.134145 * x * x));
        var u2 = scale * 0.26829 * x;
        return (1 - (t * t)) * (u1 + (0.5 * x * u2) - (x * u1 * u1 * t));
    }

    private static void Near(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{what}: {actual:r}, expected {expected:r}");
}
