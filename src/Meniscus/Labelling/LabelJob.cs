using System.Text.Json;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Labelling;

/// <summary>
/// One frame to label, with how it stands. What is known is kept in <c>result.json</c> in the job's folder, with the hash of frame and
/// settings: a record with another hash counts for nothing. Neither the frame nor its labels are in memory: there may be millions.
/// </summary>
public sealed class LabelJob
{
    private const string RecordFile = "result.json";

    private const long LargestRecord = 1 << 30;

    private readonly string _file;

    private readonly int _indexInFile;

    /// <summary>Creates a pending job.</summary>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="frame">The frame, with where it comes from.</param>
    internal LabelJob(int index, in SourceFrame frame) => (Index, _file, _indexInFile, AtomCount) = (index, frame.File, frame.Index, frame.Frame.AtomCount);

    /// <summary>Its number, from 0.</summary>
    public int Index { get; }

    /// <summary>File and frame it comes from.</summary>
    public string Source => SourceFrame.Describe(_file, _indexInFile);

    /// <summary>Number of atoms.</summary>
    public int AtomCount { get; }

    /// <summary>Name of its folder in the work folder.</summary>
    public string FolderName => FormattableString.Invariant($"frame-{Index:d6}");

    /// <summary>How it stands.</summary>
    public JobStatus Status { get; internal set; }

    /// <summary>How often it was run.</summary>
    public int Attempts { get; internal set; }

    /// <summary>Time of its runs, s.</summary>
    public double Seconds { get; internal set; }

    /// <summary>Why it is not done.</summary>
    public string Message { get; internal set; } = "";

    /// <summary>The energy where it is done, eV.</summary>
    public double? Energy { get; internal set; }

    /// <summary>Hash of all that the labels depend on.</summary>
    internal string Hash { get; init; } = "";

    /// <summary>Takes over an outcome.</summary>
    internal void Take(LabelOutcome outcome) => (Status, Energy, Message) = (outcome.Status, outcome.Result?.Energy, outcome.Message);

    /// <summary>Writes the record.</summary>
    internal void Save(string folder, LabelResult? labels) => AtomicFile.Write(Path.Combine(folder, RecordFile), stream =>
    {
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteString("hash", Hash);
        writer.WriteString("status", JobStatusNames.Of(Status));
        writer.WriteNumber("attempts", Attempts);
        writer.WriteNumber("seconds", Seconds);
        writer.WriteString("message", Message);
        if (labels is { } result)
        {
            writer.WriteNumber("energy_eV", result.Energy);
            WriteArray(writer, "forces_eV_per_A", result.Forces);
            WriteArray(writer, "virial_eV", result.Virial);
        }

        writer.WriteEndObject();
    });

    /// <summary>Takes the record over where there is one for this frame and these settings.</summary>
    /// <returns>Whether there was.</returns>
    internal bool Load(string folder) => Load(folder, out _);

    /// <summary>Takes the record over, and reads the labels that are in it.</summary>
    internal bool Load(string folder, out LabelResult? labels)
    {
        labels = null;
        var path = Path.Combine(folder, RecordFile);
        if (!File.Exists(path) || new FileInfo(path).Length > LargestRecord)
            return false;
        try
        {
            using var stream = InputFile.OpenRead(path);
            using var record = JsonDocument.Parse(stream);
            var root = record.RootElement;
            if (root.GetProperty("hash").GetString() != Hash)
                return false;
            var status = JobStatusNames.Parse(root.GetProperty("status").GetString());
            var result = status == JobStatus.Done
                ? new LabelResult(root.GetProperty("energy_eV").GetDouble(), ReadArray(root, "forces_eV_per_A", 3 * AtomCount), ReadArray(root, "virial_eV", 9))
                : null;
            (Attempts, Seconds) = (root.GetProperty("attempts").GetInt32(), root.GetProperty("seconds").GetDouble());
            labels = result;
            Take(new LabelOutcome(status, result, root.GetProperty("message").GetString() ?? ""));
            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or InputException)
        {
            // A record that cannot be read is none: the job is run again.
            return false;
        }
    }

    private static void WriteArray(Utf8JsonWriter writer, string name, double[]? values)
    {
        if (values is null)
            return;
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    private static double[]? ReadArray(JsonElement root, string name, int count)
    {
        if (!root.TryGetProperty(name, out var array))
            return null;
        if (array.GetArrayLength() != count)
            throw new FormatException();
        return [.. array.EnumerateArray().Select(x => x.GetDouble())];
    }
}
