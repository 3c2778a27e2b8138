using System.Numerics;
using BenchmarkDotNet.Attributes;
using Meniscus.Numerics;

namespace Meniscus.Benchmarks.Kernels;

/// <summary>One matrix product of a training step: rows × columns × depth, and how A is stored.</summary>
/// <param name="Sweep">The sweep it comes from.</param>
/// <param name="Rows">Rows of A and C.</param>
/// <param name="Columns">Columns of B and C.</param>
/// <param name="Depth">Columns of A, rows of B.</param>
/// <param name="Transposed">Whether A is read through its transpose.</param>
/// <param name="Products">Products that are added up.</param>
public sealed record MatrixProductWork(string Sweep, int Rows, int Columns, int Depth, bool Transposed, int Products)
    : KernelWork($"{Sweep} {Rows}x{Columns}x{(Products > 1 ? $"{Products}*" : "")}{Depth}", 2.0 * Rows * Columns * Depth * Products, Flop);

/// <summary>
/// <see cref="MatrixProduct"/> in the shapes of the first fitting layer, which is most of the work: 1600 features, 240
/// neurons, and the 96 atoms that are the mean of 64 O and 128 H (192 atoms).
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
public class MatrixProductBenchmarks<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private NativeBuffer<T> _a = new(0);
    private NativeBuffer<T> _b = new(0);
    private NativeBuffer<T> _c = new(0);

    /// <summary>The shapes.</summary>
    public static IEnumerable<MatrixProductWork> Cases =>
    [
        new("forward", 240, 96, 1600, Transposed: true, 1),
        new("backward", 1600, 96, 240, Transposed: false, 1),
        new("weights", 1600, 240, 96, Transposed: false, 2),
        new("hidden", 240, 96, 240, Transposed: true, 1),
    ];

    /// <summary>The shape.</summary>
    [ParamsSource(nameof(Cases))]
    public MatrixProductWork Work { get; set; } = null!;

    private int StrideA => Work.Transposed ? Work.Rows : Work.Depth;

    private int SizeA => Work.Rows * Work.Depth;

    private int SizeB => Work.Depth * Work.Columns;

    /// <summary>Makes the matrices.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _a = RandomNumbers.Buffer<T>(Work.Products * SizeA);
        _b = RandomNumbers.Buffer<T>(Work.Products * SizeB);
        _c = new NativeBuffer<T>(Work.Rows * Work.Columns);
    }

    /// <summary>Our product.</summary>
    [Benchmark(Baseline = true)]
    public unsafe void Meniscus()
    {
        var (rowStride, columnStride) = Work.Transposed ? (1, StrideA) : (StrideA, 1);
        MatrixProduct.MultiplySum(
            Work.Rows,
            Work.Columns,
            Work.Depth,
            _a.Pointer,
            Work.Products > 1 ? _a.Pointer + SizeA : null,
            rowStride,
            columnStride,
            _b.Pointer,
            Work.Products > 1 ? _b.Pointer + SizeB : null,
            Work.Columns,
            _c.Pointer,
            Work.Columns,
            accumulate: Work.Products > 1);
    }

    /// <summary>The peer's.</summary>
    [Benchmark]
    public unsafe void OpenBLAS()
    {
        for (var p = 0; p < Work.Products; p++)
        {
            OpenBlas.Multiply(
                Work.Rows,
                Work.Columns,
                Work.Depth,
                _a.Pointer + (p * SizeA),
                StrideA,
                Work.Transposed,
                _b.Pointer + (p * SizeB),
                Work.Columns,
                _c.Pointer,
                Work.Columns,
                accumulate: Work.Products > 1);
        }
    }

    /// <summary>Frees the matrices.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _a.Dispose();
        _b.Dispose();
        _c.Dispose();
    }
}
