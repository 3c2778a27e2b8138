using Meniscus.Numerics;

namespace Meniscus.Tests.Numerics;

public sealed class RobustSpreadTests
{
    [Fact]
    public void AFewWrongValuesDoNotMoveIt()
    {
        var random = new RandomStream(3, "test");
        var values = Enumerable.Range(0, 2001).Select(_ => 5 + (0.5 * random.NextNormal())).ToArray();
        var clean = RobustSpread.Of(values);
        Assert.Equal(5, clean.Median, 0.05);
        Assert.Equal(0.5, clean.Sigma, 0.04);
        for (var i = 0; i < 40; i++)
            values[i] = 1e9;
        var spoilt = RobustSpread.Of(values);
        Assert.Equal(clean.Median, spoilt.Median, 0.02);
        Assert.Equal(clean.Sigma, spoilt.Sigma, 0.03);
    }

    [Fact]
    public void TheMedianOfAnEvenNumberIsTheMiddleOfTwo()
    {
        Assert.Equal(new RobustSpread(2.5, 1.4826), RobustSpread.Of([4, 1, 2, 3]));
        Assert.Equal(new RobustSpread(7, 0), RobustSpread.Of([7]));
        Assert.Throws<ArgumentOutOfRangeException>(() => RobustSpread.Of([]));
    }
}
