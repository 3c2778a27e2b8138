using System.Text;
using System.Text.Json;

namespace Meniscus.Input;

/// <summary>
/// Keys that a JSON text gives twice: RFC 8259, section 4, leaves open which one holds. <c>System.Text.Json</c> can refuse
/// them too, but asks the cryptographic library of the system for a random number to do so, and where Linux has none
/// (OpenSSL) that ends the program.
/// </summary>
internal static class JsonKeys
{
    /// <summary>The first key that an object has twice, with its line from 1; null where there is none.</summary>
    /// <param name="text">JSON; comments and trailing commas are passed over.</param>
    /// <param name="maxDepth">Deepest nesting.</param>
    /// <exception cref="JsonException">It is not valid.</exception>
    public static (string Key, int Line)? FirstRepeated(string text, int maxDepth)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = maxDepth });
        var objects = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                objects.Push(new HashSet<string>(StringComparer.Ordinal));
            else if (reader.TokenType == JsonTokenType.EndObject)
                objects.Pop();
            else if (reader.TokenType == JsonTokenType.PropertyName && !objects.Peek().Add(reader.GetString()!))
                return (reader.GetString()!, 1 + bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n'));
        }

        return null;
    }
}
