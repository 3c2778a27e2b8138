namespace Meniscus.Tests.Fixtures;

/// <summary>The labelled water that ships in <c>examples/water-spcfw</c>.</summary>
internal static class ExampleData
{
    /// <summary>A file or folder below it.</summary>
    public static string Path(params ReadOnlySpan<string> parts) => Repository.Path(["examples", "water-spcfw", .. parts]);
}
