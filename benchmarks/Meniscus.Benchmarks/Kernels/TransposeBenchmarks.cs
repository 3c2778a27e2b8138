using System.Numerics;
using BenchmarkDotNet.Attributes;
using Meniscus.Numerics;

namespace Meniscus.Benchmarks.Kernels;

/// <summary><see cref="Transpose"/> of the adjoints of one fitting layer, for the gradient of its weights.</summary>
/// <typeparam name="T">Number format.</typeparam>
public class TransposeBenchmarks<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rows = 240;
    private const int Columns = 128;

    private NativeBuffer<T> _source = new(0);
    private NativeBuffer<T> _target = new(0);

    /// <summary>The case; every element is read once and written once.</summary>
    public static unsafe IEnumerable<KernelWork> Cases() => [new($"{Rows}x{Columns}", 2.0 * Rows * Columns * sizeof(T), "bytes")];

    /// <summary>The work.</summary>
    [ParamsSource(nameof(Cases))]
    public KernelWork Work { get; set; } = null!;

    /// <summary>Makes the matrices.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _source = RandomNumbers.Buffer<T>(Rows * NetworkStride);
        _target = new NativeBuffer<T>(Rows * Columns);
    }

    /// <summary>The stride that the sweeps use for 128 columns.</summary>
    private static int NetworkStride => Potentials.DeepPot.NetworkColumns<T>.StrideFor(Columns);

    /// <summary>Copies rows to columns.</summary>
    [Benchmark]
    public unsafe void Copy() => Transpose.Copy(_source.Pointer, NetworkStride, Rows, Columns, _target.Pointer, Rows);

    /// <summary>Frees the matrices.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _source.Dispose();
        _target.Dispose();
    }
}
