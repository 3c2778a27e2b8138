using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class CsvFileTests
{
    [Fact]
    public void WhatIsNoNumberIsAnEmptyCell()
    {
        using var folder = new TemporaryFolder();
        CsvFile.Write(folder.File("a.csv"), [("z_A", [0.5, 1]), ("g", [double.NaN, 1e-12])], ("name", ["first", "second"]));
        Assert.Equal("name,z_A,g\nfirst,0.5,\nsecond,1,1E-12\n", File.ReadAllText(folder.File("a.csv")));
    }
}
