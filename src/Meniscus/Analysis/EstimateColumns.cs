namespace Meniscus.Analysis;

/// <summary>Estimates as columns of tables, with the unit in their names: the mean, and beside it the standard error.</summary>
public static class EstimateColumns
{
    /// <summary>The two columns of a series of estimates.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="unit">Its unit as in a key, or an empty text.</param>
    /// <param name="values">The estimates.</param>
    public static IEnumerable<(string Name, double[] Values)> Of(string name, string unit, Estimate[] values)
    {
        var ending = unit.Length > 0 ? $"_{unit}" : "";
        yield return ($"{name}{ending}", Array.ConvertAll(values, v => v.Mean));
        yield return ($"{name}_error{ending}", Array.ConvertAll(values, v => v.StandardError));
    }

    /// <summary>The columns of a blocking curve.</summary>
    /// <param name="average">The curve.</param>
    /// <param name="unit">Unit as in a key, or an empty text.</param>
    /// <param name="interval">Time between samples, ps, or null.</param>
    public static List<(string Name, double[] Values)> Blocking(BlockAverage average, string unit, double? interval)
    {
        var ending = unit.Length > 0 ? $"_{unit}" : "";
        double[] Level(Func<BlockLevel, double> value) => [.. average.Levels.Select(value)];
        List<(string, double[])> columns = [("block_size", Level(l => l.BlockSize)), ("blocks", Level(l => l.BlockCount))];
        if (interval is { } dt)
            columns.Add(("block_length_ps", Level(l => l.BlockSize * dt)));
        columns.Add(($"standard_error{ending}", Level(l => l.StandardError)));
        columns.Add(($"standard_error_uncertainty{ending}", Level(l => l.Uncertainty)));
        return columns;
    }
}
