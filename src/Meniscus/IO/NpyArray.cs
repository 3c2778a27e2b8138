using System.Buffers.Binary;

namespace Meniscus.IO;

/// <summary>
/// A NumPy .npy file (versions 1 to 3; float16, float32, float64, int32, int64; both byte orders; C and Fortran order)
/// that stays on disk: rows are converted out of a memory map when they are asked for, without allocating.
/// Source: NumPy Enhancement Proposal 1 and the <c>numpy.lib.format</c> documentation.
/// </summary>
public sealed class NpyArray : IFrameArray
{
    private const int ChunkElements = 1 << 16;

    private readonly NpyHeader _header;
    private readonly MappedFile _file;
    private readonly MappedFilePool _pool;
    private readonly long[] _fortranStrides;

    private NpyArray(string path, NpyHeader header, long fileLength, MappedFilePool pool)
    {
        _header = header;
        _pool = pool;
        _file = new MappedFile(path, fileLength);
        RowCount = header.Shape.Length == 0 ? 1 : header.Shape[0];
        RowLength = header.Shape.Skip(1).Aggregate(1L, (product, length) => product * length);
        _fortranStrides = new long[header.Shape.Length];
        for (var (axis, stride) = (0, 1L); axis < _fortranStrides.Length && header.ElementCount > 0; axis++)
        {
            _fortranStrides[axis] = stride;
            stride *= header.Shape[axis];
        }
    }

    /// <summary>The file.</summary>
    public string Name => _file.Path;

    /// <summary>Length of each axis; empty for a single number.</summary>
    public IReadOnlyList<long> Shape => _header.Shape;

    /// <summary>Number format.</summary>
    public NpyElementType ElementType => _header.ElementType;

    /// <summary>Whether the first axis varies fastest in the file.</summary>
    public bool FortranOrder => _header.FortranOrder;

    /// <summary>Whether the file is big-endian.</summary>
    public bool BigEndian => _header.BigEndian;

    /// <summary>Length of the first axis; 1 for a single number.</summary>
    public long RowCount { get; }

    /// <summary>Numbers in one row: the product of all other axes.</summary>
    public long RowLength { get; }

    /// <summary>Reads and checks the header; the numbers stay on disk.</summary>
    /// <param name="path">The .npy file.</param>
    /// <param name="pool">Where its memory map is kept, <see cref="MappedFilePool.Shared"/> by default.</param>
    /// <exception cref="InputException">The file is missing, damaged, cut off, or no array of numbers.</exception>
    public static NpyArray Open(string path, MappedFilePool? pool = null)
    {
        using var stream = InputFile.OpenRead(path);
        return new NpyArray(path, NpyHeader.Read(stream, path), stream.Length, pool ?? MappedFilePool.Shared);
    }

    /// <summary>Reads rows, each flattened row-major whatever the order in the file.</summary>
    /// <param name="firstRow">First row, from 0.</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="destination">At least rowCount · <see cref="RowLength"/> long.</param>
    public void ReadRows(long firstRow, int rowCount, Span<double> destination)
    {
        var count = CheckRange(firstRow, rowCount, destination.Length);
        if (count == 0)
            return;
        using var bytes = _pool.Acquire(_file);
        if (FortranOrder && Shape.Count > 1)
        {
            for (var row = 0; row < rowCount; row++)
            {
                var target = destination.Slice(row * (int)RowLength, (int)RowLength);
                GatherFortran(bytes, 1, firstRow + row, ref target);
            }
        }
        else
        {
            ConvertRun(bytes, firstRow * RowLength, destination[..count]);
        }
    }

    /// <summary>Reads rows of integers, each flattened row-major; fractions and numbers beyond 32 bits are refused.</summary>
    /// <param name="firstRow">First row, from 0.</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="destination">At least rowCount · <see cref="RowLength"/> long.</param>
    public void ReadRows(long firstRow, int rowCount, Span<int> destination)
    {
        var count = CheckRange(firstRow, rowCount, destination.Length);
        // Doubles hold every 32-bit integer, and an int64 outside that range is refused whatever its last digits.
        Span<double> chunk = stackalloc double[256];
        if (count == 0)
            return;
        using var bytes = _pool.Acquire(_file);
        for (var done = 0; done < count;)
        {
            var part = chunk[..Math.Min(chunk.Length, count - done)];
            for (var i = 0; i < part.Length; i++)
                part[i] = Element(bytes, OffsetOf((firstRow * RowLength) + done + i));
            for (var i = 0; i < part.Length; i++)
                destination[done + i] = IntegerRows.ToInt32(part[i], Name);
            done += part.Length;
        }
    }

    /// <summary>Closes the memory map.</summary>
    public void Dispose() => _pool.Close(_file);

    private int CheckRange(long firstRow, int rowCount, int room)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, RowCount - rowCount);
        if (rowCount > 0 && RowLength > room / rowCount)
            throw new ArgumentException($"{rowCount} rows of {RowLength} numbers do not fit into {room}", nameof(room));
        return rowCount * (int)(rowCount == 0 ? 0 : RowLength);
    }

    /// <summary>Walks the axes of one row in C order; the last index varies fastest in the destination.</summary>
    private void GatherFortran(in MappedBytes bytes, int axis, long offset, ref Span<double> destination)
    {
        var stride = _fortranStrides[axis];
        for (var i = 0L; i < Shape[axis]; i++, offset += stride)
        {
            if (axis + 1 < Shape.Count)
            {
                GatherFortran(bytes, axis + 1, offset, ref destination);
            }
            else
            {
                destination[0] = Element(bytes, offset);
                destination = destination[1..];
            }
        }
    }

    /// <summary>Position in the file, in elements, of the element with a given index in C order.</summary>
    private long OffsetOf(long index)
    {
        if (!FortranOrder)
            return index;
        var offset = 0L;
        for (var axis = Shape.Count - 1; axis >= 0; axis--)
        {
            (index, var i) = Math.DivRem(index, Shape[axis]);
            offset += i * _fortranStrides[axis];
        }

        return offset;
    }

    private unsafe double Element(in MappedBytes bytes, long index)
    {
        var size = ElementType.Size();
        double value = 0;
        Convert(new ReadOnlySpan<byte>(bytes.Start + _header.DataOffset + (index * size), size), new Span<double>(ref value));
        return value;
    }

    private unsafe void ConvertRun(in MappedBytes bytes, long first, Span<double> destination)
    {
        // In chunks, because a span counts bytes in 32 bits.
        var size = ElementType.Size();
        for (var done = 0; done < destination.Length; done += ChunkElements)
        {
            var part = destination[done..Math.Min(destination.Length, done + ChunkElements)];
            Convert(new ReadOnlySpan<byte>(bytes.Start + _header.DataOffset + ((first + done) * size), part.Length * size), part);
        }
    }

    private void Convert(ReadOnlySpan<byte> source, Span<double> destination)
    {
        // One loop per format, so that the choice is made once and not per number.
        switch (ElementType, BigEndian)
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
                ConvertRare(source, destination);
                break;
        }
    }

    private void ConvertRare(ReadOnlySpan<byte> source, Span<double> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (ElementType, BigEndian) switch
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
