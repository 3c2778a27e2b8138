namespace Meniscus.Tests.Fixtures;

/// <summary>Pages of the documentation that are made from the program's own tables.</summary>
public static class GeneratedPage
{
    /// <summary>Asserts that a page is what the table gives; MENISCUS_UPDATE_DOCS=1 writes it.</summary>
    public static void AssertCurrent(string name, string page)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Meniscus.slnx")))
            root = root.Parent ?? throw new DirectoryNotFoundException("Meniscus.slnx is in no folder above the tests");
        var path = Path.Combine(root.FullName, "docs", name);
        if (Environment.GetEnvironmentVariable("MENISCUS_UPDATE_DOCS") == "1")
            File.WriteAllText(path, page);
        Assert.True(File.Exists(path) && File.ReadAllText(path) == page, $"{path} is not what the table gives; run the tests once with MENISCUS_UPDATE_DOCS=1");
    }
}
