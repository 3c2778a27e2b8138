using System.Buffers.Binary;

namespace Meniscus.IO;

/// <summary>Numbers as they lie in a file, IEEE 754 floats or two's complement integers in either byte order.</summary>
internal static class StoredNumbers
{
    /// <summary>Converts as many numbers as the destination has room for.</summary>
    /// <param name="source">The stored bytes.</param>
    /// <param name="type">Number format.</param>
    /// <param name="bigEndian">Byte order.</param>
    /// <param name="destination">The numbers in float64.</param>
    public static void Widen(ReadOnlySpan<byte> source, NpyElementType type, bool bigEndian, Span<double> destination)
    {
        // One loop per format, so that the choice is made once and not per number.
        switch (type, bigEndian)
        {
            case (NpyElementType.Float64, false):
                for (var i = 0; i < destination.Length; i++)
                    destination[i] = BinaryPrimitives.ReadDoubleLittleEndian(source[(8 * i)..]);
                break;
            case (NpyElementType.Float64, true):
                for (var i = 0; i < destination.Length; i++)
                    destination[i] = BinaryPrimitives.ReadDoubleBigEndian(source[(8 * i)..]);
                break;
            case (NpyElementType.Float32, false):
                for (var i = 0; i < destination.Length; i++)
                    destination[i] = BinaryPrimitives.ReadSingleLittleEndian(source[(4 * i)..]);
                break;
            case (NpyElementType.Float32, true):
                for (var i = 0; i < destination.Length; i++)
                    destination[i] = BinaryPrimitives.ReadSingleBigEndian(source[(4 * i)..]);
                break;
            default:
                WidenRare(source, type, bigEndian, destination);
                break;
        }
    }

    private static void WidenRare(ReadOnlySpan<byte> source, NpyElementType type, bool bigEndian, Span<double> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (type, bigEndian) switch
            {
                (NpyElementType.Float16, false) => (double)BinaryPrimitives.ReadHalfLittleEndian(source[(2 * i)..]),
                (NpyElementType.Float16, true) => (double)BinaryPrimitives.ReadHalfBigEndian(source[(2 * i)..]),
                (NpyElementType.Int32, false) => BinaryPrimitives.ReadInt32LittleEndian(source[(4 * i)..]),
                (NpyElementType.Int32, true) => BinaryPrimitives.ReadInt32BigEndian(source[(4 * i)..]),
                (_, false) => BinaryPrimitives.ReadInt64LittleEndian(source[(8 * i)..]),
                (_, true) => BinaryPrimitives.ReadInt64BigEndian(source[(8 * i)..]),
            };
        }
    }
}
