using System.CommandLine;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Training;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus neighbor-stat</c>: what <c>sel</c> and <c>rcut</c> should be judged by.</summary>
internal sealed class NeighborStatVerb : Verb
{
    private readonly SystemsOption _systems;

    private readonly Option<double> _cutoff = new("--rcut", "-r")
    {
        Description = "Cutoff, Å.",
        HelpName = "RCUT",
        Required = true,
        Validators = { OptionBounds.GreaterThan(0) },
    };

    private readonly Option<string[]> _types = new("--type-map", "-t")
    {
        Description = "Names of the types, in the order of the model; default: those of the data.",
        HelpName = "TYPE",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Declares the verb.</summary>
    public NeighborStatVerb()
        : base(
            "neighbor-stat",
            "Find the smallest distance and the largest numbers of neighbours in data.",
            "meniscus neighbor-stat -s data -r 6.0 -t O H")
    {
        _systems = new SystemsOption(this);
        Add(_cutoff);
        Add(_types);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var names = _systems.RequireNames(arguments);
        using var data = new OpenSystems(arguments.GetValue(_types) is { Length: > 0 } types
            ? DeepmdSystems.Open(names, new TypeMap(types))
            : DeepmdSystems.OpenInCommonTypes(names));
        var statistics = new NeighborStatistics(data.Systems[0].TypeMap, arguments.GetValue(_cutoff));
        using (var progress = context.StartProgress("neighbours", data.Systems.Sum(s => (long)s.FrameCount), "frames"))
        {
            foreach (var system in data.Systems)
                statistics.Add(system, progress, context.Cancellation);
        }

        var sel = SelRule.Default.Resolve(statistics.LargestCounts);
        context.Print($"type_map: [{string.Join(", ", statistics.Types.Names)}]");
        context.Print(double.IsFinite(statistics.MinDistance)
            ? string.Create(CultureInfo.InvariantCulture, $"min_nbor_dist: {statistics.MinDistance:f6}")
            : "min_nbor_dist: none, no two atoms are within the cutoff");
        context.Print($"max_nbor_size: [{string.Join(", ", statistics.LargestCounts)}]");
        context.Print($"sel of \"auto\": [{string.Join(", ", sel)}]");
        context.PrintJson(new JsonResult()
            .Add("frames", statistics.FrameCount)
            .Add("type_map", statistics.Types.Names)
            .Add("min_nbor_dist_A", statistics.MinDistance)
            .Add("max_nbor_size", statistics.LargestCounts.Select(count => (double)count))
            .Add("sel_auto", sel.Select(count => (double)count)));
        return ExitCode.Done;
    }
}
