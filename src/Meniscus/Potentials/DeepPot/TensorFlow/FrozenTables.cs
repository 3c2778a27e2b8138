using System.Globalization;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>
/// The tables of a compressed graph. An operator <c>TabulateFusionSeA</c> stands where an embedding network stood; its
/// inputs are the polynomials, their limits [lower, upper, end, fine step, coarse step, check frequency], s̃, and the
/// rows R̃. Its scope tells the centre type, the slice its rows were cut from tells the neighbour type.
/// </summary>
internal static class FrozenTables
{
    private const string Operator = "TabulateFusionSeA";

    public static bool Any(FrozenGraph graph) => graph.Definition.Nodes.Any(node => node.Operator == Operator);

    public static int WidthOf(FrozenGraph graph)
    {
        var node = graph.Definition.Nodes.First(node => node.Operator == Operator);
        return (int)(Coefficients(graph, node, out _).Shape[1] / EmbeddingTable.Terms);
    }

    public static Precision PrecisionOf(FrozenGraph graph)
    {
        Coefficients(graph, graph.Definition.Nodes.First(node => node.Operator == Operator), out var name);
        return FrozenNetworks.PrecisionOf(graph, name);
    }

    public static bool OneSided(FrozenGraph graph) =>
        graph.Definition.Nodes.Any(node => node.Operator == Operator && node.Name.StartsWith("filter_type_all/", StringComparison.Ordinal));

    /// <summary>The tables in the order of a model's networks.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="slots">Slots per neighbour type as the operators have them.</param>
    /// <param name="width">Number of outputs.</param>
    /// <param name="oneSided">Whether tables depend on the neighbour's type only.</param>
    public static EmbeddingTable?[] Read(FrozenGraph graph, int[] slots, int width, bool oneSided)
    {
        var types = slots.Length;
        var tables = new EmbeddingTable?[oneSided ? types : types * types];
        foreach (var node in graph.Definition.Nodes.Where(node => node.Operator == Operator))
        {
            var neighbor = NeighborOf(graph.Definition, node, slots);
            var index = oneSided ? neighbor : CentreOf(graph.Definition, node, types) + (types * neighbor);
            if (tables[index] is not null)
                throw graph.Definition.Error(node.Name, "is a second table for the same types");
            tables[index] = ReadTable(graph, node, width);
        }

        return tables;
    }

    private static EmbeddingTable ReadTable(FrozenGraph graph, GraphNode node, int width)
    {
        var tensor = Coefficients(graph, node, out var name);
        if (tensor.Shape[1] != EmbeddingTable.Terms * width)
            throw graph.Definition.Error(name, $"has the shape {tensor.DescribeShape()}, expected {EmbeddingTable.Terms} × {width} columns");
        var limits = Limits(graph, node);
        var table = new EmbeddingTable
        {
            Lower = limits[0],
            Upper = limits[1],
            End = limits[2],
            FineStep = limits[3],
            CoarseStep = limits[4],
            Width = width,
            Coefficients = graph.Finite(name, tensor),
        };
        var (fine, coarse) = ((table.Upper - table.Lower) / table.FineStep, (table.End - table.Upper) / table.CoarseStep);
        if (!(fine >= 0 && coarse >= 0 && table.FineStep > 0 && table.CoarseStep > 0 && fine + coarse < int.MaxValue / 2))
            throw graph.Definition.Error(node.Name, $"has the limits [{string.Join(", ", limits.Select(limit => limit.ToString("g6", CultureInfo.InvariantCulture)))}], expected lower < upper < end and two steps");
        // The count of steps is rounded down in the file.
        return table.StepCount >= 1 && table.StepCount >= table.ExpectedSteps - 1
            ? table
            : throw graph.Definition.Error(name, $"has {table.StepCount} steps, expected {table.ExpectedSteps} for its limits");
    }

    private static GraphTensor Coefficients(FrozenGraph graph, GraphNode node, out string name)
    {
        var source = graph.Definition.Behind(graph.Definition.Source(node, 0), "Identity", "Cast");
        name = source?.Name ?? throw graph.Definition.Error(node.Name, "has no table");
        var tensor = graph.Tensor(name);
        return tensor.Shape.Count == 2 && tensor.Shape[1] >= EmbeddingTable.Terms && tensor.Shape[1] % EmbeddingTable.Terms == 0
            ? tensor
            : throw graph.Definition.Error(name, $"has the shape {tensor.DescribeShape()}, expected steps × 6 M");
    }

    private static double[] Limits(FrozenGraph graph, GraphNode node)
    {
        var definition = graph.Definition;
        var source = definition.Behind(definition.Source(node, 1), "Identity", "Cast");
        double[] limits = source switch
        {
            null => [],
            { Operator: "Pack" } => [.. Enumerable.Range(0, source.Inputs.Count).Select(k => Scalar(graph, source, k))],
            _ => graph.Finite(source.Name, graph.Tensor(source.Name)),
        };
        return limits.Length >= 5 ? limits : throw definition.Error(node.Name, $"has {limits.Length} limits of its table, expected 6");
    }

    private static double Scalar(FrozenGraph graph, GraphNode pack, int input)
    {
        var source = graph.Definition.Behind(graph.Definition.Source(pack, input), "Identity", "Cast");
        return graph.Number(source?.Name ?? pack.Inputs[input]);
    }

    private static int CentreOf(GraphDefinition graph, GraphNode node, int types)
    {
        const string Scope = "filter_type_";
        var end = node.Name.IndexOf('/');
        return node.Name.StartsWith(Scope, StringComparison.Ordinal) && end > Scope.Length
            && int.TryParse(node.Name[Scope.Length..end], NumberStyles.None, CultureInfo.InvariantCulture, out var type) && type < types
            ? type
            : throw graph.Error(node.Name, $"is not within filter_type_0 to filter_type_{types - 1}");
    }

    private static int NeighborOf(GraphDefinition graph, GraphNode node, int[] slots)
    {
        var slice = graph.Behind(graph.Source(node, 3), "Reshape", "Identity", "Cast");
        if (slice is { Operator: "Slice" } && graph.Source(slice, 1) is { } begin && graph.Constant(begin.Name) is { } tensor && tensor.Shape is [2])
        {
            var column = new FrozenGraph(graph).Finite(begin.Name, tensor)[1];
            for (var (type, first) = (0, 0); type < slots.Length; first += slots[type], type++)
            {
                if (slots[type] > 0 && column == 4 * first)
                    return type;
            }
        }

        throw graph.Error(node.Name, "takes its rows from an unknown place, expected a slice that begins with a neighbour type");
    }
}
