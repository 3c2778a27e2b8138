using System.Text.Json.Nodes;
using Meniscus.Analysis;
using Meniscus.IO;

namespace Meniscus.Workflow;

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
                .. EstimateColumns.Of("pressure", "bar", [.. states.Select(s => s.Pressure)]),
                .. EstimateColumns.Of("density", "g_per_cm3", [.. states.Select(s => s.Density)]),
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
