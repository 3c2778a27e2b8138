using System.Globalization;
using System.Text;

namespace Meniscus.IO;

/// <summary>
/// A Fortran namelist: <c>name = value</c>, <c>name(2) = value</c> and <c>name = value, value, 2*value</c> for arrays, separated by
/// blanks, commas or line ends, with strings in quotes and comments after !, up to a slash. Numbers may have the exponent D.
/// Source: ISO/IEC 1539-1, namelist formatting.
/// </summary>
internal static class FortranNamelist
{
    private const int LongestArray = 1000;

    /// <summary>Reads the numbers of a namelist; an array's are called <c>name(1)</c>, <c>name(2)</c> and so on, its first one <c>name</c> as well.</summary>
    /// <param name="lines">The file, behind the line with the name.</param>
    /// <param name="first">What follows the name on its line.</param>
    /// <param name="numbers">Takes the numbers; other values are passed over.</param>
    public static void ReadNumbers(TextLines lines, string first, Dictionary<string, double> numbers)
    {
        var (key, index) = ("", 1);
        for (var line = first; ; line = Encoding.UTF8.GetString(lines.Require("a line with / that ends the namelist")))
        {
            var words = Words(line, out var ended);
            for (var i = 0; i < words.Count; i++)
            {
                if (i + 1 < words.Count && words[i + 1] == "=")
                    (key, index) = Place(words[i++]);
                else if (words[i] == ",")
                    index++;
                else
                    index = Put(numbers, key, index, words[i], followed: i + 1 < words.Count && words[i + 1] == ",");
            }

            if (ended)
                return;
        }
    }

    private static int Put(Dictionary<string, double> numbers, string key, int index, string value, bool followed)
    {
        var (times, text) = (1, value);
        if (value.IndexOf('*', StringComparison.Ordinal) is var star and > 0 && int.TryParse(value.AsSpan(0, star), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= LongestArray)
            (times, text) = (count, value[(star + 1)..]);
        text = text.Replace('d', 'e').Replace('D', 'e');
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            for (var i = index; i < index + times; i++)
            {
                numbers[string.Create(CultureInfo.InvariantCulture, $"{key}({i})")] = number;
                if (i == 1)
                    numbers[key] = number;
            }
        }

        // The comma after a value moves on by itself.
        return index + times - (followed ? 1 : 0);
    }

    private static (string Key, int Index) Place(string word)
    {
        var open = word.IndexOf('(', StringComparison.Ordinal);
        return open > 0 && int.TryParse(word.AsSpan(open + 1).TrimEnd(')'), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= LongestArray
            ? (word[..open], index)
            : (word, 1);
    }

    /// <summary>The words of a line, with = and commas as words of their own and no blanks within brackets.</summary>
    private static List<string> Words(string line, out bool ended)
    {
        var (words, word) = (new List<string>(), new StringBuilder());
        var (quote, within) = ('\0', false);
        ended = false;
        foreach (var c in line)
        {
            if (quote != '\0' || c is '\'' or '"')
            {
                quote = quote == '\0' ? c : c == quote ? '\0' : quote;
                word.Append(c);
                continue;
            }

            if (c is '!' or '/')
            {
                ended = c == '/';
                break;
            }

            within = c == '(' || (within && c is not (')' or '='));
            if (!char.IsWhiteSpace(c) && c is not ('=' or ','))
                word.Append(c);
            else if (!within)
                End(c);
        }

        End(' ');
        ended |= words is [var only] && (only.Equals("&end", StringComparison.OrdinalIgnoreCase) || only.Equals("$end", StringComparison.OrdinalIgnoreCase));
        return words;

        void End(char separator)
        {
            // Blanks may stand between a name and its bracket.
            if (word.Length > 0 && word[0] == '(' && words.Count > 0)
                words[^1] += word.ToString();
            else if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
            if (separator is '=' or ',')
                words.Add(separator.ToString());
        }
    }
}
