using System.Numerics;
using BenchmarkDotNet.Attributes;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks.Kernels;

/// <summary>The sweeps of <see cref="DescriptorContraction{T}"/> for 128 centres, width 100 and 16 axis neurons.</summary>
/// <typeparam name="T">Number format.</typeparam>
public class ContractionBenchmarks<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Width = 100;
    private const int Axis = 16;
    private const int Centres = 128;

    private static readonly int Stride = NetworkColumns<T>.StrideFor(Centres);

    private readonly DescriptorContraction<T> _contraction = new(Width, Axis);
    private NativeBuffer<T> _a = new(0);
    private NativeBuffer<T> _d = new(0);

    /// <summary>The sweeps; operations are those of <see cref="ModelOperations"/>.</summary>
    public static IEnumerable<KernelWork> Cases => [new("forward", Flops(1), KernelWork.Flop), new("backward", Flops(2), KernelWork.Flop), new("tangent", Flops(2), KernelWork.Flop), new("reverse", Flops(4), KernelWork.Flop)];

    /// <summary>The work.</summary>
    [ParamsSource(nameof(Cases))]
    public KernelWork Work { get; set; } = null!;

    /// <summary>Makes the matrices.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _a = RandomNumbers.Buffer<T>(4 * 4 * Width * Stride);
        _d = RandomNumbers.Buffer<T>(2 * Width * Axis * Stride);
    }

    /// <summary>The sweep.</summary>
    [Benchmark]
    public unsafe void Sweep()
    {
        var a = _a.Pointer;
        var d = _d.Pointer;
        var (sizeA, sizeD) = (4 * Width * Stride, Width * Axis * Stride);
        switch (Work.Name)
        {
            case "forward": _contraction.Forward(a, d, Stride, 0, Centres); break;
            case "backward": _contraction.Backward(a, d, a + sizeA, Stride, 0, Centres); break;
            case "tangent": _contraction.Tangent(a, a + sizeA, d, Stride, 0, Centres); break;
            default: _contraction.Reverse(a, a + sizeA, d, d + sizeD, a + (2 * sizeA), Stride, 0, Centres); break;
        }
    }

    /// <summary>Frees the matrices.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _a.Dispose();
        _d.Dispose();
    }

    private static double Flops(int contractions) => 2.0 * 4 * Width * Axis * Centres * contractions;
}
