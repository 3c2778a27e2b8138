using System.Diagnostics;
using Meniscus.Cli;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

/// <summary>What only a process of its own shows: streams, exit codes as the shell sees them, pipes that close.</summary>
public class ProgramProcessTests
{
    [Fact]
    public async Task StreamsAndExitCodeReachTheShell()
    {
        var (code, output, error) = await Run("plot", "missing.out");
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("meniscus plot: missing.out: no such file; ", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AReaderThatLeavesEarlyIsNoError()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        var (_, _, error) = await Start("/bin/sh", "-c", $"{{ dotnet '{ProgramAssembly}' plot --help; echo exit code $? >&2; }} | true");
        Assert.Equal("exit code 0", error.Trim());
    }

    [Fact]
    public async Task TheLauncherIsCalledMeniscus()
    {
        // The same configuration and framework folders as the tests' own: .../bin/Release/net10.0/.
        var outputFolder = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^3..];
        var launcher = Path.Combine([RepositoryRoot(), "src", "Meniscus.Cli", .. outputFolder, OperatingSystem.IsWindows() ? "meniscus.exe" : "meniscus"]);
        var (code, output, _) = await Start(launcher, "--version");
        Assert.Equal(0, code);
        Assert.StartsWith("meniscus ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelsAndInputsAreReadWithoutACryptographicLibrary()
    {
        // Where Linux has no OpenSSL, .NET ends the program, and a host of libmeniscus with it, as soon as it is asked for.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs the loader of Linux, which tells what it loads");
        using var folder = new TemporaryFolder();
        DeepPotModelFile.Save(SampleRun.Water(), folder.File("model.dp"));
        DeepPotModelFile.Save(SampleRun.Water(), folder.File("model.json"));
        File.WriteAllText(folder.File("md.json"), $$"""{ "model": "{{folder.File("model.json")}}", "structure": "none.xyz", "stages": [{ "type": "nve", "steps": 1 }] }""");
        foreach (var (code, args) in new[] { (0, $"show {folder.File("model.dp")}"), (0, $"show {folder.File("model.json")}"), (2, $"md {folder.File("md.json")}") })
        {
            var (found, _, loaded) = await Start("/usr/bin/env", ["LD_DEBUG=files", "dotnet", ProgramAssembly, .. args.Split(' ')]);
            Assert.Equal(code, found);
            Assert.Contains("libSystem.Native", loaded, StringComparison.Ordinal);
            Assert.DoesNotContain("Cryptography", loaded, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task TheFirstCtrlCAsksAndTheSecondEndsTheProgram()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs POSIX signals");
        using var folder = new TemporaryFolder();
        // Reading a pipe that nobody writes to keeps the program busy.
        await Start("mkfifo", folder.File("lcurve.out"));
        using var process = Process.Start(new ProcessStartInfo("dotnet", [ProgramAssembly, "plot", folder.File("lcurve.out")]) { RedirectStandardError = true })!;
        // Opening waits for the reader; when it is there, so are the program's signal handlers.
        await using var writer = await Task.Run(() => new FileStream(folder.File("lcurve.out"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite), TestContext.Current.CancellationToken);

        await Start("kill", "-INT", $"{process.Id}");
        Assert.Equal("meniscus: stopping after this step; Ctrl-C again to stop at once", await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.False(process.HasExited);
        await Start("kill", "-INT", $"{process.Id}");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Meniscus.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests do not run inside the repository");
        return folder;
    }

    private static string ProgramAssembly => typeof(MeniscusCommand).Assembly.Location;

    private static Task<(int Code, string Output, string Error)> Run(params string[] args) => Start("dotnet", [ProgramAssembly, .. args]);

    private static async Task<(int Code, string Output, string Error)> Start(string file, params string[] args)
    {
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo(file, args) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
