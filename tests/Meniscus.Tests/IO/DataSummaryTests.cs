using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class DataSummaryTests
{
    [Fact]
    public void The_numbers_are_those_of_the_frames()
    {
        var frames = SampleFrames.List(3, 6);
        frames[2].Box[0] = 20;
        frames[0].Energy = -12;
        frames[1].Energy = -6;
        frames[2].Energy = -9;
        frames[1].Forces[0] = 3;
        frames[1].Forces[1] = 4;
        frames[1].Forces[2] = 0;
        var summary = DataSummary.Of(new FrameListSystem("s", new TypeMap(["O", "H", "Na"]), frames), withShortestDistance: true, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((3, 6, true, false), (summary.FrameCount, summary.AtomCount, summary.Periodic, summary.MixedTypes));
        Assert.Equal([new TypeCount("O", 2, 2), new TypeCount("H", 4, 4)], summary.Composition);
        Assert.Equal(new ValueRange(1000, 2000), summary.Volume);
        var density = 1.66053906660 * ((2 * 15.999) + (4 * 1.008)) / 1000;
        Assert.Equal(density / 2, summary.Density!.Value.Minimum, 12);
        Assert.Equal(density, summary.Density!.Value.Maximum, 12);
        Assert.Equal(new ValueRange(-2, -1), summary.EnergyPerAtom);
        Assert.Equal(5, summary.LargestForce);
        Assert.Equal(frames.Min(frame => new ShortestDistance().Find(frame).Distance), summary.ShortestDistance);
    }

    [Fact]
    public void What_is_not_known_is_left_open()
    {
        var free = DataSummary.Of(SampleFrames.System(2, 6, FrameLabels.None, periodic: false), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((null, null, null, null, null), (free.Volume, free.Density, free.EnergyPerAtom, free.LargestForce, free.ShortestDistance));
        var named = DataSummary.Of(new FrameListSystem("s", new TypeMap(["OW", "HW"]), SampleFrames.List(2)), cancellation: TestContext.Current.CancellationToken);
        Assert.Null(named.Density);
        Assert.NotNull(named.Volume);
    }

    [Fact]
    public void Mixed_frames_give_a_range_of_counts_and_padding_is_no_atom()
    {
        var frames = SampleFrames.List(2, 3, FrameLabels.Energy);
        frames[1].Types[0] = -1;
        frames[0].Energy = frames[1].Energy = -6;
        var summary = DataSummary.Of(new FrameListSystem("s", new TypeMap(["O", "H"]), frames), cancellation: TestContext.Current.CancellationToken);
        Assert.True(summary.MixedTypes);
        Assert.Equal([new TypeCount("O", 0, 1), new TypeCount("H", 2, 2)], summary.Composition);
        Assert.Equal(new ValueRange(-3, -2), summary.EnergyPerAtom);
    }
}
