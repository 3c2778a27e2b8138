namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// A map of the model tree seen through what is expected in it. Every getter names file, path, what was found and what
/// was expected when the file disagrees; <see cref="RefuseUnknown"/> then refuses what nobody asked for.
/// </summary>
internal sealed class ModelSection(ModelPlace place, ModelMap map)
{
    private readonly HashSet<string> _known = ["@class", "@version", "@variables", "type"];

    public ModelPlace Place { get; } = place;

    public bool Has(string key) => Optional(key) is not null;

    public InputException Error(string key, string message) => Place.At(key).Error(message);

    /// <summary>Checks <c>@class</c> and <c>@version</c>; returns the version, 1 where the file gives none.</summary>
    public int Expect(string className, int newestVersion)
    {
        if (Optional("@class") is { } found && (found as ModelText)?.Value != className)
            throw Error("@class", $"found {found.Describe()}, expected '{className}'");
        var version = Has("@version") ? Integer("@version") : 1;
        if (version < 1 || version > newestVersion)
            throw Error("@version", $"version {version} of '{className}' is not known; versions 1 to {newestVersion} are. Convert the model with a DeePMD-kit of the 3.x series");
        return version;
    }

    public ModelSection Section(string key) => Required(key) is ModelMap child
        ? new ModelSection(Place.At(key), child)
        : throw Expected(key, "a map");

    /// <summary>The section's <c>@variables</c>, empty where there are none.</summary>
    public ModelSection Variables() => new(Place.At("@variables"), Optional("@variables") switch
    {
        null => new ModelMap(),
        ModelMap variables => variables,
        _ => throw Expected("@variables", "a map"),
    });

    public string Text(string key) => Required(key) is ModelText text ? text.Value : throw Expected(key, "text");

    public string Text(string key, string absent) => Has(key) ? Text(key) : absent;

    public bool Boolean(string key, bool absent) => Optional(key) switch
    {
        null => absent,
        ModelBoolean boolean => boolean.Value,
        _ => throw Expected(key, "true or false"),
    };

    public double Number(string key) => Number(Required(key), Place.At(key));

    public double Number(string key, double absent) => Has(key) ? Number(key) : absent;

    public double? NumberOrNull(string key) => Has(key) ? Number(key) : null;

    public int Integer(string key) => Integer(Required(key), Place.At(key));

    public int Integer(string key, int absent) => Has(key) ? Integer(key) : absent;

    public int[] Integers(string key) => [.. List(key).Select((item, i) => Integer(item, Place.At(key).At(i)))];

    public double[] Numbers(string key) => [.. List(key).Select((item, i) => Number(item, Place.At(key).At(i)))];

    /// <summary>A list of flags; a single flag stands for <paramref name="count"/> of them.</summary>
    public bool[] Booleans(string key, int count, bool absent) => Optional(key) switch
    {
        null => [.. Enumerable.Repeat(absent, count)],
        ModelBoolean boolean => [.. Enumerable.Repeat(boolean.Value, count)],
        ModelList list => [.. list.Items.Select((item, i) => item is ModelBoolean flag ? flag.Value : throw Place.At(key).At(i).Error($"found {item.Describe()}, expected true or false"))],
        _ => throw Expected(key, "true, false or a list of them"),
    };

    public string[] Texts(string key) =>
        [.. List(key).Select((item, i) => item is ModelText text ? text.Value : throw Place.At(key).At(i).Error($"found {item.Describe()}, expected a name in quotes"))];

    public IReadOnlyList<ModelNode> List(string key) => Required(key) switch
    {
        ModelList list => list.Items,
        // Backends that keep short lists as arrays write them as such.
        ModelArray { Shape.Length: 1 } array => [.. array.Values.Select(AsNumber)],
        _ => throw Expected(key, "a list"),
    };

    public IReadOnlyList<ModelNode> ListOrEmpty(string key) => Has(key) ? List(key) : [];

    /// <summary>Pairs of types; both must be below <paramref name="typeCount"/>.</summary>
    public (int, int)[] TypePairs(string key, int typeCount) =>
        [.. ListOrEmpty(key).Select((item, i) => TypePair(item, Place.At(key).At(i), typeCount))];

    /// <summary>Types; each must be below <paramref name="typeCount"/>.</summary>
    public int[] Types(string key, int typeCount) =>
        [.. ListOrEmpty(key).Select((item, i) => Type(item, Place.At(key).At(i), typeCount))];

    /// <summary>One number or null per type, or null where the key is absent.</summary>
    public double?[]? NumbersPerType(string key, int typeCount)
    {
        if (!Has(key))
            return null;
        var list = List(key);
        if (list.Count != typeCount)
            throw Error(key, $"found {list.Count} values, expected one per type: {typeCount}");
        return [.. list.Select((item, i) => NumberOrNull(item, Place.At(key).At(i)))];
    }

    /// <summary>An array of finite numbers; dimensions of length 1 may be missing or added.</summary>
    public double[] Array(string key, params int[] shape) =>
        ArrayOrNull(key, shape) ?? throw Error(key, $"missing; expected an array of shape {ModelArray.DescribeShape(shape)}");

    /// <summary>As <see cref="Array"/>; null where the file has none.</summary>
    public double[]? ArrayOrNull(string key, params int[] shape)
    {
        var node = Optional(key);
        if (node is null)
            return null;
        var array = node as ModelArray ?? throw Expected(key, $"an array of shape {ModelArray.DescribeShape(shape)}");
        if (!array.Shape.Where(n => n != 1).SequenceEqual(shape.Where(n => n != 1)))
            throw Error(key, $"has the shape {ModelArray.DescribeShape(array.Shape)}, expected {ModelArray.DescribeShape(shape)}");
        var bad = System.Array.FindIndex(array.Values, v => !double.IsFinite(v));
        if (bad >= 0)
            throw Error(key, $"value {bad} is {array.Values[bad]}; expected finite numbers, the training that made this model diverged or the file is damaged");
        return array.Values;
    }

    /// <summary>The array as it is, whatever its shape.</summary>
    public ModelArray Matrix(string key) => Required(key) is ModelArray { Shape.Length: 2 } array
        ? array
        : throw Expected(key, "a matrix (an array of two dimensions)");

    /// <summary>Marks a key as understood without reading it.</summary>
    public void Ignore(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            _known.Add(key);
    }

    /// <summary>Refuses a setting that changes the numbers and is not implemented, unless it is switched off.</summary>
    public void RefuseUnlessOff(string key, string what)
    {
        if (Optional(key) is { } value && !IsOff(value))
            throw Error(key, $"found {value.Describe()}: {what} is not supported; train the model without it");
    }

    /// <summary>Refuses keys nobody read: what they do to the numbers is not known. Switched-off ones are harmless.</summary>
    public void RefuseUnknown()
    {
        foreach (var (key, value) in map.Entries)
        {
            if (!_known.Contains(key) && !IsOff(value))
                throw Error(key, $"unknown key with the value {value.Describe()}; known keys here are {string.Join(", ", _known.Order(StringComparer.Ordinal))}");
        }
    }

    private ModelNode? Optional(string key)
    {
        _known.Add(key);
        return map.Entries.GetValueOrDefault(key) is { } value and not ModelNull ? value : null;
    }

    private ModelNode Required(string key) =>
        Optional(key) ?? throw Place.Error($"key '{key}' is missing; the file is incomplete or not a DeePMD-kit model");

    private InputException Expected(string key, string what) =>
        Error(key, $"found {Optional(key)?.Describe()}, expected {what}");

    private static bool IsOff(ModelNode value) => value switch
    {
        ModelNull => true,
        ModelBoolean boolean => !boolean.Value,
        ModelNumber number => number.Value == 0,
        ModelText text => text.Value.Length == 0,
        ModelList list => list.Items.Count == 0,
        ModelMap child => child.Entries.Count == 0,
        _ => false,
    };

    private static ModelNumber AsNumber(double value) =>
        value == Math.Floor(value) && Math.Abs(value) < 1e15 ? new ModelNumber((long)value) : new ModelNumber(value);

    private static double Number(ModelNode node, ModelPlace place)
    {
        var value = node switch
        {
            ModelNumber number => number.Value,
            ModelArray { Values.Length: 1 } single => single.Values[0],
            ModelList { Items: [var only] } => Number(only, place),
            _ => throw place.Error($"found {node.Describe()}, expected a number"),
        };
        return double.IsFinite(value) ? value : throw place.Error($"found {value}, expected a finite number");
    }

    private static double? NumberOrNull(ModelNode node, ModelPlace place) => node is ModelNull ? null : Number(node, place);

    private static int Integer(ModelNode node, ModelPlace place) => Number(node, place) is var value && value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue
        ? (int)value
        : throw place.Error($"found {node.Describe()}, expected a whole number");

    private static int Type(ModelNode node, ModelPlace place, int typeCount) => Integer(node, place) is var type && type >= 0 && type < typeCount
        ? type
        : throw place.Error($"found type {type}, expected 0 to {typeCount - 1}");

    private static (int, int) TypePair(ModelNode node, ModelPlace place, int typeCount) => node is ModelList { Items: [var first, var second] }
        ? (Type(first, place.At(0), typeCount), Type(second, place.At(1), typeCount))
        : throw place.Error($"found {node.Describe()}, expected a pair of types");
}
