using System.Globalization;
using Meniscus.Workflow;

namespace Meniscus.Reporting.Study;

/// <summary>What was trained on and what was kept apart: counts and ranges, and what became of the labels.</summary>
internal static class DataSection
{
    public static void Add(ReportPage page, StudyResults results)
    {
        page.Section("data", "Data");
        var (trained, kept) = (results.Data.Where(d => !d.KeptApart).Sum(d => d.Frames), results.Data.Where(d => d.KeptApart).Sum(d => d.Frames));
        page.Paragraph(results.Data.Count == 0 ? "No labelled frames to train on yet." : string.Create(
            CultureInfo.InvariantCulture,
            $"{trained} frames to train on, {kept} frames kept apart, labelled by {Calculator(results)}. Ranges below are those of all frames of a set; the density is that of the whole cell, vacuum included."));
        AddSets(page, results);
        AddLabels(page, results);
    }

    private static void AddSets(ReportPage page, StudyResults results)
    {
        var sets = new ReportTable(
            ReportColumn.One("set", "set"), ReportColumn.One("use", "use"), ReportColumn.One("frames", "frames"), ReportColumn.Range("atoms", "atoms", "count"),
            ReportColumn.Range("density (g/cm³)", "density", "g_per_cm3"), ReportColumn.Range("energy (eV/atom)", "energy", "eV_per_atom"),
            ReportColumn.One("largest force (eV/Å)", "largest_force_eV_per_A"), ReportColumn.One("virials", "virials"));
        foreach (var set in results.Data)
        {
            sets.Add(
                set.Name, set.KeptApart ? "kept apart" : "training", set.Frames, ReportCell.Range(set.Atoms, "0"), ReportCell.Range(set.Density, "0.000"),
                ReportCell.Range(set.EnergyPerAtom, "0.0000"), ReportCell.Number(set.LargestForce ?? double.NaN, "0.00"), set.HasVirial ? "yes" : "no");
        }

        page.Table("data-sets", "Labelled frames", sets);
    }

    private static void AddLabels(ReportPage page, StudyResults results)
    {
        var labels = new ReportTable(
            ReportColumn.One("iteration", "iteration"), ReportColumn.One("run", "run"), ReportColumn.One("frames", "frames"), ReportColumn.One("labelled", "labelled"),
            ReportColumn.One("not converged", "not_converged"), ReportColumn.One("crashed", "crashed"), ReportColumn.One("timed out", "timed_out"),
            ReportColumn.One("training", "training"), ReportColumn.One("kept apart", "kept_apart"));
        foreach (var l in results.Labels)
            labels.Add(l.Iteration, l.Run, l.Frames, l.Done, l.NotConverged, l.Crashed, l.TimedOut, l.Train, l.Kept);
        page.Table("labels", "What became of the frames sent for labels", labels);
    }

    /// <summary>What made the labels, in words.</summary>
    public static string Calculator(StudyResults results) => results.Project.Labels.Calculator switch
    {
        Labelling.LabelCalculator.Pwscf => "Quantum ESPRESSO (pw.x)",
        Labelling.LabelCalculator.Cp2k => "CP2K",
        _ => "the built-in water model (SPC/Fw)",
    };
}
