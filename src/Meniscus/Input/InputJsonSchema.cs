using System.Text.Json.Nodes;

namespace Meniscus.Input;

/// <summary>The keys of an input as JSON Schema (draft 2020-12), from which editors complete and explain them.</summary>
internal static class InputJsonSchema
{
    private static readonly (string Words, string Type)[] Types =
    [
        ("a whole number", "integer"), ("a number", "number"), ("true or false", "boolean"), ("a text", "string"), ("a list", "array"), ("a section", "object"),
    ];

    /// <summary>The schema.</summary>
    /// <param name="title">Title.</param>
    /// <param name="section">The keys.</param>
    public static JsonObject Of(string title, IInputSection section)
    {
        var schema = Section(section);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", title);
        return schema;
    }

    private static JsonObject Section(IInputSection section)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var key in section.Describe().Where(key => key.Standing == KeyStanding.Used))
        {
            properties[key.Name] = Key(key);
            if (key.Default == "required")
                required.Add((JsonNode?)key.Name);
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
            schema["required"] = required;
        // Keys that begin with these are comments, and the schema's own name.
        schema["patternProperties"] = new JsonObject { ["^[_$]"] = new JsonObject() };
        schema["additionalProperties"] = false;
        return schema;
    }

    private static JsonObject Key(InputKeyDescription key)
    {
        var schema = key.Section is not null && key.Expected == "a section" ? Section(key.Section) : new JsonObject();
        schema["description"] = key.Section is null ? $"{key.Doc.TrimEnd('.')}: {key.Expected}." : key.Doc;
        if (key.Section is null && Types.FirstOrDefault(t => key.Expected.StartsWith(t.Words, StringComparison.Ordinal)).Type is { } type && !key.Expected.Contains("[start", StringComparison.Ordinal))
            schema["type"] = key.Expected.Contains("or null", StringComparison.Ordinal) ? new JsonArray(type, "null") : type;
        if (key.Default is not ("" or "required"))
            schema["default"] = JsonNode.Parse(key.Default);
        return schema;
    }
}
