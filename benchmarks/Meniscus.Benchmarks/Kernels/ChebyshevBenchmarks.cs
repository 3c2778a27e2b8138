using System.Numerics;
using BenchmarkDotNet.Attributes;
using Meniscus.Atoms;
using Meniscus.Benchmarks.Water;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks.Kernels;

/// <summary>
/// The sweeps of <see cref="ChebyshevColumns{T}"/> for the 128 hydrogen centres of a frame of 192 atoms: moments over the
/// neighbours and products with the coefficients.
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
public class ChebyshevBenchmarks<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Hydrogen = 1;

    private DeepPotKernel<T>? _kernel;
    private ChebyshevEmbedding<T>? _tables;
    private EnvironmentMatrix<T>? _environment;
    private ChebyshevColumns<T>? _columns;
    private NativeBuffer<T>? _a;
    private int _count;
    private int _stride;

    /// <summary>The case: neighbours are what the moments, and nearly all of the time, depend on.</summary>
    public static IEnumerable<KernelWork> Cases
    {
        get
        {
            var model = WaterModel.Create(_ => { });
            var size = new NeighborCounts(model, WaterFrames.Read(model.TypeMap, 1));
            return [new("128 H centres", size.Pairs(Hydrogen, 0) + size.Pairs(Hydrogen, 1), "pairs")];
        }
    }

    /// <summary>The work.</summary>
    [ParamsSource(nameof(Cases))]
    public KernelWork Work { get; set; } = null!;

    /// <summary>Makes environment and tables.</summary>
    [GlobalSetup]
    public unsafe void SetUp()
    {
        var model = WaterModel.Create(_ => { });
        var frame = WaterFrames.Read(model.TypeMap, 1)[0];
        _kernel = new DeepPotKernel<T>(model);
        _tables = new ChebyshevEmbedding<T>(_kernel.Settings, _kernel.Embeddings, training: true);
        _environment = new EnvironmentMatrix<T>(_kernel.Settings, Hydrogen);
        FillEnvironment(_environment, frame, _kernel.Settings.Cutoff);
        var types = _kernel.Settings.TypeCount;
        var upper = new double[types * types];
        Array.Fill(upper, double.MinValue);
        _environment.RaiseUpper(0, _environment.Count, upper.AsSpan(Hydrogen * types, types));
        _tables.Prepare(_kernel.Parameters.Values, upper);
        _count = MatrixProduct.PadColumns(_environment.Count);
        _stride = NetworkColumns<T>.StrideFor(_count);
        _columns = new ChebyshevColumns<T>(_kernel.Settings, _environment, _tables);
        _columns.Resize(_stride);
        _a = RandomNumbers.Buffer<T>(4 * _kernel.Settings.Width * _stride);
        _columns.Forward(_kernel.Parameters.Values, 0, _count, _a.Pointer);
    }

    /// <summary>A from the rows.</summary>
    [Benchmark]
    public unsafe void Forward() => _columns!.Forward(_kernel!.Parameters.Values, 0, _count, _a!.Pointer);

    /// <summary>R̄ from Ā.</summary>
    [Benchmark]
    public unsafe void Backward() => _columns!.Backward(_kernel!.Parameters.Values, 0, _count, _a!.Pointer);

    /// <summary>Ȧ from the tangents of the rows.</summary>
    [Benchmark]
    public unsafe void Tangent() => _columns!.Tangent(_kernel!.Parameters.Values, 0, _count, _a!.Pointer);

    /// <summary>Frees everything.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _columns?.Dispose();
        _environment?.Dispose();
        _tables?.Dispose();
        _kernel?.Dispose();
        _a?.Dispose();
    }

    private static void FillEnvironment(EnvironmentMatrix<T> environment, LabelledFrame frame, double cutoff)
    {
        var list = new NeighborList();
        list.Build(frame.Positions, new Cell(frame.Box), cutoff);
        var centres = Enumerable.Range(0, frame.AtomCount).Where(i => frame.Types[i] == environment.CentreType).ToArray();
        environment.Resize(centres.Length, list.PairCount, training: true);
        var (place, overflow) = (0, default(NeighborOverflow));
        for (var i = 0; i < centres.Length; i++)
        {
            environment.Fill(i, place, list, frame.Types, centres[i], 0, ref overflow);
            place += list.Start[centres[i] + 1] - list.Start[centres[i]];
        }
    }
}
