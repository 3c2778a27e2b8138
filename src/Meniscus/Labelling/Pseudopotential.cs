using System.Text;
using System.Text.RegularExpressions;

namespace Meniscus.Labelling;

/// <summary>
/// The header of a pseudopotential in Unified Pseudopotential Format, versions 1 and 2. Source:
/// pseudopotentials.quantum-espresso.org, "Unified pseudopotential format".
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Element">Element symbol.</param>
/// <param name="Kind">NC or SL (norm-conserving), US (ultrasoft), PAW, 1/r.</param>
/// <param name="Functional">Functional it was made with, as the file says.</param>
public sealed partial record Pseudopotential(string Path, string Element, string Kind, string Functional)
{
    // The header of a file stands before its tables; some files begin with a long input of the generator.
    private const int HeaderBytes = 1 << 18;

    /// <summary>Whether it is norm-conserving.</summary>
    public bool NormConserving => Kind is "NC" or "SL";

    /// <summary>Reads the header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">There is no such file, or it is no UPF file.</exception>
    public static Pseudopotential Read(string path)
    {
        using var stream = IO.InputFile.OpenRead(path);
        var buffer = new byte[HeaderBytes];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        var text = Encoding.UTF8.GetString(buffer, 0, length);
        var start = text.IndexOf("<PP_HEADER", StringComparison.Ordinal);
        if (start < 0)
            throw new InputException($"{path}: no <PP_HEADER> in its first {HeaderBytes} bytes; expected a pseudopotential in UPF");
        var header = text[start..];
        return header.StartsWith("<PP_HEADER>", StringComparison.Ordinal) ? FirstVersion(header, path) : SecondVersion(header, path);
    }

    private static Pseudopotential SecondVersion(string header, string path)
    {
        var end = header.IndexOf('>', StringComparison.Ordinal);
        var attributes = Attribute().Matches(end < 0 ? header : header[..end]).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Trim(), StringComparer.Ordinal);
        return attributes.TryGetValue("pseudo_type", out var kind) && attributes.TryGetValue("element", out var element)
            ? new(path, element, kind, attributes.GetValueOrDefault("functional", ""))
            : throw new InputException($"{path}: <PP_HEADER> has no pseudo_type or element; expected a pseudopotential in UPF");
    }

    // Lines of values: version, element, kind, nonlinear core correction, functional.
    private static Pseudopotential FirstVersion(string header, string path)
    {
        var lines = header.Split('\n').Skip(1).Where(line => line.Trim().Length > 0).Take(5).Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToArray();
        return lines.Length == 5
            ? new(path, lines[1][0], lines[2][0], string.Join(' ', lines[4].Take(4)))
            : throw new InputException($"{path}: <PP_HEADER> is cut short; expected a pseudopotential in UPF");
    }

    [GeneratedRegex("""([A-Za-z_]+)\s*=\s*["']([^"']*)["']""")]
    private static partial Regex Attribute();
}
