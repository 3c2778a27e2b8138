using Meniscus.Atoms;

namespace Meniscus.Analysis;

/// <summary>
/// How water molecules point, against the distance of their O from the centre of the slab: ⟨cos θ⟩(z) and
/// ⟨P₂⟩(z) = ⟨(3 cos²θ − 1)/2⟩ (9.12), θ the angle between the dipole (from O to the middle of the H) and the normal of the
/// slab, which points up the axis everywhere. By symmetry cos θ is odd about the centre. Both are 0 where no direction is
/// preferred. The slab is centred frame by frame as in <see cref="DensityProfile"/>.
/// </summary>
public sealed class OrientationProfile
{
    private readonly SlabAxis _axis;
    private readonly WaterMolecules _water = new();
    private readonly int _axisIndex;
    private readonly double _binWidth;
    private BlockedSums? _sums;
    private double[] _frame = [];
    private double[] _masses = [];
    private double _lengthSum;

    /// <summary>Creates an empty profile.</summary>
    /// <param name="axis">Axis along the surface normal: 0, 1, 2 for x, y, z (lattice vector a, b, c).</param>
    /// <param name="binWidth">Width of a bin, Å.</param>
    public OrientationProfile(int axis = 2, double binWidth = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(binWidth);
        _axis = new SlabAxis(axis);
        _axisIndex = axis;
        _binWidth = binWidth;
    }

    /// <summary>Number of frames added.</summary>
    public long FrameCount => _sums?.FrameCount ?? 0;

    /// <summary>Number of bins; 0 before the first frame.</summary>
    public int BinCount { get; private set; }

    /// <summary>Number of O atoms, over all frames, that are not in a water molecule.</summary>
    public long OtherOxygens { get; private set; }

    /// <summary>Number of molecules, over all frames.</summary>
    public long MoleculeCount { get; private set; }

    /// <summary>Adds a frame.</summary>
    /// <exception cref="InputException">It has no cell or no water.</exception>
    public void Add(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        _masses = _sums is null ? FrameMasses.Of(frame) : _masses;
        var s = _axis.Locate(frame, _masses);
        if (_sums is null)
        {
            BinCount = (int)Math.Clamp(Math.Round(_axis.Length / _binWidth), 1, 100_000);
            _frame = new double[3 * BinCount];
            _sums = new BlockedSums(_frame.Length);
        }

        _lengthSum += _axis.Length;
        _water.Find(frame);
        OtherOxygens += _water.OtherOxygens;
        MoleculeCount += _water.Oxygens.Count;
        Array.Clear(_frame);
        var normal = Normal(frame.Cell);
        for (var m = 0; m < _water.Oxygens.Count; m++)
            Count(s[_water.Oxygens[m]], m, normal);
        _sums.Add(_frame);
    }

    /// <summary>Centres of the bins from the centre of mass, Å.</summary>
    public double[] Positions()
    {
        var length = _lengthSum / FrameCount;
        return [.. Enumerable.Range(0, BinCount).Select(b => (((b + 0.5) / BinCount) - 0.5) * length)];
    }

    /// <summary>⟨cos θ⟩ of each bin; NaN where no molecule was.</summary>
    public Estimate[] Cosine() => Ratio(1);

    /// <summary>⟨P₂(cos θ)⟩ of each bin; NaN where no molecule was.</summary>
    public Estimate[] SecondLegendre() => Ratio(2);

    /// <summary>Mean number of molecules in each bin.</summary>
    public double[] Molecules() => [.. _sums!.Total().Take(BinCount).Select(sum => sum / FrameCount)];

    private void Count(double s, int molecule, (double X, double Y, double Z) normal)
    {
        var (x, y, z) = (_water.Bisectors[3 * molecule], _water.Bisectors[(3 * molecule) + 1], _water.Bisectors[(3 * molecule) + 2]);
        var length = Math.Sqrt((x * x) + (y * y) + (z * z));
        if (length == 0)
            return;
        var cosine = ((x * normal.X) + (y * normal.Y) + (z * normal.Z)) / length;
        var bin = Math.Min((int)((s + 0.5) * BinCount), BinCount - 1);
        _frame[bin]++;
        _frame[BinCount + bin] += cosine;
        _frame[(2 * BinCount) + bin] += ((3 * cosine * cosine) - 1) / 2;
    }

    /// <summary>Unit vector across the two faces that the axis joins, towards its head.</summary>
    private (double X, double Y, double Z) Normal(in Cell cell)
    {
        var (i, j) = ((_axisIndex + 1) % 3, (_axisIndex + 2) % 3);
        var x = (cell[i, 1] * cell[j, 2]) - (cell[i, 2] * cell[j, 1]);
        var y = (cell[i, 2] * cell[j, 0]) - (cell[i, 0] * cell[j, 2]);
        var z = (cell[i, 0] * cell[j, 1]) - (cell[i, 1] * cell[j, 0]);
        var along = (x * cell[_axisIndex, 0]) + (y * cell[_axisIndex, 1]) + (z * cell[_axisIndex, 2]);
        var scale = Math.Sign(along) / Math.Sqrt((x * x) + (y * y) + (z * z));
        return (x * scale, y * scale, z * scale);
    }

    /// <summary>Mean per molecule, and its error from the deviations of the blocks' sums: a ratio of two sums that both fluctuate.</summary>
    private Estimate[] Ratio(int part)
    {
        var total = _sums!.Total();
        var blocks = _sums.Blocks.ToList();
        var estimates = new Estimate[BinCount];
        for (var b = 0; b < BinCount; b++)
        {
            var (count, at) = (total[b], (part * BinCount) + b);
            var mean = count > 0 ? total[at] / count : double.NaN;
            var inBlock = count * _sums.FramesPerBlock / FrameCount;
            var deviations = blocks.Select(block => (block[at] - (mean * block[b])) / inBlock).ToArray();
            var average = BlockAverage.Of(deviations);
            estimates[b] = new Estimate(mean, average.StandardError, average.IndependentSamples);
        }

        return estimates;
    }
}
