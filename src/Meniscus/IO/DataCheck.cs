using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Looks through data before it is trained on: numbers that are not finite, overlapping atoms, impossible cells, labels
/// that are missing, all zero, or far off. Frames are read one by one; what stays in memory is 24 bytes per frame (a
/// hash to find frames that occur twice, and the energy).
/// </summary>
public sealed class DataCheck
{
    private readonly DataCheckOptions _options;
    private readonly ShortestDistance _shortest = new();
    private readonly List<DataFinding> _findings = [];
    private readonly Dictionary<ulong, (int System, int Frame)> _seen = [];
    private readonly List<string> _names = [];

    private DataCheck(DataCheckOptions options) => _options = options;

    /// <summary>Checks systems. Findings come in the order of the systems; an error in one does not stop the check.</summary>
    /// <param name="systems">The systems, opened with one common type map so that equal frames are recognised.</param>
    /// <param name="options">Limits.</param>
    /// <param name="framesDone">Told the number of frames checked so far.</param>
    /// <param name="cancellation">Stops the check.</param>
    public static IReadOnlyList<DataFinding> Run(
        IEnumerable<ILabelledSystem> systems, DataCheckOptions? options = null, IProgress<int>? framesDone = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(systems);
        var check = new DataCheck(options ?? new DataCheckOptions());
        var done = 0;
        foreach (var system in systems)
        {
            check._names.Add(system.Name);
            var log = new DataFindingLog(system.Name, check._options.ListedPerKind, check._findings);
            check.CheckLabels(system, log);
            var labels = new LabelStatistics(system);
            var frame = system.CreateFrame();
            for (var index = 0; index < system.FrameCount; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                check.CheckFrame(system, index, frame, labels, log);
                framesDone?.Report(++done);
            }

            labels.Report(check._options, log);
            log.Close();
        }

        return check._findings;
    }

    private void CheckLabels(ILabelledSystem system, DataFindingLog log)
    {
        foreach (var kind in DeepmdArrayKind.Labels)
        {
            if (_options.RequiredLabels.HasFlag(kind.Label) && !system.Labels.HasFlag(kind.Label))
                log.Add(kind.Name, DataSeverity.Error, null, $"no {kind.Name}, which the loss needs; add the label, set its prefactors to 0, or leave out the system");
        }
    }

    private void CheckFrame(ILabelledSystem system, int index, LabelledFrame frame, LabelStatistics labels, DataFindingLog log)
    {
        try
        {
            system.Read(index, frame);
        }
        catch (InputException e)
        {
            log.Add("read", DataSeverity.Error, index, e.Message);
            return;
        }

        var finite = CheckFinite(frame, index, log);
        var cellIsUsable = !frame.Periodic || CheckCell(frame, index, log);
        if (finite && cellIsUsable)
            CheckDistances(system, frame, index, log);
        if (!finite)
            return;
        CheckDuplicate(frame, index, log);
        if (frame.Labels.HasFlag(FrameLabels.Force))
            CheckNetForce(frame, index, log);
        labels.Add(index, frame);
    }

    private static bool CheckFinite(LabelledFrame frame, int index, DataFindingLog log)
    {
        var finite = true;
        foreach (var value in NonFiniteValues.In(frame))
        {
            log.Add("finite", DataSeverity.Error, index, $"{value}; remove the frame or label it again");
            finite = false;
        }

        return finite;
    }

    private bool CheckCell(LabelledFrame frame, int index, DataFindingLog log)
    {
        var volume = BoxGeometry.Volume(frame.Box);
        var height = BoxGeometry.SmallestHeight(frame.Box);
        if (!double.IsFinite(volume))
            return false;
        if (volume < 0)
        {
            log.Add("cell", DataSeverity.Error, index, FormattableString.Invariant($"box has the volume {volume:g6} Å³; the cell vectors (rows) must be right-handed, so swap two of them"));
            return false;
        }

        // Also true where all vectors vanish and the height is 0/0.
        if (!(height >= _options.MinimumCellHeight))
        {
            log.Add("cell", DataSeverity.Error, index, FormattableString.Invariant($"box has a volume of {volume:g6} Å³ and a smallest height of {height:g4} Å; expected at least {_options.MinimumCellHeight} Å, so check that box holds 9 numbers in Å, rows as vectors (nopbc for non-periodic data)"));
            return false;
        }

        return true;
    }

    private void CheckDistances(ILabelledSystem system, LabelledFrame frame, int index, DataFindingLog log)
    {
        var (distance, i, j) = _shortest.Find(frame);
        if (!(distance < _options.OverlapWarning))
            return;
        var severity = distance < _options.OverlapError ? DataSeverity.Error : DataSeverity.Warning;
        var pair = i == j ? $"atom {i} ({Name(system, frame, i)}) and its own image" : $"atoms {i} ({Name(system, frame, i)}) and {j} ({Name(system, frame, j)})";
        log.Add(severity == DataSeverity.Error ? "overlap" : "close", severity, index, FormattableString.Invariant($"{pair} are {distance:0.000} Å apart; check units (Å) and box, or remove the frame"));
    }

    private static string Name(ILabelledSystem system, LabelledFrame frame, int atom) => frame.Types[atom] < 0 ? "padding" : system.TypeMap[frame.Types[atom]];

    private void CheckDuplicate(LabelledFrame frame, int index, DataFindingLog log)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(frame.Types.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(frame.Positions.AsSpan()));
        if (frame.Periodic)
            hash.AppendData(MemoryMarshal.AsBytes(frame.Box.AsSpan()));
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        if (_seen.TryAdd(MemoryMarshal.Read<ulong>(digest), (_names.Count - 1, index)))
            return;
        var (system, earlier) = _seen[MemoryMarshal.Read<ulong>(digest)];
        var place = system == _names.Count - 1 ? "" : _names[system] + " ";
        log.Add("duplicate", DataSeverity.Warning, index, FormattableString.Invariant($"same positions as {place}frame {earlier}; a frame that occurs twice counts twice, and must not be in both training and validation data"));
    }

    private void CheckNetForce(LabelledFrame frame, int index, DataFindingLog log)
    {
        Span<double> sum = stackalloc double[3];
        sum.Clear();
        for (var i = 0; i < frame.Forces.Length; i++)
            sum[i % 3] += frame.Forces[i];
        var net = Math.Sqrt((sum[0] * sum[0]) + (sum[1] * sum[1]) + (sum[2] * sum[2]));
        if (net > _options.NetForceWarning * Math.Sqrt(frame.AtomCount))
            log.Add("net force", DataSeverity.Warning, index, FormattableString.Invariant($"the forces add up to {net:g3} eV/Å; without external fields it should be near 0, so check that forces belong to this frame and are complete"));
    }
}
