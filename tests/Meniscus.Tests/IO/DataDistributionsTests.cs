using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class DataDistributionsTests
{
    [Fact]
    public void Every_frame_and_component_is_counted_and_the_shortest_distances_are_those_of_the_search()
    {
        var frames = SampleFrames.List(12, 6);
        var system = new FrameListSystem("sample", new TypeMap(["O", "H"]), frames);
        var found = DataDistributions.Of(system, TestContext.Current.CancellationToken);
        Assert.Equal(frames.Select(frame => frame.Energy / 6), found.EnergiesPerAtom);
        Assert.Equal(12 * 18, found.ForceComponents.Values.Sum());
        Assert.Equal(frames.Sum(frame => frame.Forces.Count(f => Math.Abs(f) < 0.025)), found.ForceComponents[0]);
        // 2 O and 4 H in 1000 Å³.
        Assert.All(found.Densities, density => Assert.Equal(1.66053906660e-3 * ((2 * 15.999) + (4 * 1.008)), density, 1e-4));
        Assert.Equal(frames.Select(frame => 1602.176634 * (frame.Virial[0] + frame.Virial[4] + frame.Virial[8]) / 3), found.VirialPressures, (a, b) => Math.Abs(a - b) < 1e-6);
        var search = new ShortestDistance();
        var shortest = frames.Select(frame => search.Find(frame).Distance).ToArray();
        var pairs = found.ShortestDistances;
        Assert.Equal(["H-H", "H-O"], pairs.Keys.Where(key => key != "O-O"));
        Assert.Equal(shortest.Min(), pairs.Values.Min(list => list.Min()), 1e-9);
    }
}
