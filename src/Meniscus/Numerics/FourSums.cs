using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Meniscus.Numerics;

/// <summary>
/// The sums of the elements of four vectors at once: halves are added, then the four quarters are transposed in
/// registers and added, a third of the instructions of four separate sums.
/// </summary>
internal static class FourSums
{
    /// <summary>Sums of the elements of a, b, c and d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (T A, T B, T C, T D) Of<T>(Vector512<T> a, Vector512<T> b, Vector512<T> c, Vector512<T> d)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Avx.IsSupported || !Vector512.IsHardwareAccelerated)
            return (Vector512.Sum(a), Vector512.Sum(b), Vector512.Sum(c), Vector512.Sum(d));
        if (typeof(T) == typeof(double))
        {
            var sums = OfDoubles(Half(a).AsDouble(), Half(b).AsDouble(), Half(c).AsDouble(), Half(d).AsDouble()).As<double, T>();
            return (sums[0], sums[1], sums[2], sums[3]);
        }

        var quarters = OfSingles(Quarter(a).AsSingle(), Quarter(b).AsSingle(), Quarter(c).AsSingle(), Quarter(d).AsSingle()).As<float, T>();
        return (quarters[0], quarters[1], quarters[2], quarters[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Half<T>(Vector512<T> v) => v.GetLower() + v.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Quarter<T>(Vector512<T> v) => Half(v).GetLower() + Half(v).GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> OfDoubles(Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d)
    {
        // a₀+a₁ b₀+b₁ a₂+a₃ b₂+b₃, and the same of c and d.
        var ab = Avx.UnpackLow(a, b) + Avx.UnpackHigh(a, b);
        var cd = Avx.UnpackLow(c, d) + Avx.UnpackHigh(c, d);
        return Avx.Permute2x128(ab, cd, 0x20) + Avx.Permute2x128(ab, cd, 0x31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> OfSingles(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        // a₀+a₂ b₀+b₂ a₁+a₃ b₁+b₃, and the same of c and d.
        var ab = Sse.UnpackLow(a, b) + Sse.UnpackHigh(a, b);
        var cd = Sse.UnpackLow(c, d) + Sse.UnpackHigh(c, d);
        return Sse.MoveLowToHigh(ab, cd) + Sse.MoveHighToLow(cd, ab);
    }
}
