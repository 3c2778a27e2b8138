using System.Text;
using System.Text.Json;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Model trees as JSON: the <c>.json</c> model file and the text of the <c>json</c> attribute of a <c>.dp</c> file.
/// An array is <c>{"@class": "np.ndarray", "@is_variable": true, "@version": 1, "dtype": "float64", "value": [[…]]}</c>,
/// the notation of DeePMD-kit's YAML model files.
/// </summary>
internal static class ModelJson
{
    private const int MaxDepth = 64;

    public static ModelMap Read(string file)
    {
        using var stream = File.OpenRead(file);
        return Read(stream, file);
    }

    public static ModelMap Read(Stream stream, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(stream, Options);
            return Root(document.RootElement, file);
        }
        catch (Exception error) when (IsSyntaxError(error))
        {
            throw Malformed(file, error);
        }
    }

    /// <summary>Reads a tree from text already in memory.</summary>
    public static ModelMap Parse(string text, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return Root(document.RootElement, file);
        }
        catch (Exception error) when (IsSyntaxError(error))
        {
            throw Malformed(file, error);
        }
    }

    public static void Write(ModelMap root, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { SkipValidation = true });
        Write(writer, root);
    }

    /// <summary>The tree as one line of text.</summary>
    public static string Format(ModelNode node)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            Write(writer, node);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static JsonDocumentOptions Options => new() { MaxDepth = MaxDepth };

    // Invalid UTF-8 inside a string surfaces as InvalidOperationException when the string is fetched.
    private static bool IsSyntaxError(Exception error) => error is JsonException or InvalidOperationException;

    private static InputException Malformed(string file, Exception error) =>
        new($"{file}: not a JSON model file: {ModelNode.Shorten(error.Message)} (check that the file is complete and has the right ending)", error);

    private static ModelMap Root(JsonElement element, string file)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new InputException($"{file}: not a JSON model file: expected an object at the top, found {element.ValueKind}");
        return (ModelMap)Convert(element, new ModelPlace(file, ""));
    }

    private static ModelNode Convert(JsonElement element, ModelPlace place) => element.ValueKind switch
    {
        JsonValueKind.Object when IsArray(element) => ReadArray(element, place),
        JsonValueKind.Object => ReadMap(element, place),
        JsonValueKind.Array => new ModelList(element.EnumerateArray().Select((item, i) => Convert(item, place.At(i)))),
        JsonValueKind.String => new ModelText(element.GetString()!),
        JsonValueKind.Number => element.TryGetInt64(out var integer) ? new ModelNumber(integer) : new ModelNumber(element.GetDouble()),
        JsonValueKind.True => new ModelBoolean(true),
        JsonValueKind.False => new ModelBoolean(false),
        _ => ModelNull.Instance,
    };

    private static ModelMap ReadMap(JsonElement element, ModelPlace place)
    {
        var map = new ModelMap();
        foreach (var property in element.EnumerateObject())
        {
            if (!map.Entries.TryAdd(property.Name, Convert(property.Value, place.At(property.Name))))
                throw place.At(property.Name).Error($"is given twice; remove one");
        }

        return map;
    }

    private static bool IsArray(JsonElement element) =>
        element.TryGetProperty("@class"u8, out var name) && name.ValueKind == JsonValueKind.String && name.ValueEquals("np.ndarray"u8);

    private static ModelArray ReadArray(JsonElement element, ModelPlace place)
    {
        var builder = new ModelArrayBuilder(place);
        if (!element.TryGetProperty("dtype"u8, out var type) || type.ValueKind != JsonValueKind.String)
            throw place.Error($"this array has no dtype; expected one such as \"float64\"");
        builder.SetType(type.GetString()!);
        if (!element.TryGetProperty("value"u8, out var value))
            throw place.Error($"this array has no value; expected nested lists of numbers");
        AddValues(builder, value);
        return builder.Build();
    }

    private static void AddValues(ModelArrayBuilder builder, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            builder.Open();
            foreach (var item in value.EnumerateArray())
                AddValues(builder, item);
            builder.Close();
        }
        else if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number))
        {
            builder.Add(number);
        }
        else
        {
            builder.Refuse(value.GetRawText());
        }
    }

    private static void Write(Utf8JsonWriter writer, ModelNode node)
    {
        switch (node)
        {
            case ModelMap map:
                writer.WriteStartObject();
                foreach (var (key, value) in map.Entries)
                {
                    writer.WritePropertyName(key);
                    Write(writer, value);
                }
                writer.WriteEndObject();
                break;
            case ModelList list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case ModelArray array:
                WriteArray(writer, array);
                break;
            case ModelText text:
                writer.WriteStringValue(text.Value);
                break;
            case ModelNumber number:
                writer.WriteRawValue(ModelNumberText.Format(number));
                break;
            case ModelBoolean boolean:
                writer.WriteBooleanValue(boolean.Value);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteArray(Utf8JsonWriter writer, ModelArray array)
    {
        writer.WriteStartObject();
        writer.WriteString("@class", "np.ndarray");
        writer.WriteBoolean("@is_variable", true);
        writer.WriteNumber("@version", 1);
        writer.WriteString("dtype", array.TypeName);
        writer.WritePropertyName("value");
        WriteValues(writer, array, 0, array.Values);
        writer.WriteEndObject();
    }

    private static void WriteValues(Utf8JsonWriter writer, ModelArray array, int axis, ReadOnlySpan<double> values)
    {
        if (axis == array.Shape.Length)
        {
            Span<char> text = stackalloc char[ModelNumberText.MaxLength];
            writer.WriteRawValue(text[..ModelNumberText.Format(values[0], text)], skipInputValidation: true);
            return;
        }
        writer.WriteStartArray();
        var stride = array.Shape[axis] == 0 ? 0 : values.Length / array.Shape[axis];
        for (var i = 0; i < array.Shape[axis]; i++)
            WriteValues(writer, array, axis + 1, values.Slice(i * stride, stride));
        writer.WriteEndArray();
    }
}
