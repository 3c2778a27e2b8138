using System.Runtime.InteropServices;

namespace Meniscus.Numerics;

/// <summary>
/// A block of memory outside the garbage collector, aligned for the widest vectors. Kernels work on its pointer: no
/// pinning, no bounds checks, no moving, and nothing for the collector to scan in a run of millions of steps.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    /// <summary>Cache line and 512-bit vector, bytes.</summary>
    private const nuint Alignment = 64;

    /// <summary>Creates a buffer of zeros.</summary>
    /// <param name="length">Number of elements.</param>
    public NativeBuffer(int length)
    {
        Allocate(length);
    }

    ~NativeBuffer() => Release();

    /// <summary>First element.</summary>
    public T* Pointer { get; private set; }

    /// <summary>Number of elements.</summary>
    public int Length { get; private set; }

    /// <summary>The elements.</summary>
    public Span<T> Span => new(Pointer, Length);

    /// <summary>
    /// Makes room for at least <paramref name="length"/> elements; the content is lost (and zero) when the buffer grows.
    /// </summary>
    public void EnsureLength(int length)
    {
        if (length <= Length)
            return;
        // Half as much again, so that systems which differ a little in size do not each pay for an allocation.
        Release();
        Allocate(checked(length + (length / 2)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Allocate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var bytes = (nuint)Math.Max(length, 1) * (nuint)sizeof(T);
        Pointer = (T*)NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear(Pointer, bytes);
        Length = length;
    }

    private void Release()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        Length = 0;
    }
}
