using System.Text.Json.Nodes;

namespace Meniscus.Input;

/// <summary>What is common to sections of all records: looking through their keys.</summary>
internal interface IInputSection
{
    /// <summary>The keys in the order of the documentation.</summary>
    IEnumerable<InputKeyDescription> Describe();
}

/// <summary>One key as the documentation shows it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Aliases">Other names.</param>
/// <param name="Expected">What it may hold, with the unit.</param>
/// <param name="Default">Default as JSON, or "required", or empty.</param>
/// <param name="Doc">What it means.</param>
/// <param name="Standing">What becomes of it.</param>
/// <param name="Section">The section it holds, or null.</param>
internal sealed record InputKeyDescription(string Name, IReadOnlyList<string> Aliases, string Expected, string Default, string Doc, KeyStanding Standing, IInputSection? Section);

/// <summary>
/// A section of an input file: a table of keys that becomes a record. A section's <c>type</c> is read first, as
/// other keys depend on it; keys that start with an underscore are comments.
/// </summary>
/// <typeparam name="T">The record.</typeparam>
/// <param name="defaults">The record with all defaults.</param>
/// <param name="keys">The keys.</param>
/// <param name="complete">Checks what concerns several keys, once all are read.</param>
internal sealed class InputSection<T>(Func<T> defaults, IReadOnlyList<InputKey<T>> keys, Func<T, InputNode, List<string>, T>? complete = null) : IInputSection
    where T : class
{
    private const int LongestName = 64;

    private const string TypeKey = "type";

    /// <summary>Reads the section.</summary>
    /// <param name="node">An object.</param>
    /// <param name="warnings">Takes what the user should know and what is no error.</param>
    public T Read(InputNode node, List<string> warnings)
    {
        if (node.Value is not JsonObject given)
            throw node.Mismatch("a section in braces, { … }");
        // Another type has other keys, so a type that is not supported is the first thing to say; what is missing, the last.
        var record = defaults();
        var ordered = keys.OrderBy(key => key.Name == TypeKey ? 0 : key.Standing != KeyStanding.Used ? 1 : 2);
        var checkedNames = false;
        foreach (var key in ordered)
        {
            if (!checkedNames && key.Name != TypeKey)
            {
                RefuseUnknown(node, given);
                checkedNames = true;
            }

            record = ReadKey(key, record, node, given, warnings);
        }

        return complete is null ? record : complete(record, node, warnings);
    }

    /// <summary>Writes the section with all defaults filled in.</summary>
    public JsonObject Write(T record)
    {
        var section = new JsonObject();
        foreach (var key in keys)
        {
            if (key.Condition is { } condition && !condition.Applies(record))
                continue;
            if (key.Write(record) is { } value)
                section[key.Name] = value;
        }

        return section;
    }

    /// <summary>The section with all defaults filled in, as an indented JSON text that ends with a line end.</summary>
    /// <param name="record">The record.</param>
    /// <param name="indent">Blanks per level.</param>
    public string WriteText(T record, int indent = 2) => JsonText.Indented(Write(record), indent);

    /// <inheritdoc/>
    public IEnumerable<InputKeyDescription> Describe()
    {
        var record = defaults();
        foreach (var key in keys)
        {
            var standard = key.Section is null ? key.Write(record)?.ToJsonString() ?? "" : "";
            var expected = key.Unit.Length == 0 ? key.Expected : $"{key.Expected}, {key.Unit}";
            var doc = key.Condition is { } condition ? $"{key.Doc} Only {condition.Words}." : key.Doc;
            yield return new(key.Name, key.Aliases, expected, key.Required ? "required" : standard, doc, key.Standing, key.Section);
        }
    }

    private static T ReadKey(InputKey<T> key, T record, InputNode node, JsonObject given, List<string> warnings)
    {
        var names = key.Aliases.Prepend(key.Name).Where(given.ContainsKey).ToArray();
        if (names.Length > 1)
            throw node.Error($"'{names[0]}' and '{names[1]}' are two names of one key; give one of them");
        if (names.Length == 0)
            return key.Required ? throw node.Error($"'{key.Name}' is missing; expected {key.Expected}: {key.Doc}") : record;

        var value = node.Child(names[0]);
        if (key.Standing != KeyStanding.Used)
        {
            if (!key.Harmless.Any(harmless => JsonNode.DeepEquals(harmless, value.Value)))
                WarnOrRefuse(key, value, warnings);
            return record;
        }

        if (key.Condition is { } condition && !condition.Applies(record))
            throw value.Error($"is only {condition.Words}; remove the key or change the type");
        return key.Read(record, value, warnings);
    }

    private static void WarnOrRefuse(InputKey<T> key, InputNode value, List<string> warnings)
    {
        if (key.Standing == KeyStanding.Refused)
            throw value.Error($"not supported ({key.Doc}); remove the key");
        warnings.Add($"{value.Where}: has no effect here ({key.Doc})");
    }

    private void RefuseUnknown(InputNode node, JsonObject given)
    {
        foreach (var (name, _) in given)
        {
            if (name.StartsWith('_') || name == "$schema" || keys.Any(key => key.Name == name || key.Aliases.Contains(name)))
                continue;
            throw new InputException($"{node.File}: {node.PathOf(name)}: unknown key; {Hint(name, node.Schema)}");
        }
    }

    private string Hint(string name, IInputSection? schema)
    {
        if (name.Length > LongestName)
            return "no key is that long";
        var elsewhere = new List<string>();
        if (schema is not null)
            FindSections(schema, "", name, elsewhere);
        if (elsewhere.Count is 1 or 2)
            return $"it belongs in {string.Join(" or ", elsewhere)}";
        var known = keys.Where(key => key.Standing != KeyStanding.Refused).SelectMany(key => key.Aliases.Prepend(key.Name));
        return $"did you mean '{NearestName.Of(name, known)}'?";
    }

    /// <summary>The sections that have a key of this name, by path.</summary>
    private static void FindSections(IInputSection section, string path, string name, List<string> found)
    {
        foreach (var key in section.Describe())
        {
            if (key.Standing == KeyStanding.Used && path.Length > 0 && (key.Name == name || key.Aliases.Contains(name)))
                found.Add(path);
            if (key.Section is not null)
                FindSections(key.Section, path.Length == 0 ? key.Name : $"{path}/{key.Name}", name, found);
        }
    }
}
