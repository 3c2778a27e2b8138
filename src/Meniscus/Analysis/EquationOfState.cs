using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;

namespace Meniscus.Analysis;

/// <summary>A state of the equation of state.</summary>
/// <param name="Pressure">bar.</param>
/// <param name="Density">g/cm³.</param>
/// <param name="Temperature">K; null where the table has none.</param>
public sealed record StatePoint(Estimate Pressure, Estimate Density, Estimate? Temperature);

/// <summary>How to cut a run into states.</summary>
public sealed record EquationOfStateOptions
{
    /// <summary>What to leave out at the start of each table.</summary>
    public Skip Skip { get; init; } = Skip.None;

    /// <summary>Number of states that a ramp is cut into.</summary>
    public int Bins { get; init; } = 20;

    /// <summary>Column with the pressure that the barostat aims at, bar; states are cut by it.</summary>
    public string? TargetColumn { get; init; }

    /// <summary>Pressure aimed at in the first and the last row, bar, rising evenly between; null to take the measured one.</summary>
    public (double Start, double End)? Ramp { get; init; }
}

/// <summary>
/// Density against pressure, from a ramp or from runs at one pressure each, and the isothermal compressibility
/// κ = (1/ρ)∂ρ/∂P from the equation of P. G. Tait, as V(P)/V(P₀) = 1 − C ln((B + P)/(B + P₀)) (9.16):
/// J. H. Dymond and R. Malhotra, Int. J. Thermophys. 9, 941 (1988); <see cref="TaitFit"/>. A ramp is cut by time, or by the pressure aimed
/// at, never by the instantaneous pressure, whose noise would flatten the curve. Within a state a straight trend is
/// taken off before blocking, so that the ramp itself is not taken for noise.
/// </summary>
public sealed class EquationOfState
{
    private readonly List<StatePoint> _states = [];

    /// <summary>The states, in the order of the files and of time.</summary>
    public IReadOnlyList<StatePoint> States => _states;

    /// <summary>Cuts a ramp into states.</summary>
    /// <param name="table">Pressure, and density (or volume with a mass).</param>
    /// <param name="options">How.</param>
    /// <exception cref="InputException">Columns are missing, or there are too few rows.</exception>
    public void AddRamp(ThermoTable table, EquationOfStateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (skip, density) = Prepare(table, options);
        var pressure = Pressures(table, options)[skip..];
        var rows = density.Length;
        var bins = Math.Min(options.Bins, rows / 4);
        if (bins < 1)
            throw new InputException($"{table.Source}: {rows} rows are too few for a state; expected at least 4");
        for (var b = 0; b < bins; b++)
            AddState(table, skip, density, pressure, (int)((long)b * rows / bins), (int)((b + 1L) * rows / bins), options);
    }

    /// <summary>Adds a run at constant pressure as one state.</summary>
    /// <param name="table">Pressure and density.</param>
    /// <param name="options">What to skip, and which column has the pressure.</param>
    /// <exception cref="InputException">Columns are missing, or there are too few rows.</exception>
    public void AddRun(ThermoTable table, EquationOfStateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (skip, density) = Prepare(table, options);
        AddState(table, skip, density, Pressures(table, options)[skip..], 0, density.Length, options with { Ramp = null });
    }

    /// <summary>Fits Tait's equation; null where there are fewer than four states or they do not determine it.</summary>
    public TaitFit? Fit() => TaitFit.Find(_states);

    /// <summary>
    /// Isothermal compressibility from the fluctuations of the volume at constant pressure,
    /// κ = ⟨δV²⟩/(k_B T ⟨V⟩) (9.18), 1/bar: Allen and Tildesley (2017), section 2.5.
    /// </summary>
    /// <param name="table">Volume and temperature.</param>
    /// <param name="skip">What to leave out at the start.</param>
    /// <exception cref="InputException">Columns are missing.</exception>
    public static Estimate FluctuationCompressibility(ThermoTable table, Skip skip)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(skip);
        table.RequirePhysicalUnits();
        table.RequireColumns("Volume", "Temp");
        var rows = skip.RowsOf(table, table.Column("Volume"));
        var volume = table.Column("Volume", rows);
        var temperature = Moments.Mean(table.Column("Temp", rows));
        var mean = Moments.Mean(volume);
        var factor = 1 / (Units.Boltzmann * temperature * mean * Units.EvPerCubicAngstrom);
        // n/(n − 1) by independent samples: the mean was taken from the same volumes.
        var samples = BlockAverage.Of(volume).IndependentSamples;
        var bias = samples > 1.5 ? samples / (samples - 1) : 1;
        return BlockAverage.Of(Array.ConvertAll(volume, v => (v - mean) * (v - mean))).Estimate.Times(factor * bias);
    }

    private static (int Skip, double[] Density) Prepare(ThermoTable table, EquationOfStateOptions options)
    {
        ArgumentNullException.ThrowIfNull(table);
        table.RequirePhysicalUnits();
        table.RequireColumns(options.TargetColumn is { } target ? ["Press", "Density", target] : ["Press", "Density"]);
        var skip = options.Skip.RowsOf(table, table.Column("Density"));
        return (skip, table.Column("Density", skip));
    }

    private static double[] Pressures(ThermoTable table, EquationOfStateOptions options)
    {
        if (options.TargetColumn is { } column)
            return table.Column(column);
        if (options.Ramp is not var (start, end))
            return table.Column("Press");
        var steps = table.Column("Step");
        var span = steps[^1] - steps[0];
        return Array.ConvertAll(steps, step => start + ((end - start) * (step - steps[0]) / span));
    }

    private void AddState(ThermoTable table, int skip, double[] density, double[] pressure, int from, int to, EquationOfStateOptions options)
    {
        var mean = Blocked(pressure.AsSpan(from, to - from));
        // What the barostat aims at is exact.
        var isTarget = options.TargetColumn is not null || options.Ramp is not null;
        Estimate? temperature = table.Has("Temp")
            ? Blocked(table.Column("Temp").AsSpan(skip + from, to - from))
            : null;
        _states.Add(new StatePoint(
            isTarget ? mean with { StandardError = 0 } : mean,
            Blocked(density.AsSpan(from, to - from)),
            temperature));
    }

    private static Estimate Blocked(ReadOnlySpan<double> series)
    {
        var mean = Moments.Mean(series);
        double product = 0, square = 0;
        var middle = (series.Length - 1) / 2.0;
        for (var i = 0; i < series.Length; i++)
        {
            product += (i - middle) * (series[i] - mean);
            square += (i - middle) * (i - middle);
        }

        var slope = square > 0 ? product / square : 0;
        var rest = new double[series.Length];
        for (var i = 0; i < rest.Length; i++)
            rest[i] = series[i] - (slope * (i - middle));
        var average = BlockAverage.Of(rest);
        return new Estimate(mean, average.StandardError, average.IndependentSamples);
    }
}
