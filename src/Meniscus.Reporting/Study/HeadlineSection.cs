using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Building;
using Meniscus.Workflow;

namespace Meniscus.Reporting.Study;

/// <summary>The results that matter most, on one screen.</summary>
internal static class HeadlineSection
{
    private const double MilliPerUnit = 1000;

    public static void Add(ReportPage page, StudyResults results)
    {
        page.Section("results", "Key results");
        page.Cards(Cards(results));
        page.Warnings(results.Warnings);
        page.Table("key-results", "Model and reference at each temperature; errors in brackets are one standard error, σ that of the difference", Table(results));
    }

    private static IEnumerable<(string Name, string Value, string Below, bool? Good)> Cards(StudyResults results)
    {
        if (results.Tests.Count > 0 && results.Tests[0].Total is var total && double.IsFinite(total.ForceRmse))
        {
            yield return (
                "Force RMSE on frames kept apart", string.Create(CultureInfo.InvariantCulture, $"{MilliPerUnit * total.ForceRmse:0.0} meV/Å"),
                string.Create(CultureInfo.InvariantCulture, $"energy {MilliPerUnit * total.EnergyRmse:0.00} meV/atom; {total.Frames} frames"), null);
        }

        var densities = Pairs(results.Bulk, b => b.Conditions, b => b.Density);
        if (Agreement("Density of the bulk", densities) is { } density)
            yield return density;
        var tensions = Pairs(results.Slabs, s => s.Conditions, s => s.SurfaceTension);
        if (Agreement("Surface tension", tensions) is { } tension)
            yield return tension;
        if (results.Iterations.Count > 1 && results.Iterations[^1] is var last)
        {
            yield return (
                "Frames on which the models differ", string.Create(CultureInfo.InvariantCulture, $"{100 * last.CandidateShare:0} %"),
                string.Create(CultureInfo.InvariantCulture, $"of the last exploration, iteration {last.Number}; asked for at most {100 * results.Project.Stop.CandidateShare:0.#} %"), last.CandidateShare <= results.Project.Stop.CandidateShare);
        }
    }

    private static List<SourceComparison> Pairs<T>(IReadOnlyList<T> all, Func<T, RunConditions> conditions, Func<T, Estimate> value)
        where T : class =>
    [
        .. all.Where(one => conditions(one).Source == StudyResults.Model)
            .Select(one => (Model: one, Reference: all.PartnerOf(conditions(one), conditions)))
            .Where(pair => pair.Reference is not null)
            .Select(pair => new SourceComparison(value(pair.Model), value(pair.Reference!))),
    ];

    private static (string Name, string Value, string Below, bool? Good)? Agreement(string name, List<SourceComparison> pairs)
    {
        var known = pairs.Where(p => p.Agrees is not null).ToList();
        if (known.Count == 0)
            return null;
        var agree = known.Count(p => p.Agrees == true);
        return (
            name, agree == known.Count ? "agrees" : agree == 0 ? "differs" : string.Create(CultureInfo.InvariantCulture, $"agrees at {agree} of {known.Count}"),
            string.Create(CultureInfo.InvariantCulture, $"with the reference within {SourceComparison.Bound:0} σ; the largest difference is {known.Max(p => p.Sigmas):0.0} σ"), agree == known.Count);
    }

    private static ReportTable Table(StudyResults results)
    {
        var table = new ReportTable(
            ReportColumn.One("K", "temperature_K"), ReportColumn.Estimate("density, model (g/cm³)", "density_model", "g_per_cm3"), ReportColumn.Estimate("reference", "density_reference", "g_per_cm3"),
            ReportColumn.One("σ apart", "density_sigmas"), ReportColumn.One("real water", "density_real_g_per_cm3"), ReportColumn.One("sampled (ps)", "bulk_sampling_ps"),
            ReportColumn.Estimate("γ, model (mN/m)", "surface_tension_model", "mN_per_m"), ReportColumn.Estimate("reference", "surface_tension_reference", "mN_per_m"),
            ReportColumn.One("σ apart", "surface_tension_sigmas"), ReportColumn.One("IAPWS", "surface_tension_iapws_mN_per_m"), ReportColumn.One("sampled (ps)", "slab_sampling_ps"));
        foreach (var temperature in results.Bulk.Select(b => b.Conditions.Target).Concat(results.Slabs.Select(s => s.Conditions.Target)).Distinct().Order())
        {
            T? One<T>(IReadOnlyList<T> all, string source, Func<T, RunConditions> of)
                where T : class => all.FirstOrDefault(r => of(r).Source == source && of(r).Target == temperature);
            var (bulk, bulkReference) = (One(results.Bulk, StudyResults.Model, b => b.Conditions), One(results.Bulk, StudyResults.Reference, b => b.Conditions));
            var (slab, slabReference) = (One(results.Slabs, StudyResults.Model, s => s.Conditions), One(results.Slabs, StudyResults.Reference, s => s.Conditions));
            table.Add(
                ReportCell.Number(temperature, "0.##"), ReportCell.Of(bulk?.Density), ReportCell.Of(bulkReference?.Density), Sigmas(bulk?.Density, bulkReference?.Density),
                ReportCell.Number(Real(temperature), "0.000"), Sampling(bulk?.Conditions, bulkReference?.Conditions),
                ReportCell.Of(slab?.SurfaceTension), ReportCell.Of(slabReference?.SurfaceTension), Sigmas(slab?.SurfaceTension, slabReference?.SurfaceTension),
                ReportCell.Number(WaterSurfaceTension.At(temperature), "0.0"), Sampling(slab?.Conditions, slabReference?.Conditions));
        }

        return table;
    }

    private static ReportCell Sigmas(Estimate? model, Estimate? reference) =>
        ReportCell.Number(model is { } m && reference is { } r ? new SourceComparison(m, r).Sigmas : double.NaN, "0.0");

    private static ReportCell Sampling(RunConditions? model, RunConditions? reference) => ReportCell.Number((model ?? reference)?.SamplingPs ?? double.NaN, "0.##");

    private static double Real(double temperature) => temperature is >= 273.15 and < WaterSurfaceTension.CriticalTemperature ? WaterDensity.At(temperature) : double.NaN;
}
