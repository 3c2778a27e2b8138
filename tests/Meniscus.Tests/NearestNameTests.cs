namespace Meniscus.Tests;

public class NearestNameTests
{
    [Theory]
    [InlineData("tarin", "train")]
    [InlineData("--jsn", "--json")]
    [InlineData("freze", "freeze")]
    [InlineData("neighbour-stat", "neighbor-stat")]
    [InlineData("neighbor", "neighbor-stat")]
    [InlineData("xyz", null)]
    [InlineData("", null)]
    public void WhatWasProbablyMeantIsFound(string typed, string? expected) =>
        Assert.Equal(expected, NearestName.Probable(typed, ["train", "test", "freeze", "neighbor-stat", "--json"]));
}
