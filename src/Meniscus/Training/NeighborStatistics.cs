using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Training;

/// <summary>
/// The smallest distance between two atoms and, per neighbour type, the largest number of neighbours of any atom within
/// a cutoff, over whole data sets: what <c>dp neighbor-stat</c> prints and <c>sel: auto</c> is made from.
/// </summary>
public sealed class NeighborStatistics
{
    private readonly NeighborList _list = new();

    /// <summary>Creates empty statistics.</summary>
    /// <param name="types">Names of the types counted.</param>
    /// <param name="cutoff">Cutoff, Å.</param>
    public NeighborStatistics(TypeMap types, double cutoff)
    {
        Types = types;
        Cutoff = cutoff;
        LargestCounts = new int[types.Count];
    }

    /// <summary>Names of the types.</summary>
    public TypeMap Types { get; }

    /// <summary>Cutoff, Å.</summary>
    public double Cutoff { get; }

    /// <summary>Smallest distance of two atoms, Å; infinite where no two are within the cutoff.</summary>
    public double MinDistance { get; private set; } = double.PositiveInfinity;

    /// <summary>Largest number of neighbours of each type.</summary>
    public int[] LargestCounts { get; }

    /// <summary>Number of frames looked at.</summary>
    public long FrameCount { get; private set; }

    /// <summary>Adds all frames of a system.</summary>
    /// <param name="system">Frames read in <see cref="Types"/>.</param>
    /// <param name="progress">Told the number of frames so far, earlier systems included.</param>
    /// <param name="cancellation">Stops between frames.</param>
    public void Add(ILabelledSystem system, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        var frame = system.CreateFrame();
        for (var f = 0; f < system.FrameCount; f++)
        {
            cancellation.ThrowIfCancellationRequested();
            system.Read(f, frame);
            try
            {
                Add(frame);
            }
            catch (InputException e)
            {
                throw new InputException($"{system.Describe(f)}: {e.Message}", e);
            }

            progress?.Report(new ProgressReport(FrameCount, 0, ""));
        }
    }

    private void Add(LabelledFrame frame)
    {
        FrameCount++;
        _list.Build(frame.Positions, frame.Periodic ? new Cell(frame.Box) : Cell.None, Cutoff);
        Span<int> counts = stackalloc int[Types.Count];
        var positions = _list.WrappedPositions;
        var shifts = _list.ShiftVectors;
        for (var i = 0; i < frame.AtomCount; i++)
        {
            if (frame.Types[i] < 0)
                continue;
            counts.Clear();
            for (var p = _list.Start[i]; p < _list.Start[i + 1]; p++)
            {
                var j = _list.Neighbors[p];
                if (frame.Types[j] < 0)
                    continue;
                counts[frame.Types[j]]++;
                var s = 3 * _list.Shifts[p];
                var x = positions[3 * j] + shifts[s] - positions[3 * i];
                var y = positions[(3 * j) + 1] + shifts[s + 1] - positions[(3 * i) + 1];
                var z = positions[(3 * j) + 2] + shifts[s + 2] - positions[(3 * i) + 2];
                MinDistance = Math.Min(MinDistance, Math.Sqrt((x * x) + (y * y) + (z * z)));
            }

            for (var t = 0; t < counts.Length; t++)
                LargestCounts[t] = Math.Max(LargestCounts[t], counts[t]);
        }
    }
}
