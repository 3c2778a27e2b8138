namespace Meniscus.Tests.Fixtures;

/// <summary>
/// The reference data that lies beside the repository (<c>../shared</c>, or where MENISCUS_SHARED points). Tests that
/// need it are skipped by name where it is absent.
/// </summary>
public static class SharedData
{
    /// <summary>The folder, or null where there is none.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>A file or folder below it; skips the running test where there is none.</summary>
    public static string Path(params ReadOnlySpan<string> parts)
    {
        Assert.SkipWhen(Folder is null, "the reference data (../shared) is not here");
        return System.IO.Path.Combine([Folder!, .. parts]);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("MENISCUS_SHARED") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(folder.FullName, "Meniscus.slnx")))
                continue;
            var shared = System.IO.Path.Combine(folder.FullName, "..", "shared");
            return Directory.Exists(shared) ? System.IO.Path.GetFullPath(shared) : null;
        }
        return null;
    }
}
