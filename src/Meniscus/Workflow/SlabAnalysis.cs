using System.Text.Json.Nodes;
using Meniscus.Analysis;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>Slab: surface tension, density profile, coexistence densities.</summary>
internal sealed class SlabAnalysis(string name, ProtocolRun run, double skipPs, StudyAnalysisInput settings) : AnalysisStage(name, run, skipPs, settings)
{
    /// <summary>Density profile.</summary>
    public const string ProfileFile = "profile.csv";

    /// <summary>Running mean of the surface tension.</summary>
    public const string TensionFile = "tension.csv";

    /// <summary>Blocked error of the surface tension.</summary>
    public const string BlocksFile = "tension.blocks.csv";

    /// <inheritdoc/>
    public override string Kind => "slab analysis 1";

    /// <inheritdoc/>
    public override JsonObject Settings => new() { ["skip_ps"] = SkipPs, ["profile_bin_A"] = Analysis.ProfileBin };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [SummaryFile, ProfileFile, TensionFile, BlocksFile];

    /// <inheritdoc/>
    protected override void Measure(StageRun run, JsonObject summary, List<string> warnings)
    {
        var table = Thermo(run);
        AddConditions(table, summary, warnings);
        var tension = SurfaceTension.Of(table, new SurfaceTensionOptions { Skip = Skip });
        var check = new SlabCheck();
        var profile = new DensityProfile(2, Analysis.ProfileBin);
        foreach (var frame in Frames(run))
        {
            run.Cancellation.ThrowIfCancellationRequested();
            check.Add(frame);
            profile.Add(frame);
        }

        if (profile.FrameCount == 0)
            throw new InputException($"{Simulation.Trajectory}: no frame after the first {SkipPs} ps; run longer, or discard less");
        warnings.AddRange(tension.Warnings);
        warnings.AddRange(check.Warnings());
        WriteTension(run, tension, summary);
        WriteProfile(run, profile, summary);
    }

    private static void WriteTension(StageRun run, SurfaceTension tension, JsonObject summary)
    {
        summary.Estimate("surface_tension", "mN_per_m", tension.Average.Estimate)
            .Number("surface_tension_standard_error_uncertainty_mN_per_m", tension.Average.StandardErrorUncertainty)
            .Number("correlation_time_ps", tension.CorrelationTime ?? double.NaN)
            .Estimate("first_half", "mN_per_m", tension.FirstHalf)
            .Estimate("second_half", "mN_per_m", tension.SecondHalf)
            .Estimate("normal_pressure", "bar", tension.NormalPressure);
        summary["plateau_reached"] = tension.Average.PlateauReached;
        var (rows, mean, error) = tension.RunningMean(600);
        CsvFile.Write(run.File(TensionFile), [("time_ps", Array.ConvertAll(rows, row => tension.Times![row])), ("running_mean_mN_per_m", mean), ("running_error_mN_per_m", error)]);
        CsvFile.Write(run.File(BlocksFile), EstimateColumns.Blocking(tension.Average, "mN_per_m", null));
    }

    private static void WriteProfile(StageRun run, DensityProfile profile, JsonObject summary)
    {
        var z = profile.Positions();
        List<(string, double[])> columns = [("z_A", z), .. EstimateColumns.Of("density", "g_per_cm3", profile.MassDensity())];
        summary["frames"] = profile.FrameCount;
        summary["interfaces_found"] = false;
        if (profile.Fit() is { } fit)
        {
            columns.Add(("fit_g_per_cm3", Array.ConvertAll(z, fit.At)));
            summary["interfaces_found"] = true;
            summary.Estimate("liquid_density", "g_per_cm3", fit.Liquid)
                .Estimate("vapour_density", "g_per_cm3", fit.Vapour)
                .Estimate("lower_width", "A", fit.LowerWidth)
                .Estimate("upper_width", "A", fit.UpperWidth);
        }

        CsvFile.Write(run.File(ProfileFile), columns);
    }
}
