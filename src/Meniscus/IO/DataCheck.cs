using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Looks through data before it is trained on: numbers that are not finite, overlapping atoms, impossible cells, labels
/// that are missing, all zero, or far off, in another unit or of another level of theory, frames that occur twice. Frames are
/// read one by one; what stays in memory is some 100 bytes per frame.
/// </summary>
public sealed class DataCheck
{
    private readonly DataCheckOptions _options;
    private readonly ShortestDistance _shortest = new();
    private readonly List<DataFinding> _findings = [];
    private readonly DuplicateFrames _seen = new();
    private readonly EnergyReferences _references = new();
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
            var labels = new LabelStatistics(system, check._options);
            var bonds = new BondForces(system);
            var frame = system.CreateFrame();
            var stride = ((system.FrameCount - 1) / BondForces.MaximumFrames) + 1;
            for (var index = 0; index < system.FrameCount; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (check.CheckFrame(system, index, frame, labels, log) && bonds.Applies && index % stride == 0)
                    bonds.Add(frame);
                framesDone?.Report(++done);
            }

            labels.Report(log, check._names.Count - 1, check._references);
            bonds.Report(log);
            log.Close();
        }

        check.CompareSystems();
        return check._findings;
    }

    private void CheckLabels(ILabelledSystem system, DataFindingLog log)
    {
        foreach (var kind in DeepmdArrayKind.Labels)
        {
            if (_options.RequiredLabels.HasFlag(kind.Label) && !system.Labels.HasFlag(kind.Label))
                log.Add("missing_label", DataSeverity.Error, null, $"no {kind.Name}, which the loss needs; add the label, set its prefactors to 0, or leave out the system");
        }
    }

    /// <summary>Checks a frame; false where its numbers cannot be used for what is said of the system as a whole.</summary>
    private bool CheckFrame(ILabelledSystem system, int index, LabelledFrame frame, LabelStatistics labels, DataFindingLog log)
    {
        try
        {
            system.Read(index, frame);
        }
        catch (InputException e)
        {
            log.Add("read", DataSeverity.Error, index, e.Message);
            return false;
        }

        var finite = CheckFinite(frame, index, log);
        var cellIsUsable = !frame.Periodic || CheckCell(frame, index, log);
        if (!finite)
            return false;
        labels.Add(index, frame);
        if (!cellIsUsable)
            return false;
        CheckDistances(system, frame, index, log);
        CheckDuplicate(frame, index, log);
        return true;
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
        if (_seen.FindOrAdd(frame, _names.Count - 1, index) is not var (system, earlier))
            return;
        var place = system == _names.Count - 1 ? "" : _names[system] + " ";
        log.Add("duplicate", DataSeverity.Warning, index, FormattableString.Invariant($"same positions as {place}frame {earlier}; a frame that occurs twice counts twice, and must not be in both training and validation data"));
    }

    private void CompareSystems()
    {
        foreach (var (system, deviation, compared) in _references.FindApart())
        {
            _findings.Add(new DataFinding(DataSeverity.Warning, _names[system], null, FormattableString.Invariant(
                $"energies are {Math.Abs(deviation):0.##} eV per atom {(deviation > 0 ? "above" : "below")} those of most of the {compared} systems compared, by composition: another level of theory, zero of energy or unit; do not train on both"))
            {
                Kind = "energy_reference",
            });
        }
    }
}
