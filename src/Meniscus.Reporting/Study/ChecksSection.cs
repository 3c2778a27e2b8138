using System.Globalization;
using Meniscus.Workflow;

namespace Meniscus.Reporting.Study;

/// <summary>Whether the runs were sound, drift and temperature, and what everything took.</summary>
internal static class ChecksSection
{
    public static void Add(ReportPage page, StudyResults results)
    {
        page.Section("checks", "Drift, temperature, timings");
        AddRuns(page, results);
        AddTimings(page, results);
    }

    private static void AddRuns(ReportPage page, StudyResults results)
    {
        var conditions = results.Bulk.Select(b => b.Conditions).Concat(results.Ramps.Select(r => r.Conditions)).Concat(results.Slabs.Select(s => s.Conditions)).ToList();
        var table = new ReportTable(
            ReportColumn.One("run", "run"), ReportColumn.One("of", "source"), ReportColumn.One("part", "part"), ReportColumn.One("atoms", "atoms"), ReportColumn.One("aimed at (K)", "temperature_target_K"),
            ReportColumn.Estimate("temperature (K)", "temperature", "K"), ReportColumn.One("drift (meV/atom/ps)", "conserved_drift_meV_per_atom_per_ps"),
            ReportColumn.One("largest deviation (meV/atom)", "conserved_largest_deviation_meV_per_atom"), ReportColumn.One("ms/step", "ms_per_step"));
        foreach (var run in results.Simulations)
        {
            var measured = conditions.FirstOrDefault(c => c.Run == run.Run && c.Source == run.Source);
            foreach (var part in run.Conserved)
            {
                var equilibrates = part.Stage == "equilibrate";
                table.Add(
                    run.Run, SourceNames.Of(run.Source, results.Project), part.Stage, run.Atoms, ReportCell.Number(run.Temperature, "0.##"), ReportCell.Of(equilibrates ? null : measured?.Temperature),
                    ReportCell.Number(part.Drift, "0.0000"), ReportCell.Number(part.LargestDeviation, "0.00"), ReportCell.Number(run.MillisecondsPerStep, "0.00"));
            }
        }

        page.Table("runs", "Production runs: drift of the conserved quantity and mean temperature", table);
    }

    private static void AddTimings(ReportPage page, StudyResults results)
    {
        var table = new ReportTable(
            ReportColumn.One("part", "part"), ReportColumn.One("kind", "kind"), ReportColumn.One("stages done", "stages"), ReportColumn.One("wall time of all (s)", "seconds"), ReportColumn.One("core time (h)", "core_hours"));
        foreach (var group in results.Stages.Where(s => s.Done).GroupBy(s => (Part: s.Name.Split('/')[0], s.Kind)))
        {
            table.Add(
                group.Key.Part, group.Key.Kind, (long)group.Count(), ReportCell.Number(group.Sum(s => s.Seconds), "0.0"), ReportCell.Number(group.Sum(s => s.Seconds * s.Threads) / 3600, "0.000"));
        }

        page.Table("timings", "Time; stages run side by side, so that wall times add up to more than the study took", table);
        var done = results.Stages.Where(s => s.Done).ToList();
        if (done.Count > 0)
        {
            var span = done.Max(s => s.Started.AddSeconds(s.Seconds)) - done.Min(s => s.Started);
            page.Paragraph(string.Create(CultureInfo.InvariantCulture, $"From the first stage to the last {span.TotalHours:0.00} h, {done.Sum(s => s.Seconds * s.Threads) / 3600:0.00} core hours."), quiet: true);
        }
    }
}
