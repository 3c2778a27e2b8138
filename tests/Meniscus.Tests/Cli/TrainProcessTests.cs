using System.Diagnostics;
using System.Globalization;
using Meniscus.Cli;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Cli;

/// <summary>Training in a process of its own that is killed, or interrupted, and goes on to the same bits.</summary>
public sealed class TrainProcessTests
{
    private const int SaveInterval = 25;

    [Fact(Timeout = 120_000)]
    public async Task A_run_that_is_killed_again_and_again_comes_to_the_same_model()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs POSIX signals");
        const int Kills = 8;
        using var folder = Folder();
        using var whole = Folder();
        var (random, step) = (new Random(17), 0L);
        for (var kill = 0; kill < Kills; kill++)
        {
            // So long that it cannot end by itself.
            folder.Set("training/numb_steps", 1_000_000);
            using var process = Start(folder, step > 0);
            await WaitForRows(process, folder, step + 1 + random.Next(60));
            await Task.Delay(random.Next(40), TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            var (done, saved) = (LastRow(folder), NewestStep(folder));
            Assert.InRange(saved, Math.Max(step, done - SaveInterval), done);
            step = saved;
        }

        Assert.True(step > 0, "no checkpoint in all this time");
        var steps = step + 30;
        folder.Set("training/numb_steps", steps).Train(new TrainerOptions { Threads = 1, Restart = folder.Path("model.ckpt") });
        whole.Set("training/numb_steps", steps).Train();
        TrainingFolder.AssertSameRun(whole, folder, steps);
        // Temporary files of killed processes may be there; they are hidden and never taken for checkpoints.
        Assert.All(Directory.GetFiles(folder.Path(""), "*.tmp*"), file => Assert.StartsWith(".", Path.GetFileName(file), StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Ctrl_C_finishes_the_step_and_says_how_to_go_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs POSIX signals");
        using var folder = Folder();
        using var whole = Folder();
        folder.Set("training/numb_steps", 1_000_000).Set("training/save_freq", 100_000);
        using var process = Start(folder, restart: false);
        await WaitForRows(process, folder, 13);
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var lines = (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("meniscus: stopping after this step; Ctrl-C again to stop at once", lines);

        var step = NewestStep(folder);
        Assert.Equal(step, LastRow(folder));
        var checkpoint = folder.Path($"model.ckpt-{step}.ckpt");
        Assert.Equal($"meniscus train: stopped at step {step}; go on with --restart {checkpoint}", lines[^1]);

        folder.Set("training/numb_steps", step + 10).Set("training/save_freq", SaveInterval).Train(new TrainerOptions { Threads = 1, Restart = checkpoint });
        whole.Set("training/numb_steps", step + 10).Train();
        TrainingFolder.AssertSameRun(whole, folder, step + 10);
    }

    /// <summary>A run with a row for every step, validated and saved often, whose schedule does not depend on its length.</summary>
    private static TrainingFolder Folder()
    {
        var folder = new TrainingFolder().WithValidation(batches: 1);
        folder.Set("training/disp_freq", 1).Set("training/save_freq", SaveInterval).Set("training/max_ckpt_keep", 2);
        // The rate must be the same whatever numb_steps is.
        return folder.Set("learning_rate/decay_rate", 0.999);
    }

    private static Process Start(TrainingFolder folder, bool restart)
    {
        string[] args = ["train", folder.WriteInput(), "--threads", "2", "-o", folder.Path("out.json")];
        return Process.Start(new ProcessStartInfo("dotnet", [typeof(MeniscusCommand).Assembly.Location, .. args, .. restart ? ["--restart", folder.Path("model.ckpt")] : Array.Empty<string>()])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
    }

    private static async Task WaitForRows(Process process, TrainingFolder folder, long step)
    {
        while (LastRow(folder) < step)
        {
            Assert.False(process.HasExited, process.HasExited ? await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) : "");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Step of the last whole row of the learning curve.</summary>
    private static long LastRow(TrainingFolder folder)
    {
        if (!File.Exists(folder.Path("lcurve.out")))
            return 0;
        using var reader = new StreamReader(new FileStream(folder.Path("lcurve.out"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var lines = reader.ReadToEnd().Split('\n')[..^1];
        return lines is [.., var last] && !last.StartsWith('#') ? long.Parse(last.AsSpan(0, 7), CultureInfo.InvariantCulture) : 0;
    }

    private static long NewestStep(TrainingFolder folder)
    {
        try
        {
            var path = Checkpoint.Load(folder.Path("model.ckpt")).Path;
            return long.Parse(Path.GetFileNameWithoutExtension(path).Split('-')[^1], CultureInfo.InvariantCulture);
        }
        catch (InputException)
        {
            return 0;
        }
    }
}
