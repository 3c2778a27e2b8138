using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

public sealed class NeighborStatisticsTests
{
    [Fact]
    public void The_numbers_are_those_DeePMD_kit_printed()
    {
        var types = new TypeMap(["O", "H"]);
        var statistics = new NeighborStatistics(types, 6);
        foreach (var name in new[] { "data_0", "data_1", "data_2" })
        {
            using var system = DeepmdSystem.Open(SharedData.Path("data", "water-pbe0", name), types);
            statistics.Add(system, cancellation: TestContext.Current.CancellationToken);
        }

        Assert.Equal(0.885439, Math.Round(statistics.MinDistance, 6));
        Assert.Equal([38, 72], statistics.LargestCounts);
    }

    [Fact]
    public void Images_count_one_by_one_and_padding_does_not()
    {
        // One atom in a box of 2 × 2 × 9 Å: within 4.1 Å there are images at 2 (4), 2√2 (4) and 4 (4).
        var frame = new LabelledFrame(2);
        frame.Types[1] = -1;
        frame.Box[0] = frame.Box[4] = 2;
        frame.Box[8] = 9;
        var statistics = new NeighborStatistics(new TypeMap(["O", "H"]), 4.1);
        statistics.Add(new FrameListSystem("one", statistics.Types, [frame]), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(2, statistics.MinDistance, 12);
        Assert.Equal([12, 0], statistics.LargestCounts);
        Assert.Equal(1, statistics.FrameCount);
    }

    [Fact]
    public void Without_any_pair_the_distance_is_infinite()
    {
        var frame = new LabelledFrame(2) { Periodic = false };
        frame.Positions[3] = 7;
        var statistics = new NeighborStatistics(new TypeMap(["O"]), 6);
        statistics.Add(new FrameListSystem("far", statistics.Types, [frame]), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(double.PositiveInfinity, statistics.MinDistance);
        Assert.Equal([0], statistics.LargestCounts);
    }
}
