namespace Meniscus.Tests.Fixtures;

/// <summary>A folder of its own for a test, removed afterwards.</summary>
/// <param name="below">Where it is made; null for the system's place.</param>
public sealed class TemporaryFolder(string? below = null) : IDisposable
{
    public string Path { get; } = below is null
        ? Directory.CreateTempSubdirectory("meniscus-test-").FullName
        : Directory.CreateDirectory(System.IO.Path.Combine(below, $"meniscus-test-{Guid.NewGuid():n}")).FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
