using Meniscus.Numerics;

namespace Meniscus.Tests.Numerics;

public sealed class LeastSquaresFitTests
{
    [Fact]
    public void AStraightLineHasTheErrorsOfItsFormula()
    {
        double[] x = [0, 1, 2, 3, 4], y = [1.1, 2.9, 5.2, 6.8, 9.1], errors = [0.1, 0.1, 0.2, 0.2, 0.1];
        var fit = LeastSquaresFit.Find(Line, x, y, errors, [0, 0]);
        double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
        for (var i = 0; i < 5; i++)
        {
            var w = 1 / (errors[i] * errors[i]);
            (s, sx, sy, sxx, sxy) = (s + w, sx + (w * x[i]), sy + (w * y[i]), sxx + (w * x[i] * x[i]), sxy + (w * x[i] * y[i]));
        }

        var determinant = (s * sxx) - (sx * sx);
        Assert.True(fit.Converged);
        Assert.Equal(((s * sxy) - (sx * sy)) / determinant, fit.Parameters[1], 9);
        Assert.Equal(s / determinant, fit.Covariance[1, 1], 12);
        Assert.Equal(-sx / determinant, fit.Covariance[0, 1], 12);
    }

    [Fact]
    public void ACurveIsFoundFromAFarGuess()
    {
        static double Decay(double x, ReadOnlySpan<double> p, Span<double> gradient)
        {
            var e = Math.Exp(-x / p[1]);
            (gradient[0], gradient[1]) = (e, p[0] * e * x / (p[1] * p[1]));
            return p[0] * e;
        }

        double[] x = [.. Enumerable.Range(0, 50).Select(i => 0.2 * i)];
        var fit = LeastSquaresFit.Find(Decay, x, Array.ConvertAll(x, v => 3 * Math.Exp(-v / 1.7)), [], [0.3, 9]);
        Assert.Equal([3, 1.7], fit.Parameters, (a, b) => Math.Abs(a - b) < 1e-7);
        Assert.InRange(fit.SumOfSquares, 0, 1e-12);
    }

    [Fact]
    public void ParametersThatThePointsDoNotDetermineHaveNoError() =>
        Assert.True(double.IsNaN(LeastSquaresFit.Find(Line, [2, 2], [1, 3], [], [0, 0]).Covariance[1, 1]));

    private static double Line(double x, ReadOnlySpan<double> p, Span<double> gradient)
    {
        (gradient[0], gradient[1]) = (1, x);
        return p[0] + (p[1] * x);
    }
}
