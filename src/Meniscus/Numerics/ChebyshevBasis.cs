using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Meniscus.Numerics;

/// <summary>
/// The first 16 Chebyshev polynomials T_k(x) and their derivatives, for one x at a time.
/// <para>
/// With wide vectors the upper half follows from the lower by the product rules, without a chain of 16 steps
/// (J. C. Mason and D. C. Handscomb, Chebyshev Polynomials (2003), section 2.4):
/// </para>
/// <code>
/// T_{n+j} = 2 T_n T_j − T_{n−j},   S_{n+j} = 2 T_n S_j + S_{n−j},   S_k = U_{k−1},   T_k′ = k S_k
/// </code>
/// </summary>
internal static unsafe class ChebyshevBasis
{
    /// <summary>Number of polynomials.</summary>
    public const int Order = 16;

    /// <summary>T_0(x) … T_15(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values<T>(T x, T* basis)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Vector512.IsHardwareAccelerated)
            ByRecurrence(x, basis);
        else if (typeof(T) == typeof(double))
            Wide((double)(object)x, (double*)basis, null, 0);
        else
            Wide((float)(object)x, (float*)basis, null, 0);
    }

    /// <summary>T_k(x), and T_k′(x) times a factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ValuesAndSlopes<T>(T x, T factor, T* basis, T* slopes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Vector512.IsHardwareAccelerated)
            ByRecurrence(x, factor, basis, slopes);
        else if (typeof(T) == typeof(double))
            Wide((double)(object)x, (double*)basis, (double*)slopes, (double)(object)factor);
        else
            Wide((float)(object)x, (float*)basis, (float*)slopes, (float)(object)factor);
    }

    /// <summary>The plain recurrence T_{k+1} = 2x T_k − T_{k−1}.</summary>
    internal static void ByRecurrence<T>(T x, T* basis)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var twice = x + x;
        var (previous, current) = (T.One, x);
        basis[0] = previous;
        basis[1] = current;
        for (var k = 2; k < Order; k++)
        {
            (previous, current) = (current, (twice * current) - previous);
            basis[k] = current;
        }
    }

    /// <summary>The plain recurrences of T_k and of U_k.</summary>
    internal static void ByRecurrence<T>(T x, T factor, T* basis, T* slopes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ByRecurrence(x, basis);
        var twice = x + x;
        var (previous, current) = (T.Zero, factor);
        slopes[0] = T.Zero;
        var order = T.One;
        for (var k = 1; k < Order; k++)
        {
            slopes[k] = order * current;
            order += T.One;
            (previous, current) = (current, (twice * current) - previous);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Wide(double x, double* basis, double* slopes, double factor)
    {
        var t2 = (2 * x * x) - 1;
        var t3 = (2 * x * t2) - x;
        var t4 = (2 * t2 * t2) - 1;
        var t8 = (2 * t4 * t4) - 1;
        var low = Vector256.Create(1, x, t2, t3);
        var first = Vector512.Create(low, (low * (2 * t4)) - Vector256.Create(t4, t3, t2, x));
        // T_8, T_7, … T_1.
        var down = Vector512.Shuffle(first, Vector512.Create(0L, 7, 6, 5, 4, 3, 2, 1)).WithElement(0, t8);
        first.Store(basis);
        ((first * (2 * t8)) - down).Store(basis + 8);
        if (slopes == null)
            return;
        var s2 = 2 * x;
        var s3 = (2 * x * s2) - 1;
        var s4 = 2 * t2 * s2;
        var lowS = Vector256.Create(0, 1, s2, s3);
        var firstS = Vector512.Create(lowS, (lowS * (2 * t4)) + Vector256.Create(s4, s3, s2, 1));
        var downS = Vector512.Shuffle(firstS, Vector512.Create(0L, 7, 6, 5, 4, 3, 2, 1)).WithElement(0, 2 * t4 * s4);
        (firstS * (Vector512.Create(0.0, 1, 2, 3, 4, 5, 6, 7) * factor)).Store(slopes);
        (((firstS * (2 * t8)) + downS) * (Vector512.Create(8.0, 9, 10, 11, 12, 13, 14, 15) * factor)).Store(slopes + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Wide(float x, float* basis, float* slopes, float factor)
    {
        var t2 = (2 * x * x) - 1;
        var t3 = (2 * x * t2) - x;
        var t4 = (2 * t2 * t2) - 1;
        var t8 = (2 * t4 * t4) - 1;
        var low = Vector128.Create(1, x, t2, t3);
        var first = Vector256.Create(low, (low * (2 * t4)) - Vector128.Create(t4, t3, t2, x));
        var down = Vector256.Shuffle(first, Vector256.Create(0, 7, 6, 5, 4, 3, 2, 1)).WithElement(0, t8);
        Vector512.Create(first, (first * (2 * t8)) - down).Store(basis);
        if (slopes == null)
            return;
        var s2 = 2 * x;
        var s3 = (2 * x * s2) - 1;
        var s4 = 2 * t2 * s2;
        var lowS = Vector128.Create(0, 1, s2, s3);
        var firstS = Vector256.Create(lowS, (lowS * (2 * t4)) + Vector128.Create(s4, s3, s2, 1));
        var downS = Vector256.Shuffle(firstS, Vector256.Create(0, 7, 6, 5, 4, 3, 2, 1)).WithElement(0, 2 * t4 * s4);
        var orders = Vector512.Create(0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        (Vector512.Create(firstS, (firstS * (2 * t8)) + downS) * (orders * factor)).Store(slopes);
    }
}
