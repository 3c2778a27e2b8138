using System.Buffers.Binary;
using System.Text;

namespace Meniscus.IO;

/// <summary>The bytes of an HDF5 file, read at addresses that the file itself names: every read is checked.</summary>
internal sealed class Hdf5Bytes(byte[] content)
{
    /// <summary>The address that HDF5 writes where there is nothing.</summary>
    public const ulong Undefined = ulong.MaxValue;

    // Structures that refer to each other in a circle are visited for ever; a sound model file has far fewer.
    private const int MostVisits = 1_000_000;

    private int _visits;

    public int Length => content.Length;

    /// <summary>Some bytes at an address.</summary>
    /// <exception cref="InvalidDataException">They are not all within the file.</exception>
    public ReadOnlySpan<byte> At(ulong address, ulong length)
    {
        if (address > (ulong)content.Length || length > (ulong)content.Length - address)
            throw new InvalidDataException(FormattableString.Invariant($"{length} bytes at the address {address} are named, the file has {content.Length}"));
        return content.AsSpan((int)address, (int)length);
    }

    public byte Byte(ulong address) => At(address, 1)[0];

    public ushort Short(ulong address) => BinaryPrimitives.ReadUInt16LittleEndian(At(address, 2));

    public uint Int(ulong address) => BinaryPrimitives.ReadUInt32LittleEndian(At(address, 4));

    public ulong Long(ulong address) => BinaryPrimitives.ReadUInt64LittleEndian(At(address, 8));

    /// <summary>A number of 1 to 8 bytes.</summary>
    public ulong Number(ulong address, int bytes)
    {
        var value = 0UL;
        var digits = At(address, (ulong)bytes);
        for (var k = bytes - 1; k >= 0; k--)
            value = (value << 8) | digits[k];
        return value;
    }

    /// <summary>Text up to its closing zero.</summary>
    public string Name(ulong address)
    {
        var rest = At(address, (ulong)content.Length - Math.Min(address, (ulong)content.Length));
        var end = rest.IndexOf((byte)0);
        return end >= 0 ? Encoding.UTF8.GetString(rest[..end]) : throw new InvalidDataException("a name does not end");
    }

    /// <summary>Enters a structure: checks its four letters, and that it is not one of a circle.</summary>
    public void Enter(ulong address, ReadOnlySpan<byte> letters)
    {
        if (++_visits > MostVisits)
            throw new InvalidDataException("the file's structures refer to each other in a circle");
        if (!At(address, (ulong)letters.Length).SequenceEqual(letters))
            throw new InvalidDataException(FormattableString.Invariant($"no '{Encoding.ASCII.GetString(letters)}' at the address {address}"));
    }
}
