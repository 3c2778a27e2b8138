using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Meniscus.Input;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>
/// What is known of the last run of a stage, <c>stage.json</c> in its folder: written when the run begins, and again when it is done, with
/// what it made. A stage without one was never begun.
/// </summary>
internal sealed record StageRecord
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "stage.json";

    /// <summary>Kind of the stage.</summary>
    public required string Kind { get; init; }

    /// <summary>Whether the run got to its end.</summary>
    public required bool Done { get; init; }

    /// <summary>Settings.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>What it read: path and hash.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>What it made: name, hash and signature.</summary>
    public IReadOnlyDictionary<string, (string Hash, string Signature)> Outputs { get; init; } = new Dictionary<string, (string, string)>();

    /// <summary>Numbers of the stage.</summary>
    public JsonObject Result { get; init; } = [];

    /// <summary>What it told the user.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Wall time, runs that were stopped included as far as they are known, s.</summary>
    public double Seconds { get; init; }

    /// <summary>Threads of the last run.</summary>
    public int Threads { get; init; }

    /// <summary>When the last run began, UTC.</summary>
    public DateTime Started { get; init; }

    /// <summary>Version of the program.</summary>
    public string Version { get; init; } = "";

    /// <summary>Reads the record of a stage's folder; null where there is none that can be read.</summary>
    public static StageRecord? Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) is JsonObject json ? Read(json) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or IOException or NullReferenceException or KeyNotFoundException or ArgumentException)
        {
            // A record that is damaged says nothing: the stage is done again.
            return null;
        }
    }

    /// <summary>Writes the record into a stage's folder.</summary>
    public void Save(string folder)
    {
        var json = new JsonObject
        {
            ["kind"] = Kind,
            ["done"] = Done,
            ["started"] = Started.ToString("o", CultureInfo.InvariantCulture),
            ["seconds"] = Math.Round(Seconds, 3),
            ["threads"] = Threads,
            ["version"] = Version,
            ["settings"] = Settings.DeepClone(),
            ["inputs"] = new JsonObject(Inputs.Select(i => KeyValuePair.Create(i.Key, (JsonNode?)i.Value))),
            ["outputs"] = new JsonObject(Outputs.Select(o => KeyValuePair.Create(o.Key, (JsonNode?)new JsonArray(o.Value.Hash, o.Value.Signature)))),
            ["result"] = Result.DeepClone(),
            ["notices"] = new JsonArray([.. Notices.Select(n => (JsonNode?)n)]),
        };
        AtomicFile.WriteText(Path.Combine(folder, FileName), writer => writer.Write(JsonText.Indented(json)));
    }

    private static StageRecord Read(JsonObject json) => new()
    {
        Kind = json["kind"]!.GetValue<string>(),
        Done = json["done"]!.GetValue<bool>(),
        Started = DateTime.Parse(json["started"]!.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
        Seconds = json["seconds"]!.GetValue<double>(),
        Threads = json["threads"]!.GetValue<int>(),
        Version = json["version"]!.GetValue<string>(),
        Settings = (JsonObject)json["settings"]!.DeepClone(),
        Inputs = json["inputs"]!.AsObject().ToDictionary(i => i.Key, i => i.Value!.GetValue<string>()),
        Outputs = json["outputs"]!.AsObject().ToDictionary(o => o.Key, o => (o.Value![0]!.GetValue<string>(), o.Value[1]!.GetValue<string>())),
        Result = (JsonObject)json["result"]!.DeepClone(),
        Notices = [.. json["notices"]!.AsArray().Select(n => n!.GetValue<string>())],
    };
}
