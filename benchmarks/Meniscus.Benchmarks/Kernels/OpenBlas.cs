using System.Runtime.InteropServices;

namespace Meniscus.Benchmarks.Kernels;

/// <summary>
/// OpenBLAS, the peer of the matrix product, where the machine has it (Debian: libopenblas0; any other place through
/// LD_LIBRARY_PATH). One thread.
/// </summary>
internal static unsafe class OpenBlas
{
    private const int RowMajor = 101;
    private const int Plain = 111;
    private const int Transposed = 112;

    private static readonly nint Library = Load();

    private static readonly delegate* unmanaged<int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int, void> Double =
        (delegate* unmanaged<int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int, void>)Find("cblas_dgemm");

    private static readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> Single =
        (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)Find("cblas_sgemm");

    /// <summary>Whether there is an OpenBLAS here.</summary>
    public static bool IsAvailable => Library != 0;

    /// <summary>Its own words on version and kernels, or null.</summary>
    public static string? Description
    {
        get
        {
            if (!IsAvailable)
                return null;
            var configuration = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)Find("openblas_get_config"))());
            var core = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)Find("openblas_get_corename"))());
            return $"{configuration?.Trim()}, kernels for {core}, 1 thread";
        }
    }

    /// <summary>C = A·B + beta·C, all row-major; A may be stored transposed.</summary>
    public static void Multiply<T>(int rows, int columns, int depth, T* a, int strideA, bool transposed, T* b, int strideB, T* c, int strideC, bool accumulate)
        where T : unmanaged
    {
        var orientation = transposed ? Transposed : Plain;
        if (typeof(T) == typeof(double))
            Double(RowMajor, orientation, Plain, rows, columns, depth, 1, (double*)a, strideA, (double*)b, strideB, accumulate ? 1 : 0, (double*)c, strideC);
        else
            Single(RowMajor, orientation, Plain, rows, columns, depth, 1, (float*)a, strideA, (float*)b, strideB, accumulate ? 1 : 0, (float*)c, strideC);
    }

    private static nint Load()
    {
        foreach (var name in (ReadOnlySpan<string>)["libopenblas.so.0", "libopenblas.dylib", "openblas"])
        {
            if (!NativeLibrary.TryLoad(name, out var library))
                continue;
            ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads"))(1);
            return library;
        }

        return 0;
    }

    private static nint Find(string function) => Library == 0 ? 0 : NativeLibrary.GetExport(Library, function);
}
