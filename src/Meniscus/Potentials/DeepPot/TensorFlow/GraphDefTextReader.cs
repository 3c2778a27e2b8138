using System.Globalization;
using System.Text;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>
/// Reads a GraphDef in protobuf's text form (<c>.pbtxt</c>), field names as in TensorFlow's <c>.proto</c> files.
/// Source of the form: protobuf.dev, Text Format Language Specification.
/// </summary>
internal static class GraphDefTextReader
{
    public static GraphDefinition Read(byte[] bytes, string file)
    {
        var root = new ProtobufText(bytes, file).Read();
        return new GraphDefinition(file, [.. root.Messages("node").Select(message => ReadNode(message, file))]);
    }

    private static GraphNode ReadNode(ProtobufMessage message, string file)
    {
        var node = new GraphNode { Name = message.Text("name"), Operator = message.Text("op") };
        node.Inputs.AddRange(message.Texts("input").Select(Encoding.UTF8.GetString));
        foreach (var attribute in message.Messages("attr"))
        {
            foreach (var value in attribute.Messages("value"))
                node.Attributes[attribute.Text("key")] = ReadAttribute(value, node.Name, file);
        }

        return node;
    }

    private static GraphAttribute ReadAttribute(ProtobufMessage message, string node, string file)
    {
        var attribute = new GraphAttribute();
        foreach (var name in (ReadOnlySpan<string>)["i", "f"])
        {
            foreach (var scalar in message.Scalars(name))
                attribute.Number = Number(scalar, node, file);
        }

        foreach (var scalar in message.Scalars("type"))
            attribute.Type = TypeOf(scalar);
        foreach (var tensor in message.Messages("tensor"))
            attribute.Tensor = ReadTensor(tensor, node, file);
        foreach (var list in message.Messages("list"))
            attribute.Integers.AddRange(list.Scalars("i").Select(scalar => (long)Number(scalar, node, file)));
        return attribute;
    }

    private static GraphTensor ReadTensor(ProtobufMessage message, string node, string file)
    {
        var tensor = new GraphTensor();
        foreach (var scalar in message.Scalars("dtype"))
            tensor.Type = TypeOf(scalar);
        foreach (var shape in message.Messages("tensor_shape"))
            tensor.Shape.AddRange(shape.Messages("dim").Select(dim => (long)Number(dim.Scalars("size").FirstOrDefault("0"), node, file)));
        foreach (var content in message.Texts("tensor_content"))
            tensor.Content = content;
        tensor.Texts.AddRange(message.Texts("string_val"));
        foreach (var name in (ReadOnlySpan<string>)["float_val", "double_val", "int_val", "int64_val", "bool_val"])
            tensor.Values.AddRange(message.Scalars(name).Select(scalar => Number(scalar, node, file)));
        if (tensor.Type == TensorType.Float)
        {
            // Decimal digits of a float32 are to be rounded to float32 again.
            for (var k = 0; k < tensor.Values.Count; k++)
                tensor.Values[k] = (float)tensor.Values[k];
        }

        return tensor;
    }

    private static TensorType TypeOf(string scalar) => scalar switch
    {
        "DT_FLOAT" or "1" => TensorType.Float,
        "DT_DOUBLE" or "2" => TensorType.Double,
        "DT_INT32" or "3" => TensorType.Int32,
        "DT_STRING" or "7" => TensorType.String,
        "DT_INT64" or "9" => TensorType.Int64,
        "DT_BOOL" or "10" => TensorType.Bool,
        "DT_BFLOAT16" or "14" => TensorType.BFloat16,
        "DT_HALF" or "19" => TensorType.Half,
        _ => TensorType.None,
    };

    private static double Number(string scalar, string node, string file)
    {
        if (double.TryParse(scalar.TrimEnd('f', 'F'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            return number;
        return scalar.ToLowerInvariant() switch
        {
            "true" => 1,
            "false" => 0,
            "inf" or "infinity" or "inff" => double.PositiveInfinity,
            "-inf" or "-infinity" or "-inff" => double.NegativeInfinity,
            "nan" or "nanf" or "-nan" => double.NaN,
            _ => throw new InputException($"{file}: node '{ModelNode.Shorten(node)}': found '{ModelNode.Shorten(scalar)}', expected a number"),
        };
    }
}
