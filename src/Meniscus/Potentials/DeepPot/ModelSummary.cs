using System.Globalization;
using Meniscus.Atoms;

namespace Meniscus.Potentials.DeepPot;

/// <summary>What a model holds for one atom type.</summary>
/// <param name="Name">Name of the type.</param>
/// <param name="Sel">Slots for neighbours of this type.</param>
/// <param name="RadialMean">Mean of s(r) of the environment rows of centres of this type, 1/Å.</param>
/// <param name="RadialStd">Standard deviation of s(r), 1/Å.</param>
/// <param name="AngularStd">Standard deviation of the three angular columns, 1/Å.</param>
/// <param name="Bias_eV">Energy added per atom: the model's out_bias and the fitting's own bias, eV.</param>
public sealed record ModelTypeSummary(
    string Name, int Sel, double RadialMean, double RadialStd, double AngularStd, double Bias_eV);

/// <summary>
/// What a user asks of a model: types, settings, size, statistics, bias. The names of the attributes are those of
/// <c>dp show</c>, with <c>statistics</c> and <c>bias</c> besides.
/// </summary>
public sealed class ModelSummary
{
    // Below this a bias is a type that no frame of the training data had (DeePMD-kit's criterion).
    private const double SmallestBias = 1e-6;

    private readonly DeepPotModel _model;

    /// <summary>Summarises a model.</summary>
    /// <param name="model">The model.</param>
    public ModelSummary(DeepPotModel model)
    {
        _model = model;
        DescriptorParameterCount = model.Descriptor.Embeddings.Sum(CountParameters);
        FittingParameterCount = model.Fitting.Networks.Sum(CountParameters);
        Types = [.. Enumerable.Range(0, model.TypeMap.Count).Select(Summarise)];
    }

    /// <summary>The attributes <see cref="Lines"/> knows, in the order they are shown.</summary>
    public static IReadOnlyList<string> Attributes { get; } =
        ["type-map", "descriptor", "fitting-net", "size", "observed-type", "statistics", "bias"];

    /// <summary>Type names.</summary>
    public TypeMap TypeMap => _model.TypeMap;

    /// <summary>The descriptor's settings as the input file's JSON.</summary>
    public string DescriptorSettings => ModelJson.Format(ModelDefinition.AsInFile(_model.Descriptor));

    /// <summary>The fitting's settings as the input file's JSON.</summary>
    public string FittingSettings => ModelJson.Format(ModelDefinition.Of(_model.Fitting));

    /// <summary>
    /// Number of weights, biases and steps of the embedding networks; where the file has networks that take type embeddings,
    /// of the plain ones they come to.
    /// </summary>
    public long DescriptorParameterCount { get; }

    /// <summary>Number of weights, biases and steps of the fitting networks.</summary>
    public long FittingParameterCount { get; }

    /// <summary>Sum of both, what DeePMD-kit prints as the model's parameters.</summary>
    public long ParameterCount => DescriptorParameterCount + FittingParameterCount;

    /// <summary>Per type: slots, statistics, bias.</summary>
    public IReadOnlyList<ModelTypeSummary> Types { get; }

    /// <summary>Types the training data had, judged by their bias.</summary>
    public IReadOnlyList<string> ObservedTypes =>
        [.. Types.Where(type => Math.Abs(type.Bias_eV) > SmallestBias).Select(type => type.Name)];

    /// <summary>Smallest neighbour distance seen in training, Å, where the file tells.</summary>
    public double? MinNeighborDistance => _model.MinNeighborDistance;

    /// <summary>Whether the embedding networks are tabulated.</summary>
    public bool IsCompressed => _model.Tables is not null || _model.Descriptor.EmbeddingTables is not null;

    /// <summary>The lines to print for one attribute.</summary>
    /// <param name="attribute">One of <see cref="Attributes"/>.</param>
    /// <exception cref="InputException">The attribute is not one of them.</exception>
    public IReadOnlyList<string> Lines(string attribute) => attribute switch
    {
        "type-map" => [$"type_map: {TypeMap}"],
        "descriptor" => [$"descriptor: {DescriptorSettings}"],
        "fitting-net" => [$"fitting_net: {FittingSettings}"],
        "size" => SizeLines(),
        "observed-type" => [$"observed types ({ObservedTypes.Count}): {string.Join(' ', ObservedTypes)}"],
        "statistics" => StatisticsLines(),
        "bias" => [.. Types.Select(type => Invariant($"bias of {type.Name}: {type.Bias_eV:F6} eV"))],
        _ => throw new InputException($"'{attribute}' is not an attribute of a model; known are {string.Join(", ", Attributes)}"),
    };

    private IReadOnlyList<string> SizeLines() =>
    [
        Invariant($"parameters in descriptor: {DescriptorParameterCount:N0}"),
        Invariant($"parameters in fitting-net: {FittingParameterCount:N0}"),
        Invariant($"parameters in total: {ParameterCount:N0}"),
        _model.Descriptor.EmbeddingTables is { } stored
            ? Invariant($"compressed: {stored.Count(table => table is not null)} embedding tables of DeePMD-kit with {stored.Sum(table => (long)(table?.StepCount ?? 0)):N0} steps, in place of the networks")
            : IsCompressed ? Invariant($"compressed: embedding tables with a relative error below {_model.Tables!.Tolerance:G3}, from {_model.Tables.MinDistance:F3} Å")
            : "compressed: no",
    ];

    private IReadOnlyList<string> StatisticsLines()
    {
        var lines = Types.Select(type => Invariant(
            $"environment of {type.Name}: mean s(r) {type.RadialMean:F6}, standard deviation {type.RadialStd:F6} (radial) {type.AngularStd:F6} (angular) 1/Å"));
        return MinNeighborDistance is { } distance
            ? [.. lines, Invariant($"smallest neighbour distance in training: {distance:F6} Å")]
            : [.. lines];
    }

    private ModelTypeSummary Summarise(int type)
    {
        // The statistics are the same in all slots of a centre type.
        var row = type * _model.Descriptor.SlotCount * 4;
        var (davg, dstd) = (_model.Descriptor.Davg, _model.Descriptor.Dstd);
        return new ModelTypeSummary(
            TypeMap[type], _model.Descriptor.Sel[type], davg[row], dstd[row], dstd[row + 1], _model.OutBias[type] + _model.Fitting.BiasAtomE[type]);
    }

    private static long CountParameters(NeuralNetwork? network) =>
        network?.Layers.Sum(layer => (long)layer.Weights.Length + (layer.Bias?.Length ?? 0) + (layer.TimeStep?.Length ?? 0)) ?? 0;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
