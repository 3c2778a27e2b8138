using System.Buffers.Binary;

namespace Meniscus.IO;

/// <summary>
/// Writes one array as .npy, version 1, C order, little-endian, number by number as they come, so that an array larger
/// than memory can be written. Source: NumPy Enhancement Proposal 1.
/// </summary>
public sealed class NpyWriter
{
    private readonly Stream _stream;
    private readonly NpyElementType _type;
    private readonly byte[] _buffer = new byte[1 << 14];
    private int _used;
    private long _missing;

    /// <summary>Writes the header.</summary>
    /// <param name="stream">Where the file goes; stays open.</param>
    /// <param name="type">Float32, Float64 or Int32.</param>
    /// <param name="shape">Length of each axis.</param>
    public NpyWriter(Stream stream, NpyElementType type, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (type is NpyElementType.Float16 or NpyElementType.Int64)
            throw new ArgumentOutOfRangeException(nameof(type), type, "only float32, float64 and int32 are written");
        _stream = stream;
        _type = type;
        _missing = 1;
        foreach (var length in shape)
            _missing = checked(_missing * length);
        stream.Write(NpyHeader.Format(type, shape));
    }

    /// <summary>Writes a whole array to a file.</summary>
    /// <param name="path">The file; replaced whole or not at all.</param>
    /// <param name="type">Float32, Float64 or Int32.</param>
    /// <param name="values">The numbers, row-major.</param>
    /// <param name="shape">Length of each axis.</param>
    public static void Write(string path, NpyElementType type, ReadOnlySpan<double> values, params ReadOnlySpan<long> shape)
    {
        var numbers = values.ToArray();
        var axes = shape.ToArray();
        AtomicFile.Write(path, stream =>
        {
            var writer = new NpyWriter(stream, type, axes);
            writer.Append(numbers);
            writer.Finish();
        });
    }

    /// <summary>Appends numbers, in row-major order.</summary>
    /// <exception cref="InputException">A number is too large for the format.</exception>
    public void Append(params ReadOnlySpan<double> values)
    {
        _missing -= values.Length;
        foreach (var value in values)
        {
            if (_used + 8 > _buffer.Length)
                Flush();
            WriteOne(_buffer.AsSpan(_used), value);
            _used += _type.Size();
        }
    }

    /// <summary>Flushes to the stream and checks that as many numbers came as the shape says.</summary>
    public void Finish()
    {
        Flush();
        if (_missing != 0)
            throw new InvalidOperationException($"{Math.Abs(_missing)} numbers too {(_missing > 0 ? "few" : "many")} for the shape of the array");
    }

    private void Flush()
    {
        _stream.Write(_buffer, 0, _used);
        _used = 0;
    }

    private void WriteOne(Span<byte> destination, double value)
    {
        switch (_type)
        {
            case NpyElementType.Float64:
                BinaryPrimitives.WriteDoubleLittleEndian(destination, value);
                break;
            case NpyElementType.Float32:
                var single = (float)value;
                if (float.IsInfinity(single) && double.IsFinite(value))
                    throw new InputException(FormattableString.Invariant($"{value} does not fit into float32; write float64"));
                BinaryPrimitives.WriteSingleLittleEndian(destination, single);
                break;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(destination, checked((int)value));
                break;
        }
    }
}
