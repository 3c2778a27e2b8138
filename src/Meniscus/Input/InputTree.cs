using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Meniscus.Input;

/// <summary>
/// The text of an input file as a tree: JSON (RFC 8259, with <c>//</c> and <c>/* */</c> comments and trailing commas
/// allowed) or YAML 1.2 with the core schema's plain scalars. Anchors, aliases and tags of YAML are refused.
/// </summary>
internal static class InputTree
{
    private const int MaximumDepth = 64;

    /// <summary>Whether a file is YAML, by its name; else it is JSON.</summary>
    public static bool IsYaml(string path) =>
        Path.GetExtension(path) is { } ending
        && (ending.Equals(".yaml", StringComparison.OrdinalIgnoreCase) || ending.Equals(".yml", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads JSON.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">Name for messages.</param>
    public static JsonNode? ParseJson(string text, string file)
    {
        var options = new JsonDocumentOptions
        {
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
            MaxDepth = MaximumDepth,
        };
        try
        {
            return JsonKeys.FirstRepeated(text, MaximumDepth) is { } twice
                ? throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{file}: line {twice.Line}: '{twice.Key}' is given twice; remove one"))
                : JsonNode.Parse(text, documentOptions: options);
        }
        catch (JsonException e)
        {
            var line = e.LineNumber is { } index ? string.Create(CultureInfo.InvariantCulture, $": line {index + 1}") : "";
            throw new InputException($"{file}{line}: not valid JSON ({FirstSentence(e.Message)}); correct it", e);
        }
    }

    /// <summary>Reads YAML.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">Name for messages.</param>
    public static JsonNode? ParseYaml(string text, string file)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                return null;
            parser.Consume<DocumentStart>();
            using (var writer = new Utf8JsonWriter(buffer))
                CopyNode(parser, writer, file, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
                throw new InputException($"{file}: several YAML documents ('---'); expected one");
        }
        catch (YamlException e)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{file}: line {e.Start.Line}: not valid YAML ({FirstSentence(e.Message)}); correct it"), e);
        }

        return ParseJson(System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan), file);
    }

    private static void CopyNode(Parser parser, Utf8JsonWriter writer, string file, int depth)
    {
        if (depth >= MaximumDepth)
            throw new InputException($"{file}: nested more than {MaximumDepth} levels deep; this is not a training input");
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            RefuseDecoration(scalar, file);
            WriteScalar(scalar, writer);
        }
        else if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            RefuseDecoration(sequence, file);
            writer.WriteStartArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
                CopyNode(parser, writer, file, depth + 1);
            writer.WriteEndArray();
        }
        else if (parser.TryConsume<MappingStart>(out var mapping))
        {
            RefuseDecoration(mapping, file);
            CopyMapping(parser, writer, file, depth);
        }
        else
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{file}: line {parser.Current?.Start.Line}: YAML aliases (*name) are not supported; write the value out"));
        }
    }

    private static void CopyMapping(Parser parser, Utf8JsonWriter writer, string file, int depth)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        writer.WriteStartObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            if (!names.Add(key.Value))
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{file}: line {key.Start.Line}: '{key.Value}' is given twice; remove one"));
            writer.WritePropertyName(key.Value);
            CopyNode(parser, writer, file, depth + 1);
        }

        writer.WriteEndObject();
    }

    private static void RefuseDecoration(NodeEvent node, string file)
    {
        if (!node.Anchor.IsEmpty || (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific))
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{file}: line {node.Start.Line}: YAML anchors (&name) and tags (!name) are not supported; write plain values"));
    }

    private static void WriteScalar(Scalar scalar, Utf8JsonWriter writer)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain)
            writer.WriteStringValue(text);
        else if (text is "" or "~" or "null" or "Null" or "NULL")
            writer.WriteNullValue();
        else if (text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
            writer.WriteBooleanValue(text[0] is 't' or 'T');
        else if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            writer.WriteNumberValue(whole);
        else if (char.IsAsciiLetter(text[0]) || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) || !double.IsFinite(real))
            writer.WriteStringValue(text);
        else
            writer.WriteNumberValue(real);
    }

    // The libraries append positions, and sometimes a second line, that the message already has.
    private static string FirstSentence(string message)
    {
        var end = message.IndexOfAny(['\r', '\n']);
        var line = end < 0 ? message : message[..end];
        foreach (var tail in new[] { " Path: ", " LineNumber: " })
        {
            var at = line.IndexOf(tail, StringComparison.Ordinal);
            if (at >= 0)
                line = line[..at];
        }

        return line.Trim().TrimEnd('.');
    }
}
