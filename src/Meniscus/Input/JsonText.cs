using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Meniscus.Input;

/// <summary>JSON as text that people read: indented, with letters beyond ASCII as they are.</summary>
internal static class JsonText
{
    /// <summary>The text, ending with a line end.</summary>
    /// <param name="node">The value.</param>
    /// <param name="indent">Blanks per level.</param>
    public static string Indented(JsonNode node, int indent = 2)
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, IndentSize = indent, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };
        using (var writer = new Utf8JsonWriter(stream, options))
            node.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
