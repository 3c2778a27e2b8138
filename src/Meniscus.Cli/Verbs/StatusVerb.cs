using System.CommandLine;
using System.Globalization;
using Meniscus.Workflow;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus status</c>: how far a study is.</summary>
internal sealed class StatusVerb : Verb
{
    private const int ShownNotices = 5;

    private readonly Argument<string> _study = new("STUDY")
    {
        Description = "Project file, its folder, or the folder of the study.",
    };

    /// <summary>Declares the verb.</summary>
    public StatusVerb()
        : base("status", "Show how far a study is, whether it runs or not.", "meniscus status water", "meniscus status water/project.json --json")
    {
        Add(_study);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var folder = StudyFolder.Find(arguments.GetRequiredValue(_study));
        var (status, progress) = (StudyStatus.Read(folder), StudyProgress.Read(folder));
        context.Print(status.Words);
        context.Print(string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.Done.Count} stages done in {progress.Done.Sum(s => s.Seconds):0} s{(progress.Unfinished.Count > status.Running.Count ? $", {progress.Unfinished.Count - status.Running.Count} begun and waiting to go on" : "")}"));
        if (status.Running.Count > 0)
        {
            var table = new ResultTable("running", "%", "threads", "seconds", "");
            foreach (var stage in status.Running)
                table.AddRow(stage.Name, Percent(stage), stage.Threads.ToString(CultureInfo.InvariantCulture), stage.Seconds.ToString("0", CultureInfo.InvariantCulture), stage.Message);
            context.Print(table);
        }

        if (progress.Notices.Count > ShownNotices)
            context.Print(string.Create(CultureInfo.InvariantCulture, $"the last {ShownNotices} of {progress.Notices.Count} notices:"));
        foreach (var notice in progress.Notices.TakeLast(ShownNotices))
            context.Print($"  {notice}");
        context.PrintJson(Json(folder, status, progress));
        return ExitCode.Done;
    }

    private static string Percent(RunningStage stage) => double.IsFinite(stage.Share) ? (100 * stage.Share).ToString("0", CultureInfo.InvariantCulture) : "?";

    private static JsonResult Json(string folder, StudyStatus status, StudyProgress progress) => new JsonResult()
        .Add("folder", folder)
        .Add("standing", status.Standing.ToString().ToLowerInvariant())
        .Add("phase", status.Phase)
        .Add("updated", status.Updated?.ToString("o", CultureInfo.InvariantCulture))
        .Add("stages_done", (long)progress.Done.Count)
        .Add("stages_unfinished", (long)progress.Unfinished.Count)
        .Add("seconds_done", progress.Done.Sum(s => s.Seconds))
        .Add("running", status.Running.Select(stage => new JsonResult()
            .Add("stage", stage.Name)
            .Add("share", stage.Share)
            .Add("threads", (long)stage.Threads)
            .Add("seconds", stage.Seconds)
            .Add("message", stage.Message)))
        .Add("notices", progress.Notices);
}
