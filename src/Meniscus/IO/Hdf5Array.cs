using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using PureHDF;
using PureHDF.Selections;
using PureHDF.VOL.Native;

namespace Meniscus.IO;

/// <summary>A dataset of an HDF5 file, read row by row. Float32 and float64, and integers of 32 and 64 bits.</summary>
internal sealed class Hdf5Array : IFrameArray
{
    private readonly Hdf5DataFile _file;
    private readonly NativeDataset _dataset;
    private readonly H5DataTypeClass _class;
    private readonly int _size;
    private readonly long[] _shape;
    private float[] _singles = [];
    private int[] _integers = [];
    private long[] _longs = [];

    public Hdf5Array(Hdf5DataFile file, NativeDataset dataset, string name)
    {
        _file = file;
        _dataset = dataset;
        Name = name;
        (_class, _size, _shape) = Hdf5DataFile.Guard(name, () =>
            (dataset.Type.Class, (int)dataset.Type.Size, Array.ConvertAll(dataset.Space.Dimensions, n => checked((long)n))));
        if ((_class, _size) is not ((H5DataTypeClass.FloatingPoint, 4 or 8) or (H5DataTypeClass.FixedPoint, 4 or 8)))
            throw new InputException($"{name}: numbers of kind {_class} with {_size} bytes are not read; expected float32 or float64 (int32 or int64 for types)");
        CheckProduct();
        RowLength = _shape.Skip(1).Aggregate(1L, (product, length) => product * length);
    }

    public string Name { get; }

    public IReadOnlyList<long> Shape => _shape;

    public long RowCount => _shape.Length == 0 ? 1 : _shape[0];

    public long RowLength { get; }

    public void ReadRows(long firstRow, int rowCount, Span<double> destination)
    {
        var count = checked(rowCount * (int)RowLength);
        destination = destination[..count];
        switch (_class, _size)
        {
            case (H5DataTypeClass.FloatingPoint, 8):
                ReadInto(firstRow, rowCount, destination);
                break;
            case (H5DataTypeClass.FloatingPoint, _):
                TensorPrimitives.ConvertChecked<float, double>(ReadInto(firstRow, rowCount, Buffer(ref _singles, count)), destination);
                break;
            case (_, 4):
                TensorPrimitives.ConvertChecked<int, double>(ReadInto(firstRow, rowCount, Buffer(ref _integers, count)), destination);
                break;
            default:
                TensorPrimitives.ConvertChecked<long, double>(ReadInto(firstRow, rowCount, Buffer(ref _longs, count)), destination);
                break;
        }
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

    private static Span<T> Buffer<T>(ref T[] buffer, int count)
    {
        if (buffer.Length < count)
            buffer = new T[count];
        return buffer.AsSpan(0, count);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The HDF5 library throws exceptions of any kind on damaged files.")]
    private Span<T> ReadInto<T>(long firstRow, int rowCount, Span<T> destination)
    {
        if (destination.IsEmpty)
            return destination;
        var starts = new ulong[_shape.Length];
        var blocks = Array.ConvertAll(_shape, n => (ulong)n);
        if (_shape.Length > 0)
        {
            starts[0] = (ulong)firstRow;
            blocks[0] = (ulong)rowCount;
        }

        try
        {
            lock (_file.Gate)
            {
                if (_shape.Length == 0)
                    _dataset.Read(destination);
                else
                    _dataset.Read(destination, new HyperslabSelection(_shape.Length, starts, blocks));
            }

            return destination;
        }
        catch (Exception e)
        {
            throw Hdf5DataFile.Damaged(Name, e);
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
