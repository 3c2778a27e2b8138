namespace Meniscus.IO;

/// <summary>How bad a finding in a data set is.</summary>
public enum DataSeverity
{
    /// <summary>Worth a look; training goes on.</summary>
    Warning,

    /// <summary>Training on this cannot succeed and is refused.</summary>
    Error,
}

/// <summary>Something a check found in a data set.</summary>
/// <param name="Severity">Warning or error.</param>
/// <param name="System">The system's name.</param>
/// <param name="Frame">Frame index within the system (the worst, where several are meant), or null where it concerns the system as a whole.</param>
/// <param name="Message">What was found and what to do, without the place.</param>
public sealed record DataFinding(DataSeverity Severity, string System, int? Frame, string Message)
{
    /// <summary>The kind of finding, such as <c>duplicate</c> or <c>net_force</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>How many cases it stands for: 1, or the number of frames it sums up.</summary>
    public int Count { get; init; } = 1;

    /// <summary>One line with place and message.</summary>
    public override string ToString() =>
        Frame is { } frame ? FormattableString.Invariant($"{System} frame {frame}: {Message}") : $"{System}: {Message}";
}
