using Meniscus.Numerics;

namespace Meniscus.Tests.Numerics;

public sealed class LineFitTests
{
    [Fact]
    public void ALineFarFromTheOriginIsFoundExactly()
    {
        var fit = new LineFit();
        for (var i = 0; i < 10; i++)
            fit.Add(1e6 + i, -3e7 - (2.5 * i));
        Assert.Equal(-2.5, fit.Slope, 1e-9);
        Assert.Equal(-1, fit.Correlation, 1e-9);
        Assert.Equal(Math.Sqrt(8.25), fit.DeviationX, 1e-9);
        Assert.Equal(0, fit.SlopeError, 1e-5);
    }

    [Fact]
    public void LinesWithOneSlopeAndDifferentInterceptsAreFittedTogether()
    {
        var (a, b, all) = (new LineFit(), new LineFit(), new LineFit());
        for (var i = 0; i < 5; i++)
        {
            a.Add(i, 2 * i);
            b.Add(i + 100, (2 * i) - 700);
        }

        all.AddCentred(a);
        all.AddCentred(b);
        Assert.Equal(2, all.Slope, 1e-12);
        Assert.Equal(8, all.Count);
    }
}
