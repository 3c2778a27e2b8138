// The wire of the i-PI protocol (M. Ceriotti, J. More, D. E. Manolopoulos, Comput. Phys. Commun. 185, 1019 (2014);
// https://docs.ipi-code.org, "Distributed execution"): a message is a header of 12 ASCII characters, padded with blanks,
// followed by int32 and float64 numbers as the machine stores them.
using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Meniscus.Serving;

/// <summary>Reads and writes the pieces of messages. What is written leaves with <see cref="Flush"/>, in one piece.</summary>
internal sealed class IpiChannel
{
    private const int HeaderLength = 12;

    private readonly Stream _stream;
    private readonly ArrayBufferWriter<byte> _outgoing = new();

    public IpiChannel(Stream stream) => _stream = stream;

    /// <summary>The next header without its blanks, or null where the other end closed the connection between messages.</summary>
    /// <exception cref="ConnectionLostException">The connection ended within the header.</exception>
    /// <exception cref="InputException">What came is no text.</exception>
    public string? ReadHeader()
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        var count = _stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false);
        if (count == 0)
            return null;
        if (count < HeaderLength)
            throw Truncated("a header", count, HeaderLength);
        foreach (var character in header)
        {
            if (character is < (byte)' ' or > (byte)'~')
                throw new InputException($"a header of the bytes {Convert.ToHexString(header)} came; expected 12 printable characters, so the other end does not speak the i-PI protocol");
        }

        return Encoding.ASCII.GetString(header).TrimEnd();
    }

    public int ReadInt32(string what)
    {
        Span<int> value = stackalloc int[1];
        Read(MemoryMarshal.AsBytes(value), what);
        return value[0];
    }

    public void ReadDoubles(Span<double> values, string what) => Read(MemoryMarshal.AsBytes(values), what);

    public void Read(Span<byte> bytes, string what)
    {
        var count = _stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (count < bytes.Length)
            throw Truncated(what, count, bytes.Length);
    }

    public void WriteHeader(string name)
    {
        var header = _outgoing.GetSpan(HeaderLength)[..HeaderLength];
        header.Fill((byte)' ');
        Encoding.ASCII.GetBytes(name, header);
        _outgoing.Advance(HeaderLength);
    }

    public void Write(int value) => _outgoing.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    public void Write(ReadOnlySpan<double> values) => _outgoing.Write(MemoryMarshal.AsBytes(values));

    public void Write(ReadOnlySpan<byte> bytes) => _outgoing.Write(bytes);

    public void Flush()
    {
        _stream.Write(_outgoing.WrittenSpan);
        _outgoing.ResetWrittenCount();
    }

    private static ConnectionLostException Truncated(string what, int found, int expected) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"the server closed the connection within {what}, after {found} of {expected} bytes; look at its output for why it stopped"));
}
