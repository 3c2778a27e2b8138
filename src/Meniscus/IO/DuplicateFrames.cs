using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.IO;

/// <summary>
/// Finds frames that were seen before, also where one was written with fewer digits or wrapped into its cell. A frame is
/// reduced to four sums over its atoms, Σᵢ wᵢ·h·cos(2π sᵢ)/2π and the like of the fractional coordinates s (h the height of
/// the cell), with random weights: they do not notice a lattice translation, and move with the atoms as far as those do.
/// Two frames are the same when all four agree within what rounding to <see cref="Tolerance"/> can do. The atoms must be in
/// the same order. Memory: some 60 bytes per frame.
/// </summary>
internal sealed class DuplicateFrames
{
    /// <summary>Root mean square difference of positions that still counts as the same, Å.</summary>
    public const double Tolerance = 2e-5;

    private const int Sums = 4;

    // Å; the same positions with other elements are another frame.
    private const double TypeShift = 10;

    private readonly Dictionary<long, int> _lastInBin = [];
    private readonly List<Entry> _entries = [];
    private readonly RandomStream _random = new(1, "duplicate frames");
    private readonly List<double> _weights = [];

    private readonly record struct Entry(double A, double B, double C, double D, int System, int Frame, int NextInBin);

    /// <summary>Looks for a frame and remembers it if it is new.</summary>
    /// <param name="frame">The frame; its box must be usable.</param>
    /// <param name="system">Number of the system.</param>
    /// <param name="index">Number of the frame.</param>
    /// <returns>The same frame seen earlier, or null.</returns>
    public (int System, int Frame)? FindOrAdd(LabelledFrame frame, int system, int index)
    {
        Span<double> sums = stackalloc double[Sums];
        Reduce(frame, sums);
        var bin = (long)Math.Floor(sums[0] / Tolerance);
        for (var near = bin - 1; near <= bin + 1; near++)
        {
            for (var i = _lastInBin.GetValueOrDefault(near, -1); i >= 0; i = _entries[i].NextInBin)
            {
                if (IsSame(_entries[i], sums))
                    return (_entries[i].System, _entries[i].Frame);
            }
        }

        var next = _lastInBin.GetValueOrDefault(bin, -1);
        _lastInBin[bin] = _entries.Count;
        _entries.Add(new Entry(sums[0], sums[1], sums[2], sums[3], system, index, next));
        return null;
    }

    private static bool IsSame(in Entry entry, ReadOnlySpan<double> sums) =>
        Math.Abs(entry.A - sums[0]) <= Tolerance && Math.Abs(entry.B - sums[1]) <= Tolerance
        && Math.Abs(entry.C - sums[2]) <= Tolerance && Math.Abs(entry.D - sums[3]) <= Tolerance;

    private void Reduce(LabelledFrame frame, Span<double> sums)
    {
        // 12 weights per atom, and 40 for the number of atoms and the box.
        while (_weights.Count < (3 * Sums * frame.AtomCount) + 40)
            _weights.Add(_random.NextNormal());
        sums.Clear();
        var cell = frame.Periodic ? new Cell(frame.Box) : Cell.None;
        Span<double> x = stackalloc double[3];
        for (var i = 0; i < frame.AtomCount; i++)
        {
            Smooth(frame, cell, i, x);
            for (var k = 0; k < Sums; k++)
            {
                var w = 40 + (3 * ((Sums * i) + k));
                sums[k] += (_weights[w] * x[0]) + (_weights[w + 1] * x[1]) + (_weights[w + 2] * x[2]) + (_weights[w] * TypeShift * frame.Types[i]);
            }
        }

        // A change of all positions by δ (rms) moves a sum by about δ.
        var scale = 1 / Math.Sqrt(3.0 * Math.Max(frame.AtomCount, 1));
        for (var k = 0; k < Sums; k++)
        {
            sums[k] = (sums[k] * scale) + (frame.AtomCount * _weights[k]);
            for (var b = 0; b < 9 && frame.Periodic; b++)
                sums[k] += _weights[4 + (9 * k) + b] * frame.Box[b];
        }
    }

    private static void Smooth(LabelledFrame frame, in Cell cell, int atom, Span<double> x)
    {
        frame.Positions.AsSpan(3 * atom, 3).CopyTo(x);
        if (!cell.IsPeriodic)
            return;
        var (a, b, c) = cell.Fractional(x[0], x[1], x[2]);
        x[0] = Turn(a, cell.Height(0));
        x[1] = Turn(b, cell.Height(1));
        x[2] = Turn(c, cell.Height(2));
    }

    private static double Turn(double s, double height)
    {
        // Cosine alone would take s and −s for the same.
        var (sine, cosine) = Math.SinCos(2 * Math.PI * (s - Math.Floor(s)));
        return height / (2 * Math.PI) * (sine + (0.5 * cosine));
    }
}
