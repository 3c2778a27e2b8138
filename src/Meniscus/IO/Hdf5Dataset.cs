using System.Text;

namespace Meniscus.IO;

/// <summary>What an HDF5 number or text is, as far as plain arrays need it.</summary>
internal readonly record struct Hdf5Type(int Class, int Size, bool IsBigEndian, bool IsVariableText)
{
    public const int Integer = 0;
    public const int Float = 1;
    public const int Text = 3;
    public const int Variable = 9;

    /// <summary>Reads a datatype message.</summary>
    public static Hdf5Type Read(Hdf5Bytes file, ulong address)
    {
        var kind = file.Byte(address) & 0x0F;
        var bits = file.Number(address + 1, 3);
        return new Hdf5Type(kind, checked((int)file.Int(address + 4)), kind <= Float && (bits & 0x41) != 0, kind == Variable && (bits & 0x0F) == 1);
    }

    /// <summary>The class in words.</summary>
    public string ClassName => Class switch
    {
        Integer => "FixedPoint",
        Float => "FloatingPoint",
        Text or Variable => "String",
        _ => FormattableString.Invariant($"class {Class}"),
    };
}

/// <summary>
/// A dataset of an HDF5 file that is stored in one piece. Source: HDF5 File Format Specification 3.0, sections IV.A.2.b
/// (dataspace), d (datatype) and i (layout).
/// </summary>
internal sealed class Hdf5Dataset
{
    private readonly Hdf5Bytes _file;
    private readonly ulong _address;

    public Hdf5Dataset(Hdf5Bytes file, IEnumerable<Hdf5Message> messages)
    {
        _file = file;
        _address = Hdf5Bytes.Undefined;
        foreach (var message in messages)
        {
            if (message.Kind == Hdf5ObjectHeader.Dataspace)
                Shape = ReadShape(file, message.Address);
            else if (message.Kind == Hdf5ObjectHeader.Datatype)
                Type = Hdf5Type.Read(file, message.Address);
            else if (message.Kind == Hdf5ObjectHeader.Layout)
                (IsInOnePiece, _address) = ReadLayout(file, message.Address);
        }
    }

    public Hdf5Type Type { get; }

    /// <summary>Lengths of the dimensions; none for a single number.</summary>
    public ulong[] Shape { get; } = [];

    /// <summary>Whether it is neither cut into chunks nor compressed nor elsewhere.</summary>
    public bool IsInOnePiece { get; }

    /// <summary>The numbers' bytes.</summary>
    /// <param name="count">How many numbers, as <see cref="Shape"/> says.</param>
    public ReadOnlySpan<byte> Bytes(ulong count) => _file.At(_address, checked(count * (ulong)Type.Size));

    /// <summary>Reads a dataspace message.</summary>
    public static ulong[] ReadShape(Hdf5Bytes file, ulong address)
    {
        var (version, rank) = (file.Byte(address), (int)file.Byte(address + 1));
        var shape = new ulong[rank];
        for (var k = 0; k < rank; k++)
            shape[k] = file.Long(address + (version == 1 ? 8UL : 4UL) + (8 * (ulong)k));
        // No value at all is an empty array.
        return version == 2 && file.Byte(address + 3) == 2 ? [0] : shape;
    }

    /// <summary>Text of an attribute's content.</summary>
    public static string ReadText(Hdf5Bytes file, Hdf5Type type, ulong address)
    {
        if (type.Class == Hdf5Type.Text)
            return Encoding.UTF8.GetString(file.At(address, (ulong)type.Size)).TrimEnd('\0');
        if (!type.IsVariableText)
            throw new InvalidDataException("the attribute is not a text");
        return Encoding.UTF8.GetString(GlobalHeapObject(file, file.Long(address + 4), file.Int(address + 12), file.Int(address)));
    }

    /// <summary>An object of a collection of the global heap, where texts of any length are kept (section III.E).</summary>
    private static ReadOnlySpan<byte> GlobalHeapObject(Hdf5Bytes file, ulong collection, uint index, uint length)
    {
        file.Enter(collection, "GCOL"u8);
        var (place, end) = (collection + 16, collection + file.Long(collection + 8));
        while (place + 16 <= end)
        {
            var (number, size) = (file.Short(place), file.Long(place + 8));
            if (number == index)
                return file.At(place + 16, Math.Min(size, length));
            if (number == 0 || size > end)
                break;
            place += 16 + ((size + 7) & ~7UL);
        }

        throw new InvalidDataException("a text is not in the heap");
    }

    private static (bool IsInOnePiece, ulong Address) ReadLayout(Hdf5Bytes file, ulong address)
    {
        const int Compact = 0;
        const int Contiguous = 1;
        if (file.Byte(address) is not (3 or 4))
            return (false, Hdf5Bytes.Undefined);
        return (int)file.Byte(address + 1) switch
        {
            Compact => (true, address + 4),
            Contiguous => (true, file.Long(address + 2)),
            _ => (false, Hdf5Bytes.Undefined),
        };
    }
}
