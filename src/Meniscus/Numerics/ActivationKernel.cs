using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Meniscus.Numerics;

/// <summary>
/// The activation functions φ with φ′ and φ″, eight or sixteen values at a time. The first derivative is needed for
/// forces, the second for the gradient of a loss on forces. Formulas and branch points are those of PyTorch, which
/// DeePMD-kit's current backend uses: softplus is linear above 20, gelu is the tanh approximation, kinks belong to the
/// flat side.
/// </summary>
internal static unsafe class ActivationKernel
{
    /// <summary>
    /// One row of a layer: from z (without bias) to y = φ(z + b)·Δ + shortcut, with φ, φ′ and φ″ where wanted.
    /// </summary>
    /// <param name="kind">φ.</param>
    /// <param name="z">In: z without bias; out: y. <paramref name="count"/> values.</param>
    /// <param name="bias">b.</param>
    /// <param name="step">Δ; 1 where the layer has none.</param>
    /// <param name="shortcut">Values added to the result, or null.</param>
    /// <param name="value">Receives φ, or null.</param>
    /// <param name="first">Receives φ′, or null.</param>
    /// <param name="second">Receives φ″, or null.</param>
    /// <param name="count">A multiple of <see cref="MatrixProduct.ColumnAlignment"/>.</param>
    public static void Row<T>(ActivationFunction kind, T* z, T bias, T step, T* shortcut, T* value, T* first, T* second, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (kind)
        {
            case ActivationFunction.Tanh: Row<T, Tanh<T>>(z, bias, step, shortcut, value, first, second, count); break;
            case ActivationFunction.Relu: Row<T, Relu<T>>(z, bias, step, shortcut, value, first, second, count); break;
            case ActivationFunction.Relu6: Row<T, Relu6<T>>(z, bias, step, shortcut, value, first, second, count); break;
            case ActivationFunction.Softplus: Row<T, Softplus<T>>(z, bias, step, shortcut, value, first, second, count); break;
            case ActivationFunction.Sigmoid: Row<T, Sigmoid<T>>(z, bias, step, shortcut, value, first, second, count); break;
            case ActivationFunction.Gelu: Row<T, Gelu<T>>(z, bias, step, shortcut, value, first, second, count); break;
            case ActivationFunction.Silu: Row<T, Silu<T>>(z, bias, step, shortcut, value, first, second, count); break;
            case ActivationFunction.Linear: Row<T, Linear<T>>(z, bias, step, shortcut, value, first, second, count); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
    }

    private static void Row<T, TActivation>(T* z, T bias, T step, T* shortcut, T* value, T* first, T* second, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TActivation : struct, IActivation<T>
    {
        var b = Vector512.Create(bias);
        var s = Vector512.Create(step);
        for (var i = 0; i < count; i += Vector512<T>.Count)
        {
            TActivation.Evaluate(Vector512.Load(z + i) + b, out var f, out var d1, out var d2);
            var y = f * s;
            if (shortcut != null)
                y += Vector512.Load(shortcut + i);
            y.Store(z + i);
            if (value != null)
                f.Store(value + i);
            if (first != null)
                d1.Store(first + i);
            if (second != null)
                d2.Store(second + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Constant<T>(double value)
        where T : unmanaged, IFloatingPointIeee754<T> => Vector512.Create(T.CreateTruncating(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Exp<T>(Vector512<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        typeof(T) == typeof(double) ? Vector512.Exp(x.AsDouble()).As<double, T>() : Vector512.Exp(x.AsSingle()).As<float, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Log<T>(Vector512<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        typeof(T) == typeof(double) ? Vector512.Log(x.AsDouble()).As<double, T>() : Vector512.Log(x.AsSingle()).As<float, T>();

    /// <summary>tanh by t = e^(−2|x|): (1 − t)/(1 + t) with the sign of x; no overflow, absolute error of one rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> TanhOf<T>(Vector512<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var t = Exp(Vector512.Abs(x) * Constant<T>(-2));
        return Vector512.CopySign((Vector512<T>.One - t) / (Vector512<T>.One + t), x);
    }

    /// <summary>1/(1 + e⁻ˣ), with the exponent held where it cannot overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> SigmoidOf<T>(Vector512<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Vector512<T>.One / (Vector512<T>.One + Exp(Vector512.Min(-x, Constant<T>(80))));

    private interface IActivation<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        static abstract void Evaluate(Vector512<T> z, out Vector512<T> value, out Vector512<T> first, out Vector512<T> second);
    }

    private readonly struct Tanh<T> : IActivation<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> z, out Vector512<T> value, out Vector512<T> first, out Vector512<T> second)
        {
            value = TanhOf(z);
            first = Vector512<T>.One - (value * value);
            second = Constant<T>(-2) * value * first;
        }
    }

    private readonly struct Sigmoid<T> : IActivation<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> z, out Vector512<T> value, out Vector512<T> first, out Vector512<T> second)
        {
            value = SigmoidOf(z);
            first = value * (Vector512<T>.One - value);
            second = first * (Vector512<T>.One - (value + value));
        }
    }

    private readonly struct Silu<T> : IActivation<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> z, out Vector512<T> value, out Vector512<T> first, out Vector512<T> second)
        {
            Sigmoid<T>.Evaluate(z, out var s, out var s1, out var s2);
            value = z * s;
            first = s + (z * s1);
            second = s1 + s1 + (z * s2);
        }
    }

    private readonly struct Softplus<T> : IActivation<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> z, out Vector512<T> value, out Vector512<T> first, out Vector512<T> second)
        {
            var linear = Vector512.GreaterThan(z, Constant<T>(20));
            // ln(1 + e^z) = max(z, 0) + ln(1 + t), t = e^(−|z|); ln(1 + t) = t·ln(u)/(u − 1), u = 1 + t, keeps small t exact.
            var t = Exp(-Vector512.Abs(z));
            var u = Vector512<T>.One + t;
            var correction = t * Log(u) / (u - Vector512<T>.One);
            correction = Vector512.ConditionalSelect(Vector512.Equals(u, Vector512<T>.One), t, correction);
            value = Vector512.ConditionalSelect(linear, z, Vector512.Max(z, Vector512<T>.Zero) + correction);
            Sigmoid<T>.Evaluate(z, out var s, out var s1, out _);
            first = Vector512.ConditionalSelect(linear, Vector512<T>.One, s);
            second = Vector512.ConditionalSelect(linear, Vector512<T>.Zero, s1);
        }
    }

    private readonly struct Gelu<T> : IActivation<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> z, out Vector512<T> value, out Vector512<T> first, out Vector512<T> second)
        {
            var scale = Constant<T>(0.7978845608028654); // √(2/π)
            var cubic = Constant<T>(0.044715);
            var half = Constant<T>(0.5);
            var one = Vector512<T>.One;
            var z2 = z * z;
            var u1 = scale * (one + (Constant<T>(3) * cubic * z2));
            var u2 = scale * Constant<T>(6) * cubic * z;
            var t = TanhOf(scale * z * (one + (cubic * z2)));
            var t1 = one - (t * t);
            var t2 = Constant<T>(-2) * t * t1;
            var halfZ = half * z;
            value = halfZ * (one + t);
            first = (half * (one + t)) + (halfZ * t1 * u1);
            second = (t1 * u1) + (halfZ * ((t2 * u1 * u1) + (t1 * u2)));
        }
    }

    private readonly struct Relu<T> : IActivation<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> z, out Vector512<T> value, out Vector512<T> first, out Vector512<T> second)
        {
            var zero = Vector512<T>.Zero;
            value = Vector512.Max(z, zero);
            first = Vector512.ConditionalSelect(Vector512.GreaterThan(z, zero), Vector512<T>.One, zero);
            second = zero;
        }
    }

    private readonly struct Relu6<T> : IActivation<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> z, out Vector512<T> value, out Vector512<T> first, out Vector512<T> second)
        {
            var zero = Vector512<T>.Zero;
            var six = Constant<T>(6);
            value = Vector512.Min(Vector512.Max(z, zero), six);
            var inside = Vector512.GreaterThan(z, zero) & Vector512.LessThan(z, six);
            first = Vector512.ConditionalSelect(inside, Vector512<T>.One, zero);
            second = zero;
        }
    }

    private readonly struct Linear<T> : IActivation<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector512<T> z, out Vector512<T> value, out Vector512<T> first, out Vector512<T> second)
        {
            value = z;
            first = Vector512<T>.One;
            second = Vector512<T>.Zero;
        }
    }
}
