namespace Meniscus.Potentials.DeepPot.TorchScript;

/// <summary>
/// Values of a pickle, without tensors, as a model tree. A pickle may refer to one list many times, and to a list within
/// itself; depth and number of values are bounded.
/// </summary>
internal sealed class TorchValue
{
    private const int Deepest = 16;
    private const int Most = 100_000;

    private readonly string _file;
    private int _count;

    private TorchValue(string file) => _file = file;

    public static ModelNode ToNode(object? value, string file) => new TorchValue(file).Node(value, 0);

    public static ModelMap ToMap(Dictionary<object, object?> value, string file) => new TorchValue(file).Map(value, 0);

    private ModelNode Node(object? value, int depth)
    {
        if (depth > Deepest || ++_count > Most)
            throw new InputException($"{_file}: data.pkl: settings of more than {Most} values, or nested deeper than {Deepest}; expected those of a model");
        return value switch
        {
            null => ModelNull.Instance,
            bool yes => new ModelBoolean(yes),
            long number => new ModelNumber(number),
            double number => new ModelNumber(number),
            string text => new ModelText(text),
            List<object?> list => new ModelList(list.Select(item => Node(item, depth + 1))),
            object?[] tuple => new ModelList(tuple.Select(item => Node(item, depth + 1))),
            Dictionary<object, object?> map => Map(map, depth),
            _ => throw new InputException($"{_file}: data.pkl: a setting is neither number, text nor list; expected those of a model"),
        };
    }

    private ModelMap Map(Dictionary<object, object?> entries, int depth)
    {
        var map = new ModelMap();
        foreach (var (key, value) in entries)
            map[key as string ?? throw new InputException($"{_file}: data.pkl: a setting has no name; expected those of a model")] = Node(value, depth + 1);
        return map;
    }
}
