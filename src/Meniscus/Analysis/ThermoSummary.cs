using Meniscus.IO;

namespace Meniscus.Analysis;

/// <summary>One column of a thermo table in numbers.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Average">Mean, error and fluctuation.</param>
/// <param name="Drift">Slope of the straight line through it, per ps (per step without times), with its error.</param>
/// <param name="CorrelationSamples">Integrated autocorrelation time, rows.</param>
public sealed record ThermoColumn(string Name, BlockAverage Average, Estimate Drift, double CorrelationSamples)
{
    /// <summary>Whether the column moves: its slope is more than three standard errors from 0.</summary>
    public bool Drifts => Math.Abs(Drift.Mean) > 3 * Drift.StandardError;
}

/// <summary>
/// Mean, standard error, fluctuation and drift of every column of a thermo table. The drift is the slope of least squares;
/// its error is that of uncorrelated rows, σ/(Σ(t − t̄)²)^½, times (2τ)^½ for the correlation of the rest (9.19).
/// </summary>
public static class ThermoSummary
{
    /// <summary>Summarizes.</summary>
    /// <param name="table">The table.</param>
    /// <param name="skip">What to leave out at the start; <c>auto</c> looks at the potential energy.</param>
    /// <param name="every">Use every so many rows.</param>
    /// <exception cref="InputException">Too few rows are left, or a number is not finite.</exception>
    public static IReadOnlyList<ThermoColumn> Of(ThermoTable table, Skip skip, int every = 1)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(skip);
        var equilibrium = table.Has("PotEng") ? "PotEng" : table.Names.FirstOrDefault(n => n is not ("Step" or "Time")) ?? "Step";
        var rows = skip.RowsOf(table, table.Column(equilibrium));
        var times = table.Column(table.Has("Time") ? "Time" : "Step", rows, every);
        return [.. table.Names.Where(name => name is not ("Step" or "Time")).Select(name => Column(name, table.Column(name, rows, every), times))];
    }

    private static ThermoColumn Column(string name, double[] values, double[] times)
    {
        var average = BlockAverage.Of(values);
        var middle = Moments.Mean(times);
        double product = 0, square = 0;
        for (var i = 0; i < values.Length; i++)
        {
            product += (times[i] - middle) * (values[i] - average.Mean);
            square += (times[i] - middle) * (times[i] - middle);
        }

        var slope = product / square;
        var rest = new double[values.Length];
        for (var i = 0; i < rest.Length; i++)
            rest[i] = values[i] - average.Mean - (slope * (times[i] - middle));
        var time = Autocorrelation.IntegratedTime(rest);
        var inefficiency = double.IsNaN(time) ? 1 : Math.Max(1, 2 * time);
        var error = Math.Sqrt(Moments.Variance(rest, 0) * inefficiency / square);
        return new ThermoColumn(name, average, new Estimate(slope, error, values.Length / inefficiency), Autocorrelation.IntegratedTime(values));
    }
}
