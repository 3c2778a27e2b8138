using System.Globalization;
using System.Text.Json.Nodes;
using Meniscus.Analysis;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>Bulk: density, radial distribution functions, diffusion.</summary>
internal sealed class BulkAnalysis(string name, ProtocolRun run, double skipPs, StudyAnalysisInput settings) : AnalysisStage(name, run, skipPs, settings)
{
    /// <summary>Radial distribution functions.</summary>
    public const string RdfFile = "rdf.csv";

    /// <summary>Mean squared displacement.</summary>
    public const string MsdFile = "msd.csv";

    /// <inheritdoc/>
    public override string Kind => "bulk analysis 1";

    /// <inheritdoc/>
    public override JsonObject Settings => new() { ["skip_ps"] = SkipPs, ["rdf_max_A"] = Analysis.RdfMax, ["rdf_bin_A"] = Analysis.RdfBin };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [SummaryFile, RdfFile, MsdFile];

    /// <inheritdoc/>
    protected override void Measure(StageRun run, JsonObject summary, List<string> warnings)
    {
        var table = Thermo(run);
        AddConditions(table, summary, warnings);
        var density = Mean(table, "Density");
        summary.Estimate("density", "g_per_cm3", density).Estimate("pressure", "bar", Mean(table, "Press")).Estimate("potential_energy", "eV", Mean(table, "PotEng"));
        if (!(density.IndependentSamples >= 20))
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"the density rests on {density.IndependentSamples:0} independent samples; run longer"));
        RadialDistribution? functions = null;
        var displacement = new MeanSquaredDisplacement(new DisplacementOptions());
        foreach (var frame in Frames(run))
        {
            run.Cancellation.ThrowIfCancellationRequested();
            functions ??= new RadialDistribution(RadialDistribution.PairsOf(frame), Analysis.RdfMax, (int)Math.Max(1, Math.Round(Analysis.RdfMax / Analysis.RdfBin)));
            functions.Add(frame);
            displacement.Add(frame);
        }

        if (functions is null)
            throw new InputException($"{Simulation.Trajectory}: no frame after the first {SkipPs} ps; run longer, or discard less");
        summary["frames"] = functions.FrameCount;
        WriteFunctions(run, functions);
        WriteDisplacement(run, displacement, summary, warnings);
    }

    private static void WriteFunctions(StageRun run, RadialDistribution functions)
    {
        List<(string, double[])> columns = [("r_A", functions.Distances())];
        for (var pair = 0; pair < functions.Pairs.Count; pair++)
        {
            var name = $"g_{functions.Pairs[pair].A}{functions.Pairs[pair].B}";
            columns.AddRange(EstimateColumns.Of(name, "", functions.Function(pair)));
        }

        CsvFile.Write(run.File(RdfFile), columns);
    }

    private static void WriteDisplacement(StageRun run, MeanSquaredDisplacement displacement, JsonObject summary, List<string> warnings)
    {
        if (displacement.FrameCount < 4)
        {
            CsvFile.Write(run.File(MsdFile), [("time_ps", []), ("msd_A2", []), ("msd_error_A2", [])]);
            warnings.Add("too few frames for a diffusion coefficient");
            return;
        }

        var result = displacement.Result();
        CsvFile.Write(run.File(MsdFile), [("time_ps", result.Times), .. EstimateColumns.Of("msd", "A2", result.Displacement)]);
        // 1 Å²/ps is 1e-8 m²/s.
        summary.Estimate("diffusion", "1e-9_m2_per_s", result.Diffusion.Times(10));
    }
}
