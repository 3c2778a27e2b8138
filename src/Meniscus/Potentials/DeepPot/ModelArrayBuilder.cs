namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Collects a numeric array from nested lists, as the text formats write it, and checks that all lists at one level
/// are equally long.
/// </summary>
internal sealed class ModelArrayBuilder(ModelPlace place)
{
    private const int MaxRank = 8;

    private readonly List<double> _values = [];
    private readonly int[] _lengths = new int[MaxRank];
    private readonly int[] _counts = new int[MaxRank];
    private ModelArrayType _type;
    private int _depth;
    private int _rank = -1;

    public void SetType(string name)
    {
        if (!ModelArray.TryParseType(name, out _type))
            throw place.Error($"dtype '{name}' is not supported; expected float64, float32, int64 or int32");
    }

    public void Open()
    {
        if (_depth == MaxRank)
            throw place.Error($"lists nested deeper than {MaxRank}; expected an array of at most {MaxRank} dimensions");
        Count();
        if (_rank >= 0 && _depth >= _rank)
            throw Ragged();
        _counts[_depth++] = 0;
    }

    public void Close()
    {
        _depth--;
        // The first list to close is the innermost one; it and each first list above it set their level's length.
        if (_rank < 0)
        {
            _rank = _depth + 1;
            Array.Fill(_lengths, -1);
        }
        if (_lengths[_depth] < 0)
            _lengths[_depth] = _counts[_depth];
        else if (_lengths[_depth] != _counts[_depth])
            throw Ragged();
    }

    public void Add(double value)
    {
        if (_rank >= 0 && _depth != _rank)
            throw Ragged();
        Count();
        // float64 digits of a float32 give the float32 back; other digits are rounded as numpy rounds them.
        _values.Add(_type == ModelArrayType.Float32 ? (float)value : value);
    }

    public void Refuse(string found) =>
        throw place.Error($"expected numbers, found {ModelNode.Shorten(found)} at value {_values.Count}");

    public ModelArray Build()
    {
        var rank = Math.Max(_rank, 0);
        return new ModelArray(_type, _lengths[..rank], [.. _values]);
    }

    private void Count()
    {
        if (_depth > 0)
            _counts[_depth - 1]++;
    }

    private InputException Ragged() =>
        place.Error($"the lists of this array differ in length or depth near value {_values.Count}; expected a full rectangular array");
}
