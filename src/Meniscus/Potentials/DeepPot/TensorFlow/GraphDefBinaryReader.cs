using Google.Protobuf;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>
/// Reads a GraphDef in protobuf's binary encoding, field by field: only what models need is kept, the rest is skipped.
/// Field numbers are those of TensorFlow's <c>graph.proto</c>, <c>node_def.proto</c>, <c>attr_value.proto</c>,
/// <c>tensor.proto</c> and <c>tensor_shape.proto</c>.
/// </summary>
internal static class GraphDefBinaryReader
{
    private const uint Varint = 0;
    private const uint Fixed64 = 1;
    private const uint Delimited = 2;
    private const uint Fixed32 = 5;

    public static GraphDefinition Read(byte[] bytes, string file)
    {
        var nodes = new List<GraphNode>();
        try
        {
            Each(new CodedInputStream(bytes), (tag, input) =>
            {
                if (tag != Tag(1, Delimited))
                    return false;
                nodes.Add(ReadNode(input.ReadBytes()));
                return true;
            });
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InputException(
                $"{file}: cut off, damaged, or not a TensorFlow graph (a GraphDef in protobuf's binary form): {ModelNode.Shorten(error.Message)}", error);
        }

        return new GraphDefinition(file, nodes);
    }

    private static uint Tag(uint field, uint wireType) => (field << 3) | wireType;

    private static void Each(CodedInputStream input, Func<uint, CodedInputStream, bool> take)
    {
        while (input.ReadTag() is var tag && tag != 0)
        {
            if (!take(tag, input))
                input.SkipLastField();
        }
    }

    private static GraphNode ReadNode(ByteString bytes)
    {
        var node = new GraphNode();
        Each(bytes.CreateCodedInput(), (tag, input) =>
        {
            switch (tag)
            {
                case (1 << 3) | Delimited:
                    node.Name = input.ReadBytes().ToStringUtf8();
                    return true;
                case (2 << 3) | Delimited:
                    node.Operator = input.ReadBytes().ToStringUtf8();
                    return true;
                case (3 << 3) | Delimited:
                    node.Inputs.Add(input.ReadBytes().ToStringUtf8());
                    return true;
                case (5 << 3) | Delimited:
                    ReadAttribute(input.ReadBytes(), node);
                    return true;
                default:
                    return false;
            }
        });
        return node;
    }

    /// <summary>An entry of the map of attributes: key = 1, value = 2.</summary>
    private static void ReadAttribute(ByteString bytes, GraphNode node)
    {
        var (key, value) = ("", new GraphAttribute());
        Each(bytes.CreateCodedInput(), (tag, input) =>
        {
            switch (tag)
            {
                case (1 << 3) | Delimited:
                    key = input.ReadBytes().ToStringUtf8();
                    return true;
                case (2 << 3) | Delimited:
                    value = ReadAttributeValue(input.ReadBytes());
                    return true;
                default:
                    return false;
            }
        });
        node.Attributes[key] = value;
    }

    private static GraphAttribute ReadAttributeValue(ByteString bytes)
    {
        var value = new GraphAttribute();
        Each(bytes.CreateCodedInput(), (tag, input) =>
        {
            switch (tag)
            {
                case (1 << 3) | Delimited:
                    ReadIntegers(input.ReadBytes(), value.Integers);
                    return true;
                case (3 << 3) | Varint:
                    value.Number = input.ReadInt64();
                    return true;
                case (4 << 3) | Fixed32:
                    value.Number = input.ReadFloat();
                    return true;
                case (6 << 3) | Varint:
                    value.Type = (TensorType)input.ReadInt32();
                    return true;
                case (8 << 3) | Delimited:
                    value.Tensor = ReadTensor(input.ReadBytes());
                    return true;
                default:
                    return false;
            }
        });
        return value;
    }

    /// <summary>A ListValue; of its lists only that of integers (3) is of use.</summary>
    private static void ReadIntegers(ByteString bytes, List<long> integers) => Each(bytes.CreateCodedInput(), (tag, input) =>
    {
        switch (tag)
        {
            case (3 << 3) | Varint:
                integers.Add(input.ReadInt64());
                return true;
            case (3 << 3) | Delimited:
                Packed(input, part => integers.Add(part.ReadInt64()));
                return true;
            default:
                return false;
        }
    });

    private static GraphTensor ReadTensor(ByteString bytes)
    {
        var tensor = new GraphTensor();
        Each(bytes.CreateCodedInput(), (tag, input) => ReadTensorField(tag, input, tensor));
        return tensor;
    }

    private static bool ReadTensorField(uint tag, CodedInputStream input, GraphTensor tensor)
    {
        var values = tensor.Values;
        switch (tag)
        {
            case (1 << 3) | Varint:
                tensor.Type = (TensorType)input.ReadInt32();
                return true;
            case (2 << 3) | Delimited:
                ReadShape(input.ReadBytes(), tensor.Shape);
                return true;
            case (4 << 3) | Delimited:
                tensor.Content = input.ReadBytes().ToByteArray();
                return true;
            case (5 << 3) | Fixed32:
                values.Add(input.ReadFloat());
                return true;
            case (5 << 3) | Delimited:
                Packed(input, part => values.Add(part.ReadFloat()));
                return true;
            case (6 << 3) | Fixed64:
                values.Add(input.ReadDouble());
                return true;
            case (6 << 3) | Delimited:
                Packed(input, part => values.Add(part.ReadDouble()));
                return true;
            case (8 << 3) | Delimited:
                tensor.Texts.Add(input.ReadBytes().ToByteArray());
                return true;
            // int_val = 7, int64_val = 10, bool_val = 11
            case (7 << 3) | Varint or (10 << 3) | Varint or (11 << 3) | Varint:
                values.Add(input.ReadInt64());
                return true;
            case (7 << 3) | Delimited or (10 << 3) | Delimited or (11 << 3) | Delimited:
                Packed(input, part => values.Add(part.ReadInt64()));
                return true;
            default:
                return false;
        }
    }

    /// <summary>A TensorShapeProto: dim = 2, each with size = 1, which is left out where it is 0.</summary>
    private static void ReadShape(ByteString bytes, List<long> shape) => Each(bytes.CreateCodedInput(), (tag, input) =>
    {
        if (tag != Tag(2, Delimited))
            return false;
        var size = 0L;
        Each(input.ReadBytes().CreateCodedInput(), (inner, dimension) =>
        {
            if (inner != Tag(1, Varint))
                return false;
            size = dimension.ReadInt64();
            return true;
        });
        shape.Add(size);
        return true;
    });

    private static void Packed(CodedInputStream input, Action<CodedInputStream> element)
    {
        var part = input.ReadBytes().CreateCodedInput();
        while (!part.IsAtEnd)
            element(part);
    }
}
