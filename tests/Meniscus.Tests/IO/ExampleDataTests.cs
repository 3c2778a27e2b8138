using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

/// <summary>The data that ships in <c>examples/water-spcfw</c>.</summary>
public sealed class ExampleDataTests
{
    private static readonly string Folder = ExampleData.Path();

    [Fact]
    public void It_is_complete_clean_and_small()
    {
        var systems = DeepmdSystems.Open([Folder], new TypeMap(["O", "H"]));
        Assert.Equal(["bulk-300", "bulk-450", "bulk-600", "slab-300", "slab-450", "slab-600"], systems.Select(system => Path.GetFileName(system.Name)));
        Assert.All(systems, system => Assert.Equal((80, 192, true), (system.FrameCount, system.AtomCount, system.Periodic)));
        var options = new DataCheckOptions { RequiredLabels = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial };
        Assert.Empty(DataCheck.Run(systems, options, cancellation: TestContext.Current.CancellationToken));
        foreach (var system in systems)
            system.Dispose();
        Assert.InRange(Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), 3_000_000, 4_000_000);
    }

    [Theory]
    [InlineData("bulk-450")]
    [InlineData("slab-600")]
    public void It_is_the_source_with_forces_in_single_precision(string name)
    {
        using var source = DeepmdSystem.Open(SharedData.Path("data", "water-spcfw", name));
        using var example = DeepmdSystem.Open(Path.Combine(Folder, name));
        for (var i = 0; i < source.FrameCount; i++)
        {
            var (expected, actual) = (DeepmdSystemTests.ReadFrame(source, i), DeepmdSystemTests.ReadFrame(example, i));
            Assert.Equal(Array.ConvertAll(expected.Forces, force => (double)(float)force), actual.Forces);
            actual.Forces.CopyTo(expected.Forces, 0);
            SampleFrames.AssertEqual(expected, actual);
        }
    }
}
