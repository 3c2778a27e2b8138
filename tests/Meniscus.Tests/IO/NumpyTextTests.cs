using CsCheck;
using Meniscus.IO;

namespace Meniscus.Tests.IO;

public class NumpyTextTests
{
    /// <summary>Right-hand sides as printed by Python: <c>'%.18e' % x</c>.</summary>
    [Theory]
    [InlineData(0.0, "0.000000000000000000e+00")]
    [InlineData(-0.0, "-0.000000000000000000e+00")]
    [InlineData(0.1, "1.000000000000000056e-01")]
    [InlineData(-155.81234567890123, "-1.558123456789012380e+02")]
    [InlineData(1e100, "1.000000000000000016e+100")]
    [InlineData(5e-324, "4.940656458412465442e-324")]
    [InlineData(double.NaN, "nan")]
    [InlineData(double.PositiveInfinity, "inf")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void FormatIsThatOfSavetxt(double value, string expected) => Assert.Equal(expected + "\n", Row([value], []));

    [Fact]
    public void RowsAreSeparatedByOneBlank() =>
        Assert.Equal("1.000000000000000000e+00 2.000000000000000000e+00 3.000000000000000000e+00\n", Row([1, 2], [3]));

    [Fact]
    public void EveryNumberComesBackUnchanged() =>
        Gen.Double.Sample(value => double.Parse(Row([value], []), System.Globalization.CultureInfo.InvariantCulture).Equals(value));

    private static string Row(double[] first, double[] second)
    {
        using var writer = new StringWriter();
        NumpyText.WriteRow(writer, first, second);
        return writer.ToString();
    }
}
