using System.Text.Json.Nodes;

namespace Meniscus.Input;

/// <summary>What becomes of a key that DeePMD-kit knows.</summary>
internal enum KeyStanding
{
    /// <summary>It is used.</summary>
    Used,

    /// <summary>It changes nothing here; giving it another value than DeePMD-kit's default is worth a warning.</summary>
    NoEffect,

    /// <summary>It would change the model or its training in a way that is not supported; only harmless values pass.</summary>
    Refused,
}

/// <summary>
/// One key of a section of an input file: its names, what it may hold, where the value goes, and the line of
/// documentation. Reading, writing back, the errors and the documentation all come from this one entry.
/// </summary>
/// <typeparam name="T">The record that the section becomes.</typeparam>
internal sealed class InputKey<T>
{
    private InputKey(string name, string doc)
    {
        Name = name;
        Doc = doc;
    }

    /// <summary>The name in the normalised input.</summary>
    public string Name { get; }

    /// <summary>Other names that are accepted.</summary>
    public IReadOnlyList<string> Aliases { get; private init; } = [];

    /// <summary>What is expected.</summary>
    public string Expected { get; private init; } = "";

    /// <summary>What it means; for a key without effect or support, why.</summary>
    public string Doc { get; }

    /// <summary>Unit of the value, or empty.</summary>
    public string Unit { get; private init; } = "";

    /// <summary>Whether the key must be given.</summary>
    public bool Required { get; private init; }

    /// <summary>What becomes of it.</summary>
    public KeyStanding Standing { get; private init; }

    /// <summary>For a key without effect or support: values that pass without a word.</summary>
    public IReadOnlyList<JsonNode?> Harmless { get; private init; } = [];

    /// <summary>Whether the key exists for what has been read so far (the section's type), and the words for when it does.</summary>
    public (Func<T, bool> Applies, string Words)? Condition { get; private init; }

    /// <summary>The section the key holds, or null.</summary>
    public IInputSection? Section { get; private init; }

    /// <summary>Takes the value over into the record.</summary>
    public Func<T, InputNode, List<string>, T> Read { get; private init; } = (record, _, _) => record;

    /// <summary>The record's value; null where the normalised input leaves the key out.</summary>
    public Func<T, JsonNode?> Write { get; private init; } = _ => null;

    /// <summary>A key that holds a value.</summary>
    public static InputKey<T> Value<V>(
        string name,
        InputType<V> type,
        Func<T, V> get,
        Func<T, V, T> set,
        string doc,
        string unit = "",
        string[]? aliases = null,
        bool required = false,
        (Func<T, bool> Applies, string Words)? when = null) => new(name, doc)
        {
            Aliases = aliases ?? [],
            Expected = type.Expected,
            Unit = unit,
            Required = required,
            Condition = when,
            Read = (record, node, _) => set(record, type.Read(node)),
            Write = record => type.Write(get(record)),
        };

    /// <summary>A key that holds a section.</summary>
    public static InputKey<T> Nested<S>(
        string name,
        InputSection<S> section,
        Func<T, S?> get,
        Func<T, S, T> set,
        string doc,
        bool required = false)
        where S : class => new(name, doc)
        {
            Expected = "a section",
            Required = required,
            Section = section,
            Read = (record, node, warnings) => node.Value is null && !required ? record : set(record, section.Read(node, warnings)),
            Write = record => get(record) is { } value ? section.Write(value) : null,
        };

    /// <summary>A key that holds a list of sections; a single one may stand without the list.</summary>
    public static InputKey<T> NestedList<S>(
        string name,
        InputSection<S> section,
        Func<T, IReadOnlyList<S>> get,
        Func<T, IReadOnlyList<S>, T> set,
        string doc,
        bool required = false)
        where S : class => new(name, doc)
        {
            Expected = "a list of sections",
            Required = required,
            Section = section,
            Read = (record, node, warnings) => set(record, ReadList(section, node, warnings)),
            Write = record => new JsonArray([.. get(record).Select(section.Write)]),
        };

    /// <summary>A key that changes nothing here.</summary>
    /// <param name="name">The name.</param>
    /// <param name="doc">What it is for in DeePMD-kit.</param>
    /// <param name="harmless">Values that need no warning, as JSON.</param>
    public static InputKey<T> NoEffect(string name, string doc, params string[] harmless) => new(name, doc)
    {
        Standing = KeyStanding.NoEffect,
        Harmless = [.. harmless.Select(text => JsonNode.Parse(text))],
    };

    /// <summary>A key that is not supported.</summary>
    /// <param name="name">The name.</param>
    /// <param name="doc">What it is for in DeePMD-kit.</param>
    /// <param name="harmless">Values that ask for nothing, as JSON.</param>
    public static InputKey<T> Refused(string name, string doc, params string[] harmless) => new(name, doc)
    {
        Standing = KeyStanding.Refused,
        Harmless = [.. harmless.Select(text => JsonNode.Parse(text))],
    };

    private static S[] ReadList<S>(InputSection<S> section, InputNode node, List<string> warnings)
        where S : class
    {
        if (node.Value is JsonObject)
            return [section.Read(node, warnings)];
        var items = node.Items("a list of sections, [{ … }, …]");
        var records = new S[items.Count];
        for (var i = 0; i < records.Length; i++)
            records[i] = section.Read(items[i] with { Path = $"{node.Path}[{i}]" }, warnings);
        return records;
    }
}
