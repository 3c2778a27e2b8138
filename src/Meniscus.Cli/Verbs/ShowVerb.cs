using System.CommandLine;
using Meniscus.Potentials.DeepPot;
using Meniscus.Training;

namespace Meniscus.Cli.Verbs;

/// <summary><c>meniscus show</c>: what a model is made of, by the attributes of <c>dp show</c>.</summary>
internal sealed class ShowVerb : Verb
{
    private readonly Argument<string> _model = new("MODEL")
    {
        Description = "Model file, checkpoint, or prefix of a run.",
    };

    private readonly Argument<string[]> _attributes = new("ATTRIBUTE")
    {
        Description = $"What to show: {string.Join(", ", ModelSummary.Attributes)}. Default: everything.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>Declares the verb.</summary>
    public ShowVerb()
        : base(
            "show",
            "Show what a model is made of.",
            "meniscus show water.dp",
            "meniscus show water.dp type-map size --json")
    {
        Add(_model);
        Add(_attributes);
    }

    /// <inheritdoc/>
    public override int Run(ParseResult arguments, VerbContext context)
    {
        var attributes = Attributes(arguments.GetValue(_attributes) ?? []);
        var summary = new ModelSummary(DeepPotModels.Load(arguments.GetRequiredValue(_model)));
        var json = new JsonResult();
        foreach (var attribute in attributes)
        {
            foreach (var line in summary.Lines(attribute))
                context.Print(line);
            Add(json, attribute, summary);
        }

        context.PrintJson(json);
        return ExitCode.Done;
    }

    private static IReadOnlyList<string> Attributes(string[] asked)
    {
        foreach (var name in asked.Where(name => !ModelSummary.Attributes.Contains(name)))
        {
            var nearest = NearestName.Probable(name, ModelSummary.Attributes) is { } known ? $"; did you mean '{known}'?" : "";
            throw new InputException($"'{name}' is not an attribute of a model; known are {string.Join(", ", ModelSummary.Attributes)}{nearest}");
        }

        return asked.Length > 0 ? [.. asked.Distinct()] : ModelSummary.Attributes;
    }

    private static JsonResult Add(JsonResult json, string attribute, ModelSummary summary) => attribute switch
    {
        "type-map" => json.Add("type_map", summary.TypeMap.Names),
        "descriptor" => json.AddJson("descriptor", summary.DescriptorSettings),
        "fitting-net" => json.AddJson("fitting_net", summary.FittingSettings),
        "size" => AddSize(json, summary),
        "observed-type" => json.Add("observed_types", summary.ObservedTypes),
        "statistics" => AddStatistics(json, summary),
        _ => json.Add("bias_eV", summary.Types.Select(type => type.Bias_eV)),
    };

    private static JsonResult AddSize(JsonResult json, ModelSummary summary) => json
        .Add("descriptor_parameters", summary.DescriptorParameterCount)
        .Add("fitting_net_parameters", summary.FittingParameterCount)
        .Add("parameters", summary.ParameterCount)
        .Add("compressed", summary.IsCompressed);

    private static JsonResult AddStatistics(JsonResult json, ModelSummary summary) => json
        .Add("statistics", summary.Types.Select(type => new JsonResult()
            .Add("type", type.Name)
            .Add("radial_mean_per_A", type.RadialMean)
            .Add("radial_std_per_A", type.RadialStd)
            .Add("angular_std_per_A", type.AngularStd)))
        .Add("min_neighbor_distance_A", summary.MinNeighborDistance ?? double.NaN);
}
