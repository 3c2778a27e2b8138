using System.Globalization;

namespace Meniscus.IO;

/// <summary>
/// Reads the few Python literals that a .npy header is made of: strings, True and False, and tuples of integers.
/// </summary>
internal ref struct PythonLiteralScanner(string text, string path)
{
    private int _position;

    public void Expect(char expected)
    {
        if (!TryTake(expected))
            throw Error("something else", $"'{expected}'");
    }

    public bool TryTake(char expected)
    {
        if (!AtChar(expected))
            return false;
        _position++;
        return true;
    }

    public bool AtChar(char expected)
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
            _position++;
        return _position < text.Length && text[_position] == expected;
    }

    public void ExpectEnd()
    {
        if (text.AsSpan(_position).Trim(" \t\r\n\0").Length > 0)
            throw Error("more text", "nothing after '}'");
    }

    public string ReadString(string expected)
    {
        var quote = AtChar('"') ? '"' : '\'';
        if (!TryTake(quote))
            throw Error("something else", expected);
        var end = text.IndexOf(quote, _position);
        if (end < 0)
            throw Error("a string without end", expected);
        var value = text[_position..end];
        _position = end + 1;
        return value.All(c => c is >= ' ' and <= '~') ? value : throw Error("a string with odd characters", expected);
    }

    public bool ReadBoolean()
    {
        AtChar(' ');
        var rest = text.AsSpan(_position);
        var isTrue = rest.StartsWith("True");
        if (!isTrue && !rest.StartsWith("False"))
            throw Error("something else", "True or False");
        _position += isTrue ? 4 : 5;
        return isTrue;
    }

    public long[] ReadShape(int maximumRank)
    {
        var shape = new List<long>();
        Expect('(');
        while (!TryTake(')'))
        {
            if (shape.Count == maximumRank)
                throw Error($"more than {maximumRank} axes", "a shape such as (80, 576)");
            shape.Add(ReadLength());
            if (!TryTake(',') && !AtChar(')'))
                throw Error("something else", "',' or ')'");
        }

        return [.. shape];
    }

    public readonly InputException Error(string found, string expected) =>
        new($"{path}: damaged .npy header: {found} at character {_position}, expected {expected}; save the array again with numpy.save");

    private long ReadLength()
    {
        if (AtChar('-'))
            throw Error("a negative length", "a shape such as (80, 576)");
        var start = _position;
        while (_position < text.Length && char.IsAsciiDigit(text[_position]))
            _position++;
        if (!long.TryParse(text.AsSpan(start, _position - start), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            throw Error("no number, or one beyond 64 bits", "a shape such as (80, 576)");
        TryTake('L'); // Python 2 wrote long integers as 80L.
        return length;
    }
}
