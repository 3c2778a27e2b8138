using System.Globalization;
using System.Text.Json.Nodes;
using Meniscus.Analysis;
using Meniscus.Workflow;

namespace Meniscus.Reporting.Study;

/// <summary>The interface: surface tension, coexisting densities and profiles, with what a model of limited range cannot know.</summary>
internal static class InterfaceSection
{
    public static void Add(ReportPage page, StudyResults results)
    {
        if (results.Slabs.Count == 0)
            return;
        page.Section("interface", "Interface");
        page.Paragraph(LongRange(results.Project));
        page.Paragraph("The dashed lines are of real water: surface tension IAPWS R1-76(2014), coexisting densities Wagner and Pruss (1993). What the labels themselves would give is the reference, where one was simulated; only with it a model can agree or not.", quiet: true);
        var project = results.Project;
        (string, double, Estimate)[] Of(Func<SlabResult, Estimate?> value) =>
            [.. results.Slabs.Where(s => value(s) is not null).Select(s => (s.Conditions.Source, s.Conditions.Target, value(s)!.Value))];
        page.Figures(
        [
            ("surface-tension", "Surface tension against temperature.", TemperaturePlot.Make("Surface tension", "γ (mN/m)", project, Of(s => s.SurfaceTension), WaterSurfaceTension.At, "IAPWS")),
            ("liquid-density", "Density of the liquid in the middle of the slab.", TemperaturePlot.Make("Coexisting liquid", "density (g/cm³)", project, Of(s => s.LiquidDensity), SaturatedWater.Liquid, "real water")),
            ("vapour-density", "Density of the vapour; a box of this size holds few molecules of it or none.", TemperaturePlot.Make("Coexisting vapour", "density (mg/cm³)", project, Of(s => s.VapourDensity?.Times(1000)), t => 1000 * SaturatedWater.Vapour(t), "real water")),
        ]);
        AddNumbers(page, results);
        page.Subtitle("Density profiles and running means");
        page.Figures(results.Slabs.Where(s => s.Conditions.Source == StudyResults.Model).SelectMany(slab => Curves(results, slab)));
    }

    private static string LongRange(ProjectInput project)
    {
        var range = Cutoff(project) is { } cutoff ? string.Create(CultureInfo.InvariantCulture, $"{cutoff} Å") : "its cutoff";
        return $"A limit of the model: it sees no farther than {range}. Electrostatics and dispersion beyond are in it only on average, as they are in the homogeneous liquid trained on. In the bulk that is mostly harmless; at an interface the missing far side is not made up for, which can shift the surface tension, the coexisting densities and above all the orientation of molecules and the electrostatic potential (S. P. Niblett, M. Galib and D. T. Limmer, J. Chem. Phys. 155, 164101 (2021)). Frames of slabs among the training data lessen this but do not remove it.";
    }

    private static double? Cutoff(ProjectInput project) =>
        project.Training.Input["model"]?["descriptor"]?["rcut"] is JsonValue value && value.TryGetValue<double>(out var cutoff) ? cutoff : null;

    private static void AddNumbers(ReportPage page, StudyResults results)
    {
        var table = new ReportTable(
            ReportColumn.One("run", "run"), ReportColumn.One("of", "source"), ReportColumn.Estimate("temperature (K)", "temperature", "K"), ReportColumn.One("sampled (ps)", "sampling_ps"),
            ReportColumn.Estimate("γ (mN/m)", "surface_tension", "mN_per_m"), ReportColumn.One("independent samples", "surface_tension_samples"), ReportColumn.One("error has a plateau", "plateau_reached"),
            ReportColumn.Estimate("first half", "first_half", "mN_per_m"), ReportColumn.Estimate("second half", "second_half", "mN_per_m"), ReportColumn.One("IAPWS γ", "iapws_mN_per_m"));
        var densities = new ReportTable(
            ReportColumn.One("run", "run"), ReportColumn.One("of", "source"), ReportColumn.One("sampled (ps)", "sampling_ps"), ReportColumn.Estimate("liquid (g/cm³)", "liquid_density", "g_per_cm3"),
            ReportColumn.One("real liquid", "liquid_real_g_per_cm3"), ReportColumn.Estimate("vapour (g/cm³)", "vapour_density", "g_per_cm3"), ReportColumn.One("real vapour", "vapour_real_g_per_cm3"),
            ReportColumn.Estimate("10–90 width (Å)", "width", "A"));
        foreach (var s in results.Slabs)
        {
            var (run, source, sampled) = (s.Conditions.Run, SourceNames.Of(s.Conditions.Source, results.Project), ReportCell.Number(s.Conditions.SamplingPs, "0.##"));
            table.Add(
                run, source, ReportCell.Of(s.Conditions.Temperature), sampled, ReportCell.Of(s.SurfaceTension), ReportCell.Number(s.SurfaceTension.IndependentSamples, "0"),
                s.PlateauReached ? "yes" : "no", ReportCell.Of(s.FirstHalf), ReportCell.Of(s.SecondHalf), ReportCell.Number(WaterSurfaceTension.At(s.Conditions.Target), "0.00"));
            densities.Add(
                run, source, sampled, ReportCell.Of(s.LiquidDensity), ReportCell.Number(SaturatedWater.Liquid(s.Conditions.Target), "0.000"), ReportCell.Of(s.VapourDensity),
                ReportCell.Number(SaturatedWater.Vapour(s.Conditions.Target), "0.00000"), ReportCell.Of(Mean(s.Width)));
        }

        page.Table("interface", "Surface tension of the slabs; errors in brackets are one standard error", table);
        page.Table("coexistence", "Coexisting densities and interface widths, from the fit of two tanh profiles", densities);
    }

    private static Estimate? Mean(IReadOnlyList<Estimate> two)
    {
        var known = two.Where(w => double.IsFinite(w.Mean)).ToList();
        return known.Count == 0 ? null : new Estimate(
            known.Average(w => w.Mean), Math.Sqrt(known.Sum(w => w.StandardError * w.StandardError)) / known.Count, known.Min(w => w.IndependentSamples));
    }

    private static IEnumerable<(string Name, string Caption, Figure? Figure)> Curves(StudyResults results, SlabResult slab)
    {
        var partner = results.Slabs.PartnerOf(slab.Conditions, s => s.Conditions);
        var at = string.Create(CultureInfo.InvariantCulture, $"{slab.Conditions.Target} K");
        yield return (
            $"profile-{slab.Conditions.Run}", $"Mass density across the slab at {at}.",
            CurvePlot.Make(
                $"Density profile, {at}", "z from the centre of mass (Å)", "density (g/cm³)", results.Project,
                [(StudyResults.Model, slab.Profile), (StudyResults.Reference, partner?.Profile)], ("z_A", "density_g_per_cm3", "density_error_g_per_cm3")));
        yield return (
            $"tension-{slab.Conditions.Run}", $"Running mean of the surface tension at {at} with its error; it has to be flat at the end.",
            CurvePlot.Make(
                $"Running mean of γ, {at}", "time (ps)", "γ (mN/m)", results.Project,
                [(StudyResults.Model, slab.RunningMean), (StudyResults.Reference, partner?.RunningMean)], ("time_ps", "running_mean_mN_per_m", "running_error_mN_per_m"),
                interesting: Later(slab.RunningMean), fromZero: false));
    }

    /// <summary>The running mean starts anywhere; the scale of the panel is that of its later part.</summary>
    private static double Later(IO.CsvTable? table) =>
        table is { RowCount: > 1 } && table.Column("time_ps") is var times ? times[0] + (0.15 * (times[^1] - times[0])) : double.NegativeInfinity;
}
