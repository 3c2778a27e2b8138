using System.Text.Json;
using System.Text.Json.Nodes;

namespace Meniscus.Input;

/// <summary>One value of an input file with the path that leads to it, <c>training/training_data/batch_size</c>.</summary>
/// <param name="Value">The value; null for JSON null.</param>
/// <param name="File">Name of the file, for messages.</param>
/// <param name="Path">Path of the value, empty for the whole file.</param>
/// <param name="Schema">All sections of the file, where a key at the wrong place is looked for; may be null.</param>
internal readonly record struct InputNode(JsonNode? Value, string File, string Path, IInputSection? Schema = null)
{
    private const int LongestQuote = 60;

    /// <summary>What kind of JSON value it is.</summary>
    public JsonValueKind Kind => Value?.GetValueKind() ?? JsonValueKind.Null;

    /// <summary>Where a message says the value is.</summary>
    public string Where => Path.Length == 0 ? File : $"{File}: {Path}";

    /// <summary>A key of this object.</summary>
    public InputNode Child(string name) => this with { Value = (Value as JsonObject)?[name], Path = PathOf(name) };

    /// <summary>The path of a key of this object.</summary>
    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}/{name}";

    /// <summary>An error about this value.</summary>
    public InputException Error(string message) => new($"{Where}: {message}");

    /// <summary>The error that this value is not what it must be.</summary>
    public InputException Mismatch(string expected) => Error($"found {Quoted()}, expected {expected}");

    /// <summary>The value as a number.</summary>
    public double Real(string expected) =>
        Kind == JsonValueKind.Number && Value!.AsValue().TryGetValue<double>(out var x) && double.IsFinite(x) ? x : throw Mismatch(expected);

    /// <summary>The value as a whole number; 1e6 is one too.</summary>
    public long Whole(string expected)
    {
        if (Kind == JsonValueKind.Number && Value!.AsValue().TryGetValue<long>(out var whole))
            return whole;
        var real = Real(expected);
        return real == Math.Floor(real) && Math.Abs(real) < 9e15 ? (long)real : throw Mismatch(expected);
    }

    /// <summary>The value as true or false.</summary>
    public bool Flag(string expected) => Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Mismatch(expected),
    };

    /// <summary>The value as text.</summary>
    public string Text(string expected) => Kind == JsonValueKind.String ? Value!.GetValue<string>() : throw Mismatch(expected);

    /// <summary>The elements of a list.</summary>
    public IReadOnlyList<InputNode> Items(string expected)
    {
        if (Value is not JsonArray array)
            throw Mismatch(expected);
        var items = new InputNode[array.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = this with { Value = array[i] };
        return items;
    }

    private string Quoted()
    {
        var text = Value?.ToJsonString() ?? "null";
        return text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";
    }
}
