using System.Numerics;
using BenchmarkDotNet.Attributes;
using Meniscus.Numerics;

namespace Meniscus.Benchmarks.Kernels;

/// <summary>A row of <see cref="ActivationKernel"/>: tanh with both derivatives, as the forward sweep of training needs it.</summary>
/// <typeparam name="T">Number format.</typeparam>
public class ActivationBenchmarks<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Length = 128;

    private NativeBuffer<T> _z = new(0);
    private NativeBuffer<T> _results = new(0);

    /// <summary>The case.</summary>
    public static IEnumerable<KernelWork> Cases => [new($"tanh of {Length} values", Length, "values")];

    /// <summary>The work.</summary>
    [ParamsSource(nameof(Cases))]
    public KernelWork Work { get; set; } = null!;

    /// <summary>Makes the row.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _z = RandomNumbers.Buffer<T>(Length);
        _results = new NativeBuffer<T>(3 * Length);
    }

    /// <summary>φ, φ′, φ″ and the layer's output. The output replaces z; the bias keeps it from dying away.</summary>
    [Benchmark]
    public unsafe void Tanh() => ActivationKernel.Row(
        ActivationFunction.Tanh,
        _z.Pointer,
        T.CreateTruncating(0.3),
        T.One,
        null,
        _results.Pointer,
        _results.Pointer + Length,
        _results.Pointer + (2 * Length),
        Length);

    /// <summary>Frees the row.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _z.Dispose();
        _results.Dispose();
    }
}
