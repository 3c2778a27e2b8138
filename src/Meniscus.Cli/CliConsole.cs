namespace Meniscus.Cli;

/// <summary>
/// Where a verb writes: results to <see cref="Out"/>, everything else (progress, warnings, errors) to
/// <see cref="Error"/>. Tests put string writers here and run the program in their own process.
/// </summary>
internal sealed record CliConsole(TextWriter Out, TextWriter Error)
{
    /// <summary>Whether <see cref="Out"/> is a terminal, so that tables may have borders and colours.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal, so that a progress bar can redraw its line.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public Func<int> Width { get; init; } = () => 100;

    /// <summary>Clock of the progress lines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether errors print their stack trace (<c>MENISCUS_TRACE=1</c>).</summary>
    public bool Trace { get; init; }

    /// <summary>The console of the running program.</summary>
    public static CliConsole OfProcess()
    {
        var dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new CliConsole(Console.Out, Console.Error)
        {
            OutIsTerminal = !Console.IsOutputRedirected && !dumb,
            ErrorIsTerminal = !Console.IsErrorRedirected && !dumb,
            Width = TerminalWidth,
            Trace = Environment.GetEnvironmentVariable("MENISCUS_TRACE") == "1",
        };
    }

    private static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
