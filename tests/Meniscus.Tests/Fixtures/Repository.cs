namespace Meniscus.Tests.Fixtures;

/// <summary>The repository that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>A file or folder of it.</summary>
    public static string Path(params ReadOnlySpan<string> parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Meniscus.slnx")))
            folder = folder.Parent;
        var root = folder?.FullName ?? throw new DirectoryNotFoundException("the tests run outside the repository");
        return System.IO.Path.Combine([root, .. parts]);
    }
}
