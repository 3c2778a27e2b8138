using System.Globalization;

namespace Meniscus.IO;

/// <summary>
/// A DeePMD <c>.raw</c> text file: one frame per line, numbers separated by blanks, lines that are empty or begin with
/// <c>#</c> skipped. The beginnings of the lines are noted once; a line is parsed when its frame is asked for.
/// Source: the raw format in DeePMD-kit's data documentation.
/// </summary>
internal sealed class RawTextArray : IFrameArray
{
    private const int ScanBytes = 1 << 24;

    private readonly MappedFile _file;
    private readonly MappedFilePool _pool;
    private readonly long[] _lineStarts;

    private RawTextArray(MappedFile file, MappedFilePool pool)
    {
        _file = file;
        _pool = pool;
        if (file.Length == 0)
            throw new InputException($"{Name}: empty; expected one line of numbers per frame");
        using var bytes = pool.Acquire(file);
        _lineStarts = FindLines(bytes);
        if (_lineStarts.Length == 0)
            throw new InputException($"{Name}: no numbers; expected one line of numbers per frame");
        RowLength = CountTokens(Line(bytes, 0));
    }

    public string Name => _file.Path;

    public IReadOnlyList<long> Shape => [RowCount, RowLength];

    public long RowCount => _lineStarts.Length;

    public long RowLength { get; }

    public static RawTextArray Open(string path, MappedFilePool pool)
    {
        using var stream = InputFile.OpenRead(path);
        return new RawTextArray(new MappedFile(path, stream.Length), pool);
    }

    public void ReadRows(long firstRow, int rowCount, Span<double> destination)
    {
        using var bytes = _pool.Acquire(_file);
        var width = (int)RowLength;
        for (var row = 0; row < rowCount; row++)
            ParseLine(bytes, firstRow + row, destination.Slice(row * width, width));
    }

    public void ReadRows(long firstRow, int rowCount, Span<int> destination)
    {
        var numbers = new double[checked(rowCount * (int)RowLength)];
        ReadRows(firstRow, rowCount, numbers);
        for (var i = 0; i < numbers.Length; i++)
            destination[i] = IntegerRows.ToInt32(numbers[i], Name);
    }

    public void Dispose() => _pool.Close(_file);

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r';

    private static ReadOnlySpan<byte> NextToken(ref ReadOnlySpan<byte> line)
    {
        var start = 0;
        while (start < line.Length && IsBlank(line[start]))
            start++;
        var end = start;
        while (end < line.Length && !IsBlank(line[end]))
            end++;
        var token = line[start..end];
        line = line[end..];
        return token;
    }

    private static int CountTokens(ReadOnlySpan<byte> line)
    {
        var count = 0;
        while (!NextToken(ref line).IsEmpty)
            count++;
        return count;
    }

    private unsafe long[] FindLines(in MappedBytes bytes)
    {
        var starts = new List<long>();
        for (var start = 0L; start < _file.Length;)
        {
            var line = LineAt(bytes, start);
            var text = line.TrimStart(" \t\r"u8);
            if (!text.IsEmpty && text[0] != (byte)'#')
                starts.Add(start);
            start += line.Length + 1;
        }

        return [.. starts];
    }

    private ReadOnlySpan<byte> Line(in MappedBytes bytes, long row) => LineAt(bytes, _lineStarts[row]);

    private unsafe ReadOnlySpan<byte> LineAt(in MappedBytes bytes, long start)
    {
        var rest = _file.Length - start;
        for (long room = ScanBytes; ; room *= 4)
        {
            var span = new ReadOnlySpan<byte>(bytes.Start + start, (int)Math.Min(Math.Min(rest, room), int.MaxValue));
            var end = span.IndexOf((byte)'\n');
            if (end >= 0)
                return span[..end];
            if (span.Length == rest)
                return span;
            if (span.Length == int.MaxValue)
                throw new InputException($"{Name}: a line longer than 2 GiB; expected one line of numbers per frame");
        }
    }

    private void ParseLine(in MappedBytes bytes, long row, Span<double> destination)
    {
        var rest = Line(bytes, row);
        for (var i = 0; i < destination.Length; i++)
        {
            var token = NextToken(ref rest);
            if (token.IsEmpty)
                throw Error(bytes, row, $"{i} numbers, the first frame has {destination.Length}");
            if (!double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out destination[i]) || !double.IsFinite(destination[i]))
                throw Error(bytes, row, $"'{Printable(token)}' is not a finite number");
        }

        if (!NextToken(ref rest).IsEmpty)
            throw Error(bytes, row, $"more than the {destination.Length} numbers that the first frame has");
    }

    private static string Printable(ReadOnlySpan<byte> token)
    {
        var text = string.Concat(token[..Math.Min(token.Length, 24)].ToArray().Select(b => b is > 32 and < 127 ? (char)b : '?'));
        return token.Length > 24 ? text + "…" : text;
    }

    private unsafe InputException Error(in MappedBytes bytes, long row, string found)
    {
        var line = 1L;
        for (var start = 0L; start < _lineStarts[row]; line++)
            start += LineAt(bytes, start).Length + 1;
        return new InputException(FormattableString.Invariant($"{Name} line {line} (frame {row}): {found}; correct the line or leave the frame out of every .raw file"));
    }
}
