using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Translates the integer types of a system into those of the map that is asked for, by name. Types without a name
/// (no type_map.raw) are used as they are.
/// </summary>
internal sealed class DeepmdTypes
{
    private readonly TypeMap? _own;
    private readonly int[]? _indices;

    public DeepmdTypes(DeepmdStorage storage, TypeMap? target)
    {
        Stored = storage.ReadTypes();
        if (Stored.Length == 0)
            throw new InputException($"{storage.Name}/type.raw: empty; expected one whole number per atom");
        _own = ReadOwnMap(storage);
        TypeMap = target ?? _own ?? Numbered(Stored);
        _indices = _own?.IndicesIn(TypeMap);
    }

    /// <summary>type.raw as stored.</summary>
    public int[] Stored { get; }

    /// <summary>The map that translated types refer to.</summary>
    public TypeMap TypeMap { get; }

    /// <summary>Whether the system names its types (type_map.raw).</summary>
    public bool HasNames => _own is not null;

    /// <summary>Whether any name of type_map.raw is missing in the target.</summary>
    public bool HasUnknownNames => _indices is not null && Array.IndexOf(_indices, -1) >= 0;

    /// <summary>Translates in place.</summary>
    /// <param name="types">Stored types.</param>
    /// <param name="allowPadding">Whether −1 stands for no atom.</param>
    /// <returns>The first atom whose type cannot be translated (it keeps its stored type), or −1.</returns>
    public int Translate(Span<int> types, bool allowPadding)
    {
        var count = _own?.Count ?? TypeMap.Count;
        for (var atom = 0; atom < types.Length; atom++)
        {
            var type = types[atom];
            if (type == -1 && allowPadding)
                continue;
            if ((uint)type >= (uint)count)
                return atom;
            var translated = _indices is null ? type : _indices[type];
            if (translated < 0)
                return atom;
            types[atom] = translated;
        }

        return -1;
    }

    /// <summary>What is wrong with a type that could not be translated.</summary>
    /// <param name="place">The file or frame.</param>
    /// <param name="atom">The atom.</param>
    /// <param name="type">Its stored type.</param>
    public InputException Error(string place, int atom, int type)
    {
        var count = _own?.Count ?? TypeMap.Count;
        if (_own is null)
            return new InputException($"{place}: atom {atom} has type {type}, but the {count} types are numbered 0 to {count - 1} ({TypeMap}); add type_map.raw so that types are matched by name");
        if ((uint)type >= (uint)count)
            return new InputException($"{place}: atom {atom} has type {type}, but type_map.raw names {count} types ({_own}), numbered from 0; correct one of the two");
        return new InputException($"{place}: element {_own[type]} is not in the type map; the data has [{_own}], the type map asked for is [{TypeMap}]; add {_own[type]} to type_map or leave out this system");
    }

    private static TypeMap Numbered(int[] types) => new(Enumerable.Range(0, Math.Clamp(types.Max(), 0, 1000) + 1).Select(i => FormattableString.Invariant($"Type_{i}")));

    private static TypeMap? ReadOwnMap(DeepmdStorage storage)
    {
        if (storage.ReadTypeMap() is not { } names)
            return null;
        if (names.Length == 0)
            throw new InputException($"{storage.Name}/type_map.raw: empty; expected one name per type");
        try
        {
            return new TypeMap(names);
        }
        catch (InputException e)
        {
            throw new InputException($"{storage.Name}/type_map.raw: {e.Message}", e);
        }
    }
}
