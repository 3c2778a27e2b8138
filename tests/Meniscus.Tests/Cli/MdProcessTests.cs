using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Meniscus.Cli;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

/// <summary>Runs in a process of their own, killed at random moments.</summary>
public sealed class MdProcessTests : IDisposable
{
    private const int Kills = 50;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 240_000)]
    public async Task A_run_that_is_killed_fifty_times_resumes_every_time_and_writes_what_it_would_have_written()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs POSIX signals");
        var random = new Random(5);
        var resumed = 0;
        // How long a start takes depends on what else the machine does.
        var clock = Stopwatch.StartNew();
        using (var first = Start("killed", steps: 1_000_000))
        {
            while (!File.Exists(At("killed", "md.restart")))
                await Task.Delay(5, TestContext.Current.CancellationToken);
            first.Kill();
            await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var start = (int)clock.ElapsedMilliseconds;
        var before = File.GetLastWriteTimeUtc(At("killed", "md.restart"));
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Start("killed", steps: 1_000_000);
            // From before the model is read to hundreds of steps into the run.
            await Task.Delay((start / 3) + random.Next(start), TestContext.Current.CancellationToken);
            Assert.False(process.HasExited, process.HasExited ? await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) : "");
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            var written = File.GetLastWriteTimeUtc(At("killed", "md.restart"));
            resumed += written > before ? 1 : 0;
            before = written;
        }

        // Some were killed before they got anywhere, and some after.
        Assert.InRange(resumed, 5, Kills);
        using (var last = Start("killed", steps: 1_000_000, "--max-steps", "25"))
        {
            await last.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, last.ExitCode);
        }

        var frames = Trajectory.CountFrames(At("killed", "t.xyz"));
        Assert.True(frames > 2);
        var steps = Trajectory.ReadLast(At("killed", "t.xyz")).Step!.Value;
        using (var whole = Start("whole", steps: steps + 25))
        {
            await whole.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await whole.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        foreach (var file in (string[])["t.xyz", "t.dump", "thermo.out"])
        {
            var (killed, full) = (await File.ReadAllTextAsync(At("killed", file), TestContext.Current.CancellationToken), await File.ReadAllTextAsync(At("whole", file), TestContext.Current.CancellationToken));
            Assert.StartsWith(killed, full, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Ctrl_C_finishes_the_step_and_says_how_to_go_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs POSIX signals");
        using var process = Start("stopped", steps: 1_000_000);
        while (!File.Exists(At("stopped", "md.restart")))
            await Task.Delay(20, TestContext.Current.CancellationToken);
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("go on with --restart md.restart", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Forces_and_trajectories_are_the_same_for_one_and_two_threads_and_json_says_what_it_cost()
    {
        string? first = null;
        foreach (var threads in (string[])["1", "2"])
        {
            using var process = Start(threads, steps: 60, "--threads", threads, "--json");
            var json = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            var result = JsonDocument.Parse(json).RootElement;
            Assert.Equal(60, result.GetProperty("steps").GetInt64());
            Assert.True(result.GetProperty("ns_per_day").GetDouble() > 0);
            Assert.Equal(result.GetProperty("ms_per_step").GetDouble() * 1000 / 192, result.GetProperty("us_per_atom_step").GetDouble(), 1e-6);
            Assert.InRange(result.GetProperty("conserved_drift_meV_per_atom_per_ps").GetDouble(), -50, 50);
            var trajectory = await File.ReadAllTextAsync(At(threads, "t.xyz"), TestContext.Current.CancellationToken);
            first ??= trajectory;
            Assert.Equal(first, trajectory);
        }
    }

    private string At(string run, string file) => Path.Combine(_folder.Path, run, file);

    /// <summary>Starts a run of the built-in water in its folder, from its restart where there is one.</summary>
    private Process Start(string run, long steps, params string[] options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, run)).FullName;
        var input = string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            { "model": "spcfw", "structure": "{{ExampleData.Path("bulk-300").Replace("\\", "/", StringComparison.Ordinal)}}", "frame": 3, "velocities_K": 300,
              "thermo": { "every": 5 }, "restart": { "every": 20 },
              "trajectories": [ { "file": "t.xyz", "every": 5, "velocities": true }, { "file": "t.dump", "every": 5 } ],
              "stages": [ { "type": "nvt", "steps": {{steps}}, "temperature_K": 300, "thermostat": "csvr" } ] }
            """);
        File.WriteAllText(Path.Combine(folder, "md.json"), input);
        var restart = File.Exists(Path.Combine(folder, "md.restart")) ? new[] { "--restart", "md.restart" } : [];
        return Process.Start(new ProcessStartInfo("dotnet", [typeof(MeniscusCommand).Assembly.Location, "md", "md.json", "--quiet", .. restart, .. options])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
    }
}
