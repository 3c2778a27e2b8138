namespace Meniscus.Atoms;

/// <summary>
/// The names of the atom types of a model or a data set, in the order of their integer types. Elements travel by name;
/// integers are only meaningful next to the map they belong to.
/// </summary>
public sealed class TypeMap : IEquatable<TypeMap>
{
    private readonly string[] _names;

    /// <summary>Creates a map from type names.</summary>
    /// <param name="names">One name per integer type, without repetition.</param>
    /// <exception cref="InputException">A name is empty or occurs twice.</exception>
    public TypeMap(IEnumerable<string> names)
    {
        _names = [.. names];
        for (var i = 0; i < _names.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(_names[i]))
                throw new InputException($"type_map: entry {i} is empty; every type needs a name");
            if (Array.IndexOf(_names, _names[i]) != i)
                throw new InputException($"type_map: '{_names[i]}' occurs twice in [{string.Join(' ', _names)}]; every type needs its own name");
        }
    }

    /// <summary>The names, indexed by integer type.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Number of types.</summary>
    public int Count => _names.Length;

    /// <summary>The name of an integer type.</summary>
    public string this[int type] => _names[type];

    /// <summary>The integer type of a name, or −1 where the map does not have it.</summary>
    public int IndexOf(string name) => Array.IndexOf(_names, name);

    /// <summary>
    /// For every type of this map, its integer in <paramref name="target"/>; −1 where the target does not have it.
    /// </summary>
    public int[] IndicesIn(TypeMap target) => Array.ConvertAll(_names, target.IndexOf);

    /// <inheritdoc/>
    public bool Equals(TypeMap? other) => other is not null && _names.AsSpan().SequenceEqual(other._names);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TypeMap);

    /// <inheritdoc/>
    public override int GetHashCode() => _names.Aggregate(17, (h, n) => HashCode.Combine(h, n));

    /// <summary>The names separated by blanks.</summary>
    public override string ToString() => string.Join(' ', _names);
}
