using System.Globalization;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Numbers as text in the .json and .yaml model files: the shortest digits that give the same float64 back, always
/// with a decimal point and a signed exponent (<c>1.0e-05</c>), because a YAML 1.1 reader takes <c>1e-05</c> for text.
/// </summary>
internal static class ModelNumberText
{
    /// <summary>Longest text <see cref="Format(double, Span{char})"/> writes.</summary>
    public const int MaxLength = 40;

    public static string Format(ModelNumber number) =>
        number.Integer?.ToString(CultureInfo.InvariantCulture) ?? Format(number.Value);

    public static string Format(double value)
    {
        Span<char> text = stackalloc char[MaxLength];
        return text[..Format(value, text)].ToString();
    }

    /// <summary>Writes the text into a buffer of at least <see cref="MaxLength"/> characters.</summary>
    /// <returns>Number of characters written.</returns>
    public static int Format(double value, Span<char> text)
    {
        Span<char> raw = stackalloc char[MaxLength];
        value.TryFormat(raw, out var length, "R", CultureInfo.InvariantCulture);
        raw = raw[..length];
        var exponent = raw.IndexOf('E');
        var mantissa = exponent < 0 ? raw : raw[..exponent];
        mantissa.CopyTo(text);
        var written = mantissa.Length;
        if (!mantissa.Contains('.') && double.IsFinite(value))
        {
            ".0".CopyTo(text[written..]);
            written += 2;
        }
        if (exponent >= 0)
        {
            raw[exponent..].CopyTo(text[written..]);
            text[written] = 'e';
            written += length - exponent;
        }
        return written;
    }
}
