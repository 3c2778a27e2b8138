using System.Globalization;
using System.Text.Json.Nodes;
using Meniscus.Analysis;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>Measures one production run; <c>summary.json</c> holds what the report tells, tables hold the curves.</summary>
internal abstract class AnalysisStage : StudyStage
{
    /// <summary>Name of the summary.</summary>
    public const string SummaryFile = "summary.json";

    /// <summary>Declares the stage.</summary>
    /// <param name="name">Name.</param>
    /// <param name="run">The run.</param>
    /// <param name="skipPs">Start of it that is left out, ps.</param>
    /// <param name="settings">Bins and ranges.</param>
    protected AnalysisStage(string name, ProtocolRun run, double skipPs, StudyAnalysisInput settings)
        : base(name)
    {
        (Simulation, SkipPs, Analysis) = (run, skipPs, settings);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [Simulation.Thermo, Simulation.Trajectory];

    /// <inheritdoc/>
    public override StageCost Cost => new(2, "analysis");

    /// <summary>The run.</summary>
    protected ProtocolRun Simulation { get; }

    /// <summary>Start of it that is left out, ps.</summary>
    protected double SkipPs { get; }

    /// <summary>Bins and ranges.</summary>
    protected StudyAnalysisInput Analysis { get; }

    /// <summary>What is left out, as analyses take it.</summary>
    protected Skip Skip => Meniscus.Analysis.Skip.Parse(string.Create(CultureInfo.InvariantCulture, $"{SkipPs}ps"));

    /// <inheritdoc/>
    public sealed override JsonObject Run(StageRun run)
    {
        var warnings = new List<string>();
        var summary = new JsonObject { ["temperature_target_K"] = Simulation.Temperature };
        Measure(run, summary, warnings);
        summary.Lines("warnings", warnings);
        AtomicFile.WriteText(run.File(SummaryFile), writer => writer.Write(JsonText.Indented(summary)));
        return summary;
    }

    /// <summary>Measures, writes tables, fills in the summary.</summary>
    protected abstract void Measure(StageRun run, JsonObject summary, List<string> warnings);

    /// <summary>The thermo table.</summary>
    protected ThermoTable Thermo(StageRun run) => ThermoTable.Read(run.Input(Simulation.Thermo));

    /// <summary>The frames that count.</summary>
    protected IEnumerable<Frame> Frames(StageRun run) => Trajectory
        .Read(run.Input(Simulation.Trajectory), new TrajectoryOptions { TolerateTornEnd = true })
        .Where(frame => frame.Time is not { } time || time >= SkipPs * (1 - 1e-9));

    /// <summary>The mean of a column with its error.</summary>
    protected Estimate Mean(ThermoTable table, string column)
    {
        var series = table.Column(column);
        return BlockAverage.Of(series.AsSpan(Skip.RowsOf(table, series))).Estimate;
    }

    /// <summary>Adds what every run tells: temperature, sampling time.</summary>
    protected void AddConditions(ThermoTable table, JsonObject summary, List<string> warnings)
    {
        var temperature = Mean(table, "Temp");
        var times = table.Times()!;
        summary.Number("sampling_ps", times[^1] - SkipPs).Estimate("temperature", "K", temperature);
        var off = Math.Abs(temperature.Mean - Simulation.Temperature);
        if (off > Math.Max(4 * temperature.StandardError, 0.01 * Simulation.Temperature))
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"the mean temperature is {temperature} K, aimed at were {Simulation.Temperature} K"));
    }
}

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
            var values = functions.Function(pair);
            columns.Add((name, Array.ConvertAll(values, v => v.Mean)));
            columns.Add(($"{name}_error", Array.ConvertAll(values, v => v.StandardError)));
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
        CsvFile.Write(run.File(MsdFile), [("time_ps", result.Times), .. EstimateKeys.Columns("msd", "A2", result.Displacement)]);
        // 1 Å²/ps is 1e-8 m²/s.
        summary.Estimate("diffusion", "1e-9_m2_per_s", result.Diffusion.Times(10));
    }
}

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
        double[] Of(Func<BlockLevel, double> value) => [.. tension.Average.Levels.Select(value)];
        CsvFile.Write(
            run.File(BlocksFile),
            [("block_size", Of(l => l.BlockSize)), ("blocks", Of(l => l.BlockCount)), ("standard_error_mN_per_m", Of(l => l.StandardError)), ("standard_error_uncertainty_mN_per_m", Of(l => l.Uncertainty))]);
    }

    private static void WriteProfile(StageRun run, DensityProfile profile, JsonObject summary)
    {
        var z = profile.Positions();
        List<(string, double[])> columns = [("z_A", z), .. EstimateKeys.Columns("density", "g_per_cm3", profile.MassDensity())];
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

/// <summary>Compression: equation of state.</summary>
internal sealed class RampAnalysis(string name, ProtocolRun run, ProtocolInput protocol, StudyAnalysisInput settings) : AnalysisStage(name, run, 0, settings)
{
    /// <summary>States along the ramp.</summary>
    public const string StatesFile = "states.csv";

    /// <inheritdoc/>
    public override string Kind => "ramp analysis 1";

    /// <inheritdoc/>
    public override JsonObject Settings => new() { ["bins"] = Analysis.RampBins, ["ramp_bar"] = new JsonArray(protocol.RampBar.Start, protocol.RampBar.Stop) };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [SummaryFile, StatesFile];

    /// <inheritdoc/>
    protected override void Measure(StageRun run, JsonObject summary, List<string> warnings)
    {
        var table = Thermo(run);
        AddConditions(table, summary, warnings);
        var equation = new EquationOfState();
        equation.AddRamp(table, new EquationOfStateOptions { Bins = Analysis.RampBins, Ramp = protocol.RampBar });
        var states = equation.States;
        CsvFile.Write(
            run.File(StatesFile),
            [
                .. EstimateKeys.Columns("pressure", "bar", [.. states.Select(s => s.Pressure)]),
                .. EstimateKeys.Columns("density", "g_per_cm3", [.. states.Select(s => s.Density)]),
            ]);
        if (equation.Fit() is { } fit)
        {
            summary.Number("reference_pressure_bar", fit.ReferencePressure)
                .Estimate("density_at_reference", "g_per_cm3", fit.Density)
                .Estimate("compressibility", "per_bar", fit.Compressibility)
                .Number("reduced_chi_square", fit.ReducedChiSquare);
        }
        else
        {
            warnings.Add("no equation of Tait fits the states of the ramp");
        }
    }
}
