using System.CommandLine;
using System.Globalization;
using Meniscus.Reporting;
using Meniscus.Workflow;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus run</c>: does a study, or goes on with it.</summary>
internal sealed class RunVerb : Verb
{
    private readonly Argument<string> _project = new("PROJECT")
    {
        Description = "Project file, JSON or YAML, or a folder with a project.json; its keys are in docs/project.md.",
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Show what is done and what there is to do, with its cost, and do nothing.",
    };

    /// <summary>Declares the verb.</summary>
    public RunVerb()
        : base(
            "run",
            "Run a study from its project file: explore, select, label, train, simulate, analyse, report.",
            "meniscus run water/project.json",
            "meniscus run water --dry-run")
    {
        Add(_project);
        Add(_dryRun);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var project = ProjectInput.Load(arguments.GetRequiredValue(_project));
        foreach (var warning in project.Warnings)
            context.Warn(warning);
        if (arguments.GetValue(_dryRun))
        {
            PlanTable.Print(StudyRun.DryRun(project), context);
            return ExitCode.Done;
        }

        var started = context.Console.Time.GetTimestamp();
        StudySummary summary;
        using (var events = new StudyEvents(context))
            summary = StudyRun.Run(project, new StudyOptions { Cores = context.Threads }, events, context.Cancellation);
        if (!summary.Converged)
            context.Warn("the models were still unsure of more frames than stop/candidate_share when the iterations ended; see iterations.csv");
        var seconds = context.Console.Time.GetElapsedTime(started).TotalSeconds;
        context.Print(string.Create(CultureInfo.InvariantCulture, $"{summary.Iterations} iterations, {seconds:0} s; everything is in {summary.Folder}"));
        var report = Path.Combine(summary.Folder, StudyReport.FolderName);
        StudyReport.Write(StudyResults.Read(summary.Folder), report);
        context.Print($"report: {Path.Combine(report, StudyReport.PageName)}");
        context.PrintJson(new JsonResult()
            .Add("folder", summary.Folder)
            .Add("iterations", (long)summary.Iterations)
            .Add("report", Path.Combine(report, StudyReport.PageName))
            .Add("converged", summary.Converged)
            .Add("seconds", seconds));
        return ExitCode.Done;
    }
}
