using System.Text;

namespace Meniscus.Cli;

/// <summary>
/// UTF-8 on the way out, for Å, µ and the JSON of <c>--json</c>: elsewhere that is so; a console of Windows has the code page
/// of its country, which it gets back at the end.
/// </summary>
internal sealed class ConsoleEncoding : IDisposable
{
    private readonly Encoding? _before;

    private ConsoleEncoding(Encoding? before) => _before = before;

    /// <summary>Switches to UTF-8 where that is not so by itself.</summary>
    public static ConsoleEncoding Utf8()
    {
        if (!OperatingSystem.IsWindows())
            return new ConsoleEncoding(null);
        var before = Console.OutputEncoding;
        return new ConsoleEncoding(TrySet(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) ? before : null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_before is not null)
            TrySet(_before);
    }

    // There may be no console at all.
    private static bool TrySet(Encoding encoding)
    {
        try
        {
            Console.OutputEncoding = encoding;
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
