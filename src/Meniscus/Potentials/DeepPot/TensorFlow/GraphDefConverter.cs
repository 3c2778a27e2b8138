using System.Globalization;
using Google.Protobuf;
using Meniscus.IO;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>
/// Turns a GraphDef in protobuf's text form into the binary form, whole: every node, attribute and tensor, not only what
/// models are read from. Fields and their numbers: TensorFlow's <c>graph.proto</c>, <c>node_def.proto</c>,
/// <c>attr_value.proto</c>, <c>tensor.proto</c>, <c>tensor_shape.proto</c>, <c>types.proto</c>, <c>versions.proto</c>.
/// Encoding: protobuf.dev, Encoding.
/// </summary>
public static class GraphDefConverter
{
    private static readonly Kind s_versions = new(("producer", 1, Form.Integer), ("min_consumer", 2, Form.Integer), ("bad_consumers", 3, Form.Integers));
    private static readonly Kind s_dimension = new(("size", 1, Form.Integer), ("name", 2, Form.Text));
    private static readonly Kind s_shape = new(("dim", 2, Form.Message(s_dimension)), ("unknown_rank", 3, Form.Integer));

    private static readonly Kind s_tensor = new(
        ("dtype", 1, Form.Type), ("tensor_shape", 2, Form.Message(s_shape)), ("version_number", 3, Form.Integer), ("tensor_content", 4, Form.Text),
        ("float_val", 5, Form.Floats), ("double_val", 6, Form.Doubles), ("int_val", 7, Form.Integers), ("string_val", 8, Form.Text),
        ("scomplex_val", 9, Form.Floats), ("int64_val", 10, Form.Integers), ("bool_val", 11, Form.Integers), ("dcomplex_val", 12, Form.Doubles),
        ("half_val", 13, Form.Integers), ("uint32_val", 16, Form.Integers), ("uint64_val", 17, Form.Integers));

    private static readonly Kind s_list = new(
        ("s", 2, Form.Text), ("i", 3, Form.Integers), ("f", 4, Form.Floats), ("b", 5, Form.Integers), ("type", 6, Form.Types),
        ("shape", 7, Form.Message(s_shape)), ("tensor", 8, Form.Message(s_tensor)));

    private static readonly Kind s_value = new(
        ("list", 1, Form.Message(s_list)), ("s", 2, Form.Text), ("i", 3, Form.Integer), ("f", 4, Form.Float), ("b", 5, Form.Integer),
        ("type", 6, Form.Type), ("shape", 7, Form.Message(s_shape)), ("tensor", 8, Form.Message(s_tensor)), ("placeholder", 9, Form.Text));

    private static readonly Kind s_attribute = new(("key", 1, Form.Text), ("value", 2, Form.Message(s_value)));

    private static readonly Kind s_node = new(
        ("name", 1, Form.Text), ("op", 2, Form.Text), ("input", 3, Form.Text), ("device", 4, Form.Text), ("attr", 5, Form.Message(s_attribute)));

    // A frozen graph has no functions: its library is empty.
    private static readonly Kind s_graph = new(
        ("node", 1, Form.Message(s_node)), ("library", 2, Form.Message(new Kind())), ("version", 3, Form.Integer), ("versions", 4, Form.Message(s_versions)));

    private static readonly string[] s_types =
    [
        "DT_INVALID", "DT_FLOAT", "DT_DOUBLE", "DT_INT32", "DT_UINT8", "DT_INT16", "DT_INT8", "DT_STRING", "DT_COMPLEX64", "DT_INT64", "DT_BOOL",
        "DT_QINT8", "DT_QUINT8", "DT_QINT32", "DT_BFLOAT16", "DT_QINT16", "DT_QUINT16", "DT_UINT16", "DT_COMPLEX128", "DT_HALF", "DT_RESOURCE",
        "DT_VARIANT", "DT_UINT32", "DT_UINT64",
    ];

    /// <summary>Converts a <c>.pbtxt</c> into a <c>.pb</c>; the file appears whole or not at all.</summary>
    /// <param name="text">The text file.</param>
    /// <param name="binary">The file to write.</param>
    /// <exception cref="InputException">The text cannot be read, or is not a graph without functions.</exception>
    public static void TextToBinary(string text, string binary)
    {
        try
        {
            var content = Convert(File.ReadAllBytes(text), text);
            AtomicFile.Write(binary, stream => stream.Write(content));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{text}: cannot be converted: {ModelNode.Shorten(error.Message)}", error);
        }
    }

    internal static byte[] Convert(byte[] text, string file) => Encode(new ProtobufText(text, file).Read(), s_graph, file);

    private static byte[] Encode(ProtobufMessage message, Kind kind, string file)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            foreach (var name in message.Names)
            {
                if (!kind.Fields.TryGetValue(name, out var field))
                    throw new InputException($"{file}: field '{ModelNode.Shorten(name)}'; expected one of {string.Join(", ", kind.Fields.Keys)}: a frozen graph has no others");
                EncodeField(output, field.Number, field.Form, message.Values(name), file);
            }
        }

        return stream.ToArray();
    }

    private static void EncodeField(CodedOutputStream output, int number, Form form, IReadOnlyList<object> values, string file)
    {
        const uint Delimited = 2;
        if (form.IsPacked)
        {
            using var stream = new MemoryStream();
            using (var packed = new CodedOutputStream(stream, leaveOpen: true))
            {
                foreach (var value in values)
                    WriteScalar(packed, form, value, file);
            }

            output.WriteTag(((uint)number << 3) | Delimited);
            output.WriteBytes(ByteString.CopyFrom(stream.ToArray()));
            return;
        }

        foreach (var value in values)
        {
            output.WriteTag(((uint)number << 3) | form.WireType);
            if (form.Of is { } inner)
                output.WriteBytes(ByteString.CopyFrom(Encode(value as ProtobufMessage ?? throw Wrong(file, value, "a message"), inner, file)));
            else if (form.Scalar == Scalar.Text)
                output.WriteBytes(ByteString.CopyFrom(value as byte[] ?? throw Wrong(file, value, "a text in quotes")));
            else
                WriteScalar(output, form, value, file);
        }
    }

    private static void WriteScalar(CodedOutputStream output, Form form, object value, string file)
    {
        var text = value as string ?? throw Wrong(file, value, "a number or name");
        switch (form.Scalar)
        {
            case Scalar.Float:
                output.WriteFloat((float)Real(text, file));
                break;
            case Scalar.Double:
                output.WriteDouble(Real(text, file));
                break;
            case Scalar.Type when Array.IndexOf(s_types, text) is var type && type >= 0:
                output.WriteInt32(type);
                break;
            default:
                output.WriteUInt64(Whole(text, file));
                break;
        }
    }

    private static double Real(string text, string file) => text.TrimEnd('f', 'F').ToLowerInvariant() switch
    {
        "in" or "infinity" => double.PositiveInfinity,
        "-in" or "-infinity" => double.NegativeInfinity,
        "nan" or "-nan" => double.NaN,
        var digits when double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Wrong(file, text, "a number"),
    };

    private static ulong Whole(string text, string file) => text switch
    {
        "true" => 1,
        "false" => 0,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => unchecked((ulong)number),
        _ when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Wrong(file, text, "a whole number, true, false, or the name of a type"),
    };

    private static InputException Wrong(string file, object value, string expected) =>
        new($"{file}: found {(value is string text ? $"'{ModelNode.Shorten(text)}'" : value is byte[] ? "a text in quotes" : "a message")}, expected {expected}");

    private enum Scalar
    {
        None,
        Text,
        Integer,
        Float,
        Double,
        Type,
    }

    /// <summary>How the values of a field are encoded.</summary>
    private sealed record Form(Scalar Scalar, bool IsPacked, Kind? Of)
    {
        public static readonly Form Text = new(Scalar.Text, false, null);
        public static readonly Form Integer = new(Scalar.Integer, false, null);
        public static readonly Form Integers = new(Scalar.Integer, true, null);
        public static readonly Form Float = new(Scalar.Float, false, null);
        public static readonly Form Floats = new(Scalar.Float, true, null);
        public static readonly Form Doubles = new(Scalar.Double, true, null);
        public static readonly Form Type = new(Scalar.Type, false, null);
        public static readonly Form Types = new(Scalar.Type, true, null);

        public uint WireType => Of is not null || Scalar == Scalar.Text ? 2u : Scalar == Scalar.Float ? 5u : Scalar == Scalar.Double ? 1u : 0u;

        public static Form Message(Kind kind) => new(Scalar.None, false, kind);
    }

    /// <summary>The fields of a kind of message.</summary>
    private sealed class Kind(params (string Name, int Number, Form Form)[] fields)
    {
        public Dictionary<string, (int Number, Form Form)> Fields { get; } = fields.ToDictionary(field => field.Name, field => (field.Number, field.Form));
    }
}
