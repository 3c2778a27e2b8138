using System.Globalization;
using System.Text;
using Meniscus.Atoms;

namespace Meniscus.Serving;

/// <summary>
/// Which atoms a server speaks of: the protocol carries positions, no elements. They come from a structure, or from the
/// server's initialization string: the names, one per atom in order, after <c>elements :</c> (as i-PI sends an entry
/// <c>elements</c> of a force field's parameters) or alone.
/// </summary>
internal static class IpiElements
{
    private const string Key = "elements";
    private const string KeyAndColon = Key + ":";

    /// <summary>Types of the atoms of a frame in the integers of a model.</summary>
    /// <exception cref="InputException">The model lacks an element; both lists are named.</exception>
    public static int[] TypesOf(Frame frame, TypeMap model)
    {
        var translation = frame.TypeMap.IndicesIn(model);
        return Array.ConvertAll(frame.Types, type => translation[type] >= 0 ? translation[type] : throw Unknown(frame.TypeMap[type], string.Join(' ', frame.TypeMap.Names), model, "the structure"));
    }

    /// <summary>Types of the atoms that an initialization string names; null where it says nothing of elements.</summary>
    /// <exception cref="InputException">It names elements, and the model lacks one.</exception>
    public static int[]? TypesOf(ReadOnlySpan<byte> initialization, TypeMap model)
    {
        // ASE sends a zero byte where it has nothing to say.
        var words = Encoding.UTF8.GetString(initialization).Split([' ', '\t', '\r', '\n', ',', '\0'], StringSplitOptions.RemoveEmptyEntries);
        var named = words is [Key, ":", ..] ? words.AsSpan(2) : words is [KeyAndColon, ..] ? words.AsSpan(1) : words.AsSpan();
        if (named.IsEmpty || (named.Length == words.Length && model.IndexOf(named[0]) < 0))
            return null;
        var types = new int[named.Length];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = model.IndexOf(named[i]);
            if (types[i] < 0)
                throw Unknown(named[i], string.Join(' ', named.ToArray().Distinct()), model, string.Create(CultureInfo.InvariantCulture, $"the server's initialization string, word {i + 1},"));
        }

        return types;
    }

    private static InputException Unknown(string name, string all, TypeMap model, string where) =>
        new($"type_map: {where} has the element '{name}' (all: {all}), and the model knows [{model}]; use a model trained for these elements");
}
