using System.Text.Json.Nodes;

namespace Meniscus.Workflow;

/// <summary>How a stage stands.</summary>
internal enum StageStanding
{
    /// <summary>It was never begun, or something that it depends on is another now.</summary>
    Stale,

    /// <summary>It was begun with the same inputs and settings, and goes on.</summary>
    Interrupted,

    /// <summary>It is done.</summary>
    Current,
}

/// <summary>How a stage stands, and why.</summary>
/// <param name="Standing">How.</param>
/// <param name="Reason">Why it is not current; empty where it is.</param>
/// <param name="Record">Its record, or null.</param>
/// <param name="Inputs">Hashes of what it reads now; null where something is missing.</param>
internal readonly record struct StageState(StageStanding Standing, string Reason, StageRecord? Record, IReadOnlyDictionary<string, string>? Inputs);

/// <summary>Compares stages with their records: what is done, what goes on, what is stale and why.</summary>
/// <param name="study">Folder of the study.</param>
internal sealed class StageLedger(string study)
{
    private readonly Dictionary<string, string> _userHashes = [];

    /// <summary>Folder of a stage.</summary>
    public string FolderOf(StudyStage stage) => Path.Combine(study, stage.Name);

    /// <summary>How a stage stands.</summary>
    public StageState StateOf(StudyStage stage)
    {
        var folder = FolderOf(stage);
        var record = StageRecord.Load(folder);
        var inputs = new Dictionary<string, string>();
        foreach (var path in stage.Inputs)
        {
            if (HashOfInput(path) is not { } hash)
                return new(StageStanding.Stale, $"waits for {path}", record, null);
            inputs[path] = hash;
        }

        if (record is null)
            return new(StageStanding.Stale, "new", null, inputs);
        if (Difference(stage, record, inputs) is { } difference)
            return new(StageStanding.Stale, difference, record, inputs);
        if (!record.Done)
            return new(StageStanding.Interrupted, "was interrupted", record, inputs);
        foreach (var output in stage.Outputs)
        {
            if (!IsAsMade(folder, output, record))
                return new(StageStanding.Stale, $"{output} is missing or was changed", record, inputs);
        }

        return new(StageStanding.Current, "", record, inputs);
    }

    /// <summary>Hashes and signatures of what a stage has made.</summary>
    public IReadOnlyDictionary<string, (string Hash, string Signature)> OutputsOf(StudyStage stage)
    {
        var folder = FolderOf(stage);
        return stage.Outputs.ToDictionary(
            name => name,
            name => (ContentHash.Of(Path.Combine(folder, name)) ?? throw new InvalidOperationException($"{stage.Name} has not made {name}"), ContentHash.Signature(Path.Combine(folder, name))));
    }

    private static string? Difference(StudyStage stage, StageRecord record, Dictionary<string, string> inputs)
    {
        if (record.Kind != stage.Kind)
            return $"another kind of stage ({record.Kind}, now {stage.Kind})";
        if (!JsonNode.DeepEquals(record.Settings, stage.Settings))
            return $"{FirstDifference(record.Settings, stage.Settings, "")} changed";
        if (inputs.Keys.FirstOrDefault(path => !record.Inputs.ContainsKey(path)) is { } added)
            return $"{added} is new";
        if (record.Inputs.Keys.FirstOrDefault(path => !inputs.ContainsKey(path)) is { } removed)
            return $"{removed} is gone";
        return inputs.FirstOrDefault(input => record.Inputs[input.Key] != input.Value) is { Key: { } changed } ? $"{changed} changed" : null;
    }

    private static string FirstDifference(JsonNode? a, JsonNode? b, string path)
    {
        if (a is JsonObject x && b is JsonObject y)
        {
            foreach (var key in x.Select(e => e.Key).Union(y.Select(e => e.Key)))
            {
                if (!JsonNode.DeepEquals(x[key], y[key]))
                    return FirstDifference(x[key], y[key], path.Length == 0 ? key : $"{path}/{key}");
            }
        }

        return path;
    }

    /// <summary>The hash that the stage which makes the file has recorded, while the file is as it was made; else that of the content.</summary>
    private string? HashOfInput(string path)
    {
        if (Path.IsPathRooted(path))
            return UserHash(path);
        for (var folder = Path.GetDirectoryName(path); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            if (StageRecord.Load(Path.Combine(study, folder)) is not { } record)
                continue;
            var name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            return record.Done && record.Outputs.TryGetValue(name, out var output) && ContentHash.Signature(Path.Combine(study, path)) == output.Signature
                ? output.Hash
                : ContentHash.Of(Path.Combine(study, path));
        }

        return null;
    }

    /// <summary>The user's files are looked at once in a run: a file that changes while it goes on counts in the next.</summary>
    private string? UserHash(string path)
    {
        lock (_userHashes)
        {
            if (!_userHashes.TryGetValue(path, out var hash) && ContentHash.Of(path) is { } computed)
                _userHashes[path] = hash = computed;
            return hash;
        }
    }

    private static bool IsAsMade(string folder, string output, StageRecord record)
    {
        var path = Path.Combine(folder, output);
        return record.Outputs.TryGetValue(output, out var made)
            && (ContentHash.Signature(path) == made.Signature || ContentHash.Of(path) == made.Hash);
    }
}
