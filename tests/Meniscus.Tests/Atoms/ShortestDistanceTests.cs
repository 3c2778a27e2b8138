using Meniscus.Atoms;

namespace Meniscus.Tests.Atoms;

public sealed class ShortestDistanceTests
{
    [Fact]
    public void Pairs_meet_across_the_faces_of_the_cell()
    {
        var frame = Frame([10, 0, 0, 0, 10, 0, 0, 0, 10], 0.1, 5, 5, 9.8, 5, 25, 3, 3, 3);
        var (distance, i, j) = new ShortestDistance().Find(frame);
        Assert.Equal(0.3, distance, 12);
        Assert.Equal((0, 1), (i, j));
        frame.Periodic = false;
        Assert.Equal(Math.Sqrt((2.9 * 2.9) + 4 + 4), new ShortestDistance().Find(frame).Distance, 12);
    }

    [Fact]
    public void An_atom_can_be_closest_to_its_own_image()
    {
        var (distance, i, j) = new ShortestDistance().Find(Frame([10, 0, 0, 0, 1.5, 0, 0, 0, 10], 1, 1, 1, 6, 1, 6));
        Assert.Equal((1.5, 0, 0), (distance, i, j));
    }

    [Fact]
    public void Padding_atoms_do_not_count_and_one_free_atom_has_no_neighbour()
    {
        var frame = Frame([9, 0, 0, 0, 9, 0, 0, 0, 9], 0, 0, 0, 0, 0, 0);
        frame.Types[1] = -1;
        Assert.Equal(9, new ShortestDistance().Find(frame).Distance);
        frame.Periodic = false;
        Assert.Equal((double.PositiveInfinity, -1, -1), new ShortestDistance().Find(frame));
    }

    [Fact]
    public void Skewed_cells_agree_with_a_loop_over_many_images()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 50; trial++)
        {
            double[] box = [6, 0, 0, 5 * (random.NextDouble() - 0.5), 5, 0, 5 * (random.NextDouble() - 0.5), 4 * (random.NextDouble() - 0.5), 6];
            var frame = Frame(box, [.. Enumerable.Range(0, 12).Select(_ => (20 * random.NextDouble()) - 10)]);
            Assert.Equal(Exhaustive(frame), new ShortestDistance().Find(frame).Distance, 10);
        }
    }

    [Fact]
    public void Atoms_far_apart_are_found_too_and_one_search_serves_frames_of_any_size()
    {
        var search = new ShortestDistance();
        var far = Frame([0, 0, 0, 0, 0, 0, 0, 0, 0], 0, 0, 0, 0, 300, 400, -9000, 0, 0);
        far.Periodic = false;
        Assert.Equal((500, 0, 1), search.Find(far));
        Assert.Equal((2, 0, 1), search.Find(Frame([10, 0, 0, 0, 10, 0, 0, 0, 10], 1, 0, 0, 9, 0, 0)));
        Assert.Equal((40, 0, 0), search.Find(Frame([50, 0, 0, 0, 40, 0, 0, 0, 60], 1, 2, 3)));
        Assert.Throws<InputException>(() => search.Find(Frame([10, 0, 0, 0, 10, 0, 0, 0, 10], double.NaN, 0, 0)));
    }

    private static double Exhaustive(LabelledFrame frame)
    {
        var best = double.PositiveInfinity;
        for (var i = 0; i < frame.AtomCount; i++)
        {
            for (var j = i; j < frame.AtomCount; j++)
            {
                for (var image = 0; image < 15 * 15 * 15; image++)
                {
                    int[] n = [(image % 15) - 7, (image / 15 % 15) - 7, (image / 225) - 7];
                    if (i == j && image == (15 * 15 * 15) / 2)
                        continue;
                    var square = 0.0;
                    for (var k = 0; k < 3; k++)
                    {
                        var d = frame.Positions[(3 * j) + k] - frame.Positions[(3 * i) + k] + (n[0] * frame.Box[k]) + (n[1] * frame.Box[3 + k]) + (n[2] * frame.Box[6 + k]);
                        square += d * d;
                    }

                    best = Math.Min(best, square);
                }
            }
        }

        return Math.Sqrt(best);
    }

    private static LabelledFrame Frame(double[] box, params double[] positions)
    {
        var frame = new LabelledFrame(positions.Length / 3);
        box.CopyTo(frame.Box, 0);
        positions.CopyTo(frame.Positions, 0);
        return frame;
    }
}
