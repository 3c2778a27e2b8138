using System.Globalization;

namespace Meniscus.Analysis;

/// <summary>
/// A mean with its standard error and the number of independent samples behind it. The text form puts the error's first
/// two digits in brackets behind the digits of the mean that they belong to: <c>72.1(1.4)</c>, <c>0.9971(12)</c>.
/// </summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardError">Its standard error; NaN where there are too few samples to tell.</param>
/// <param name="IndependentSamples">How many independent samples would give this error.</param>
public readonly record struct Estimate(double Mean, double StandardError, double IndependentSamples)
{
    /// <summary>The same in another unit.</summary>
    /// <param name="factor">New unit over old one.</param>
    public Estimate Times(double factor) => new(Mean * factor, StandardError * Math.Abs(factor), IndependentSamples);

    /// <inheritdoc/>
    public override string ToString() => Text(Mean, StandardError);

    /// <summary>A number with its error in brackets.</summary>
    /// <param name="mean">The number.</param>
    /// <param name="error">Its error, in the same unit.</param>
    public static string Text(double mean, double error)
    {
        var culture = CultureInfo.InvariantCulture;
        if (!double.IsFinite(mean) || !double.IsFinite(error) || error < 0)
            return $"{mean.ToString("G6", culture)}(?)";
        if (error == 0)
            return $"{mean.ToString("G8", culture)}(0)";
        var decimals = 1 - (int)Math.Floor(Math.Log10(error));
        // 0.0996 rounds to 0.10, which is a digit fewer.
        if (Math.Round(error * Math.Pow(10, Math.Min(decimals, 300))) >= 100)
            decimals--;
        if (decimals > 12 || Math.Abs(mean) >= 1e9)
            return string.Create(culture, $"{mean:G8}({error:G2})");
        if (decimals <= 0)
        {
            // Adding 0 makes 0 of -0.
            var unit = Math.Pow(10, -decimals);
            return string.Create(culture, $"{(Math.Round(mean / unit) * unit) + 0.0:0}({Math.Round(error / unit) * unit:0})");
        }

        var digits = error >= 1 ? error.ToString($"F{decimals}", culture) : Math.Round(error * Math.Pow(10, decimals)).ToString("0", culture);
        return $"{mean.ToString($"F{decimals}", culture)}({digits})";
    }
}
