using System.CommandLine;
using System.Globalization;
using Meniscus.Labelling;
using Meniscus.Numerics;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus label</c>: energies, forces and virials of frames from Quantum ESPRESSO, CP2K or the built-in water.</summary>
internal sealed class LabelVerb : Verb
{
    private readonly Argument<string> _input = new("INPUT")
    {
        Description = "Input of labelling, JSON or YAML; its keys are in docs/label-input.md.",
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Write the inputs of all jobs and a Slurm array script, and run nothing.",
    };

    private readonly Option<bool> _collect = new("--collect")
    {
        Description = "Read the results of jobs that were run elsewhere, and run nothing.",
    };

    private readonly Option<bool> _retryFailed = new("--retry-failed")
    {
        Description = "Run the frames again that failed in an earlier run.",
    };

    /// <summary>Declares the verb.</summary>
    public LabelVerb()
        : base(
            "label",
            "Label frames with Quantum ESPRESSO, CP2K or the built-in water.",
            "meniscus label label.yaml",
            "meniscus label label.yaml --dry-run")
    {
        Add(_input);
        Add(_dryRun);
        Add(_collect);
        Add(_retryFailed);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        if (arguments.GetValue(_dryRun) && arguments.GetValue(_collect))
            throw new InputException("--dry-run and --collect: the one writes inputs, the other reads results; give one of them");
        var input = LabelInput.Load(arguments.GetRequiredValue(_input));
        foreach (var warning in input.Warnings)
            context.Warn(warning);
        using var team = new WorkerTeam(context.Threads);
        var options = new LabelOptions
        {
            DryRun = arguments.GetValue(_dryRun),
            Collect = arguments.GetValue(_collect),
            RetryFailed = arguments.GetValue(_retryFailed),
            Team = team,
        };
        var summary = Label(input, options, context);
        Report(input, summary, context);
        var failed = summary.Jobs.Count - summary.Count(JobStatus.Done);
        return options.DryRun || failed == 0
            ? ExitCode.Done
            : throw new JobFailedException(string.Create(CultureInfo.InvariantCulture, $"{failed} of {summary.Jobs.Count} frames have no labels ({Failures(summary)}), the first in {Path.Combine(input.Work, summary.Jobs.First(job => job.Status != JobStatus.Done).FolderName)}; {summary.StatusFile} says why"));
    }

    private static LabelSummary Label(LabelInput input, LabelOptions options, VerbContext context)
    {
        ConsoleProgress? progress = null;
        try
        {
            var reports = new Relay<ProgressReport>(report =>
            {
                progress ??= context.StartProgress("label", report.Total, "frames", report.Done);
                progress.Report(report);
            });
            return LabelRun.Run(input, options, reports, context.Cancellation);
        }
        finally
        {
            progress?.Dispose();
        }
    }

    private static void Report(LabelInput input, LabelSummary summary, VerbContext context)
    {
        context.PrintJson(new JsonResult()
            .Add("frames", (long)summary.Jobs.Count)
            .Add("done", (long)summary.Count(JobStatus.Done))
            .Add("not_converged", (long)summary.Count(JobStatus.NotConverged))
            .Add("crashed", (long)summary.Count(JobStatus.Crashed))
            .Add("timed_out", (long)summary.Count(JobStatus.TimedOut))
            .Add("pending", (long)summary.Count(JobStatus.Pending))
            .Add("output", input.Output)
            .Add("status_file", summary.StatusFile)
            .Add("systems", summary.Systems.Select(system => new JsonResult().Add("name", system.Name).Add("frames", (long)system.Frames))));
        if (summary.Script is { } script)
            context.Print(string.Create(CultureInfo.InvariantCulture, $"{summary.Count(JobStatus.Pending)} inputs in {input.Work}; submit {script} there, then 'meniscus label --collect'"));
        foreach (var (name, frames) in summary.Systems)
            context.Print(string.Create(CultureInfo.InvariantCulture, $"{Path.Combine(input.Output, name)}: {frames} frames"));
        context.Print($"status of each frame: {summary.StatusFile}");
    }

    private static string Failures(LabelSummary summary) => string.Join(", ",
        new[] { (JobStatus.NotConverged, "not converged"), (JobStatus.Crashed, "crashed"), (JobStatus.TimedOut, "timed out"), (JobStatus.Pending, "pending") }
            .Select(kind => (Count: summary.Count(kind.Item1), Words: kind.Item2))
            .Where(kind => kind.Count > 0)
            .Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Count} {kind.Words}")));
}
