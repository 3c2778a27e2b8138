using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus analyze thermo</c>: every column of a thermo table in numbers.</summary>
internal sealed class ThermoVerb : Verb
{
    private readonly ThermoArguments _thermo;
    private readonly AnalysisOutput _output;

    /// <summary>Declares the verb.</summary>
    public ThermoVerb()
        : base(
            "thermo",
            "Mean, error, fluctuation and drift of every column of a thermo table.",
            "meniscus analyze thermo thermo.out --skip 20%",
            "meniscus analyze thermo log.lammps --run last --plot thermo.png --json")
    {
        _thermo = new ThermoArguments(this);
        _output = new AnalysisOutput(this);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var culture = CultureInfo.InvariantCulture;
        _output.Check(arguments);
        var data = _thermo.Read(arguments, context);
        var columns = ThermoSummary.Of(data, _thermo.Skip(arguments), _thermo.Every(arguments));
        var per = data.Has("Time") ? "ps" : "step";
        var table = new ResultTable("column", "mean", "unit", "standard deviation", $"drift per {per}", "independent samples");
        foreach (var column in columns)
        {
            table.AddRow(
                column.Name, column.Average.Estimate.ToString(), ThermoUnits.Of(data, column.Name), column.Average.StandardDeviation.ToString("G4", culture),
                $"{Estimate.Text(column.Drift.Mean, column.Drift.StandardError)}{(column.Drifts ? " *" : "")}",
                column.Average.IndependentSamples.ToString("0.#", culture));
        }

        context.Print(table);
        if (columns.Any(column => column.Drifts))
            context.Print("* drifts by more than three standard errors");
        var files = _output.Write(
            arguments,
            context,
            [("", Columns(columns, per))],
            plot => ThermoPlot.Save(data, columns, name => ThermoUnits.Of(data, name), plot),
            ("column", [.. columns.Select(Label)]));

        string Label(ThermoColumn column) => ThermoUnits.Of(data, column.Name) is { Length: > 0 } unit ? $"{column.Name} ({unit})" : column.Name;
        context.PrintJson(new JsonResult()
            .Add("rows", data.RowCount)
            .Add("columns", columns.Select(column => new JsonResult()
                .Add("column", column.Name)
                .Add("unit", ThermoUnits.Of(data, column.Name))
                .Add("mean", column.Average.Mean)
                .Add("standard_error", column.Average.StandardError)
                .Add("independent_samples", column.Average.IndependentSamples)
                .Add("standard_deviation", column.Average.StandardDeviation)
                .Add($"drift_per_{per}", column.Drift.Mean)
                .Add($"drift_standard_error_per_{per}", column.Drift.StandardError)
                .Add("plateau_reached", column.Average.PlateauReached)))
            .Add("files", files));
        return ExitCode.Done;
    }

    private static List<(string, double[])> Columns(IReadOnlyList<ThermoColumn> columns, string per) =>
    [
        ("mean", [.. columns.Select(c => c.Average.Mean)]),
        ("standard_error", [.. columns.Select(c => c.Average.StandardError)]),
        ("standard_deviation", [.. columns.Select(c => c.Average.StandardDeviation)]),
        ($"drift_per_{per}", [.. columns.Select(c => c.Drift.Mean)]),
        ($"drift_error_per_{per}", [.. columns.Select(c => c.Drift.StandardError)]),
        ("independent_samples", [.. columns.Select(c => c.Average.IndependentSamples)]),
    ];
}
