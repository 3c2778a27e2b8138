using System.Diagnostics;

namespace Meniscus.Tests.Fixtures;

/// <summary>Programs of the system, run to their end: LAMMPS, compilers, Python.</summary>
internal static class OtherProgram
{
    /// <summary>Runs a program.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it runs; null for here.</param>
    /// <param name="home">Its HOME; null for the user's.</param>
    /// <returns>Its exit code, 127 where there is no such program; what it printed, with standard error where it failed.</returns>
    public static (int Code, string Output) TryRun(string program, IEnumerable<string> arguments, string? folder = null, string? home = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        if (home is not null)
            start.Environment["HOME"] = home;
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, process.ExitCode == 0 ? output : output + error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, e.Message);
        }
    }

    /// <summary>Runs a program that has to succeed.</summary>
    /// <inheritdoc cref="TryRun"/>
    /// <returns>What it printed.</returns>
    public static string Run(string program, IEnumerable<string> arguments, string? folder = null)
    {
        var (code, output) = TryRun(program, arguments, folder);
        Assert.True(code == 0, $"{program}: exit code {code}: {output}");
        return output;
    }
}
