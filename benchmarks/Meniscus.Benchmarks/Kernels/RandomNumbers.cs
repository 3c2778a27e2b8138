using System.Numerics;
using Meniscus.Numerics;

namespace Meniscus.Benchmarks.Kernels;

/// <summary>Buffers of ordinary numbers for kernels to work on, the same in every run.</summary>
internal static class RandomNumbers
{
    /// <summary>A buffer of normal deviates.</summary>
    public static NativeBuffer<T> Buffer<T>(int length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var buffer = new NativeBuffer<T>(length);
        var random = new RandomStream(1, "kernels");
        foreach (ref var x in buffer.Span)
            x = T.CreateTruncating(random.NextNormal());
        return buffer;
    }
}
