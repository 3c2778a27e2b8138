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
