using System.Collections.Concurrent;

namespace Meniscus.Native;

/// <summary>
/// What other programs hold of our objects: numbers that are never used again, in the guise of pointers. A pointer that was
/// freed, or never was one of ours, is an error and not a crash.
/// </summary>
internal static class HandleTable
{
    // Far from small numbers and from null, and never a multiple of 8 like an address.
    private static long s_last = 0x4D01;

    private static readonly ConcurrentDictionary<nint, object> s_objects = new();

    public static nint Add(object item)
    {
        var handle = (nint)Interlocked.Add(ref s_last, 16);
        s_objects[handle] = item;
        return handle;
    }

    /// <summary>The object of a handle.</summary>
    /// <exception cref="ArgumentException">There is none of the kind.</exception>
    public static T Get<T>(nint handle, string what)
        where T : class
    {
        if (handle == 0)
            throw new ArgumentException($"{what} is null");
        return s_objects.GetValueOrDefault(handle) as T
            ?? throw new ArgumentException($"{what} is not a handle of this library, or of something else, or it has been freed");
    }

    /// <summary>Like <see cref="Get"/>, or null where there is none.</summary>
    public static T? Find<T>(nint handle)
        where T : class => s_objects.GetValueOrDefault(handle) as T;

    /// <summary>Forgets a handle; null is fine, as for free().</summary>
    public static void Remove<T>(nint handle, string what)
        where T : class
    {
        if (handle == 0)
            return;
        Get<T>(handle, what);
        if (s_objects.TryRemove(handle, out var item) && item is IDisposable disposable)
            disposable.Dispose();
    }
}
