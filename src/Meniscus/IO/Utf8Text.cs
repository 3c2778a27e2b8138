using System.Globalization;
using System.Text;

namespace Meniscus.IO;

/// <summary>
/// Text that grows in a buffer of bytes kept from one frame to the next. Numbers are written in the fewest digits that read
/// back as the same number.
/// </summary>
internal sealed class Utf8Text
{
    private byte[] _buffer = new byte[1 << 16];
    private int _length;

    /// <summary>What was written since the last <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Begins anew.</summary>
    public void Clear() => _length = 0;

    public Utf8Text Append(ReadOnlySpan<byte> text)
    {
        Reserve(text.Length);
        text.CopyTo(_buffer.AsSpan(_length));
        _length += text.Length;
        return this;
    }

    public Utf8Text Append(string text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
        return this;
    }

    public Utf8Text Append(char character)
    {
        Reserve(1);
        _buffer[_length++] = (byte)character;
        return this;
    }

    public Utf8Text Append(double value) => AppendFormatted(value);

    public Utf8Text Append(long value) => AppendFormatted(value);

    public Utf8Text Append(int value) => AppendFormatted(value);

    private Utf8Text AppendFormatted<T>(T value)
        where T : IUtf8SpanFormattable
    {
        Reserve(40);
        value.TryFormat(_buffer.AsSpan(_length), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
        return this;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length < count)
            Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, _length + count));
    }
}
