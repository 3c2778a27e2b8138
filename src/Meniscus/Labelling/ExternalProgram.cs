using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Meniscus.Labelling;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="TimedOut">Whether it was ended because it ran too long.</param>
internal readonly record struct ProgramEnd(int ExitCode, bool TimedOut);

/// <summary>
/// Runs a program in a folder with its output in files, and ends it, with all it started, when the time is over or the user wants to
/// stop. Its process id is kept in <c>running.pid</c>: where this program is killed, the next run ends what was left behind before it
/// uses the folder again.
/// </summary>
internal static class ExternalProgram
{
    private const string PidFile = "running.pid";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="OperationCanceledException">The user wants to stop; the program has been ended.</exception>
    public static ProgramEnd Run(IReadOnlyList<string> command, string folder, string outputFile, LabelJobsInput jobs, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = Path.GetFullPath(folder),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        start.Environment["OMP_NUM_THREADS"] = jobs.OmpThreads.ToString(CultureInfo.InvariantCulture);
        using var process = Start(start, command[0]);
        var pidFile = Path.Combine(folder, PidFile);
        File.WriteAllText(pidFile, process.Id.ToString(CultureInfo.InvariantCulture));
        process.StandardInput.Close();
        using var output = File.Create(Path.Combine(folder, outputFile));
        using var error = File.Create(Path.Combine(folder, Path.ChangeExtension(outputFile, ".err")));
        var copies = new[]
        {
            Task.Run(() => process.StandardOutput.BaseStream.CopyTo(output), CancellationToken.None),
            Task.Run(() => process.StandardError.BaseStream.CopyTo(error), CancellationToken.None),
        };
        var timedOut = Wait(process, jobs.Timeout, cancellation);
        Task.WaitAll(copies, 10_000, CancellationToken.None);
        File.Delete(pidFile);
        // Ctrl-C on a terminal reaches the program as well, and maybe first.
        if (process.ExitCode != 0 && !timedOut)
            cancellation.WaitHandle.WaitOne(3 * Poll);
        cancellation.ThrowIfCancellationRequested();
        return new(process.ExitCode, timedOut);
    }

    /// <summary>Ends what a killed run left running in a folder. A process is known by its id and by the folder it works in.</summary>
    public static void EndLeftover(string folder)
    {
        var pidFile = Path.Combine(folder, PidFile);
        if (!File.Exists(pidFile))
            return;
        if (int.TryParse(File.ReadAllText(pidFile), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && WorksIn(id, folder))
        {
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill(entireProcessTree: true);
                process.WaitForExit(TimeSpan.FromSeconds(10));
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
            {
                // It has ended meanwhile.
            }
        }

        File.Delete(pidFile);
    }

    /// <summary>Finds a program on PATH, or at the place its name says.</summary>
    public static bool Exists(string program) => program.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
        ? File.Exists(program)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static bool WorksIn(int id, string folder)
    {
        try
        {
            return new DirectoryInfo(FormattableString.Invariant($"/proc/{id}/cwd")).LinkTarget == Path.GetFullPath(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Process Start(ProcessStartInfo start, string program)
    {
        try
        {
            return Process.Start(start) ?? throw new InputException($"{program}: cannot be started; check jobs/command");
        }
        catch (Win32Exception e)
        {
            throw new InputException($"{program}: cannot be started ({e.Message.TrimEnd('.')}); check jobs/command", e);
        }
    }

    private static bool Wait(Process process, double? timeout, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (!process.WaitForExit(Poll))
        {
            var late = timeout is { } limit && clock.Elapsed.TotalSeconds > limit;
            if (!late && !cancellation.IsCancellationRequested)
                continue;
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return late;
        }

        return false;
    }
}
