using System.Globalization;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// A model file's content before anyone asks what it means: JSON-like values plus numeric arrays with a shape. The
/// three formats (<see cref="ModelHdf5"/>, <see cref="ModelYaml"/>, <see cref="ModelJson"/>) read and write it, the
/// sections of the model (<see cref="DeepPotModelSection"/>) give it meaning.
/// </summary>
internal abstract class ModelNode
{
    /// <summary>What the node is, for messages.</summary>
    public abstract string Describe();

    /// <summary>Text from a file or library as part of one line.</summary>
    public static string Shorten(string text, int longest = 160)
    {
        var line = new string([.. text.Take(longest).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c)]);
        return text.Length <= longest ? line : line + "…";
    }
}

/// <summary>Keys and values in the order of the file.</summary>
internal sealed class ModelMap : ModelNode
{
    public OrderedDictionary<string, ModelNode> Entries { get; } = [];

    public ModelNode this[string key]
    {
        set => Entries[key] = value;
    }

    public override string Describe() => "a map";
}

/// <summary>A sequence of values.</summary>
internal sealed class ModelList : ModelNode
{
    public ModelList()
    {
    }

    public ModelList(IEnumerable<ModelNode> items) => Items.AddRange(items);

    public List<ModelNode> Items { get; } = [];

    public override string Describe() => $"a list of {Items.Count}";

    public static ModelList Of(IEnumerable<int> values) => new(values.Select(v => new ModelNumber(v)));

    public static ModelList Of(IEnumerable<string> values) => new(values.Select(v => new ModelText(v)));
}

/// <summary>Text.</summary>
internal sealed class ModelText(string value) : ModelNode
{
    public string Value { get; } = value;

    public override string Describe() => $"'{Shorten(Value)}'";
}

/// <summary>A number; whole numbers without a decimal point keep all their digits.</summary>
internal sealed class ModelNumber : ModelNode
{
    public ModelNumber(double value) => Value = value;

    public ModelNumber(long value) => (Value, Integer) = (value, value);

    public ModelNumber(int value)
        : this((long)value)
    {
    }

    public double Value { get; }

    /// <summary>The value where the file wrote it as a whole number.</summary>
    public long? Integer { get; }

    public override string Describe() => ModelNumberText.Format(this);
}

/// <summary>true or false.</summary>
internal sealed class ModelBoolean(bool value) : ModelNode
{
    public bool Value { get; } = value;

    public override string Describe() => Value ? "true" : "false";
}

/// <summary>null.</summary>
internal sealed class ModelNull : ModelNode
{
    public static ModelNull Instance { get; } = new();

    public override string Describe() => "null";
}

/// <summary>Number format of the elements of a <see cref="ModelArray"/>.</summary>
internal enum ModelArrayType
{
    Float64,
    Float32,
    Int64,
    Int32,
}

/// <summary>A numeric array, row-major, with no dimensions for a single number. Values are widened to float64.</summary>
internal sealed class ModelArray : ModelNode
{
    public ModelArray(ModelArrayType type, int[] shape, double[] values)
    {
        var count = shape.Aggregate(1L, (product, length) => product * length);
        if (count != values.Length)
            throw new ArgumentException($"shape ({string.Join(", ", shape)}) does not hold {values.Length} values", nameof(shape));
        Type = type;
        Shape = shape;
        Values = values;
    }

    public ModelArrayType Type { get; }

    public int[] Shape { get; }

    public double[] Values { get; }

    public override string Describe() => $"an array of shape {DescribeShape(Shape)}";

    /// <summary>The name numpy has for the element type, used as <c>dtype</c> in the text formats.</summary>
    public string TypeName => Type switch
    {
        ModelArrayType.Float64 => "float64",
        ModelArrayType.Float32 => "float32",
        ModelArrayType.Int64 => "int64",
        _ => "int32",
    };

    public static bool TryParseType(string name, out ModelArrayType type)
    {
        (type, var known) = name switch
        {
            "float64" or "double" or "<f8" => (ModelArrayType.Float64, true),
            "float32" or "single" or "<f4" => (ModelArrayType.Float32, true),
            "int64" or "<i8" => (ModelArrayType.Int64, true),
            "int32" or "<i4" => (ModelArrayType.Int32, true),
            _ => (default, false),
        };
        return known;
    }

    public static string DescribeShape(IEnumerable<int> shape) =>
        $"({string.Join(" × ", shape.Select(n => n.ToString(CultureInfo.InvariantCulture)))})";
}
