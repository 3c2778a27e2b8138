using System.Globalization;
using System.Text.Json.Nodes;
using Meniscus.Analysis;
using Meniscus.Atoms;
using Meniscus.Input;
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
    protected IEnumerable<Frame> Frames(StageRun run) => SampledFrames.Read(run.Input(Simulation.Trajectory), SkipPs * (1 - 1e-9));

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
