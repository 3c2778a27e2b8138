using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Meniscus.Cli;

/// <summary>What is wrong with a command line, as one line that says what to type instead.</summary>
internal static class UsageError
{
    /// <summary>Finds the first thing that is wrong.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="verbName">The verb as typed, or an empty string.</param>
    /// <returns>The line for the user, or null where all is well.</returns>
    public static string? Find(ParseResult parsed, string verbName)
    {
        if ((UnknownOption(parsed) ?? UnknownWord(parsed) ?? (parsed.Errors.Count > 0 ? parsed.Errors[0].Message : null)) is not { } problem)
            return null;
        var program = verbName.Length == 0 ? "meniscus" : $"meniscus {verbName}";
        problem = problem.Replace("expected type 'System.Int32'", "a whole number", StringComparison.Ordinal)
            .Replace("expected type 'System.Double'", "a number", StringComparison.Ordinal);
        return $"{program}: {problem.TrimEnd('.').ReplaceLineEndings(" ")} (see '{program} --help')";
    }

    /// <summary>
    /// An option the verb does not have. The parser takes such a word for an argument wherever one fits, so all words
    /// are looked at, not only those left over. Words after <c>--</c> and negative numbers are arguments.
    /// </summary>
    private static string? UnknownOption(ParseResult parsed)
    {
        foreach (var token in parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash))
        {
            if (token.Type == TokenType.Argument && LooksLikeOption(token.Value))
                return $"unknown option '{token.Value}'{Suggestion(token.Value, OptionNames(parsed))}";
        }
        return null;
    }

    private static string? UnknownWord(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.Count == 0)
            return null;
        var word = parsed.UnmatchedTokens[0];
        var verbs = parsed.CommandResult.Command.Subcommands.Select(c => c.Name).ToList();
        return verbs.Count > 0
            ? $"unknown verb '{word}'{Suggestion(word, verbs)}"
            : $"unexpected argument '{word}'";
    }

    private static bool LooksLikeOption(string word) =>
        word.Length > 1 && word[0] == '-' && !double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static IEnumerable<string> OptionNames(ParseResult parsed)
    {
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
        {
            foreach (var option in command.Command.Options.Where(o => !o.Hidden && (o.Recursive || result == parsed.CommandResult)))
                yield return option.Name;
        }
    }

    private static string Suggestion(string word, IEnumerable<string> known) =>
        NearestName.Probable(word, known) is { } nearest ? $"; did you mean '{nearest}'?" : "";
}
