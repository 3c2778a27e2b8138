namespace Meniscus.Tests.Fixtures;

/// <summary>Files of the repository that are made from the program's own tables.</summary>
public static class GeneratedPage
{
    /// <summary>Asserts that a page of the documentation is what the table gives; MENISCUS_UPDATE_DOCS=1 writes it.</summary>
    public static void AssertCurrent(string name, string page) => AssertCurrentFile(page, "docs", name);

    /// <summary>Asserts that a file is what the program gives; MENISCUS_UPDATE_DOCS=1 writes it.</summary>
    public static void AssertCurrentFile(string text, params ReadOnlySpan<string> parts)
    {
        var path = PathOf(parts);
        if (Environment.GetEnvironmentVariable("MENISCUS_UPDATE_DOCS") == "1")
            File.WriteAllText(path, text);
        Assert.True(File.Exists(path) && File.ReadAllText(path) == text, $"{path} is not what the program gives; run the tests once with MENISCUS_UPDATE_DOCS=1 and look at the difference");
    }

    /// <summary>A file of the repository.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Meniscus.slnx")))
            root = root.Parent ?? throw new DirectoryNotFoundException("Meniscus.slnx is in no folder above the tests");
        return Path.Combine([root.FullName, .. parts]);
    }
}
