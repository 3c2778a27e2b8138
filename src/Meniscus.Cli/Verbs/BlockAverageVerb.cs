using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus analyze block-average</c>: mean and error of one column, with the whole blocking curve.</summary>
internal sealed class BlockAverageVerb : Verb
{
    private readonly ThermoArguments _thermo;
    private readonly AnalysisOutput _output;

    private readonly Option<string> _column = new("--column", "-c")
    {
        Description = "Name of the column.",
        HelpName = "NAME",
        Required = true,
    };

    /// <summary>Declares the verb.</summary>
    public BlockAverageVerb()
        : base(
            "block-average",
            "Mean and standard error of a column by blocking.",
            "meniscus analyze block-average thermo.out -c Density --skip auto -o density")
    {
        _thermo = new ThermoArguments(this);
        Add(_column);
        _output = new AnalysisOutput(this);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        _output.Check(arguments);
        var name = arguments.GetRequiredValue(_column);
        var table = _thermo.Read(arguments, context, [name]);
        var skip = _thermo.Skip(arguments).RowsOf(table, table.Column(name));
        var every = _thermo.Every(arguments);
        var series = table.Column(name, skip, every);
        var times = table.Has("Time") ? table.Column("Time", skip, every) : null;
        double? interval = times is { Length: > 1 } ? (times[^1] - times[0]) / (times.Length - 1) : null;
        var average = BlockAverage.Of(series);
        var unit = ThermoUnits.Of(table, name);
        Print(name, unit, average, skip, context);
        var time = Autocorrelation.IntegratedTime(series);
        context.Print(string.Create(CultureInfo.InvariantCulture, $"integrated autocorrelation time {time:G3} rows{(interval is { } dt ? $" = {time * dt:G3} ps" : "")}"));
        if (average.Warning is { } warning)
            context.Warn(warning);
        var files = _output.Write(
            arguments,
            context,
            [("", EstimateColumns.Blocking(average, "", interval))],
            plot => SeriesPlot.Save(name, unit.Length > 0 ? $"{name} ({unit})" : name, unit, times, series, average, plot));
        context.PrintJson(new JsonResult()
            .Add("column", name)
            .Add("unit", unit)
            .Add("mean", average.Mean)
            .Add("standard_error", average.StandardError)
            .Add("standard_error_uncertainty", average.StandardErrorUncertainty)
            .Add("standard_deviation", average.StandardDeviation)
            .Add("independent_samples", average.IndependentSamples)
            .Add("correlation_time_rows", time)
            .Add("correlation_time_ps", time * interval ?? double.NaN)
            .Add("plateau_reached", average.PlateauReached)
            .Add("rows", average.SampleCount)
            .Add("skipped_rows", skip)
            .Add("levels", average.Levels.Select(level => new JsonResult()
                .Add("block_size", level.BlockSize)
                .Add("blocks", level.BlockCount)
                .Add("standard_error", level.StandardError)
                .Add("standard_error_uncertainty", level.Uncertainty)))
            .Add("warning", average.Warning)
            .Add("files", files));
        return ExitCode.Done;
    }

    private static void Print(string name, string unit, BlockAverage average, int skip, VerbContext context)
    {
        var culture = CultureInfo.InvariantCulture;
        var table = new ResultTable("block size", "blocks", "standard error", "its error", "plateau");
        for (var k = 0; k < average.Levels.Count; k++)
        {
            var level = average.Levels[k];
            table.AddRow(
                level.BlockSize.ToString(culture), level.BlockCount.ToString(culture),
                level.StandardError.ToString("G4", culture), level.Uncertainty.ToString("G2", culture), k == average.Plateau ? "*" : "");
        }

        context.Print(table);
        context.Print(string.Create(culture, $"{name} = {average.Estimate} {unit}, {average.IndependentSamples:0.#} independent samples of {average.SampleCount} rows ({skip} skipped), standard deviation {average.StandardDeviation:G4}"));
    }
}
