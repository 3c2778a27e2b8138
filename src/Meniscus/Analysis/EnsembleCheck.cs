using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Analysis;

/// <summary>The ensembles that a run may be meant to sample.</summary>
public enum SampledEnsemble
{
    /// <summary>Constant energy.</summary>
    Nve,

    /// <summary>Constant temperature.</summary>
    Nvt,

    /// <summary>Constant temperature and pressure.</summary>
    Npt,
}

/// <summary>What the runs were meant to sample.</summary>
public sealed record EnsembleCheckOptions
{
    /// <summary>Temperature of each run, K; one for both where they are the same. Empty to take the table's <c>TempTarget</c>.</summary>
    public IReadOnlyList<double> Temperatures { get; init; } = [];

    /// <summary>Pressure of each run, bar; one for both where they are the same. Empty to take the table's <c>PressTarget</c>.</summary>
    public IReadOnlyList<double> Pressures { get; init; } = [];

    /// <summary>What is left out at the start.</summary>
    public Skip Skip { get; init; } = Skip.Parse("auto");

    /// <summary>The ensemble; null for NPT where the volume changes, else NVT.</summary>
    public SampledEnsemble? Ensemble { get; init; }

    /// <summary>N_f; null to take it from 2K/(k_B T) of the table.</summary>
    public double? DegreesOfFreedom { get; init; }
}

/// <summary>
/// Whether one or two runs sample the ensemble they were meant to: the kinetic energy of each (<see cref="KineticEnergyCheck"/>), and
/// with two the ratio of their distributions (<see cref="TwoStateCheck"/>). At constant energy only that is checked: the total energy
/// may scatter by no more than a tenth of what it turns over between kinetic and potential.
/// </summary>
public sealed class EnsembleCheck
{
    private const double MostEnergyScatter = 0.1;

    private EnsembleCheck(SampledEnsemble ensemble)
    {
        Ensemble = ensemble;
    }

    /// <summary>The ensemble.</summary>
    public SampledEnsemble Ensemble { get; }

    /// <summary>Rows left out of each table.</summary>
    public IReadOnlyList<int> SkippedRows { get; private init; } = [];

    /// <summary>Kinetic energy of each run; none at constant energy.</summary>
    public IReadOnlyList<KineticEnergyCheck> Kinetic { get; private init; } = [];

    /// <summary>Scatter of the total energy over that of the kinetic energy, of each run at constant energy.</summary>
    public IReadOnlyList<double> EnergyScatter { get; private init; } = [];

    /// <summary>Ratio of the distributions of two runs, or null.</summary>
    public TwoStateCheck? TwoStates { get; private init; }

    /// <summary>What is wrong, one line each; empty where all is well.</summary>
    public IReadOnlyList<string> Failures { get; private init; } = [];

    /// <summary>What could not be told, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Checks one or two runs.</summary>
    /// <param name="tables">Their tables.</param>
    /// <param name="options">What they were meant to sample.</param>
    /// <exception cref="InputException">A column or a target is missing, or two runs cannot be compared.</exception>
    public static EnsembleCheck Of(IReadOnlyList<ThermoTable> tables, EnsembleCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentOutOfRangeException.ThrowIfZero(tables.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tables.Count, 2);
        options ??= new EnsembleCheckOptions();
        foreach (var table in tables)
            table.RequirePhysicalUnits();
        int[] skip = [.. tables.Select(table => Rows(table, options.Skip))];
        var ensemble = options.Ensemble ?? (tables.Any(VolumeChanges) ? SampledEnsemble.Npt : SampledEnsemble.Nvt);
        if (ensemble == SampledEnsemble.Nve)
            return ConstantEnergy(tables, skip);
        double[] temperatures = [.. tables.Select((table, k) => Target(table, k, options.Temperatures, "TempTarget", "temperature"))];
        if (!temperatures.All(t => t > 0))
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"temperature {temperatures.Min()} K: expected a number above 0"));
        KineticEnergyCheck[] kinetic = [.. tables.Select((table, k) => KineticEnergyCheck.Of(table, temperatures[k], options.DegreesOfFreedom, skip[k]))];
        var both = tables.Count == 2 ? Compare(tables, skip, temperatures, ensemble, options) : null;
        var failures = kinetic.Select((check, k) => check.Failure is { } failure ? $"{tables[k].Source}: {failure}" : null).Append(both?.Failure).OfType<string>();
        return new EnsembleCheck(ensemble)
        {
            SkippedRows = skip,
            Kinetic = kinetic,
            TwoStates = both,
            Failures = [.. failures],
            Warnings = [.. WarningsOf(tables, kinetic, both)],
        };
    }

    private static EnsembleCheck ConstantEnergy(IReadOnlyList<ThermoTable> tables, int[] skip)
    {
        double[] scatter = [.. tables.Select((table, k) => Deviation(ThermoEnergies.Total(table)[skip[k]..]) / Deviation(ThermoEnergies.Kinetic(table)[skip[k]..]))];
        return new EnsembleCheck(SampledEnsemble.Nve)
        {
            SkippedRows = skip,
            EnergyScatter = scatter,
            Failures =
            [
                .. tables.Zip(scatter).Where(pair => !(pair.Second <= MostEnergyScatter)).Select(pair => string.Create(
                    CultureInfo.InvariantCulture,
                    $"{pair.First.Source}: the total energy fluctuates by {pair.Second:g3} of what the kinetic energy does; at constant energy expected below {MostEnergyScatter}")),
            ],
        };
    }

    private static TwoStateCheck Compare(
        IReadOnlyList<ThermoTable> tables, int[] skip, double[] temperatures, SampledEnsemble ensemble, EnsembleCheckOptions options)
    {
        double[] beta = [.. temperatures.Select(t => 1 / (Units.Boltzmann * t))];
        double[][] energies = [.. tables.Select((table, k) => ThermoEnergies.Potential(table)[skip[k]..])];
        if (ensemble == SampledEnsemble.Nvt)
        {
            return beta[0] == beta[1]
                ? throw new InputException("both runs have the same temperature; two NVT runs are compared at two temperatures (--temperature T1 T2)")
                : TwoStateCheck.Of("potential energy", "eV", energies[0], energies[1], beta[0] - beta[1]);
        }

        double[] pressures = [.. tables.Select((table, k) => Target(table, k, options.Pressures, "PressTarget", "pressure") / Units.EvPerCubicAngstrom)];
        double[][] volumes = [.. tables.Select((table, k) => table.Column("Volume")[skip[k]..])];
        if (beta[0] == beta[1])
        {
            return pressures[0] == pressures[1]
                ? throw new InputException("both runs have the same temperature and pressure; two NPT runs are compared at two temperatures or at two pressures")
                : TwoStateCheck.Of("volume", "Å³", volumes[0], volumes[1], -beta[0] * (pressures[1] - pressures[0]));
        }

        if (pressures[0] != pressures[1])
            throw new InputException("the runs differ in temperature and in pressure; compare runs that differ in one of them");
        double[][] enthalpies = [.. energies.Select((u, k) => u.Zip(volumes[k], (energy, volume) => energy + (pressures[0] * volume)).ToArray())];
        return TwoStateCheck.Of("enthalpy U + PV", "eV", enthalpies[0], enthalpies[1], beta[0] - beta[1]);
    }

    private static IEnumerable<string> WarningsOf(IReadOnlyList<ThermoTable> tables, KineticEnergyCheck[] kinetic, TwoStateCheck? both)
    {
        var culture = CultureInfo.InvariantCulture;
        for (var k = 0; k < kinetic.Length; k++)
        {
            if (kinetic[k].Independent.Length < KineticEnergyCheck.FewestSamples)
                yield return string.Create(culture, $"{tables[k].Source}: only {kinetic[k].Independent.Length} independent samples of the kinetic energy; expected at least {KineticEnergyCheck.FewestSamples}, run longer");
        }

        if (both is { IsResolved: false })
            yield return string.Create(culture, $"the slope of the log ratio has an error of {both.SlopeError / Math.Abs(both.ExpectedSlope):p0} of itself; run longer, or take states farther apart");
    }

    /// <summary>What was given for a run, else the target in its table.</summary>
    private static double Target(ThermoTable table, int index, IReadOnlyList<double> given, string column, string name)
    {
        if (given.Count > 0)
            return given[Math.Min(index, given.Count - 1)];
        if (!table.Has(column))
            throw new InputException($"{table.Source}: no column '{column}' that says the {name} of the run; give it with --{name}");
        var values = table.Column(column);
        return values[0] == values[^1]
            ? values[0]
            : throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{table.Source}: {column} goes from {values[0]} to {values[^1]}; a ramp samples no ensemble, take a run at constant {name}"));
    }

    /// <summary>Left out is what either energy needs to come to rest.</summary>
    private static int Rows(ThermoTable table, Skip skip)
    {
        var kinetic = ThermoEnergies.Kinetic(table);
        var rows = skip.RowsOf(table, kinetic);
        if (skip.IsAutomatic && (table.Has("PotEng") || table.Has("TotEng")))
            rows = Math.Max(rows, skip.RowsOf(table, table.Column(table.Has("PotEng") ? "PotEng" : "TotEng")));
        return table.RowCount - rows >= 4
            ? rows
            : throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{table.Source}: {table.RowCount - rows} rows are left of {table.RowCount}; expected some hundred"));
    }

    private static bool VolumeChanges(ThermoTable table) =>
        table.Has("Volume") && table.Column("Volume") is var volume && volume.Max() - volume.Min() > 1e-6 * volume[0];

    private static double Deviation(double[] x) => Math.Sqrt(Moments.Variance(x, Moments.Mean(x)));
}
