using System.Diagnostics;
using Meniscus.Cli;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Workflow;

/// <summary>A study in a process of its own, killed at random moments.</summary>
public sealed class StudyProcessTests : IDisposable
{
    private const int Kills = 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 300_000)]
    public async Task AStudyThatIsKilledTwentyTimesEndsWithTheNumbersOfOneThatWasNot()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var clock = Stopwatch.StartNew();
        using (var whole = Start("whole"))
            Assert.Equal(0, await Ended(whole, cancellation));
        // Starting takes a part of it, so that a kill comes after a stage or two on average.
        var longest = (int)Math.Max(1500, clock.ElapsedMilliseconds / 4);
        var random = new Random(11);
        var killed = 0;
        while (killed < Kills)
        {
            using var process = Start("killed");
            await Task.Delay(300 + random.Next(longest), cancellation);
            if (process.HasExited)
                break;
            process.Kill();
            await process.WaitForExitAsync(cancellation);
            killed++;
        }

        Assert.True(killed >= 3, $"killed {killed} times");
        using (var last = Start("killed"))
            Assert.Equal(0, await Ended(last, cancellation));
        ToyStudy.AssertSameNumbers(Path.Combine(_folder.Path, "whole", "study"), Path.Combine(_folder.Path, "killed", "study"));
        // And nothing is left to do.
        using var again = Start("killed");
        Assert.Equal(0, await Ended(again, cancellation));
    }

    private static async Task<int> Ended(Process process, CancellationToken cancellation)
    {
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = await process.StandardError.ReadToEndAsync(cancellation);
        await output;
        await process.WaitForExitAsync(cancellation);
        Assert.True(process.ExitCode == 0, error);
        return process.ExitCode;
    }

    private Process Start(string name)
    {
        var folder = Directory.CreateDirectory(_folder.File(name)).FullName;
        File.WriteAllText(Path.Combine(folder, "project.json"), ToyStudy.Text());
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { typeof(MeniscusCommand).Assembly.Location, "run", folder, "--threads", "2" },
        };
        return Process.Start(start)!;
    }
}
