using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Meniscus.Reporting;

/// <summary>
/// Ticks of a logarithmic axis. The plotting library only knows linear axes, so the panel plots log₁₀ of the values
/// and the ticks say what the positions mean: a label at every power of ten, and at 2 and 5 where the axis is short.
/// </summary>
internal static class LogAxis
{
    private static readonly char[] Superscripts = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

    /// <summary>Ticks for an axis from 10^<paramref name="low"/> to 10^<paramref name="high"/>.</summary>
    public static ITickGenerator Ticks(double low, double high)
    {
        var ticks = new NumericManual();
        var step = Math.Max(1, (int)Math.Ceiling((high - low) / 8));
        var labelled = high - low < 2.2 ? new[] { 1, 2, 5 } : [1];
        for (var decade = (int)Math.Floor(low); decade <= (int)Math.Ceiling(high); decade++)
        {
            for (var digit = 1; digit <= 9; digit++)
            {
                var position = decade + Math.Log10(digit);
                if (labelled.Contains(digit) && (digit > 1 || decade % step == 0))
                    ticks.AddMajor(position, Label(digit, decade));
                else if (step == 1)
                    ticks.AddMinor(position);
            }
        }
        return ticks;
    }

    private static string Label(int digit, int decade)
    {
        if (decade is >= -3 and <= 4)
            return (digit * Math.Pow(10, decade)).ToString("0.####", CultureInfo.InvariantCulture);
        var exponent = (decade < 0 ? "⁻" : "") + string.Concat(
            Math.Abs(decade).ToString(CultureInfo.InvariantCulture).Select(c => Superscripts[c - '0']));
        return digit == 1 ? $"10{exponent}" : $"{digit}·10{exponent}";
    }
}
