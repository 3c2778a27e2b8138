using Meniscus.Analysis;
using Meniscus.IO;
using Meniscus.Numerics;

namespace Meniscus.Tests.Analysis;

public sealed class SurfaceTensionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void ConstructedPressuresGiveTheirTension(int axis)
    {
        // ½ · 50 Å · (0 − (−280 bar)) = 7000 bar·Å = 70 mN/m.
        var result = SurfaceTension.Of(Table(axis, 20_000, noise: 300), new SurfaceTensionOptions { Axis = axis });
        Assert.InRange(result.Average.Mean, 70 - (4 * result.Average.StandardError), 70 + (4 * result.Average.StandardError));
        // 0.25 mN/m per bar of difference, (1 + 1/2)^½ · 300 bar of noise, 19 rows per independent sample.
        var expected = 0.25 * Math.Sqrt(1.5) * 300 * Math.Sqrt(19.0 / 20_000);
        Assert.InRange(result.Average.StandardError, 0.8 * expected, 1.2 * expected);
        Assert.Empty(result.Warnings);
        Assert.Equal(50, result.Length, 9);
        Assert.InRange(result.TangentialPressure.Mean, -300, -260);
        Assert.InRange(result.CorrelationTime!.Value, 0.05, 0.15);
    }

    [Fact]
    public void WithoutNoiseTheTensionIsExact()
    {
        var result = SurfaceTension.Of(Table(2, 100, noise: 0), new SurfaceTensionOptions());
        Assert.Equal(70, result.Average.Mean, 10);
        Assert.Equal(35, SurfaceTension.Of(Table(2, 100, 0), new SurfaceTensionOptions { Length = 25 }).Average.Mean, 10);
        Assert.Equal(140, SurfaceTension.Of(Table(2, 100, 0), new SurfaceTensionOptions { Interfaces = 1 }).Average.Mean, 10);
    }

    [Fact]
    public void HalvesThatDisagreeAndAWrongNormalPressureAreReported()
    {
        var columns = Columns(2, 20_000, 100);
        for (var i = 0; i < 10_000; i++)
            columns["Pxx"][i] -= 100;
        var (zz, first) = (columns["Pzz"], columns["Pyy"]);
        for (var i = 0; i < zz.Length; i++)
            (zz[i], first[i]) = (zz[i] + 50, first[i] + 50);
        var result = SurfaceTension.Of(Table(columns), new SurfaceTensionOptions());
        Assert.Contains(result.Warnings, w => w.Contains("halves", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, w => w.Contains("normal pressure", StringComparison.Ordinal));
        Assert.DoesNotContain(
            SurfaceTension.Of(Table(columns), new SurfaceTensionOptions { VapourPressure = 50 }).Warnings,
            w => w.Contains("normal pressure", StringComparison.Ordinal));
    }

    [Fact]
    public void AShortRunAndAChangingCellAreReported()
    {
        var columns = Columns(2, 60, 300);
        columns["Lz"][7] = 51;
        var warnings = SurfaceTension.Of(Table(columns), new SurfaceTensionOptions()).Warnings;
        Assert.Contains(warnings, w => w.Contains("cell length", StringComparison.Ordinal));
        Assert.Contains(warnings, w => w.Contains("too short", StringComparison.Ordinal) || w.Contains("independent samples", StringComparison.Ordinal));
    }

    [Fact]
    public void TheRunningMeanEndsAtTheMean()
    {
        var result = SurfaceTension.Of(Table(2, 1000, 100), new SurfaceTensionOptions { Skip = Skip.Parse("10%"), Every = 3 });
        var (rows, mean, error) = result.RunningMean(50);
        Assert.Equal(100, result.SkippedRows);
        Assert.Equal(299, rows[^1]);
        Assert.Equal(result.Average.Mean, mean[^1], 9);
        Assert.Equal(result.Average.StandardError, error[^1], 9);
        Assert.InRange(rows.Length, 50, 61);
    }

    [Fact]
    public void MissingColumnsAndOtherUnitsAreRefused()
    {
        var columns = Columns(2, 100, 1);
        columns.Remove("Pyy");
        columns.Remove("Lz");
        var error = Assert.Throws<InputException>(() => SurfaceTension.Of(Table(columns), new SurfaceTensionOptions()));
        Assert.Equal("slab: no column 'Pyy', 'Lz'; it has Step Time Pxx Pzz", error.Message);
        columns = Columns(2, 100, 1);
        columns["Pxx"][3] = double.NaN;
        error = Assert.Throws<InputException>(() => SurfaceTension.Of(Table(columns), new SurfaceTensionOptions()));
        Assert.Contains("Pxx is NaN in row 4 (step 30)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("50ps", 50)]
    [InlineData("0.05ns", 50)]
    [InlineData("20%", 200)]
    [InlineData("17", 17)]
    public void TheStartIsSkippedByTimeShareOrCount(string text, int rows)
    {
        var table = Table(2, 1000, 1, interval: 1);
        Assert.Equal(rows, Skip.Parse(text).RowsOf(table, table.Column("Pxx")));
    }

    [Theory]
    [InlineData("-3")]
    [InlineData("half")]
    [InlineData("120%")]
    [InlineData("5fs")]
    public void OtherWaysToSkipAreRefused(string text) => Assert.Throws<InputException>(() => Skip.Parse(text));

    [Fact]
    public void SkippingEverythingIsRefused()
    {
        var error = Assert.Throws<InputException>(() => SurfaceTension.Of(Table(2, 100, 1), new SurfaceTensionOptions { Skip = Skip.Parse("99") }));
        Assert.Contains("leaves 1 of 100 rows", error.Message, StringComparison.Ordinal);
    }

    internal static ThermoTable Table(int axis, int rows, double noise, double interval = 0.01) => Table(Columns(axis, rows, noise, interval));

    private static ThermoTable Table(Dictionary<string, double[]> columns) => ThermoTable.Of("slab", [.. columns.Select(c => (c.Key, c.Value))]);

    /// <summary>A slab with −280 bar along the interfaces and noise that forgets itself in ten rows.</summary>
    private static Dictionary<string, double[]> Columns(int axis, int rows, double noise, double interval = 0.01)
    {
        var random = new RandomStream(11, "pressures");
        double[] Noise(double mean) => Array.ConvertAll(BlockAverageTests.AutoRegressive(random, 0.9, rows), x => mean + (noise * x));
        var columns = new Dictionary<string, double[]>
        {
            ["Step"] = [.. Enumerable.Range(0, rows).Select(i => 10.0 * i)],
            ["Time"] = [.. Enumerable.Range(0, rows).Select(i => interval * i)],
        };
        for (var k = 0; k < 3; k++)
            columns[$"P{"xyz"[k]}{"xyz"[k]}"] = Noise(k == axis ? 0 : -280);
        columns[$"L{"xyz"[axis]}"] = [.. Enumerable.Repeat(50.0, rows)];
        return columns;
    }
}
