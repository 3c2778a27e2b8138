using Meniscus.Atoms;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks.Water;

/// <summary>
/// Centres and neighbours that a model really sees in a set of frames, mean per frame: what operations are counted from.
/// </summary>
internal sealed class NeighborCounts
{
    private readonly double[] _pairs;

    /// <summary>Counts.</summary>
    /// <param name="model">Cutoff and slots.</param>
    /// <param name="frames">Periodic frames of one size.</param>
    public NeighborCounts(DeepPotModel model, IReadOnlyList<LabelledFrame> frames)
    {
        var types = model.TypeMap.Count;
        Centres = new double[types];
        _pairs = new double[types * types];
        Largest = new int[types];
        var list = new NeighborList();
        foreach (var frame in frames)
        {
            list.Build(frame.Positions, new Cell(frame.Box), model.Descriptor.Cutoff);
            for (var i = 0; i < frame.AtomCount; i++)
                Add(list, frame.Types, i, model.Descriptor.Sel, 1.0 / frames.Count);
        }
    }

    /// <summary>Number of centres per type.</summary>
    public double[] Centres { get; }

    /// <summary>Largest number of neighbours of each type of any atom, before slots run out.</summary>
    public int[] Largest { get; }

    /// <summary>Number of atoms.</summary>
    public double Atoms => Centres.Sum();

    /// <summary>Mean number of neighbours per atom.</summary>
    public double PerAtom => _pairs.Sum() / Atoms;

    /// <summary>Number of neighbours of a type that centres of a type have together.</summary>
    public double Pairs(int centre, int neighbor) => _pairs[(centre * Centres.Length) + neighbor];

    private void Add(NeighborList list, int[] types, int atom, int[] sel, double weight)
    {
        Span<int> counts = stackalloc int[sel.Length];
        for (var p = list.Start[atom]; p < list.Start[atom + 1]; p++)
            counts[types[list.Neighbors[p]]]++;
        Centres[types[atom]] += weight;
        for (var t = 0; t < sel.Length; t++)
        {
            Largest[t] = Math.Max(Largest[t], counts[t]);
            _pairs[(types[atom] * sel.Length) + t] += weight * Math.Min(counts[t], sel[t]);
        }
    }
}
