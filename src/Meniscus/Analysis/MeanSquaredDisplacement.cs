using System.Globalization;
using Meniscus.Atoms;

namespace Meniscus.Analysis;

/// <summary>What to follow for a diffusion coefficient.</summary>
public sealed record DisplacementOptions
{
    /// <summary>Name of the element whose atoms are followed; O stands for water molecules. Null for all atoms.</summary>
    public string? Element { get; init; } = "O";

    /// <summary>Whether the displacement of the centre of mass of all atoms is taken off.</summary>
    public bool RemoveDrift { get; init; } = true;

    /// <summary>Longest time difference, ps; null for a tenth of the trajectory.</summary>
    public double? LongestLag { get; init; }

    /// <summary>Start of the straight line, ps; null for a fifth of the longest time difference.</summary>
    public double? FitStart { get; init; }

    /// <summary>End of the straight line, ps; null for the longest time difference.</summary>
    public double? FitEnd { get; init; }

    /// <summary>Time step, ps, where the trajectory numbers its steps but has no times.</summary>
    public double? Timestep { get; init; }

    /// <summary>Time between frames, ps, where the trajectory has neither.</summary>
    public double? FrameInterval { get; init; }
}

/// <summary>
/// Mean squared displacement over many origins, ⟨|r(t₀ + t) − r(t₀)|²⟩ (9.13), and the diffusion coefficient from the
/// slope of its straight part, MSD = 6 D t + c (9.14): A. Einstein, Ann. Phys. 322, 549 (1905). In a periodic cell of edge L it is
/// too small by 2.837297 k_B T/(6π η L) (9.15): I.-C. Yeh and G. Hummer, J. Phys. Chem. B 108, 15873 (2004).
/// <para>
/// Wrapped positions are followed by the shortest image of each step, as sums of displacements, which also holds for
/// cells that breathe: S. von Bülow, J. T. Bullerjahn and G. Hummer, J. Chem. Phys. 153, 021101 (2020). Errors are from
/// blocks of the trajectory that share no frame.
/// </para>
/// </summary>
public sealed class MeanSquaredDisplacement
{
    private const int MostLags = 200;
    private const int FewestOrigins = 2000;
    private const int MostBlocks = 10;

    private readonly DisplacementOptions _options;
    private readonly List<double[]> _frames = [];
    private readonly List<double> _times = [];
    private double[] _previous = [];
    private double[] _unwrapped = [];
    private double[] _origin = [];
    private double[] _masses = [];
    private int[] _atoms = [];
    private double _volumeSum;

    /// <summary>Creates one without frames.</summary>
    public MeanSquaredDisplacement(DisplacementOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <summary>Number of frames added; the positions of the atoms followed are kept for each.</summary>
    public int FrameCount => _frames.Count;

    /// <summary>Number of atoms that are followed.</summary>
    public int AtomCount => _atoms.Length;

    /// <summary>Mean volume of the cell, Å³; NaN without a cell.</summary>
    public double Volume => _volumeSum / FrameCount;

    /// <summary>Longest step of an atom from frame to frame, as a fraction of the cell. Above a quarter images may have been mistaken.</summary>
    public double LongestStep { get; private set; }

    /// <summary>Adds a frame.</summary>
    /// <exception cref="InputException">It has other atoms than the first one, or none of the element.</exception>
    public void Add(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (_frames.Count == 0)
            Prepare(frame);
        else if (frame.AtomCount * 3 != _unwrapped.Length)
            throw new InputException($"frame {_frames.Count + 1} has {frame.AtomCount} atoms where the first has {_unwrapped.Length / 3}; atoms can be followed only where all frames have the same");
        Follow(frame);
        var drift = Drift(frame.Types);
        var kept = new double[3 * _atoms.Length];
        for (var k = 0; k < kept.Length; k++)
            kept[k] = _unwrapped[(3 * _atoms[k / 3]) + (k % 3)] - drift[k % 3];
        _frames.Add(kept);
        _times.Add(frame.Time ?? (frame.Step * _options.Timestep) ?? ((_frames.Count - 1) * _options.FrameInterval) ?? double.NaN);
        _volumeSum += frame.Cell.IsPeriodic ? frame.Cell.Volume : double.NaN;
    }

    /// <summary>Displacements and diffusion coefficient of what was added.</summary>
    /// <exception cref="InputException">Too few frames, no times, or times at uneven intervals.</exception>
    public DisplacementResult Result()
    {
        var interval = Interval();
        var longest = Longest(interval);
        var lags = Lags(longest);
        var (start, end) = FitWindow(lags, interval);
        var whole = Mean(lags, 0, _frames.Count);
        var blockCount = Math.Clamp(_frames.Count / (2 * longest), 1, MostBlocks);
        var blocks = Enumerable.Range(0, blockCount)
            .Select(b => Mean(lags, (int)((long)b * _frames.Count / blockCount), (int)((b + 1L) * _frames.Count / blockCount))).ToList();
        var times = Array.ConvertAll(lags, lag => lag * interval);
        var estimates = whole.Select((value, i) => OfBlocks(value, blocks.ConvertAll(block => block[i]))).ToArray();
        var slopes = blocks.ConvertAll(block => Slope(times, block, start, end) / 6);
        return new DisplacementResult
        {
            Times = times,
            Displacement = estimates,
            Diffusion = OfBlocks(Slope(times, whole, start, end) / 6, slopes),
            FitStart = times[start],
            FitEnd = times[end - 1],
            Intercept = Intercept(times, whole, start, end),
            BlockCount = blockCount,
            FrameInterval = interval,
        };
    }

    private static Estimate OfBlocks(double mean, List<double> blocks) => new(
        mean,
        blocks.Count < 2 ? double.NaN : Math.Sqrt(Moments.Variance(blocks.ToArray(), Moments.Mean(blocks.ToArray())) / blocks.Count),
        blocks.Count);

    private void Prepare(Frame frame)
    {
        var element = _options.Element is null ? -1 : frame.TypeMap.IndexOf(_options.Element);
        _atoms = [.. Enumerable.Range(0, frame.AtomCount).Where(i => _options.Element is null || frame.Types[i] == element)];
        if (_atoms.Length == 0)
            throw new InputException($"no atom of '{_options.Element}' in the trajectory; it has {frame.TypeMap}");
        _masses = _options.RemoveDrift ? FrameMasses.Of(frame) : [];
        _unwrapped = [.. frame.Positions];
        _previous = [.. frame.Positions];
        _origin = [.. frame.Positions];
    }

    private void Follow(Frame frame)
    {
        var x = frame.Positions;
        if (frame.Unwrapped || !frame.Cell.IsPeriodic)
        {
            x.CopyTo(_unwrapped, 0);
            return;
        }

        for (var p = 0; p < x.Length; p += 3)
        {
            var (a, b, c) = frame.Cell.Fractional(x[p] - _previous[p], x[p + 1] - _previous[p + 1], x[p + 2] - _previous[p + 2]);
            (a, b, c) = (SlabAxis.Wrap(a), SlabAxis.Wrap(b), SlabAxis.Wrap(c));
            LongestStep = Math.Max(LongestStep, Math.Max(Math.Abs(a), Math.Max(Math.Abs(b), Math.Abs(c))));
            var (dx, dy, dz) = frame.Cell.Cartesian(a, b, c);
            (_unwrapped[p], _unwrapped[p + 1], _unwrapped[p + 2]) = (_unwrapped[p] + dx, _unwrapped[p + 1] + dy, _unwrapped[p + 2] + dz);
        }

        x.CopyTo(_previous, 0);
    }

    private double[] Drift(int[] types)
    {
        var drift = new double[3];
        if (!_options.RemoveDrift)
            return drift;
        double mass = 0;
        for (var i = 0; i < types.Length; i++)
        {
            var m = _masses[types[i]];
            mass += m;
            for (var k = 0; k < 3; k++)
                drift[k] += m * (_unwrapped[(3 * i) + k] - _origin[(3 * i) + k]);
        }

        return Array.ConvertAll(drift, d => d / mass);
    }

    private double Interval()
    {
        if (_frames.Count < 4)
            throw new InputException($"only {_frames.Count} frames are left for a mean squared displacement; expected at least 4");
        if (double.IsNaN(_times[0]))
            throw new InputException("the trajectory has no times; give its time step (--timestep_fs) or the time between its frames (--interval_ps)");
        var interval = (_times[^1] - _times[0]) / (_times.Count - 1);
        for (var i = 1; i < _times.Count; i++)
        {
            if (!(Math.Abs(_times[i] - _times[i - 1] - interval) <= 0.01 * interval))
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"frames {i} and {i + 1} are {_times[i] - _times[i - 1]:G6} ps apart where the mean is {interval:G6} ps; expected even intervals, frames are missing or doubled"));
            }
        }

        return interval;
    }

    private int Longest(double interval)
    {
        var longest = _options.LongestLag is { } asked ? (int)Math.Round(asked / interval) : Math.Max(3, _frames.Count / 10);
        if (longest < 2 || longest >= _frames.Count)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"the longest time difference {longest * interval:G6} ps does not fit {_frames.Count} frames of {interval:G6} ps; expected {2 * interval:G6} to {(_frames.Count - 1) * interval:G6} ps"));
        }

        return longest;
    }

    private static int[] Lags(int longest) =>
        [.. Enumerable.Range(0, Math.Min(MostLags, longest) + 1).Select(i => (int)Math.Round((double)i * longest / Math.Min(MostLags, longest)))];

    private (int Start, int End) FitWindow(int[] lags, double interval)
    {
        var (from, to) = (_options.FitStart ?? lags[^1] * interval / 5, _options.FitEnd ?? lags[^1] * interval);
        var start = Array.FindIndex(lags, lag => lag * interval >= from * (1 - 1e-9));
        var end = Array.FindLastIndex(lags, lag => lag * interval <= to * (1 + 1e-9)) + 1;
        if (start < 0 || end - start < 2)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"the straight line from {from:G6} to {to:G6} ps has fewer than 2 of the time differences up to {lags[^1] * interval:G6} ps; choose it within them"));
        }

        return (start, end);
    }

    private double[] Mean(int[] lags, int from, int to)
    {
        var means = new double[lags.Length];
        for (var k = 0; k < lags.Length; k++)
        {
            var last = to - lags[k];
            var stride = Math.Max(1, (last - from) / FewestOrigins);
            double sum = 0;
            long count = 0;
            for (var origin = from; origin < last; origin += stride)
            {
                sum += Square(_frames[origin], _frames[origin + lags[k]]);
                count += _atoms.Length;
            }

            means[k] = count > 0 ? sum / count : double.NaN;
        }

        return means;
    }

    private static double Square(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += (b[i] - a[i]) * (b[i] - a[i]);
        return sum;
    }

    private static double Slope(double[] t, double[] y, int start, int end)
    {
        var (meanT, meanY) = (Moments.Mean(t.AsSpan(start, end - start)), Moments.Mean(y.AsSpan(start, end - start)));
        double product = 0, square = 0;
        for (var i = start; i < end; i++)
        {
            product += (t[i] - meanT) * (y[i] - meanY);
            square += (t[i] - meanT) * (t[i] - meanT);
        }

        return product / square;
    }

    private static double Intercept(double[] t, double[] y, int start, int end) =>
        Moments.Mean(y.AsSpan(start, end - start)) - (Slope(t, y, start, end) * Moments.Mean(t.AsSpan(start, end - start)));
}

/// <summary>Mean squared displacement and what follows from it.</summary>
public sealed record DisplacementResult
{
    /// <summary>Time differences, ps, from 0.</summary>
    public required double[] Times { get; init; }

    /// <summary>Mean squared displacement at each, Å².</summary>
    public required Estimate[] Displacement { get; init; }

    /// <summary>Diffusion coefficient in the cell, Å²/ps; its samples are the blocks.</summary>
    public required Estimate Diffusion { get; init; }

    /// <summary>First time difference on the straight line, ps.</summary>
    public required double FitStart { get; init; }

    /// <summary>Last time difference on the straight line, ps.</summary>
    public required double FitEnd { get; init; }

    /// <summary>Value of the straight line at 0, Å².</summary>
    public required double Intercept { get; init; }

    /// <summary>Number of blocks behind the errors.</summary>
    public required int BlockCount { get; init; }

    /// <summary>Time between frames, ps.</summary>
    public required double FrameInterval { get; init; }

    /// <summary>What a cubic cell of this volume takes from the diffusion coefficient, Å²/ps: (9.15).</summary>
    /// <param name="temperature">K.</param>
    /// <param name="viscosity_mPa_s">Shear viscosity of the liquid, mPa·s.</param>
    /// <param name="volume">Å³.</param>
    public static double FiniteSizeCorrection(double temperature, double viscosity_mPa_s, double volume)
    {
        const double Xi = 2.837297;
        // 1 mPa·s is 10⁴ bar·ps.
        var viscosity = 1e4 * viscosity_mPa_s / Units.EvPerCubicAngstrom;
        return Xi * Units.Boltzmann * temperature / (6 * Math.PI * viscosity * Math.Cbrt(volume));
    }
}
