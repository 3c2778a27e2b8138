namespace Meniscus.IO;

/// <summary>Collects the findings of one system: the first few of each kind in full, the others as a number.</summary>
internal sealed class DataFindingLog(string system, int listedPerKind, List<DataFinding> findings)
{
    private readonly Dictionary<string, (int Count, DataSeverity Severity)> _kinds = [];

    /// <summary>Adds one case.</summary>
    public void Add(string kind, DataSeverity severity, int? frame, string message)
    {
        var count = _kinds.GetValueOrDefault(kind).Count + 1;
        _kinds[kind] = (count, severity);
        if (count <= listedPerKind)
            findings.Add(new DataFinding(severity, system, frame, message) { Kind = kind });
    }

    /// <summary>Adds one warning for several frames, at the worst of them.</summary>
    public void AddSum(string kind, int? worstFrame, int count, string message) =>
        findings.Add(new DataFinding(DataSeverity.Warning, system, worstFrame, message) { Kind = kind, Count = count });

    public void Close()
    {
        foreach (var (kind, (count, severity)) in _kinds)
        {
            if (count > listedPerKind)
            {
                findings.Add(new DataFinding(severity, system, null, FormattableString.Invariant($"{count - listedPerKind} more findings of the kind '{kind}', {count} in all"))
                {
                    Kind = kind,
                    Count = count - listedPerKind,
                });
            }
        }
    }
}
