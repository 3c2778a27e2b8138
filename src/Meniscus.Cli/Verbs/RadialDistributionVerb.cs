using System.CommandLine;
using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Reporting;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus analyze rdf</c>: radial distribution functions and coordination numbers.</summary>
internal sealed class RadialDistributionVerb : Verb
{
    private readonly TrajectoryArguments _trajectory;
    private readonly AnalysisOutput _output;

    private readonly Option<string[]> _pairs = new("--pairs", "-p")
    {
        Description = "Pairs of elements, such as O-O O-H; default: all of the trajectory.",
        HelpName = "A-B",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<double> _cutoff = new("--rmax_A")
    {
        Description = "Largest distance in Å; it may exceed half the cell.",
        HelpName = "R",
        DefaultValueFactory = _ => 8,
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<double> _bin = new("--bin_A")
    {
        Description = "Width of a bin in Å.",
        HelpName = "WIDTH",
        DefaultValueFactory = _ => 0.02,
        Validators = { OptionBounds.GreaterThan(0) },
    };

    /// <summary>Declares the verb.</summary>
    public RadialDistributionVerb()
        : base(
            "rdf",
            "Radial distribution functions of pairs of elements, and coordination numbers.",
            "meniscus analyze rdf water.xyz --pairs O-O O-H -o rdf",
            "meniscus analyze rdf water.dump -t O H --rmax_A 10 --every 5")
    {
        _trajectory = new TrajectoryArguments(this);
        Add(_pairs);
        Add(_cutoff);
        Add(_bin);
        _output = new AnalysisOutput(this);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        _output.Check(arguments);
        var cutoff = arguments.GetValue(_cutoff);
        var bins = Math.Clamp(Math.Round(cutoff / arguments.GetValue(_bin)), 1, 1_000_000);
        var asked = (arguments.GetValue(_pairs) ?? []).Select(Pair).Distinct().ToList();
        RadialDistribution? functions = null;
        _trajectory.ForEach(arguments, context, frame =>
        {
            functions ??= new RadialDistribution(asked.Count > 0 ? asked : RadialDistribution.PairsOf(frame), cutoff, (int)bins);
            functions.Add(frame);
        });
        var json = Report(functions!, context);
        var files = _output.Write(arguments, context, [("", Columns(functions!))], plot => RadialDistributionPlot.Save(functions!, plot));
        context.PrintJson(json.Add("files", files));
        return ExitCode.Done;
    }

    private static (string, string) Pair(string text) => text.Split('-') is [{ Length: > 0 } a, { Length: > 0 } b]
        ? (a, b)
        : throw new InputException($"--pairs {text}: expected two elements with a hyphen between them, such as O-H");

    private static JsonResult Report(RadialDistribution functions, VerbContext context)
    {
        context.Print(string.Create(CultureInfo.InvariantCulture, $"{functions.FrameCount} frames, {functions.MeanDensity:0.#####} atoms/Å³"));
        var table = new ResultTable("pair", "peak (Å)", "g(peak)", "minimum (Å)", "g(minimum)", "neighbors", "independent samples");
        var json = new List<JsonResult>();
        for (var pair = 0; pair < functions.Pairs.Count; pair++)
        {
            var name = $"{functions.Pairs[pair].A}-{functions.Pairs[pair].B}";
            var entry = new JsonResult().Add("pair", name);
            json.Add(entry);
            if (functions.Shell(pair) is not { } shell)
            {
                table.AddRow(name, "-", "-", "-", "-", "-", "-");
                continue;
            }

            table.AddRow(
                name, shell.PeakPosition.ToString(), shell.PeakHeight.ToString(), shell.MinimumPosition.ToString(), shell.MinimumHeight.ToString(), shell.Coordination.ToString(),
                shell.Coordination.IndependentSamples.ToString("0.#", CultureInfo.InvariantCulture));
            entry.AddEstimate("first_peak", "A", shell.PeakPosition)
                .AddEstimate("first_peak_height", "", shell.PeakHeight)
                .AddEstimate("first_minimum", "A", shell.MinimumPosition)
                .AddEstimate("first_minimum_height", "", shell.MinimumHeight)
                .AddEstimate("coordination_number", "", shell.Coordination);
        }

        context.Print(table);
        return new JsonResult().Add("frames", functions.FrameCount).Add("pairs", json);
    }

    private static List<(string, double[])> Columns(RadialDistribution functions)
    {
        List<(string, double[])> columns = [("r_A", functions.Distances())];
        for (var pair = 0; pair < functions.Pairs.Count; pair++)
        {
            var name = $"{functions.Pairs[pair].A}_{functions.Pairs[pair].B}";
            columns.AddRange(EstimateColumns.Of($"g_{name}", "", functions.Function(pair)));
            columns.AddRange(EstimateColumns.Of($"coordination_{name}", "", functions.Coordination(pair)));
        }

        return columns;
    }
}
