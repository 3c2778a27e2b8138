using System.CommandLine;
using Meniscus.Analysis;
using Meniscus.IO;
using Meniscus.Reporting;

namespace Meniscus.Cli;

/// <summary>Where an analysis writes: <c>-o PREFIX</c> for PREFIX.csv and PREFIX.png, <c>--plot FILE</c> for a plot of another name or form.</summary>
internal sealed class AnalysisOutput
{
    private readonly Option<string?> _prefix = new("--output", "-o")
    {
        Description = "Write PREFIX.csv and PREFIX.png.",
        HelpName = "PREFIX",
    };

    private readonly Option<string?> _plot = new("--plot")
    {
        Description = "Write the plot here, .png or .svg; default with -o: PREFIX.png.",
        HelpName = "FILE",
    };

    /// <summary>Adds the options to a verb.</summary>
    public AnalysisOutput(Command verb)
    {
        verb.Add(_prefix);
        verb.Add(_plot);
    }

    /// <summary>Refuses names that could not be written, before a long job.</summary>
    public void Check(ParseResult arguments)
    {
        if (Plot(arguments) is { } plot)
        {
            PlotFile.RequireKnownEnding(plot);
            AtomicFile.RequireWritable(plot, arguments.GetValue(_plot) is null ? "-o" : "--plot");
        }

        if (arguments.GetValue(_prefix) is { } prefix)
            AtomicFile.RequireWritable($"{prefix}.csv", "-o");
    }

    /// <summary>Writes what is asked for and says so.</summary>
    /// <param name="arguments">What the user typed.</param>
    /// <param name="context">Where to say it.</param>
    /// <param name="columns">Tables: what the name gets between prefix and ending (usually nothing), and the columns.</param>
    /// <param name="savePlot">Saves the plot under a name.</param>
    /// <param name="labels">A first column of texts, or null.</param>
    /// <returns>The files written.</returns>
    public IReadOnlyList<string> Write(
        ParseResult arguments,
        VerbContext context,
        IEnumerable<(string Suffix, List<(string Name, double[] Values)> Columns)> columns,
        Action<string> savePlot,
        (string Name, string[] Values)? labels = null)
    {
        var written = new List<string>();
        if (arguments.GetValue(_prefix) is { } prefix)
        {
            foreach (var (suffix, table) in columns)
            {
                CsvFile.Write($"{prefix}{suffix}.csv", table, labels);
                written.Add($"{prefix}{suffix}.csv");
            }
        }

        if (Plot(arguments) is { } plot)
        {
            savePlot(plot);
            written.Add(plot);
        }

        foreach (var file in written)
            context.Print($"wrote {file}");
        return written;
    }

    /// <summary>The two columns of a series of estimates.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="unit">Its unit as in a key, or an empty text.</param>
    /// <param name="values">The estimates.</param>
    public static IEnumerable<(string Name, double[] Values)> Columns(string name, string unit, Estimate[] values)
    {
        var ending = unit.Length > 0 ? $"_{unit}" : "";
        yield return ($"{name}{ending}", Array.ConvertAll(values, v => v.Mean));
        yield return ($"{name}_error{ending}", Array.ConvertAll(values, v => v.StandardError));
    }

    /// <summary>The columns of a blocking curve.</summary>
    /// <param name="average">The curve.</param>
    /// <param name="unit">Unit as in a key, or an empty text.</param>
    /// <param name="interval">Time between samples, ps, or null.</param>
    public static List<(string Name, double[] Values)> BlockingColumns(BlockAverage average, string unit, double? interval)
    {
        var ending = unit.Length > 0 ? $"_{unit}" : "";
        double[] Of(Func<BlockLevel, double> value) => [.. average.Levels.Select(value)];
        List<(string, double[])> columns = [("block_size", Of(l => l.BlockSize)), ("blocks", Of(l => l.BlockCount))];
        if (interval is { } dt)
            columns.Add(("block_length_ps", Of(l => l.BlockSize * dt)));
        columns.Add(($"standard_error{ending}", Of(l => l.StandardError)));
        columns.Add(($"standard_error_uncertainty{ending}", Of(l => l.Uncertainty)));
        return columns;
    }

    private string? Plot(ParseResult arguments) =>
        arguments.GetValue(_plot) ?? (arguments.GetValue(_prefix) is { } prefix ? $"{prefix}.png" : null);
}

/// <summary>Estimates in machine-readable results.</summary>
internal static class EstimateJson
{
    /// <summary>Adds a mean, its standard error and the independent samples behind them.</summary>
    public static JsonResult AddEstimate(this JsonResult json, string name, string unit, Estimate value)
    {
        var ending = unit.Length > 0 ? $"_{unit}" : "";
        return json
            .Add($"{name}{ending}", value.Mean)
            .Add($"{name}_standard_error{ending}", value.StandardError)
            .Add($"{name}_independent_samples", value.IndependentSamples);
    }
}
