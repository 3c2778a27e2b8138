using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Meniscus.IO;

/// <summary>
/// The header of a .npy file: magic, version, and a Python dictionary with <c>descr</c>, <c>fortran_order</c> and
/// <c>shape</c>. Source: NumPy Enhancement Proposal 1 and the <c>numpy.lib.format</c> documentation, versions 1 to 3.
/// </summary>
internal sealed class NpyHeader
{
    // NumPy itself refuses headers beyond 10,000 bytes; an array of numbers needs about 100.
    private const int MaximumLength = 1 << 16;
    private const int MaximumRank = 32;

    public required NpyElementType ElementType { get; init; }

    public required bool BigEndian { get; init; }

    public required bool FortranOrder { get; init; }

    public required long[] Shape { get; init; }

    /// <summary>Where the numbers begin, bytes from the start of the file.</summary>
    public required long DataOffset { get; init; }

    /// <summary>Product of the shape. The sizes are checked, so no product of any of the axes overflows.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, length) => product * length);

    /// <summary>Reads the header and checks it against the length of the file.</summary>
    public static NpyHeader Read(Stream stream, string path)
    {
        var fileLength = stream.Length;
        Span<byte> prefix = stackalloc byte[12];
        var got = stream.ReadAtLeast(prefix[..10], 10, throwOnEndOfStream: false);
        if (got < 10 || !prefix[..6].SequenceEqual(Magic))
            throw new InputException($"{path}: not a .npy file (its first bytes are not \\x93NUMPY); expected an array saved with numpy.save");
        var version = prefix[6];
        if (version is < 1 or > 3)
            throw new InputException($"{path}: .npy format version {version}.{prefix[7]} is not known; expected 1, 2 or 3");
        long length = BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..]);
        var offset = 10;
        if (version > 1)
        {
            offset = 12;
            if (stream.ReadAtLeast(prefix[10..], 2, throwOnEndOfStream: false) < 2)
                throw Truncated(path, fileLength, offset);
            length = BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
        }

        if (length > MaximumLength)
            throw new InputException($"{path}: a header of {length} bytes; the header of an array of numbers is shorter than {MaximumLength}, so the file is damaged or not an array of numbers");
        if (offset + length > fileLength)
            throw Truncated(path, fileLength, offset + length);
        var text = new byte[length];
        stream.ReadExactly(text);
        var header = Parse(version == 3 ? Encoding.UTF8.GetString(text) : Encoding.Latin1.GetString(text), path, offset + length);
        header.CheckLength(path, fileLength);
        return header;
    }

    /// <summary>Builds a version 1 header for numbers in C order, little-endian; its length is a multiple of 64.</summary>
    public static byte[] Format(NpyElementType type, ReadOnlySpan<long> shape)
    {
        var text = new StringBuilder($"{{'descr': '<{type.Code()}', 'fortran_order': False, 'shape': (");
        for (var i = 0; i < shape.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? " " : "")}{shape[i]}{(i < shape.Length - 1 || i == 0 ? "," : "")}");
        text.Append("), }");
        var total = (10 + text.Length + 1 + 63) / 64 * 64;
        var bytes = new byte[total];
        bytes.AsSpan().Fill((byte)' ');
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        bytes[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(total - 10));
        Encoding.ASCII.GetBytes(text.ToString(), bytes.AsSpan(10));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    private static InputException Truncated(string path, long fileLength, long needed) =>
        new($"{path}: ends after {fileLength} bytes inside its header of {needed}; the file is cut off, copy it again");

    private static NpyHeader Parse(string text, string path, long dataOffset)
    {
        string? descr = null;
        bool? fortran = null;
        long[]? shape = null;
        var scanner = new PythonLiteralScanner(text, path);
        scanner.Expect('{');
        while (!scanner.TryTake('}'))
        {
            var key = scanner.ReadString("a key");
            scanner.Expect(':');
            switch (key)
            {
                case "descr" when descr is null:
                    descr = scanner.ReadString("a plain number format ('<f8', '<f4', …; structured arrays are not read)");
                    break;
                case "fortran_order" when fortran is null:
                    fortran = scanner.ReadBoolean();
                    break;
                case "shape" when shape is null:
                    shape = scanner.ReadShape(MaximumRank);
                    break;
                default:
                    throw scanner.Error($"key '{key}' that is unknown or given twice", "descr, fortran_order and shape once each");
            }

            if (!scanner.TryTake(',') && !scanner.AtChar('}'))
                throw scanner.Error("something else", "',' or '}'");
        }

        scanner.ExpectEnd();
        if (descr is null || fortran is null || shape is null)
            throw scanner.Error("a key missing", "descr, fortran_order and shape");
        var (type, bigEndian) = ParseDescr(descr, path);
        CheckProducts(shape, type, path);
        return new NpyHeader { ElementType = type, BigEndian = bigEndian, FortranOrder = fortran.Value, Shape = shape, DataOffset = dataOffset };
    }

    private static (NpyElementType Type, bool BigEndian) ParseDescr(string descr, string path)
    {
        if (descr.Contains('O', StringComparison.Ordinal))
            throw new InputException($"{path}: holds Python objects (dtype '{descr}'), which are not read because unpickling runs code; save it as an array of numbers (float64)");
        var order = descr.Length > 0 ? descr[0] : ' ';
        NpyElementType? type = descr.Length < 2 ? null : descr[1..] switch
        {
            "f2" => NpyElementType.Float16,
            "f4" => NpyElementType.Float32,
            "f8" => NpyElementType.Float64,
            "i4" => NpyElementType.Int32,
            "i8" => NpyElementType.Int64,
            _ => null,
        };
        if (type is null || order is not ('<' or '>' or '='))
            throw new InputException($"{path}: dtype '{descr}' is not read; expected float32 or float64 (int32 or int64 for types), so convert it with astype");
        return (type.Value, order == '>' || (order == '=' && !BitConverter.IsLittleEndian));
    }

    private static void CheckProducts(long[] shape, NpyElementType type, string path)
    {
        var limit = long.MaxValue / type.Size();
        var product = 1L;
        foreach (var length in shape)
        {
            if (length == 0)
                continue;
            if (length > limit / product)
                throw new InputException($"{path}: shape {FormatShape(shape)} overflows; the header is damaged");
            product *= length;
        }
    }

    private void CheckLength(string path, long fileLength)
    {
        var expected = ElementCount * ElementType.Size();
        var found = fileLength - DataOffset;
        if (found == expected)
            return;
        var what = found < expected ? "the file is cut off, copy it again" : "there is something after the array, save it again with numpy.save";
        throw new InputException($"{path}: {found} bytes of numbers where shape {FormatShape(Shape)} of {ElementType.Code()} needs {expected}; {what}");
    }

    /// <summary>A shape as Python prints it.</summary>
    public static string FormatShape(IReadOnlyList<long> shape) =>
        shape.Count == 1 ? FormattableString.Invariant($"({shape[0]},)") : $"({string.Join(", ", shape.Select(n => n.ToString(CultureInfo.InvariantCulture)))})";
}
