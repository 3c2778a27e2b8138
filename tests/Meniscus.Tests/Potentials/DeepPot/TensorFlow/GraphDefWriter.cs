using System.Globalization;
using System.Text;
using Google.Protobuf;
using Meniscus.Potentials.DeepPot.TensorFlow;

namespace Meniscus.Tests.Potentials.DeepPot.TensorFlow;

/// <summary>Writes graphs for tests, in protobuf's binary encoding and in its text form.</summary>
internal static class GraphDefWriter
{
    public static byte[] Binary(IEnumerable<GraphNode> nodes) => Message(output =>
    {
        foreach (var node in nodes)
            Field(output, 1, Node(node));
    });

    public static string Text(IEnumerable<GraphNode> nodes)
    {
        var text = new StringBuilder("# a frozen graph\n");
        foreach (var node in nodes)
        {
            text.Append(CultureInfo.InvariantCulture, $"node {{\n  name: {Quoted(Encoding.UTF8.GetBytes(node.Name))}\n  op: '{node.Operator}'\n");
            foreach (var input in node.Inputs)
                text.Append(CultureInfo.InvariantCulture, $"  input: \"{input}\"\n");
            foreach (var (key, value) in node.Attributes)
                text.Append(CultureInfo.InvariantCulture, $"  attr {{\n    key: \"{key}\"\n    value {{ {Text(value)} }}\n  }}\n");
            text.Append("}\n");
        }

        return text.Append("library {\n}\nversions < producer: 440; >\n").ToString();
    }

    private static string Text(GraphAttribute attribute)
    {
        if (attribute.Tensor is { } tensor)
            return $"tensor {{ {Text(tensor)} }}";
        if (attribute.Integers.Count > 0)
            return $"list {{ i: [{string.Join(", ", attribute.Integers)}] }}";
        if (attribute.Type is { } type)
            return $"type: {TypeName(type)}";
        return attribute.Number is { } number ? string.Create(CultureInfo.InvariantCulture, $"f: {number:R}f") : "b: true";
    }

    private static string Text(GraphTensor tensor)
    {
        var text = new StringBuilder($"dtype: {TypeName(tensor.Type)} tensor_shape {{ ");
        foreach (var size in tensor.Shape)
            text.Append(CultureInfo.InvariantCulture, $"dim {{ size: {size} }} ");
        text.Append("} ");
        if (tensor.Content.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"tensor_content: {Quoted(tensor.Content)} ");
        foreach (var value in tensor.Values)
            text.Append(CultureInfo.InvariantCulture, $"{(tensor.Type == TensorType.Int32 ? "int_val" : tensor.Type == TensorType.Float ? "float_val" : "double_val")}: {value:R} ");
        foreach (var value in tensor.Texts)
            text.Append(CultureInfo.InvariantCulture, $"string_val: {Quoted(value)} ");
        return text.ToString();
    }

    private static string TypeName(TensorType type) => "DT_" + type.ToString().ToUpperInvariant();

    private static string Quoted(byte[] bytes)
    {
        var text = new StringBuilder("\"");
        foreach (var value in bytes)
        {
            text.Append(value switch
            {
                (byte)'"' => "\\\"",
                (byte)'\\' => "\\\\",
                (byte)'\n' => "\\n",
                >= 32 and < 127 => ((char)value).ToString(),
                _ => "\\" + Convert.ToString(value, 8).PadLeft(3, '0'),
            });
        }

        return text.Append('"').ToString();
    }

    private static byte[] Node(GraphNode node) => Message(output =>
    {
        Field(output, 1, Encoding.UTF8.GetBytes(node.Name));
        Field(output, 2, Encoding.UTF8.GetBytes(node.Operator));
        foreach (var input in node.Inputs)
            Field(output, 3, Encoding.UTF8.GetBytes(input));
        foreach (var (key, value) in node.Attributes)
        {
            Field(output, 5, Message(entry =>
            {
                Field(entry, 1, Encoding.UTF8.GetBytes(key));
                Field(entry, 2, Attribute(value));
            }));
        }
    });

    private static byte[] Attribute(GraphAttribute attribute) => Message(output =>
    {
        if (attribute.Tensor is { } tensor)
        {
            Field(output, 8, Tensor(tensor));
        }
        else if (attribute.Integers.Count > 0)
        {
            Field(output, 1, Message(list => Field(list, 3, Message(packed => attribute.Integers.ForEach(packed.WriteInt64)))));
        }
        else if (attribute.Type is { } type)
        {
            output.WriteTag(6, WireFormat.WireType.Varint);
            output.WriteInt32((int)type);
        }
        else if (attribute.Number is { } number)
        {
            output.WriteTag(4, WireFormat.WireType.Fixed32);
            output.WriteFloat((float)number);
        }
    });

    private static byte[] Tensor(GraphTensor tensor) => Message(output =>
    {
        output.WriteTag(1, WireFormat.WireType.Varint);
        output.WriteInt32((int)tensor.Type);
        Field(output, 2, Message(shape => tensor.Shape.ForEach(size => Field(shape, 2, Message(dimension =>
        {
            dimension.WriteTag(1, WireFormat.WireType.Varint);
            dimension.WriteInt64(size);
        })))));
        if (tensor.Content.Length > 0)
            Field(output, 4, tensor.Content);
        foreach (var value in tensor.Values)
        {
            if (tensor.Type == TensorType.Int32)
            {
                output.WriteTag(7, WireFormat.WireType.Varint);
                output.WriteInt64((long)value);
            }
            else
            {
                output.WriteTag(6, WireFormat.WireType.Fixed64);
                output.WriteDouble(value);
            }
        }

        foreach (var text in tensor.Texts)
            Field(output, 8, text);
    });

    private static void Field(CodedOutputStream output, int number, byte[] bytes)
    {
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
            write(output);
        return stream.ToArray();
    }
}
