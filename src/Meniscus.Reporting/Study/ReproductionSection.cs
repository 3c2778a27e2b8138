using System.Globalization;
using Meniscus.Workflow;

namespace Meniscus.Reporting.Study;

/// <summary>What is needed to do it again: versions, seeds, settings, and what the stages said on the way.</summary>
internal static class ReproductionSection
{
    public static void Add(ReportPage page, StudyResults results)
    {
        var project = results.Project;
        page.Section("reproduce", "Versions, seeds, settings");
        page.Paragraph("Save the project below as project.json beside the files it names, and run:");
        page.Preformatted("meniscus run project.json\nmeniscus report project.json");
        page.Paragraph("Neither the number of threads nor stops in between change the numbers; another processor rounds differently.");
        var table = new ReportTable(ReportColumn.One("setting", "setting"), ReportColumn.One("value", "value"));
        table.Add("program", $"meniscus {string.Join(", ", results.Stages.Select(s => s.Version).Where(v => v.Length > 0).Distinct().DefaultIfEmpty("?"))}");
        table.Add("labels", DataSection.Calculator(results));
        table.Add("reference", project.CompareWith ?? "none");
        table.Add("seeds of the models", string.Join(", ", project.Training.Seeds));
        table.Add("seeds of the runs", string.Create(CultureInfo.InvariantCulture, $"first exploration {project.FirstExploration.Seed}, exploration {project.Exploration.Seed}, production {project.Production.Seed}"));
        table.Add("seeds of choices", string.Create(CultureInfo.InvariantCulture, $"selection {project.Selection.Seed}, frames kept apart {project.Labels.Seed}"));
        table.Add("step, thermostat, barostat", string.Create(CultureInfo.InvariantCulture, $"{project.Dynamics.TimestepFs}, {project.Dynamics.ThermostatFs}, {project.Dynamics.BarostatFs} fs"));
        table.Add("production", string.Create(
            CultureInfo.InvariantCulture,
            $"{project.Production.EquilibrationPs} ps equilibration, then {project.Production.BulkPs} ps bulk, {project.Production.RampPs} ps compression, {project.Production.SlabPs} ps slab; {project.Analysis.DiscardPs} ps more left out of averages"));
        page.Table("settings", "", table);
        page.Folded("The whole project, defaults filled in (project.normalized.json)", project.ToJson());
        if (results.Notices.Count > 0)
            page.FoldedList(string.Create(CultureInfo.InvariantCulture, $"What stages said on the way ({results.Notices.Count})"), results.Notices);
        AddStages(page, results);
    }

    private static void AddStages(ReportPage page, StudyResults results)
    {
        var stages = new ReportTable(
            ReportColumn.One("stage", "stage"), ReportColumn.One("kind", "kind"), ReportColumn.One("done", "done"), ReportColumn.One("began (UTC)", "started"), ReportColumn.One("time (s)", "seconds"),
            ReportColumn.One("threads", "threads"), ReportColumn.One("version", "version"));
        foreach (var s in results.Stages)
            stages.Add(s.Name, s.Kind, s.Done ? "yes" : "no", s.Started.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), ReportCell.Number(s.Seconds, "0.0"), s.Threads, s.Version);
        page.FileOnly("stages", stages);
        page.Paragraph($"Tables of this page, and one of all stages, are in {ReportPage.TablesFolder}/ beside it as CSV with all digits, figures in {ReportPage.FiguresFolder}/ as SVG and PNG.", quiet: true);
    }
}
