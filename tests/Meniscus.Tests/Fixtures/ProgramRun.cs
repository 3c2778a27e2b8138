using System.CommandLine;
using Meniscus.Cli;

namespace Meniscus.Tests.Fixtures;

/// <summary>A run of the program inside the test process: what it printed and returned.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs the real verbs.</summary>
    public static ProgramRun Of(params string[] args) => Of(args, null, CancellationToken.None);

    /// <summary>Runs with other verbs, or with a user who wants to stop.</summary>
    public static ProgramRun Of(string[] args, Command[]? verbs, CancellationToken cancellation, bool trace = false)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new CliConsole(output, error) { Trace = trace };
        var code = verbs is null
            ? MeniscusCommand.Run(args, console, cancellation)
            : MeniscusCommand.Run(args, verbs, console, cancellation);
        return new ProgramRun(code, output.ToString(), error.ToString());
    }

    /// <summary>The one line on standard error; fails where there are more or none.</summary>
    public string ErrorLine => Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
}
