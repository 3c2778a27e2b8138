using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>Element types of a TensorProto (<c>tensorflow/core/framework/types.proto</c>), as far as models have them.</summary>
internal enum TensorType
{
    None = 0,
    Float = 1,
    Double = 2,
    Int32 = 3,
    String = 7,
    Int64 = 9,
    Bool = 10,
    BFloat16 = 14,
    Half = 19,
}

/// <summary>
/// A TensorProto (<c>tensorflow/core/framework/tensor.proto</c>): either all elements as little-endian bytes
/// (<c>tensor_content</c>) or a list of values, whose last one stands for all that follow.
/// </summary>
internal sealed class GraphTensor
{
    /// <summary>Most elements a short list of values may stand for; a real model has none of this kind above some thousands.</summary>
    private const long MostRepeated = 1 << 24;

    public TensorType Type { get; set; }

    public List<long> Shape { get; } = [];

    public byte[] Content { get; set; } = [];

    public List<double> Values { get; } = [];

    public List<byte[]> Texts { get; } = [];

    /// <summary>The numbers, row-major; the message of a <see cref="FormatException"/> says what is wrong.</summary>
    public double[] Numbers()
    {
        var count = Count();
        if (Content.Length > 0)
            return FromContent(count);
        if (SizeOf(Type) == 0)
            throw new FormatException($"holds elements of type {Describe(Type)}; supported are float64, float32, int32 and int64");
        if (Values.Count > count)
            throw new FormatException($"holds {Values.Count} values, expected {count} for the shape {DescribeShape()}");
        if (count > Values.Count && count > MostRepeated)
            throw new FormatException($"says it has the shape {DescribeShape()}, but holds only {Values.Count} values");
        var numbers = new double[count];
        for (var k = 0; k < count; k++)
            numbers[k] = Values.Count == 0 ? 0 : Values[Math.Min(k, Values.Count - 1)];
        return numbers;
    }

    /// <summary>The text of a scalar of type string.</summary>
    public string Text() => Type == TensorType.String && Texts.Count == 1
        ? Encoding.UTF8.GetString(Texts[0])
        : throw new FormatException($"holds {Describe(Type)} of shape {DescribeShape()}, expected one text");

    public string DescribeShape() => $"[{string.Join(", ", Shape.Select(size => size.ToString(CultureInfo.InvariantCulture)))}]";

    public static string Describe(TensorType type) => type switch
    {
        TensorType.Float => "float32",
        TensorType.Double => "float64",
        TensorType.Half => "float16",
        TensorType.None => "no type",
        _ => type.ToString().ToLowerInvariant(),
    };

    private long Count()
    {
        // Sizes come from the file: the product is checked before anything is made of it.
        var count = 1L;
        foreach (var size in Shape)
        {
            if (size is < 0 or > int.MaxValue || (size > 0 && count > int.MaxValue / size))
                throw new FormatException($"has the shape {DescribeShape()}, which no tensor of a model can have");
            count *= size;
        }

        return count;
    }

    private double[] FromContent(long count)
    {
        var size = SizeOf(Type);
        if (size == 0)
            throw new FormatException($"holds elements of type {Describe(Type)}; supported are float64, float32, int32 and int64");
        if (Content.Length != count * size)
            throw new FormatException($"holds {Content.Length} bytes, expected {count * size} for {Describe(Type)} of shape {DescribeShape()}");
        var numbers = new double[count];
        for (var k = 0; k < numbers.Length; k++)
        {
            var bytes = Content.AsSpan(k * size, size);
            numbers[k] = Type switch
            {
                TensorType.Double => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
                TensorType.Float => BinaryPrimitives.ReadSingleLittleEndian(bytes),
                TensorType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
                TensorType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
                _ => bytes[0],
            };
        }

        return numbers;
    }

    private static int SizeOf(TensorType type) => type switch
    {
        TensorType.Double or TensorType.Int64 => 8,
        TensorType.Float or TensorType.Int32 => 4,
        TensorType.Bool => 1,
        _ => 0,
    };
}
