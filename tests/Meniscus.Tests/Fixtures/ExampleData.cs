namespace Meniscus.Tests.Fixtures;

/// <summary>The labelled water that ships in <c>examples/water-spcfw</c>.</summary>
internal static class ExampleData
{
    /// <summary>A file or folder below it.</summary>
    public static string Path(params ReadOnlySpan<string> parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Meniscus.slnx")))
            folder = folder.Parent;
        var root = folder?.FullName ?? throw new DirectoryNotFoundException("the tests run outside the repository");
        return System.IO.Path.Combine([root, "examples", "water-spcfw", .. parts]);
    }
}
