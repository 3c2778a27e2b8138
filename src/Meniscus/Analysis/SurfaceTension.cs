using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Analysis;

/// <summary>What to measure a surface tension of.</summary>
public sealed record SurfaceTensionOptions
{
    /// <summary>Axis along the surface normal: 0, 1, 2 for x, y, z.</summary>
    public int Axis { get; init; } = 2;

    /// <summary>What to leave out at the start.</summary>
    public Skip Skip { get; init; } = Skip.None;

    /// <summary>Use every so many rows.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Length of the cell along the normal, Å; null to take it from the table.</summary>
    public double? Length { get; init; }

    /// <summary>Number of interfaces between liquid and vapour; 2 for a slab.</summary>
    public int Interfaces { get; init; } = 2;

    /// <summary>Vapour pressure that the normal pressure should be, bar.</summary>
    public double VapourPressure { get; init; }

    /// <summary>Columns of a thermo table that are needed or used.</summary>
    public IReadOnlyList<string> Columns =>
        ["Pxx", "Pyy", "Pzz", SurfaceTension.LengthName(Axis), "Temp"];
}

/// <summary>
/// The surface tension by the mechanical route: over a slab with two interfaces normal to axis n,
/// γ = (L_n/2)(⟨P_nn⟩ − (⟨P_t1t1⟩ + ⟨P_t2t2⟩)/2) (9.6), t1 and t2 the axes along the interface:
/// J. G. Kirkwood and F. P. Buff, J. Chem. Phys. 17, 338 (1949). The standard error comes from blocking the series of
/// instantaneous values. In equilibrium the normal pressure is the vapour pressure. Interactions that the potential cuts
/// off are not corrected for.
/// </summary>
public sealed class SurfaceTension
{
    private static readonly string[] PressureNames = ["Pxx", "Pyy", "Pzz"];
    private readonly List<string> _warnings = [];

    private SurfaceTension(double[] series, double[]? times)
    {
        Series = series;
        Times = times;
        Average = BlockAverage.Of(series);
    }

    /// <summary>Instantaneous values, mN/m.</summary>
    public double[] Series { get; }

    /// <summary>Time of each, ps; null where the table has none.</summary>
    public double[]? Times { get; }

    /// <summary>Mean and blocking curve, mN/m.</summary>
    public BlockAverage Average { get; }

    /// <summary>Rows left out at the start.</summary>
    public int SkippedRows { get; private init; }

    /// <summary>Mean of the first half of the run, mN/m.</summary>
    public Estimate FirstHalf { get; private init; }

    /// <summary>Mean of the second half of the run, mN/m.</summary>
    public Estimate SecondHalf { get; private init; }

    /// <summary>Pressure along the normal, bar.</summary>
    public Estimate NormalPressure { get; private init; }

    /// <summary>Mean of the two pressures along the interface, bar.</summary>
    public Estimate TangentialPressure { get; private init; }

    /// <summary>Temperature, K; null where the table has none.</summary>
    public Estimate? Temperature { get; private init; }

    /// <summary>Length of the cell along the normal, Å.</summary>
    public double Length { get; private init; }

    /// <summary>Integrated autocorrelation time of the instantaneous values, ps; null without times.</summary>
    public double? CorrelationTime { get; private init; }

    /// <summary>What speaks against the result, one sentence each.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Measures.</summary>
    /// <param name="table">Pressure tensor and cell length, row by row.</param>
    /// <param name="options">What of it.</param>
    /// <exception cref="InputException">Columns are missing, or too few rows are left.</exception>
    public static SurfaceTension Of(ThermoTable table, SurfaceTensionOptions options)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)options.Axis, 2u);
        table.RequirePhysicalUnits();
        table.RequireColumns(options.Length is null ? [.. PressureNames, LengthName(options.Axis)] : PressureNames);
        var all = Instantaneous(table, options, 0, 1);
        var skip = options.Skip.RowsOf(table, all.Tension);
        var (tension, normal, tangential, length) = Instantaneous(table, options, skip, options.Every);
        var times = table.Has("Time") ? table.Column("Time", skip, options.Every) : null;
        var half = tension.Length / 2;
        var result = new SurfaceTension(tension, times)
        {
            SkippedRows = skip,
            NormalPressure = BlockAverage.Of(normal).Estimate,
            TangentialPressure = BlockAverage.Of(tangential).Estimate,
            Temperature = table.Has("Temp") ? BlockAverage.Of(table.Column("Temp", skip, options.Every)).Estimate : null,
            Length = Moments.Mean(length),
            FirstHalf = BlockAverage.Of(tension.AsSpan(0, half)).Estimate,
            SecondHalf = BlockAverage.Of(tension.AsSpan(half)).Estimate,
            CorrelationTime = times is { Length: > 1 } ? Autocorrelation.IntegratedTime(tension) * (times[^1] - times[0]) / (times.Length - 1) : null,
        };
        result.Judge(options, length);
        return result;
    }

    /// <summary>
    /// Mean of all values up to each, mN/m, and its standard error, which shrinks as the square root of the time; at most
    /// <paramref name="points"/> of them, evenly spaced.
    /// </summary>
    public (int[] Row, double[] Mean, double[] Error) RunningMean(int points = 500)
    {
        var rows = new List<int>();
        var (means, errors) = (new List<double>(), new List<double>());
        double sum = 0;
        var stride = Math.Max(1, Series.Length / points);
        for (var i = 0; i < Series.Length; i++)
        {
            sum += Series[i];
            if ((i + 1) % stride != 0 && i + 1 < Series.Length)
                continue;
            rows.Add(i);
            means.Add(sum / (i + 1));
            errors.Add(Average.StandardError * Math.Sqrt(Series.Length / (i + 1.0)));
        }

        return ([.. rows], [.. means], [.. errors]);
    }

    internal static string LengthName(int axis) => axis switch { 0 => "Lx", 1 => "Ly", _ => "Lz" };

    private static (double[] Tension, double[] Normal, double[] Tangential, double[] Length) Instantaneous(
        ThermoTable table, SurfaceTensionOptions options, int skip, int every)
    {
        var pressure = Array.ConvertAll(PressureNames, name => table.Column(name, skip, every));
        var normal = pressure[options.Axis];
        var (first, second) = (pressure[(options.Axis + 1) % 3], pressure[(options.Axis + 2) % 3]);
        var length = new double[normal.Length];
        if (options.Length is { } given)
            Array.Fill(length, given);
        else
            length = table.Column(LengthName(options.Axis), skip, every);
        var tangential = new double[normal.Length];
        var tension = new double[normal.Length];
        for (var i = 0; i < normal.Length; i++)
        {
            tangential[i] = (first[i] + second[i]) / 2;
            tension[i] = length[i] / options.Interfaces * (normal[i] - tangential[i]) * Units.BarAngstrom;
        }

        return (tension, normal, tangential, length);
    }

    private void Judge(SurfaceTensionOptions options, double[] length)
    {
        var culture = CultureInfo.InvariantCulture;
        if (Average.Warning is { } blocking)
            _warnings.Add(blocking);
        var difference = Math.Abs(FirstHalf.Mean - SecondHalf.Mean);
        var error = Math.Sqrt((FirstHalf.StandardError * FirstHalf.StandardError) + (SecondHalf.StandardError * SecondHalf.StandardError));
        if (difference > 3 * error)
            _warnings.Add(string.Create(culture, $"the two halves of the run disagree: {FirstHalf} and {SecondHalf} mN/m; it is not in equilibrium, skip more of its start or run longer"));
        var excess = NormalPressure.Mean - options.VapourPressure;
        if (Math.Abs(excess) > 3 * NormalPressure.StandardError)
            _warnings.Add(string.Create(culture, $"the normal pressure {NormalPressure} bar is not the vapour pressure {options.VapourPressure:G4} bar within 3 standard errors; the slab is strained, too thin, or its vapour is not given (--vapour-pressure_bar)"));
        var (shortest, longest) = (length.Min(), length.Max());
        if (longest - shortest > 1e-6 * longest)
            _warnings.Add(string.Create(culture, $"the cell length along the normal changes from {shortest:0.###} to {longest:0.###} Å; a surface tension is measured at constant area and length"));
    }
}
