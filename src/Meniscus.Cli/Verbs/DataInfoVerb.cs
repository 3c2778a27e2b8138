using System.CommandLine;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus data info</c>: what data sets hold, one row per system.</summary>
internal sealed class DataInfoVerb : Verb
{
    private readonly Argument<string[]> _systems = new("SYSTEM")
    {
        Description = "A system (folder with type.raw), a folder with systems below, an HDF5 file, or file.hdf5#/group.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _plot = new("--plot")
    {
        Description = "Write histograms of energies, forces, densities, pressures and shortest distances here, .png or .svg.",
        HelpName = "FILE",
    };

    /// <summary>Declares the verb.</summary>
    public DataInfoVerb()
        : base("info", "Show frames, atoms, cells, labels and their ranges.", "meniscus data info data --plot data.png", "meniscus data info data/bulk data/slab --json")
    {
        Add(_systems);
        Add(_plot);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var plot = arguments.GetValue(_plot);
        if (plot is not null)
        {
            PlotFile.RequireKnownEnding(plot);
            AtomicFile.RequireWritable(plot, "--plot");
        }

        using var data = new OpenSystems(DeepmdSystems.Open(arguments.GetRequiredValue(_systems)));
        var summaries = new List<DataSummary>();
        using (var progress = context.StartProgress("reading", data.Systems.Count, "systems"))
        {
            foreach (var system in data.Systems)
            {
                summaries.Add(DataSummary.Of(system, withShortestDistance: true, context.Cancellation));
                progress.Report(summaries.Count);
            }
        }

        var table = new ResultTable("system", "frames", "atoms", "composition", "labels", "volume (Å³)", "density (g/cm³)", "energy (eV/atom)", "max |F| (eV/Å)", "shortest (Å)");
        foreach (var summary in summaries)
            table.AddRow(Cells(summary));
        context.Print(table);
        context.Print(string.Create(CultureInfo.InvariantCulture, $"{summaries.Count} systems, {summaries.Sum(s => (long)s.FrameCount)} frames"));
        var result = new JsonResult()
            .Add("frames", summaries.Sum(s => (long)s.FrameCount))
            .Add("systems", summaries.Select(Json));
        if (plot is not null)
        {
            DataDistributionPlot.Save([.. data.Systems.Select(system => DataDistributions.Of(system, context.Cancellation))], plot);
            context.Print($"wrote {plot}");
            result.Add("plot", plot);
        }

        context.PrintJson(result);
        return ExitCode.Done;
    }

    private static string[] Cells(DataSummary summary) =>
    [
        summary.System,
        summary.FrameCount.ToString(CultureInfo.InvariantCulture),
        summary.AtomCount.ToString(CultureInfo.InvariantCulture),
        string.Join(' ', summary.Composition.Select(Count)),
        summary.Labels == FrameLabels.None ? "-" : string.Join(' ', Labels(summary)),
        summary.Periodic ? Range(summary.Volume, "0.#") : "no cell",
        Range(summary.Density, "0.###"),
        Range(summary.EnergyPerAtom, "0.####"),
        summary.LargestForce?.ToString("0.##", CultureInfo.InvariantCulture) ?? "-",
        summary.ShortestDistance?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-",
    ];

    private static string Count(TypeCount count) => string.Create(
        CultureInfo.InvariantCulture, $"{count.Name}{count.Minimum}{(count.Maximum > count.Minimum ? $"-{count.Maximum}" : "")}");

    private static string Range(ValueRange? range, string format)
    {
        if (range is not { } values)
            return "-";
        var (low, high) = (values.Minimum.ToString(format, CultureInfo.InvariantCulture), values.Maximum.ToString(format, CultureInfo.InvariantCulture));
        return low == high ? low : $"{low} to {high}";
    }

    private static IEnumerable<string> Labels(DataSummary summary)
    {
        foreach (var (label, name) in new[]
        {
            (FrameLabels.Energy, "energy"), (FrameLabels.Force, "force"), (FrameLabels.Virial, "virial"), (FrameLabels.AtomEnergy, "atom_ener"),
            (FrameLabels.AtomPref, "atom_pref"), (FrameLabels.FrameParameters, "fparam"), (FrameLabels.AtomParameters, "aparam"),
        })
        {
            if (summary.Labels.HasFlag(label))
                yield return name;
        }
    }

    private static JsonResult Json(DataSummary summary)
    {
        var result = new JsonResult()
            .Add("system", summary.System)
            .Add("frames", summary.FrameCount)
            .Add("atoms", summary.AtomCount)
            .Add("composition", summary.Composition.Select(c => new JsonResult().Add("type", c.Name).Add("min", c.Minimum).Add("max", c.Maximum)))
            .Add("periodic", summary.Periodic)
            .Add("mixed_types", summary.MixedTypes)
            .Add("labels", Labels(summary));
        AddRange(result, "volume", "A3", summary.Volume);
        AddRange(result, "density", "g_per_cm3", summary.Density);
        AddRange(result, "energy", "eV_per_atom", summary.EnergyPerAtom);
        return result
            .Add("force_max_eV_per_A", summary.LargestForce ?? double.NaN)
            .Add("shortest_distance_A", summary.ShortestDistance ?? double.NaN);
    }

    private static void AddRange(JsonResult result, string quantity, string unit, ValueRange? range) => result
        .Add($"{quantity}_min_{unit}", range?.Minimum ?? double.NaN)
        .Add($"{quantity}_max_{unit}", range?.Maximum ?? double.NaN);
}
