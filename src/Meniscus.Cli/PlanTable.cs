using System.Globalization;
using Meniscus.Workflow;

namespace Meniscus.Cli;

/// <summary>The plan of a study as a table: what is done, what there is to do and why, and what it takes.</summary>
internal static class PlanTable
{
    /// <summary>Prints it.</summary>
    public static void Print(IReadOnlyList<PlannedStage> stages, VerbContext context)
    {
        var table = new ResultTable("stage", "state", "work", "core time");
        foreach (var stage in stages)
            table.AddRow(stage.Name, stage.State, stage.Work, stage.IsDone ? "" : Words(stage.CoreSeconds));
        context.Print(table);
        var open = stages.Where(stage => !stage.IsDone).ToList();
        var seconds = open.Where(stage => double.IsFinite(stage.CoreSeconds)).Sum(stage => stage.CoreSeconds);
        context.Print(string.Create(
            CultureInfo.InvariantCulture,
            $"{stages.Count - open.Count} of {stages.Count} stages are done; the others take about {Words(seconds)} of one core, labels of other programs and further iterations not counted"));
        context.PrintJson(new JsonResult()
            .Add("stages", stages.Select(stage => new JsonResult()
                .Add("phase", stage.Phase).Add("name", stage.Name).Add("state", stage.State).Add("done", stage.IsDone).Add("work", stage.Work).Add("core_s", stage.CoreSeconds)))
            .Add("open_core_s", seconds));
    }

    private static string Words(double seconds) => seconds switch
    {
        double.NaN => "another program's",
        < 90 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 5400 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
        < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.#} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400:0.#} days"),
    };
}
