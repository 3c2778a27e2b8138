using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Meniscus.Input;

/// <summary>An input as JSON with a comment above each key that says what it means: what a user starts from.</summary>
internal static class CommentedInput
{
    private const int LineWidth = 120;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text.</summary>
    /// <param name="section">The keys.</param>
    /// <param name="values">Their values, as <see cref="InputSection{T}.Write"/> gives them.</param>
    /// <param name="heading">Comment lines at the top.</param>
    /// <param name="leaveOut">Whether a key is left out, by its path: <c>labels/cp2k</c>.</param>
    public static string Text(IInputSection section, JsonObject values, IEnumerable<string> heading, Func<string, bool> leaveOut)
    {
        var text = new StringBuilder();
        foreach (var line in heading)
            text.Append(line.Length > 0 ? $"// {line}\n" : "//\n");
        Append(text, section, values, "", 0, leaveOut);
        return text.Append('\n').ToString();
    }

    private static void Append(StringBuilder text, IInputSection section, JsonObject values, string path, int depth, Func<string, bool> leaveOut)
    {
        var indent = new string(' ', 2 * (depth + 1));
        text.Append("{\n");
        var keys = section.Describe().Where(key => values.ContainsKey(key.Name) && !leaveOut(PathOf(path, key.Name))).ToList();
        for (var i = 0; i < keys.Count; i++)
        {
            var key = keys[i];
            foreach (var line in Wrapped(Comment(key), LineWidth - indent.Length - 3))
                text.Append(indent).Append("// ").Append(line).Append('\n');
            text.Append(indent).Append('"').Append(key.Name).Append("\": ");
            if (key.Section is not null && values[key.Name] is JsonObject nested)
                Append(text, key.Section, nested, PathOf(path, key.Name), depth + 1, leaveOut);
            else
                text.Append(Value(values[key.Name], indent));
            text.Append(i + 1 < keys.Count ? ",\n" : "\n");
            if (depth == 0 && i + 1 < keys.Count)
                text.Append('\n');
        }

        text.Append(' ', 2 * depth).Append('}');
    }

    private static string Comment(InputKeyDescription key) => key.Section is not null ? key.Doc : $"{key.Doc.TrimEnd('.')}: {key.Expected}.";

    /// <summary>On one line where it is short, else indented.</summary>
    private static string Value(JsonNode? value, string indent)
    {
        var line = value?.ToJsonString(Plain) ?? "null";
        if (value is not JsonObject || line.Length < 60)
            return line;
        return JsonText.Indented(value).TrimEnd('\n').Replace("\n", $"\n{indent}", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Wrapped(string words, int width)
    {
        var line = new StringBuilder();
        foreach (var word in words.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }

    private static string PathOf(string path, string name) => path.Length == 0 ? name : $"{path}/{name}";
}
