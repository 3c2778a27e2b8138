namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>The constants of a frozen model by name, checked for shape and for finite numbers.</summary>
internal sealed class FrozenGraph(GraphDefinition graph)
{
    /// <summary>A size that is not known before.</summary>
    public const int AnySize = -1;

    public GraphDefinition Definition { get; } = graph;

    public bool Has(string name) => Definition.Find(name) is not null;

    public GraphTensor Tensor(string name) => Definition.Constant(name)
        ?? throw new InputException($"{Definition.File}: node '{name}' is missing; the file is cut off, or not an energy model of DeePMD-kit with the descriptor se_e2_a");

    /// <summary>The numbers of a constant.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Expected sizes; a row of n may also be stored as 1 × n.</param>
    public double[] Numbers(string name, params ReadOnlySpan<int> shape)
    {
        var tensor = Tensor(name);
        if (!Matches(tensor.Shape, shape))
            throw Definition.Error(name, $"has the shape {tensor.DescribeShape()}, expected [{Describe(shape)}]");
        return Finite(name, tensor);
    }

    /// <summary>The numbers of a constant of any shape.</summary>
    public double[] Finite(string name, GraphTensor tensor)
    {
        double[] numbers;
        try
        {
            numbers = tensor.Numbers();
        }
        catch (FormatException error)
        {
            throw Definition.Error(name, error.Message);
        }

        if (Array.FindIndex(numbers, value => !double.IsFinite(value)) is var wrong and >= 0)
            throw Definition.Error(name, $"value {wrong} is {numbers[wrong]}; expected finite numbers");
        return numbers;
    }

    public double Number(string name) => Numbers(name)[0];

    public int Integer(string name, int least = 0, int most = 10_000)
    {
        var value = Number(name);
        return value == Math.Floor(value) && value >= least && value <= most
            ? (int)value
            : throw Definition.Error(name, $"holds {value}, expected a whole number from {least} to {most}");
    }

    public string Text(string name)
    {
        try
        {
            return Tensor(name).Text();
        }
        catch (FormatException error)
        {
            throw Definition.Error(name, error.Message);
        }
    }

    private static bool Matches(List<long> found, ReadOnlySpan<int> shape)
    {
        var sizes = found.Count == 2 && shape.Length == 1 && found[0] == 1 ? found[1..] : found;
        if (sizes.Count != shape.Length)
            return false;
        for (var k = 0; k < shape.Length; k++)
        {
            if (shape[k] == AnySize ? sizes[k] < 1 : sizes[k] != shape[k])
                return false;
        }

        return true;
    }

    private static string Describe(ReadOnlySpan<int> shape)
    {
        var sizes = new List<string>();
        foreach (var size in shape)
            sizes.Add(size == AnySize ? "any" : FormattableString.Invariant($"{size}"));
        return string.Join(", ", sizes);
    }
}
