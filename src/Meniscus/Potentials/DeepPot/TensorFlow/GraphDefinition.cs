namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>An AttrValue: the one of its fields that is set.</summary>
internal sealed class GraphAttribute
{
    public double? Number { get; set; }

    public TensorType? Type { get; set; }

    public GraphTensor? Tensor { get; set; }

    public List<long> Integers { get; } = [];
}

/// <summary>A NodeDef: one operator of a graph, and what it takes.</summary>
internal sealed class GraphNode
{
    public string Name { get; set; } = "";

    public string Operator { get; set; } = "";

    /// <summary>Names of nodes; <c>name:1</c> is the second output, <c>^name</c> only comes before.</summary>
    public List<string> Inputs { get; } = [];

    public Dictionary<string, GraphAttribute> Attributes { get; } = new(StringComparer.Ordinal);

    public GraphTensor? Tensor(string attribute) => Attributes.GetValueOrDefault(attribute)?.Tensor;
}

/// <summary>
/// A TensorFlow GraphDef (<c>tensorflow/core/framework/graph.proto</c>, <c>node_def.proto</c>, <c>attr_value.proto</c>):
/// the nodes by name, and the ways between them.
/// </summary>
internal sealed class GraphDefinition
{
    private readonly Dictionary<string, GraphNode> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<GraphNode>> _users = new(StringComparer.Ordinal);

    public GraphDefinition(string file, IReadOnlyList<GraphNode> nodes)
    {
        File = file;
        Nodes = nodes;
        if (nodes.Count == 0)
            throw new InputException($"{file}: holds no nodes; expected a frozen TensorFlow model of DeePMD-kit");
        foreach (var node in nodes)
        {
            if (!_byName.TryAdd(node.Name, node))
                throw Error(node.Name, "is there twice; the file is damaged");
            foreach (var input in node.Inputs)
            {
                var source = SourceName(input);
                if (!_users.TryGetValue(source, out var users))
                    _users[source] = users = [];
                users.Add(node);
            }
        }
    }

    public string File { get; }

    public IReadOnlyList<GraphNode> Nodes { get; }

    public GraphNode? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The node an input names.</summary>
    public GraphNode? Source(GraphNode node, int input) => input < node.Inputs.Count ? Find(SourceName(node.Inputs[input])) : null;

    /// <summary>The nodes that take a node's output; those of the gradient are left out.</summary>
    public IEnumerable<GraphNode> Users(GraphNode node) =>
        _users.GetValueOrDefault(node.Name, []).Where(user => !user.Name.StartsWith("gradients", StringComparison.Ordinal));

    /// <summary>The value of a constant, or null where there is no node of that name.</summary>
    public GraphTensor? Constant(string name)
    {
        if (Find(name) is not { } node)
            return null;
        return node.Operator == "Const" && node.Tensor("value") is { } tensor
            ? tensor
            : throw Error(name, $"is an operator {ModelNode.Shorten(node.Operator)}, expected a constant; the model is not frozen (dp freeze)");
    }

    /// <summary>The node behind those that only pass a value on.</summary>
    public GraphNode? Behind(GraphNode? node, params ReadOnlySpan<string> passing)
    {
        // A graph may be damaged into a circle.
        for (var steps = 0; node is not null && passing.Contains(node.Operator) && steps <= Nodes.Count; steps++)
            node = Source(node, 0);
        return node;
    }

    public InputException Error(string node, string message) => new($"{File}: node '{ModelNode.Shorten(node)}' {message}");

    private static string SourceName(string input)
    {
        var name = input.StartsWith('^') ? input[1..] : input;
        return name.IndexOf(':') is var mark and >= 0 ? name[..mark] : name;
    }
}
