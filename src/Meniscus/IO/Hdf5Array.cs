using System.Diagnostics.CodeAnalysis;
using PureHDF;
using PureHDF.Selections;
using PureHDF.VOL.Native;

namespace Meniscus.IO;

/// <summary>
/// A dataset of an HDF5 file, read row by row: float16, float32, float64, and integers of 32 and 64 bits, in either
/// byte order. The HDF5 library refuses a foreign byte order, so the bytes are taken raw and converted here.
/// </summary>
internal sealed class Hdf5Array : IFrameArray
{
    private readonly Hdf5DataFile _file;
    private readonly NativeDataset _dataset;
    private readonly NpyElementType _type;
    private readonly bool _bigEndian;
    private readonly long[] _shape;
    private byte[] _bytes = [];

    public Hdf5Array(Hdf5DataFile file, NativeDataset dataset, string name)
    {
        _file = file;
        _dataset = dataset;
        Name = name;
        _shape = Hdf5DataFile.Guard(name, () => Array.ConvertAll(dataset.Space.Dimensions, n => checked((long)n)));
        CheckProduct();
        RowLength = _shape.Skip(1).Aggregate(1L, (product, length) => product * length);
        _type = Hdf5DataFile.Guard(name, FindType);
        _bigEndian = !_shape.Contains(0) && IsForeignByteOrder() == BitConverter.IsLittleEndian;
    }

    public string Name { get; }

    public IReadOnlyList<long> Shape => _shape;

    public long RowCount => _shape.Length == 0 ? 1 : _shape[0];

    public long RowLength { get; }

    public void ReadRows(long firstRow, int rowCount, Span<double> destination)
    {
        var count = checked(rowCount * (int)RowLength);
        if (count == 0)
            return;
        var size = checked(count * _type.Size());
        if (_bytes.Length < size)
            _bytes = new byte[size];
        var bytes = _bytes.AsSpan(0, size);
        try
        {
            ReadInto(bytes, firstRow, rowCount);
        }
        catch (Exception e)
        {
            throw Hdf5DataFile.Damaged(Name, e);
        }

        StoredNumbers.Widen(bytes, _type, _bigEndian, destination[..count]);
    }

    public void ReadRows(long firstRow, int rowCount, Span<int> destination)
    {
        var numbers = new double[checked(rowCount * (int)RowLength)];
        ReadRows(firstRow, rowCount, numbers);
        for (var i = 0; i < numbers.Length; i++)
            destination[i] = IntegerRows.ToInt32(numbers[i], Name);
    }

    public void Dispose()
    {
        // The file is closed by the system that opened it.
    }

    private NpyElementType FindType() => (_dataset.Type.Class, _dataset.Type.Size) switch
    {
        (H5DataTypeClass.FloatingPoint, 2) => NpyElementType.Float16,
        (H5DataTypeClass.FloatingPoint, 4) => NpyElementType.Float32,
        (H5DataTypeClass.FloatingPoint, 8) => NpyElementType.Float64,
        (H5DataTypeClass.FixedPoint, 4) => NpyElementType.Int32,
        (H5DataTypeClass.FixedPoint, 8) => NpyElementType.Int64,
        var (kind, size) => throw new InputException($"{Name}: numbers of kind {kind} with {size} bytes are not read; expected float32 or float64 (int32 or int64 for types)"),
    };

    /// <summary>
    /// The library does not tell the byte order, but it converts numbers only from this machine's: if the first number
    /// can be read raw and not as a number, the order is the other one.
    /// </summary>
    [SuppressMessage("Design", "CA1031", Justification = "The HDF5 library throws exceptions of any kind.")]
    private bool IsForeignByteOrder()
    {
        var selection = _shape.Length == 0 ? null : new HyperslabSelection(_shape.Length, new ulong[_shape.Length], [.. Enumerable.Repeat(1UL, _shape.Length)]);
        try
        {
            ReadFirst(selection);
            return false;
        }
        catch (Exception)
        {
            Hdf5DataFile.Guard(Name, () =>
            {
                _dataset.Read(new byte[_type.Size()].AsSpan(), selection);
                return true;
            });
            return true;
        }
    }

    private void ReadFirst(HyperslabSelection? selection)
    {
        lock (_file.Gate)
        {
            switch (_type)
            {
                case NpyElementType.Float16:
                    _dataset.Read(new Half[1].AsSpan(), selection);
                    break;
                case NpyElementType.Float32:
                    _dataset.Read(new float[1].AsSpan(), selection);
                    break;
                case NpyElementType.Float64:
                    _dataset.Read(new double[1].AsSpan(), selection);
                    break;
                case NpyElementType.Int32:
                    _dataset.Read(new int[1].AsSpan(), selection);
                    break;
                default:
                    _dataset.Read(new long[1].AsSpan(), selection);
                    break;
            }
        }
    }

    private void ReadInto(Span<byte> bytes, long firstRow, int rowCount)
    {
        lock (_file.Gate)
        {
            if (_shape.Length == 0)
            {
                _dataset.Read(bytes);
                return;
            }

            var starts = new ulong[_shape.Length];
            var blocks = Array.ConvertAll(_shape, n => (ulong)n);
            starts[0] = (ulong)firstRow;
            blocks[0] = (ulong)rowCount;
            _dataset.Read(bytes, new HyperslabSelection(_shape.Length, starts, blocks));
        }
    }

    private void CheckProduct()
    {
        var product = 1L;
        foreach (var length in _shape)
        {
            if (length > 0 && length > long.MaxValue / 8 / product)
                throw new InputException($"{Name}: shape {NpyHeader.FormatShape(_shape)} overflows; the file is damaged");
            product *= Math.Max(length, 1);
        }
    }
}
