using Meniscus.Atoms;

namespace Meniscus.Analysis;

/// <summary>
/// Density along an axis, bin by bin: ρ(z) = ⟨Σ_i m_i δ(z − z_i)⟩/A (9.8), each frame centred on its centre of mass first
/// (<see cref="SlabAxis"/>), because a slab may drift. Bins are fractions of the cell, so a cell that breathes is no
/// exception. Frames are added one by one; the memory does not grow with their number.
/// </summary>
public sealed class DensityProfile
{
    private readonly SlabAxis _axis;
    private readonly double _binWidth;
    private BlockedSums? _sums;
    private double[] _frame = [];
    private double[] _masses = [];
    private double _lengthSum;
    private string[] _names = [];

    /// <summary>Creates an empty profile.</summary>
    /// <param name="axis">Axis along the surface normal: 0, 1, 2 for x, y, z (lattice vector a, b, c).</param>
    /// <param name="binWidth">Width of a bin, Å; the cell is divided into a whole number of bins of about this width.</param>
    public DensityProfile(int axis = 2, double binWidth = 0.25)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(binWidth);
        _axis = new SlabAxis(axis);
        _binWidth = binWidth;
    }

    /// <summary>Number of frames added.</summary>
    public long FrameCount => _sums?.FrameCount ?? 0;

    /// <summary>Number of bins; 0 before the first frame.</summary>
    public int BinCount { get; private set; }

    /// <summary>Names of the types, in the order of <see cref="NumberDensity"/>.</summary>
    public IReadOnlyList<string> Types => _names;

    /// <summary>Mean length of the cell along the axis, Å.</summary>
    public double Length => _lengthSum / FrameCount;

    /// <summary>Where the centre of mass was in the first and in the last frame, as a fraction of the cell.</summary>
    public (double First, double Last) Centre { get; private set; }

    /// <summary>Largest excursion of the centre of mass from where it was at first, Å.</summary>
    public double LargestDrift { get; private set; }

    /// <summary>Smallest and largest length of the cell along the axis, Å.</summary>
    public (double Smallest, double Largest) Lengths { get; private set; } = (double.PositiveInfinity, 0);

    /// <summary>Smallest degree to which the mass is in one slab, 1 for a thin one and 0 for a filled cell.</summary>
    public double SmallestOrder { get; private set; } = 1;

    /// <summary>Adds a frame.</summary>
    /// <exception cref="InputException">It has no cell or no mass for a type, or other types than the frames before.</exception>
    public void Add(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (_sums is null)
            Prepare(frame);
        else if (frame.TypeMap.Count != _names.Length)
            throw new InputException($"frame {FrameCount + 1} has {frame.TypeMap.Count} types where those before have {_names.Length}");
        var s = _axis.Locate(frame, _masses);
        TakeCentre();
        Array.Clear(_frame);
        // Per Å³, so that a frame counts by its density and not by its volume.
        var weight = BinCount / _axis.Volume;
        for (var i = 0; i < s.Length; i++)
        {
            var bin = Math.Min((int)((s[i] + 0.5) * BinCount), BinCount - 1);
            _frame[(frame.Types[i] * BinCount) + bin] += weight;
        }

        _sums!.Add(_frame);
    }

    /// <summary>Centres of the bins from the centre of mass, Å, in the mean cell.</summary>
    public double[] Positions() => [.. Enumerable.Range(0, BinCount).Select(b => (((b + 0.5) / BinCount) - 0.5) * Length)];

    /// <summary>Mass density of each bin, g/cm³.</summary>
    public Estimate[] MassDensity() => _sums!.Estimates(MassOf(_sums.Total(), FrameCount), sums => MassOf(sums, _sums.FramesPerBlock));

    /// <summary>Number density of a type in each bin, 1/Å³.</summary>
    /// <param name="type">Index in <see cref="Types"/>.</param>
    public Estimate[] NumberDensity(int type) => _sums!.Estimates(
        Scaled(_sums.Total(), type, FrameCount), sums => Scaled(sums, type, _sums.FramesPerBlock));

    /// <summary>Fits two interfaces to the mass density; null where there are none.</summary>
    public InterfaceFit? Fit()
    {
        var whole = MassOf(_sums!.Total(), FrameCount);
        return InterfaceFit.Find(Positions(), whole, Length, _sums.Blocks.Select(sums => MassOf(sums, _sums.FramesPerBlock)));
    }

    private void Prepare(Frame frame)
    {
        _masses = FrameMasses.Of(frame);
        _names = [.. frame.TypeMap.Names];
        if (!frame.Cell.IsPeriodic)
            throw new InputException("the trajectory has no cell; a profile along an axis needs a periodic one");
        _axis.Locate(frame, _masses);
        BinCount = (int)Math.Clamp(Math.Round(_axis.Length / _binWidth), 1, 100_000);
        Centre = (_axis.Centre, _axis.Centre);
        _frame = new double[_names.Length * BinCount];
        _sums = new BlockedSums(_frame.Length);
    }

    private void TakeCentre()
    {
        _lengthSum += _axis.Length;
        Lengths = (Math.Min(Lengths.Smallest, _axis.Length), Math.Max(Lengths.Largest, _axis.Length));
        SmallestOrder = Math.Min(SmallestOrder, _axis.Order);
        Centre = (Centre.First, _axis.Centre);
        LargestDrift = Math.Max(LargestDrift, Math.Abs(SlabAxis.Wrap(_axis.Centre - Centre.First)) * _axis.Length);
    }

    private double[] MassOf(double[] sums, long frames)
    {
        var density = new double[BinCount];
        for (var type = 0; type < _names.Length; type++)
        {
            for (var b = 0; b < BinCount; b++)
                density[b] += sums[(type * BinCount) + b] * _masses[type] * Units.AmuPerCubicAngstrom / frames;
        }

        return density;
    }

    private double[] Scaled(double[] sums, int type, long frames) =>
        Array.ConvertAll(sums[(type * BinCount)..((type + 1) * BinCount)], sum => sum / frames);
}
