using System.Buffers;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;

namespace Meniscus.IO;

/// <summary>
/// The lines of a text file as bytes, one after the other, without a string for each: trajectories have millions. Line
/// ends are \n or \r\n. A name that ends in .gz is decompressed (RFC 1952). Remembers where it is, for messages.
/// </summary>
internal sealed class TextLines : IDisposable
{
    private const int MaximumLine = 1 << 24;

    private readonly Stream _stream;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int _start;
    private int _end;
    private int _lineStart;
    private int _lineLength;
    private bool _again;
    private bool _streamEnded;

    private TextLines(Stream stream, string path) => (_stream, Path) = (stream, path);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Number of the current line, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Frame that is being read, from 0; below 0 for formats that have only one.</summary>
    public int Frame { get; set; } = -1;

    /// <summary>Whether the file ended, or ended within the current line, which then may lack its end.</summary>
    public bool ReachedEnd { get; private set; }

    /// <summary>Opens a file.</summary>
    public static TextLines Open(string path)
    {
        if (Directory.Exists(path))
            throw new InputException($"{path}: is a folder; expected a file");
        var file = InputFile.OpenRead(path);
        return new TextLines(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file, path);
    }

    /// <summary>Reads lines of a stream.</summary>
    public static TextLines Over(Stream stream, string name) => new(stream, name);

    /// <summary>Takes the next line; it is valid until the next call.</summary>
    /// <returns>False at the end of the file.</returns>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        if (_again)
        {
            _again = false;
            LineNumber++;
            line = _buffer.AsSpan(_lineStart, _lineLength);
            return true;
        }

        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
                return TakeLine(searched + found, 1, out line);
            searched = _end - _start;
            if (!Fill())
                break;
        }

        ReachedEnd = true;
        if (_start < _end)
            return TakeLine(_end - _start, 0, out line);
        line = default;
        return false;
    }

    /// <summary>Makes the next <see cref="TryRead"/> give the current line again.</summary>
    public void PutBack()
    {
        _again = true;
        LineNumber--;
    }

    /// <summary>Takes the next line that has to be there.</summary>
    /// <param name="expected">What it should be, for the message.</param>
    public ReadOnlySpan<byte> Require(string expected) =>
        TryRead(out var line) ? line : throw EndError(expected);

    /// <summary>Passes over a number of lines that have to be there.</summary>
    public void Skip(long count, string expected)
    {
        for (; count > 0; count--)
            Require(expected);
    }

    /// <summary>An error in the current line.</summary>
    public InputException Error(string text) => new($"{Place}: {text}");

    /// <summary>The file ended where something was still to come.</summary>
    public InputException EndError(string expected) =>
        new($"{Place}: the file ends here; expected {expected}; it may be cut short, copy or write it again, or remove the last frame");

    public void Dispose()
    {
        _stream.Dispose();
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>Bytes of a file as they may stand in a message.</summary>
    public static string Printable(ReadOnlySpan<byte> text)
    {
        var shown = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 40)]);
        shown = string.Concat(shown.Select(c => char.IsControl(c) || c == '\uFFFD' ? '?' : c));
        return text.Length > 40 ? shown + "…" : shown;
    }

    private string Place => Frame < 0
        ? string.Create(null, $"{Path} line {LineNumber}")
        : string.Create(null, $"{Path} line {LineNumber} (frame {Frame})");

    private bool TakeLine(int length, int ending, out ReadOnlySpan<byte> line)
    {
        (_lineStart, _lineLength) = (_start, length);
        if (length > 0 && _buffer[_start + length - 1] == (byte)'\r')
            _lineLength--;
        _start += length + ending;
        LineNumber++;
        line = _buffer.AsSpan(_lineStart, _lineLength);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Fill()
    {
        if (_streamEnded)
            return false;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
            Widen();
        int read;
        try
        {
            read = _stream.Read(_buffer.AsSpan(_end));
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new InputException($"{Path}: cannot be read on after line {LineNumber} ({e.Message.TrimEnd('.')}); check the file", e);
        }

        _end += read;
        _streamEnded = read == 0;
        return read > 0;
    }

    private void Widen()
    {
        if (_buffer.Length >= MaximumLine)
            throw new InputException($"{Path} line {LineNumber + 1}: longer than {MaximumLine} bytes; expected a text file with one atom per line");
        var wider = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
        _buffer.AsSpan(0, _end).CopyTo(wider);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = wider;
    }
}
