using BenchmarkDotNet.Attributes;
using Meniscus.Atoms;
using Meniscus.Benchmarks.Water;

namespace Meniscus.Benchmarks.Kernels;

/// <summary>A neighbour list of liquid water.</summary>
/// <param name="Copies">Copies of the 192 atoms along the three lattice vectors.</param>
/// <param name="Frame">The configuration.</param>
/// <param name="Pairs">Pairs in its list.</param>
public sealed record NeighborListWork(string Copies, LabelledFrame Frame, int Pairs)
    : KernelWork($"{Frame.AtomCount} atoms", Pairs, "pairs");

/// <summary><see cref="NeighborList.Build"/> from scratch at 6 Å.</summary>
public class NeighborListBenchmarks
{
    private const double Cutoff = 6;

    private readonly NeighborList _list = new();

    /// <summary>The sizes.</summary>
    public static IEnumerable<NeighborListWork> Cases { get; } = [Make(1, 1, 1), Make(3, 1, 1), Make(4, 4, 4), Make(8, 8, 8)];

    /// <summary>The work.</summary>
    [ParamsSource(nameof(Cases))]
    public NeighborListWork Work { get; set; } = null!;

    /// <summary>Builds the list.</summary>
    [Benchmark]
    public void Build() => _list.Build(Work.Frame.Positions, new Cell(Work.Frame.Box), Cutoff);

    private static NeighborListWork Make(int a, int b, int c)
    {
        var frame = WaterFrames.Read(new TypeMap(["O", "H"]), 1, a, b, c)[0];
        var list = new NeighborList();
        list.Build(frame.Positions, new Cell(frame.Box), Cutoff);
        return new NeighborListWork($"{a}x{b}x{c}", frame, list.PairCount);
    }
}
