namespace Meniscus.Cli;

/// <summary>Entry point of the program <c>meniscus</c>.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        using var encoding = ConsoleEncoding.Utf8();
        var console = CliConsole.OfProcess();
        using var interrupt = new InterruptSignal(console.Error);
        return MeniscusCommand.Run(args, console, interrupt.Token);
    }
}
