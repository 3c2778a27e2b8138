using System.CommandLine.Parsing;
using System.Globalization;

namespace Meniscus.Cli;

/// <summary>Bounds of option values; a value outside is wrong usage, found before anything is done.</summary>
internal static class OptionBounds
{
    /// <summary>Every value must be at least this. Values that are no numbers are the parser's business.</summary>
    public static Action<OptionResult> AtLeast(double minimum) => result => Check(result, value => value >= minimum, $"at least {Text(minimum)}");

    /// <summary>Every value must be a finite number greater than this.</summary>
    public static Action<OptionResult> GreaterThan(double limit) => result => Check(result, value => value > limit && double.IsFinite(value), $"a number greater than {Text(limit)}");

    private static void Check(OptionResult result, Func<double, bool> accepts, string expected)
    {
        foreach (var token in result.Tokens)
        {
            if (double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && !accepts(value))
                result.AddError($"{result.Option.Name} {token.Value}: give {expected}");
        }
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
