using System.Globalization;
using System.Text;

namespace Meniscus.IO;

/// <summary>
/// The second line of an extended XYZ frame: key=value pairs, values quoted by " or ' or within {} where they hold blanks;
/// words that are no such pair are passed over, so that the free comment of plain XYZ is one too.
/// Source: the extended XYZ specification of libAtoms (https://github.com/libAtoms/extxyz).
/// </summary>
internal sealed class ExtendedXyzComment
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly TextLines _lines;

    public ExtendedXyzComment(TextLines lines, ReadOnlySpan<byte> line)
    {
        _lines = lines;
        var text = Encoding.UTF8.GetString(line);
        var position = 0;
        while (position < text.Length)
        {
            if (char.IsWhiteSpace(text[position]) || text[position] == '=')
            {
                position++;
                continue;
            }

            var key = TakeWord(text, ref position, stopAtEquals: true);
            var next = position;
            while (next < text.Length && char.IsWhiteSpace(text[next]))
                next++;
            if (next == text.Length || text[next] != '=')
                continue;
            position = next + 1;
            while (position < text.Length && char.IsWhiteSpace(text[position]))
                position++;
            _values[key] = TakeWord(text, ref position, stopAtEquals: false);
        }
    }

    /// <summary>The value of the first key that is there, or null.</summary>
    public string? Find(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_values.TryGetValue(key, out var value))
                return value;
        }

        return null;
    }

    /// <summary>One finite number, or null without the key.</summary>
    public double? Number(params ReadOnlySpan<string> keys) =>
        Find(keys) is { } text ? Parse(keys[0], text) : null;

    /// <summary>Some finite numbers, or null without the key.</summary>
    /// <param name="counts">The numbers of numbers that are possible.</param>
    /// <param name="keys">Names of the key.</param>
    public double[]? Numbers(int[] counts, params ReadOnlySpan<string> keys)
    {
        if (Find(keys) is not { } text)
            return null;
        var words = text.Split([' ', '\t', ',', '[', ']'], StringSplitOptions.RemoveEmptyEntries);
        if (!counts.Contains(words.Length))
            throw _lines.Error($"{keys[0]}=\"{Short(text)}\" has {words.Length} numbers; expected {counts[0]}");
        var values = new double[words.Length];
        for (var i = 0; i < words.Length; i++)
            values[i] = Parse(keys[0], words[i]);
        return values;
    }

    private double Parse(string key, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw _lines.Error($"{key}: '{Short(text)}' is not a finite number; correct it or remove the key");

    private static string Short(string text) => TextLines.Printable(Encoding.UTF8.GetBytes(text));

    private static string TakeWord(string text, ref int position, bool stopAtEquals)
    {
        var start = position;
        if (position < text.Length && Closing(text[position]) is { } closing)
        {
            var end = text.IndexOf(closing, position + 1);
            position = end < 0 ? text.Length : end + 1;
            return text[(start + 1)..(end < 0 ? text.Length : end)];
        }

        while (position < text.Length && !char.IsWhiteSpace(text[position]) && !(stopAtEquals && text[position] == '='))
            position++;
        return text[start..position];
    }

    private static char? Closing(char opening) => opening switch
    {
        '"' => '"',
        '\'' => '\'',
        '{' => '}',
        '[' => ']',
        _ => null,
    };
}
