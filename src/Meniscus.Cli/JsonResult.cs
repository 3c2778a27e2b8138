using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Meniscus.Cli;

/// <summary>
/// The machine-readable result of a verb: keys in snake_case that carry their unit (<c>force_rmse_eV_per_A</c>),
/// written in the order they were added. Numbers that are not finite become null, which JSON can hold.
/// </summary>
internal sealed class JsonResult
{
    private readonly List<(string Key, Action<Utf8JsonWriter> Write)> _entries = [];

    /// <summary>Adds a number.</summary>
    public JsonResult Add(string key, double value) => Add(key, json => WriteNumber(json, value));

    /// <summary>Adds a whole number.</summary>
    public JsonResult Add(string key, long value) => Add(key, json => json.WriteNumberValue(value));

    /// <summary>Adds a text, or null.</summary>
    public JsonResult Add(string key, string? value) => Add(key, json => json.WriteStringValue(value));

    /// <summary>Adds a yes or no.</summary>
    public JsonResult Add(string key, bool value) => Add(key, json => json.WriteBooleanValue(value));

    /// <summary>Adds a list of numbers.</summary>
    public JsonResult Add(string key, IEnumerable<double> values) =>
        Add(key, json => WriteArray(json, values, WriteNumber));

    /// <summary>Adds a list of texts.</summary>
    public JsonResult Add(string key, IEnumerable<string> values) =>
        Add(key, json => WriteArray(json, values, (j, value) => j.WriteStringValue(value)));

    /// <summary>Adds a list of results, such as one per system.</summary>
    public JsonResult Add(string key, IEnumerable<JsonResult> values) =>
        Add(key, json => WriteArray(json, values, (j, value) => value.Write(j)));

    /// <summary>Adds a result inside this one.</summary>
    public JsonResult Add(string key, JsonResult value) => Add(key, value.Write);

    /// <summary>Adds a value that is JSON already.</summary>
    public JsonResult AddJson(string key, string json) => Add(key, writer => writer.WriteRawValue(json));

    /// <summary>Writes the result and a line end.</summary>
    public void Write(TextWriter writer)
    {
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
            Write(json);
        writer.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    private JsonResult Add(string key, Action<Utf8JsonWriter> write)
    {
        if (_entries.Exists(entry => entry.Key == key))
            throw new ArgumentException($"the key '{key}' is there already", nameof(key));
        _entries.Add((key, write));
        return this;
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (key, write) in _entries)
        {
            json.WritePropertyName(key);
            write(json);
        }
        json.WriteEndObject();
    }

    private static void WriteArray<T>(Utf8JsonWriter json, IEnumerable<T> values, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray();
        foreach (var value in values)
            write(json, value);
        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }
}
