using System.Text.Json.Nodes;

namespace Meniscus.Input;

/// <summary>What a key may hold: how to read it, how to write it back, and the words that say what is expected.</summary>
/// <typeparam name="V">The value in the program.</typeparam>
/// <param name="expected">What is expected, to follow the word "expected" in a message.</param>
/// <param name="read">Reads a value, or throws its mismatch with the words given.</param>
/// <param name="write">The value as the normalised input has it; null for JSON null.</param>
internal sealed class InputType<V>(string expected, Func<InputNode, string, V> read, Func<V, JsonNode?> write)
{
    /// <summary>What is expected.</summary>
    public string Expected => expected;

    /// <summary>Reads a value.</summary>
    public V Read(InputNode node) => read(node, expected);

    /// <summary>Writes a value.</summary>
    public JsonNode? Write(V value) => write(value);

    /// <summary>The same with a condition.</summary>
    public InputType<V> Where(Func<V, bool> condition, string narrower)
    {
        V ReadChecked(InputNode node, string words)
        {
            var value = read(node, words);
            return condition(value) ? value : throw node.Mismatch(words);
        }

        return new(narrower, ReadChecked, write);
    }
}

/// <summary>The types that keys share.</summary>
internal static class InputTypes
{
    /// <summary>Any finite number.</summary>
    public static InputType<double> Real { get; } = new("a number", (n, e) => n.Real(e), x => x);

    /// <summary>A number above 0.</summary>
    public static InputType<double> Positive { get; } = Real.Where(x => x > 0, "a number above 0");

    /// <summary>A number of at least 0.</summary>
    public static InputType<double> NotNegative { get; } = Real.Where(x => x >= 0, "a number of at least 0");

    /// <summary>true or false.</summary>
    public static InputType<bool> Flag { get; } = new("true or false", (n, e) => n.Flag(e), x => x);

    /// <summary>A text that is not empty.</summary>
    public static InputType<string> Text { get; } = new InputType<string>("a text", (n, e) => n.Text(e), x => x).Where(x => x.Length > 0, "a text");

    /// <summary>A whole number of at least <paramref name="least"/> that fits 64 bits.</summary>
    public static InputType<long> WholeFrom(long least) =>
        new InputType<long>("", (n, e) => n.Whole(e), x => x).Where(x => x >= least, $"a whole number of at least {least}");

    /// <summary>A whole number of at least <paramref name="least"/> that fits 32 bits.</summary>
    public static InputType<int> CountFrom(int least) =>
        new($"a whole number of at least {least}", (n, e) => n.Whole(e) is var x && x >= least && x <= int.MaxValue ? (int)x : throw n.Mismatch(e), x => x);

    /// <summary>One of a few names.</summary>
    public static InputType<V> OneOf<V>(params (string Name, V Value)[] choices)
        where V : notnull =>
        OneOf(string.Join(", ", choices.Select(c => c.Name)), choices);

    /// <summary>One of a few names, with words of its own for what is expected. The first name of a value is the one written.</summary>
    public static InputType<V> OneOf<V>(string expected, params (string Name, V Value)[] choices)
        where V : notnull
    {
        V ReadName(InputNode node, string words)
        {
            var text = node.Text(words);
            foreach (var (name, value) in choices)
            {
                if (name == text)
                    return value;
            }

            throw node.Mismatch(words);
        }

        return new(expected, ReadName, value => choices.First(c => c.Value.Equals(value)).Name);
    }

    /// <summary>A list.</summary>
    public static InputType<IReadOnlyList<V>> ListOf<V>(InputType<V> element, string expected) => new(
        expected,
        (node, words) =>
        {
            var items = node.Items(words);
            var values = new V[items.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = element.Read(items[i]);
            return values;
        },
        values => new JsonArray([.. values.Select(element.Write)]));

    /// <summary>A list that is not empty.</summary>
    public static InputType<IReadOnlyList<V>> SomeOf<V>(InputType<V> element, string expected) =>
        ListOf(element, expected).Where(list => list.Count > 0, expected);

    /// <summary>Pairs of types: <c>[[0, 1], …]</c>.</summary>
    public static InputType<IReadOnlyList<(int First, int Second)>> TypePairs { get; } = ListOf(
        new InputType<(int First, int Second)>(
            "a pair of types such as [0, 1]",
            (node, words) => node.Items(words) is [var first, var second] ? (Count(first, words), Count(second, words)) : throw node.Mismatch(words),
            pair => new JsonArray(pair.First, pair.Second)),
        "a list of pairs of types such as [[0, 1]]");

    /// <summary>The same, or null.</summary>
    public static InputType<V?> OrNull<V>(this InputType<V> type)
        where V : struct =>
        new($"{type.Expected}, or null", (node, _) => node.Value is null ? null : type.Read(node), value => value is { } x ? type.Write(x) : null);

    /// <summary>The same, or null.</summary>
    public static InputType<V?> OrNothing<V>(this InputType<V> type)
        where V : class =>
        new($"{type.Expected}, or null", (node, _) => node.Value is null ? null : type.Read(node), value => value is null ? null : type.Write(value));

    private static int Count(InputNode node, string words) => node.Whole(words) is var x and >= 0 and <= int.MaxValue ? (int)x : throw node.Mismatch(words);
}
