using Meniscus.Atoms;

namespace Meniscus.Analysis;

/// <summary>
/// Radial distribution functions of pairs of elements,
/// g_AB(r) = ⟨n_AB(r, r + Δr) V⟩/(N_A (N_B − δ_AB) · (4π/3)[(r + Δr)³ − r³]) (9.10), n the number of ordered pairs at that
/// distance: M. P. Allen and D. J. Tildesley, Computer Simulation of Liquids (2017), section 2.6. It is 1 for an ideal gas of any number
/// of atoms. Images are counted one by one, so r may exceed half the cell; an atom's own images are left out.
/// The running coordination number is the mean number of B within r of an A (9.11).
/// <para>Normalized by the volume of the cell: in a slab g tends to what the slab's share of the cell makes of it, not to 1.</para>
/// </summary>
public sealed class RadialDistribution
{
    private readonly NeighborList _list = new();
    private readonly (string A, string B)[] _pairs;
    private readonly double _binWidth;
    private readonly BlockedSums _sums;
    private readonly double[] _frame;
    private int[,] _pairOf = new int[0, 0];
    private TypeMap? _types;
    private double _densitySum;

    /// <summary>Creates empty functions.</summary>
    /// <param name="pairs">Names of the elements of each pair: the centre, and what is around it.</param>
    /// <param name="cutoff">Largest distance, Å.</param>
    /// <param name="binCount">Number of bins.</param>
    public RadialDistribution(IEnumerable<(string A, string B)> pairs, double cutoff = 8, int binCount = 400)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cutoff);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(binCount);
        _pairs = [.. pairs];
        Cutoff = cutoff;
        BinCount = binCount;
        _binWidth = cutoff / binCount;
        // Per pair: g and the coordination number, bin by bin.
        _frame = new double[2 * _pairs.Length * binCount];
        _sums = new BlockedSums(_frame.Length);
    }

    /// <summary>All pairs of elements of a frame that can be at a distance from each other.</summary>
    public static IReadOnlyList<(string A, string B)> PairsOf(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var names = frame.Types.Distinct().Order().Select(type => frame.TypeMap[type]).ToList();
        return [.. names.SelectMany((a, i) => names.Skip(i).Select(b => (a, b))).Where(p => p.a != p.b || frame.Types.Count(t => frame.TypeMap[t] == p.a) > 1)];
    }

    /// <summary>The pairs.</summary>
    public IReadOnlyList<(string A, string B)> Pairs => _pairs;

    /// <summary>Largest distance, Å.</summary>
    public double Cutoff { get; }

    /// <summary>Number of bins.</summary>
    public int BinCount { get; }

    /// <summary>Number of frames added.</summary>
    public long FrameCount => _sums.FrameCount;

    /// <summary>Mean number density of all atoms, 1/Å³.</summary>
    public double MeanDensity => _densitySum / FrameCount;

    /// <summary>Adds a frame.</summary>
    /// <exception cref="InputException">It has no cell, or no atom of an element that is asked for.</exception>
    public void Add(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (!frame.Cell.IsPeriodic)
            throw new InputException("the trajectory has no cell; a radial distribution function needs a periodic one for its density");
        if (_types is null || !_types.Equals(frame.TypeMap))
            Prepare(frame.TypeMap);
        Array.Clear(_frame);
        Count(frame);
        Normalize(frame);
        _densitySum += frame.AtomCount / frame.Cell.Volume;
        _sums.Add(_frame);
    }

    /// <summary>Middle of each bin, Å.</summary>
    public double[] Distances() => [.. Enumerable.Range(0, BinCount).Select(b => (b + 0.5) * _binWidth)];

    /// <summary>g of each bin.</summary>
    /// <param name="pair">Index in <see cref="Pairs"/>.</param>
    public Estimate[] Function(int pair) => Part(2 * pair);

    /// <summary>Mean number of neighbours up to the outer edge of each bin.</summary>
    /// <param name="pair">Index in <see cref="Pairs"/>.</param>
    public Estimate[] Coordination(int pair) => Part((2 * pair) + 1);

    /// <summary>First maximum above 1 and the minimum behind it; null where there is none.</summary>
    /// <param name="pair">Index in <see cref="Pairs"/>.</param>
    public FirstShell? Shell(int pair)
    {
        var whole = Values(_sums.Total(), 2 * pair, FrameCount);
        if (FirstShell.Locate(whole, _binWidth) is not { } found)
            return null;
        var estimates = _sums.Estimates(
            [found.PeakPosition, found.PeakHeight, found.MinimumPosition, found.MinimumHeight],
            sums => FirstShell.Locate(Values(sums, 2 * pair, _sums.FramesPerBlock), _binWidth) is { } own
                ? [own.PeakPosition, own.PeakHeight, own.MinimumPosition, own.MinimumHeight]
                : [double.NaN, double.NaN, double.NaN, double.NaN]);
        var edge = Math.Clamp((int)Math.Round(found.MinimumPosition / _binWidth) - 1, 0, BinCount - 1);
        return new FirstShell(estimates[0], estimates[1], estimates[2], estimates[3], double.IsNaN(found.MinimumPosition) ? default : Coordination(pair)[edge]);
    }

    private Estimate[] Part(int part) => _sums.Estimates(
        Values(_sums.Total(), part, FrameCount), sums => Values(sums, part, _sums.FramesPerBlock));

    private double[] Values(double[] sums, int part, long frames) =>
        Array.ConvertAll(sums[(part * BinCount)..((part + 1) * BinCount)], sum => sum / frames);

    private void Prepare(TypeMap types)
    {
        _types = types;
        _pairOf = new int[types.Count, types.Count];
        for (var a = 0; a < types.Count; a++)
        {
            for (var b = 0; b < types.Count; b++)
                _pairOf[a, b] = Array.IndexOf(_pairs, (types[a], types[b]));
        }

        foreach (var name in _pairs.SelectMany(pair => new[] { pair.A, pair.B }))
        {
            if (types.IndexOf(name) < 0)
                throw new InputException($"pair element '{name}' is not in the trajectory; it has {types}");
        }
    }

    private void Count(Frame frame)
    {
        _list.Build(frame.Positions, frame.Cell, Cutoff);
        var x = _list.WrappedPositions;
        var shifts = _list.ShiftVectors;
        for (var i = 0; i < frame.AtomCount; i++)
        {
            for (var p = _list.Start[i]; p < _list.Start[i + 1]; p++)
            {
                var j = _list.Neighbors[p];
                var pair = _pairOf[frame.Types[i], frame.Types[j]];
                if (pair < 0 || i == j)
                    continue;
                var s = 3 * _list.Shifts[p];
                var (dx, dy, dz) = (
                    x[3 * j] + shifts[s] - x[3 * i],
                    x[(3 * j) + 1] + shifts[s + 1] - x[(3 * i) + 1],
                    x[(3 * j) + 2] + shifts[s + 2] - x[(3 * i) + 2]);
                var bin = (int)(Math.Sqrt((dx * dx) + (dy * dy) + (dz * dz)) / _binWidth);
                if (bin < BinCount)
                    _frame[(2 * pair * BinCount) + bin]++;
            }
        }
    }

    private void Normalize(Frame frame)
    {
        for (var pair = 0; pair < _pairs.Length; pair++)
        {
            var (a, b) = (_types!.IndexOf(_pairs[pair].A), _types.IndexOf(_pairs[pair].B));
            double centres = frame.Types.Count(type => type == a);
            double others = frame.Types.Count(type => type == b) - (a == b ? 1 : 0);
            if (centres == 0 || others <= 0)
                throw new InputException($"frame {FrameCount + 1}: no pair {_pairs[pair].A}-{_pairs[pair].B}; name elements that the frame has atoms of");
            var counts = _frame.AsSpan(2 * pair * BinCount, BinCount);
            var coordination = _frame.AsSpan(((2 * pair) + 1) * BinCount, BinCount);
            double running = 0;
            for (var bin = 0; bin < BinCount; bin++)
            {
                running += counts[bin];
                coordination[bin] = running / centres;
                var (inner, outer) = (bin * _binWidth, (bin + 1) * _binWidth);
                var shell = 4 * Math.PI / 3 * ((outer * outer * outer) - (inner * inner * inner));
                counts[bin] *= frame.Cell.Volume / (centres * others * shell);
            }
        }
    }
}
