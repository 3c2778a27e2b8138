using Meniscus.Cli;

namespace Meniscus.Tests.Cli;

public class NearestNameTests
{
    [Theory]
    [InlineData("tarin", "train")]
    [InlineData("--jsn", "--json")]
    [InlineData("freze", "freeze")]
    [InlineData("neighbour-stat", "neighbor-stat")]
    [InlineData("xyz", null)]
    [InlineData("", null)]
    public void FindsWhatWasProbablyMeant(string typed, string? expected) =>
        Assert.Equal(expected, NearestName.Find(typed, ["train", "test", "freeze", "neighbor-stat", "--json"]));
}
