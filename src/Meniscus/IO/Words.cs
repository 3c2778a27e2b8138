using System.Globalization;

namespace Meniscus.IO;

/// <summary>The words of a line, separated by blanks and tabs.</summary>
internal ref struct Words(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line;

    /// <summary>Takes the next word.</summary>
    public bool Next(out ReadOnlySpan<byte> word)
    {
        var start = 0;
        while (start < _rest.Length && IsBlank(_rest[start]))
            start++;
        var end = start;
        while (end < _rest.Length && !IsBlank(_rest[end]))
            end++;
        word = _rest[start..end];
        _rest = _rest[end..];
        return word.Length > 0;
    }

    /// <summary>Takes the next word as a finite number.</summary>
    public bool NextNumber(out double value)
    {
        value = 0;
        return Next(out var word) && IsNumber(word, out value);
    }

    /// <summary>What is left, without blanks around it.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest.Trim(" \t\r"u8);

    /// <summary>Number of words in a line.</summary>
    public static int Count(ReadOnlySpan<byte> line)
    {
        var words = new Words(line);
        var count = 0;
        while (words.Next(out _))
            count++;
        return count;
    }

    /// <summary>Whether a word is a finite number.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> word, out double value) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>Whether a word is an integer.</summary>
    public static bool IsInteger(ReadOnlySpan<byte> word, out long value) =>
        long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\f' or (byte)'\v';
}
