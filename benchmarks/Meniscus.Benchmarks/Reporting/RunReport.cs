using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Meniscus.Benchmarks.Reporting;

/// <summary>Everything a run of benchmarks prints: a figure is nothing without the machine and its peak.</summary>
internal sealed class RunReport
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Machine _machine;
    private readonly ResultTable _peak;
    private readonly IReadOnlyList<string> _notes;
    private readonly bool _quick;
    private readonly ResultTable[] _tables;

    /// <summary>Creates a report.</summary>
    public RunReport(Machine machine, ResultTable peak, IReadOnlyList<string> notes, bool quick, params ResultTable[] tables)
    {
        (_machine, _peak, _notes, _quick, _tables) = (machine, peak, notes, quick, tables);
    }

    /// <summary>Writes the report for people.</summary>
    public void Write(TextWriter writer)
    {
        _machine.Write(writer);
        if (_quick)
            writer.WriteLine("quick      too few repetitions for figures to be kept");
        foreach (var note in _notes)
            writer.WriteLine($"data       {note}");
        foreach (var table in _tables.Prepend(_peak))
        {
            writer.WriteLine();
            table.Write(writer);
        }
    }

    /// <summary>Writes the report for programs.</summary>
    public void WriteJson(TextWriter writer)
    {
        var json = new JsonObject
        {
            ["machine"] = _machine.ToJson(),
            ["quick"] = _quick,
            ["data"] = new JsonArray([.. _notes.Select(n => (JsonNode)n)]),
        };
        foreach (var table in _tables.Prepend(_peak))
            table.AddTo(json);
        writer.WriteLine(json.ToJsonString(Options));
    }
}
