using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Meniscus.Numerics;

namespace Meniscus.Benchmarks;

/// <summary>
/// The largest rate of multiply-adds that this machine reaches: twelve independent chains of fused multiply-adds on
/// registers, in the widest vectors the kernels use, with nothing loaded or stored. Twelve chains cover the latency of
/// every current core (4 or 5 cycles, 2 units) and fit the 16 registers of AVX2. A multiply-add counts as two operations.
/// </summary>
internal sealed class PeakFlops
{
    private const int Chains = 12;

    /// <summary>Less than a millisecond: on a busy machine some of the loops run without a break on all threads.</summary>
    private const int LoopLength = 400_000;

    private readonly Dictionary<(Type, int), double> _rates = [];
    private readonly TimeSpan _duration;

    /// <summary>Creates it; rates are measured when first asked for.</summary>
    /// <param name="duration">How long to measure each of them.</param>
    public PeakFlops(TimeSpan duration)
    {
        _duration = duration;
    }

    /// <summary>Operations per second of a number format on a number of threads at once.</summary>
    public double Of<T>(int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!_rates.TryGetValue((typeof(T), threads), out var rate))
            _rates[(typeof(T), threads)] = rate = Measure<T>(threads);
        return rate;
    }

    private double Measure<T>(int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (factor, term) = (T.CreateTruncating(0.999), T.CreateTruncating(1e-3));
        var sums = new double[16 * threads];
        using var team = new WorkerTeam(threads);
        var operations = 2.0 * Chains * Width<T>() * LoopLength * threads;
        var best = 0.0;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < _duration;)
        {
            var begin = Stopwatch.GetTimestamp();
            team.Run((part, _) => sums[16 * part] += double.CreateTruncating(Loop(LoopLength, factor, term)));
            best = Math.Max(best, operations / Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        return best;
    }

    private static int Width<T>() =>
        Vector512.IsHardwareAccelerated ? Vector512<T>.Count : Vector256.IsHardwareAccelerated ? Vector256<T>.Count : Vector128<T>.Count;

    private static T Loop<T>(int length, T factor, T term)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
            return Vector512.Sum(Loop512(length, Vector512.Create(factor), Vector512.Create(term)));
        return Vector256.IsHardwareAccelerated
            ? Vector256.Sum(Loop256(length, Vector256.Create(factor), Vector256.Create(term)))
            : Vector128.Sum(Loop128(length, Vector128.Create(factor), Vector128.Create(term)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<T> Loop512<T>(int length, Vector512<T> x, Vector512<T> y)
    {
        Vector512<T> a, b, c, d, e, f, g, h, i, j, k, l;
        a = b = c = d = e = f = g = h = i = j = k = l = y;
        for (var n = 0; n < length; n++)
        {
            (a, b, c, d) = (Fma(a, x, y), Fma(b, x, y), Fma(c, x, y), Fma(d, x, y));
            (e, f, g, h) = (Fma(e, x, y), Fma(f, x, y), Fma(g, x, y), Fma(h, x, y));
            (i, j, k, l) = (Fma(i, x, y), Fma(j, x, y), Fma(k, x, y), Fma(l, x, y));
        }

        return a + b + c + d + e + f + g + h + i + j + k + l;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector256<T> Loop256<T>(int length, Vector256<T> x, Vector256<T> y)
    {
        Vector256<T> a, b, c, d, e, f, g, h, i, j, k, l;
        a = b = c = d = e = f = g = h = i = j = k = l = y;
        for (var n = 0; n < length; n++)
        {
            (a, b, c, d) = (Fma(a, x, y), Fma(b, x, y), Fma(c, x, y), Fma(d, x, y));
            (e, f, g, h) = (Fma(e, x, y), Fma(f, x, y), Fma(g, x, y), Fma(h, x, y));
            (i, j, k, l) = (Fma(i, x, y), Fma(j, x, y), Fma(k, x, y), Fma(l, x, y));
        }

        return a + b + c + d + e + f + g + h + i + j + k + l;
    }

    /// <summary>Without AVX2 there is no fused multiply-add either: a product and a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector128<T> Loop128<T>(int length, Vector128<T> x, Vector128<T> y)
    {
        Vector128<T> a, b, c, d, e, f, g, h, i, j, k, l;
        a = b = c = d = e = f = g = h = i = j = k = l = y;
        for (var n = 0; n < length; n++)
        {
            (a, b, c, d) = ((a * x) + y, (b * x) + y, (c * x) + y, (d * x) + y);
            (e, f, g, h) = ((e * x) + y, (f * x) + y, (g * x) + y, (h * x) + y);
            (i, j, k, l) = ((i * x) + y, (j * x) + y, (k * x) + y, (l * x) + y);
        }

        return a + b + c + d + e + f + g + h + i + j + k + l;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Fma<T>(Vector512<T> x, Vector512<T> y, Vector512<T> z) =>
        typeof(T) == typeof(double)
            ? Vector512.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>()
            : Vector512.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Fma<T>(Vector256<T> x, Vector256<T> y, Vector256<T> z) =>
        typeof(T) == typeof(double)
            ? Vector256.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>()
            : Vector256.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>();
}
