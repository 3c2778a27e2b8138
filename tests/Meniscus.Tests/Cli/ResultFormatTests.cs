using System.Text.Json;
using Meniscus.Cli;
using Meniscus.Training;

namespace Meniscus.Tests.Cli;

public class ResultFormatTests
{
    [Fact]
    public void NumbersThatAreNotFiniteBecomeNull()
    {
        using var json = Parse(new JsonResult().Add("a", double.NaN).Add("b", double.PositiveInfinity).Add("c", [1.5, double.NaN]));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("a").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("b").ValueKind);
        Assert.Equal(1.5, json.RootElement.GetProperty("c")[0].GetDouble());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("c")[1].ValueKind);
    }

    [Fact]
    public void NumbersKeepAllTheirDigits()
    {
        using var json = Parse(new JsonResult().Add("x", 0.1 + 0.2).Add("n", long.MaxValue).Add("ok", true).Add("name", "Å \"q\""));
        Assert.Equal(0.1 + 0.2, json.RootElement.GetProperty("x").GetDouble());
        Assert.Equal(long.MaxValue, json.RootElement.GetProperty("n").GetInt64());
        Assert.True(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal("Å \"q\"", json.RootElement.GetProperty("name").GetString());
    }

    [Fact]
    public void AKeyOccursOnce() => Assert.Throws<ArgumentException>(() => new JsonResult().Add("a", 1).Add("a", 2));

    [Fact]
    public void TestErrorsUseTheKeysOfTheDesign()
    {
        using var json = Parse(new JsonResult().AddErrors(new TestErrors()).Add("systems", [new JsonResult().AddErrors(new TestErrors())]));
        foreach (var place in new[] { json.RootElement, json.RootElement.GetProperty("systems")[0] })
        {
            foreach (var key in new[]
            {
                "energy_rmse_eV_per_atom", "energy_mae_eV_per_atom", "force_rmse_eV_per_A", "force_mae_eV_per_A",
                "virial_rmse_eV_per_atom", "virial_mae_eV_per_atom", "energy_rmse_eV", "virial_rmse_eV",
            })
                Assert.Equal(JsonValueKind.Null, place.GetProperty(key).ValueKind);
            Assert.Equal(0, place.GetProperty("frames").GetInt64());
        }
    }

    [Fact]
    public void APlainTableHasAlignedColumnsAndNoBorder()
    {
        using var writer = new StringWriter();
        SampleTable().Write(writer, terminal: false, width: 80);
        Assert.Equal(
            """
            system     frames   rmse
            water          10  0.125
            slab/long    1000     12

            """.ReplaceLineEndings(),
            writer.ToString());
    }

    [Fact]
    public void ATableOnATerminalHasABorderAndEveryCell()
    {
        using var writer = new StringWriter();
        SampleTable().Write(writer, terminal: true, width: 80);
        foreach (var text in new[] { "system", "slab/long", "0.125", "1000", "│" })
            Assert.Contains(text, writer.ToString(), StringComparison.Ordinal);
    }

    private static ResultTable SampleTable()
    {
        var table = new ResultTable("system", "frames", "rmse");
        table.AddRow("water", "10", "0.125");
        table.AddRow("slab/long", "1000", "12");
        return table;
    }

    private static JsonDocument Parse(JsonResult result)
    {
        using var writer = new StringWriter();
        result.Write(writer);
        return JsonDocument.Parse(writer.ToString());
    }
}
