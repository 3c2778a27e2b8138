using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Meniscus.Workflow;

/// <summary>Whether and how a study goes on.</summary>
public enum StudyStanding
{
    /// <summary>A process works on it.</summary>
    Running,

    /// <summary>All of it is done.</summary>
    Done,

    /// <summary>It was stopped by the user, and goes on from there with the next run.</summary>
    Stopped,

    /// <summary>A stage failed.</summary>
    Failed,

    /// <summary>Its process ended without a word: it was killed, or the machine went down.</summary>
    Gone,
}

/// <summary>A stage that is being done.</summary>
/// <param name="Name">Name.</param>
/// <param name="Threads">Threads it has.</param>
/// <param name="Share">Share that is done, 0 to 1; NaN where it is not known.</param>
/// <param name="Message">In words.</param>
/// <param name="Seconds">Wall time so far, s.</param>
public sealed record RunningStage(string Name, int Threads, double Share, string Message, double Seconds);

/// <summary>How far a study is, from its <c>status.json</c> and from whether a process holds its lock.</summary>
public sealed record StudyStatus
{
    /// <summary>Whether and how it goes on.</summary>
    public required StudyStanding Standing { get; init; }

    /// <summary>The part of the study, or how it ended.</summary>
    public string Phase { get; init; } = "";

    /// <summary>Number of the process that wrote last.</summary>
    public int Process { get; init; }

    /// <summary>When it wrote last, UTC; null where it never did.</summary>
    public DateTime? Updated { get; init; }

    /// <summary>What is being done.</summary>
    public IReadOnlyList<RunningStage> Running { get; init; } = [];

    /// <summary>In one line for a person.</summary>
    public string Words => Standing switch
    {
        StudyStanding.Running => $"running: {Phase}",
        StudyStanding.Done => "done",
        StudyStanding.Stopped => "stopped; the next run goes on from here",
        StudyStanding.Failed => Phase,
        _ => $"process {Process.ToString(CultureInfo.InvariantCulture)} is gone in the middle of '{Phase}'; the next run goes on from here",
    };

    /// <summary>Reads the status of a study.</summary>
    /// <param name="folder">Folder of the study.</param>
    public static StudyStatus Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var held = StudyRun.IsHeld(folder);
        if (Json(Path.Combine(folder, StudyMonitor.FileName)) is not { } json)
            return new StudyStatus { Standing = held ? StudyStanding.Running : StudyStanding.Gone };
        var phase = json.Text("phase");
        var standing = held ? StudyStanding.Running : phase switch
        {
            "done" => StudyStanding.Done,
            "stopped" => StudyStanding.Stopped,
            _ when phase.StartsWith("failed: ", StringComparison.Ordinal) => StudyStanding.Failed,
            _ => StudyStanding.Gone,
        };
        return new StudyStatus
        {
            Standing = standing,
            Phase = phase,
            Process = (int)json.Long("process"),
            Updated = DateTime.TryParse(json.Text("updated"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null,
            Running = [.. json.Objects("running").Select(ReadStage)],
        };
    }

    private static RunningStage ReadStage(JsonObject json) => new(
        json.Text("stage"),
        (int)json.Double("threads", 1),
        json.Double("done") / json.Double("total") is var share && double.IsFinite(share) ? share : double.NaN,
        json.Text("message"),
        json.Double("seconds", 0));

    private static JsonObject? Json(string path)
    {
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) as JsonObject : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            // Another version's file, or one that is being replaced on a file system without atomic renames.
            return null;
        }
    }
}
