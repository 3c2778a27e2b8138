namespace Meniscus.Numerics;

/// <summary>Value of a fitted function at x, and its derivatives by the parameters.</summary>
/// <param name="x">Where.</param>
/// <param name="parameters">The parameters.</param>
/// <param name="gradient">Receives the derivative by each of them.</param>
public delegate double FittedFunction(double x, ReadOnlySpan<double> parameters, Span<double> gradient);

/// <summary>
/// Least squares by the method of Levenberg and Marquardt: D. W. Marquardt, J. SIAM 11, 431 (1963). Made for a handful of
/// parameters; the normal equations are solved by Gaussian elimination.
/// </summary>
public sealed class LeastSquaresFit
{
    private const int MostSteps = 500;

    private LeastSquaresFit(double[] parameters, double[,] covariance, double sum, bool converged)
    {
        (Parameters, Covariance, SumOfSquares, Converged) = (parameters, covariance, sum, converged);
    }

    /// <summary>The parameters.</summary>
    public double[] Parameters { get; }

    /// <summary>(JᵀWJ)⁻¹: the covariance of the parameters where the errors given are standard errors. NaN where the points do not determine them.</summary>
    public double[,] Covariance { get; }

    /// <summary>Σ((y − f)/σ)².</summary>
    public double SumOfSquares { get; }

    /// <summary>Whether the steps came to rest.</summary>
    public bool Converged { get; }

    /// <summary>Fits.</summary>
    /// <param name="function">The function.</param>
    /// <param name="x">Where there are points.</param>
    /// <param name="y">Values.</param>
    /// <param name="errors">Standard error of each value, above 0; empty for equal weights of 1.</param>
    /// <param name="start">First guess.</param>
    public static LeastSquaresFit Find(
        FittedFunction function, ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> errors, ReadOnlySpan<double> start)
    {
        ArgumentNullException.ThrowIfNull(function);
        var n = start.Length;
        var p = start.ToArray();
        var normal = new double[n, n];
        var slope = new double[n];
        var sum = Normal(function, x, y, errors, p, normal, slope);
        var damping = 1e-3;
        var converged = false;
        for (var step = 0; step < MostSteps && !converged && double.IsFinite(sum); step++)
        {
            var damped = (double[,])normal.Clone();
            for (var i = 0; i < n; i++)
                damped[i, i] *= 1 + damping;
            var change = Solve(damped, slope);
            var trial = new double[n];
            for (var i = 0; i < n; i++)
                trial[i] = p[i] + change[i];
            var (newNormal, newSlope) = (new double[n, n], new double[n]);
            var newSum = Normal(function, x, y, errors, trial, newNormal, newSlope);
            if (newSum <= sum)
            {
                converged = sum - newSum <= 1e-12 * sum;
                (p, normal, slope, sum) = (trial, newNormal, newSlope, newSum);
                damping = Math.Max(1e-12, damping / 5);
            }
            else
            {
                // No direction leads down any more: the minimum to rounding.
                converged = damping > 1e12;
                damping *= 4;
            }
        }

        return new LeastSquaresFit(p, Inverse(normal), sum, converged);
    }

    private static double Normal(
        FittedFunction function, ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> errors, double[] p, double[,] normal, double[] slope)
    {
        var n = p.Length;
        var gradient = new double[n];
        double sum = 0;
        for (var k = 0; k < x.Length; k++)
        {
            var weight = errors.Length == 0 ? 1 : 1 / (errors[k] * errors[k]);
            var rest = y[k] - function(x[k], p, gradient);
            sum += weight * rest * rest;
            for (var i = 0; i < n; i++)
            {
                slope[i] += weight * rest * gradient[i];
                for (var j = 0; j < n; j++)
                    normal[i, j] += weight * gradient[i] * gradient[j];
            }
        }

        return double.IsNaN(sum) ? double.PositiveInfinity : sum;
    }

    private static double[,] Inverse(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var inverse = new double[n, n];
        for (var column = 0; column < n; column++)
        {
            var unit = new double[n];
            unit[column] = 1;
            var solution = Solve((double[,])matrix.Clone(), unit);
            for (var row = 0; row < n; row++)
                inverse[row, column] = solution[row];
        }

        return inverse;
    }

    /// <summary>Solves a·x = b with pivoting, after scaling the diagonal to 1; a is overwritten. NaN where a is singular.</summary>
    internal static double[] Solve(double[,] a, ReadOnlySpan<double> b)
    {
        var n = b.Length;
        var scale = new double[n];
        for (var i = 0; i < n; i++)
            scale[i] = a[i, i] > 0 ? 1 / Math.Sqrt(a[i, i]) : 1;
        var x = new double[n];
        for (var i = 0; i < n; i++)
        {
            x[i] = b[i] * scale[i];
            for (var j = 0; j < n; j++)
                a[i, j] *= scale[i] * scale[j];
        }

        for (var column = 0; column < n; column++)
        {
            var pivot = column;
            for (var row = column + 1; row < n; row++)
                pivot = Math.Abs(a[row, column]) > Math.Abs(a[pivot, column]) ? row : pivot;
            if (!(Math.Abs(a[pivot, column]) > 1e-14))
            {
                Array.Fill(x, double.NaN);
                return x;
            }

            (x[column], x[pivot]) = (x[pivot], x[column]);
            for (var j = 0; j < n; j++)
                (a[column, j], a[pivot, j]) = (a[pivot, j], a[column, j]);
            for (var row = column + 1; row < n; row++)
            {
                var factor = a[row, column] / a[column, column];
                x[row] -= factor * x[column];
                for (var j = column; j < n; j++)
                    a[row, j] -= factor * a[column, j];
            }
        }

        for (var row = n - 1; row >= 0; row--)
        {
            for (var j = row + 1; j < n; j++)
                x[row] -= a[row, j] * x[j];
            x[row] /= a[row, row];
        }

        for (var i = 0; i < n; i++)
            x[i] *= scale[i];
        return x;
    }
}
