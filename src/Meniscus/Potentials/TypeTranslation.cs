using Meniscus.Atoms;

namespace Meniscus.Potentials;

/// <summary>Types of one potential in the integers of another that knows the same names.</summary>
internal sealed class TypeTranslation
{
    private readonly int[] _target;
    private int[] _types = [];

    /// <summary>Prepares the translation.</summary>
    /// <param name="from">Names the given integers refer to.</param>
    /// <param name="to">Names of the other potential, in any order.</param>
    /// <param name="what">What has these names, for the message.</param>
    /// <exception cref="InputException">The other potential lacks a name.</exception>
    public TypeTranslation(TypeMap from, TypeMap to, string what)
    {
        _target = from.IndicesIn(to);
        if (Array.IndexOf(_target, -1) >= 0)
            throw new InputException($"type_map: {what} has the types [{to}], the first one [{from}]; potentials that work together must know the same types");
    }

    /// <summary>The types of a configuration in the other potential's integers, valid until the next call.</summary>
    public ReadOnlySpan<int> Translate(ReadOnlySpan<int> types)
    {
        if (_types.Length < types.Length)
            _types = new int[types.Length];
        for (var i = 0; i < types.Length; i++)
            _types[i] = types[i] < 0 || types[i] >= _target.Length ? types[i] : _target[types[i]];
        return _types.AsSpan(0, types.Length);
    }
}
