using System.Globalization;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;

namespace Meniscus.Analysis;

/// <summary>
/// Whether the kinetic energy of a run at constant temperature has the distribution it must have, the gamma distribution of shape
/// N_f/2 and scale k_B T, whatever the atoms are made of: mean N_f k_B T/2, variance N_f (k_B T)²/2. Mean and standard
/// deviation are compared in units of their errors, the whole distribution by Kolmogorov and Smirnov's test on samples as far apart
/// as they are correlated. P. T. Merz and M. R. Shirts, PLoS ONE 13, e0202764 (2018).
/// </summary>
public sealed class KineticEnergyCheck
{
    /// <summary>Standard errors beyond which a deviation is none of chance.</summary>
    public const double MostDeviations = 4;

    /// <summary>The probability of as many standard errors, below which a distribution is another one.</summary>
    public const double LeastProbability = 6.3e-5;

    /// <summary>Fewer independent samples, and little can be seen.</summary>
    public const int FewestSamples = 50;

    private KineticEnergyCheck(double[] samples, double[] independent, double temperature, double degrees)
    {
        (Samples, Independent, Temperature, DegreesOfFreedom) = (samples, independent, temperature, degrees);
        Mean = Moments.Mean(samples);
        StandardDeviation = Math.Sqrt(Moments.Variance(samples, Mean));
    }

    /// <summary>Kinetic energies, eV.</summary>
    public double[] Samples { get; }

    /// <summary>Those of them that are independent.</summary>
    public double[] Independent { get; }

    /// <summary>T that it should be, K.</summary>
    public double Temperature { get; }

    /// <summary>N_f.</summary>
    public double DegreesOfFreedom { get; }

    /// <summary>Mean, eV.</summary>
    public double Mean { get; }

    /// <summary>Standard deviation, eV.</summary>
    public double StandardDeviation { get; }

    /// <summary>N_f k_B T/2, eV.</summary>
    public double ExpectedMean => 0.5 * DegreesOfFreedom * Thermal;

    /// <summary>√(N_f/2) k_B T, eV.</summary>
    public double ExpectedDeviation => Math.Sqrt(0.5 * DegreesOfFreedom) * Thermal;

    /// <summary>How far the mean is off, in its standard errors.</summary>
    public double MeanZ { get; private init; }

    /// <summary>How far the standard deviation is off, in its standard errors.</summary>
    public double DeviationZ { get; private init; }

    /// <summary>Independent samples of the mean.</summary>
    public double MeanSamples { get; private init; }

    /// <summary>Largest distance of the distribution functions.</summary>
    public double Distance { get; private init; }

    /// <summary>Probability of as large a distance.</summary>
    public double Probability { get; private init; }

    /// <summary>The smallest error of the temperature that would have been seen, K.</summary>
    public double ResolvedTemperature => MostDeviations * Temperature * Math.Sqrt(2 / (DegreesOfFreedom * MeanSamples));

    /// <summary>What is wrong, one line, or null.</summary>
    public string? Failure
    {
        get
        {
            var culture = CultureInfo.InvariantCulture;
            if (!(Math.Abs(MeanZ) <= MostDeviations))
                return string.Create(culture, $"the mean kinetic energy is {Mean:g6} eV, {MeanZ:+0.0;-0.0} standard errors from N_f k_B T/2 = {ExpectedMean:g6} eV at {Temperature:g6} K (it is that of {Temperature * Mean / ExpectedMean:g6} K)");
            if (!(Math.Abs(DeviationZ) <= MostDeviations))
                return string.Create(culture, $"the kinetic energy fluctuates by {StandardDeviation:g4} eV, {DeviationZ:+0.0;-0.0} standard errors from √(N_f/2) k_B T = {ExpectedDeviation:g4} eV: the run samples another ensemble");
            if (!(Probability >= LeastProbability))
                return string.Create(culture, $"the kinetic energy has another distribution than Maxwell and Boltzmann's: probability {Probability:g2}");
            return null;
        }
    }

    private double Thermal => Units.Boltzmann * Temperature;

    /// <summary>Checks a run.</summary>
    /// <param name="table">Its table, with <c>KinEng</c> (or the energies it is the difference of) and <c>Temp</c>.</param>
    /// <param name="temperature">T that it should be, K.</param>
    /// <param name="degreesOfFreedom">N_f; null to take it from 2K/(k_B T) of the table.</param>
    /// <param name="skip">Rows to leave out at the start.</param>
    /// <exception cref="InputException">A column is missing, or the atoms do not move.</exception>
    public static KineticEnergyCheck Of(ThermoTable table, double temperature, double? degreesOfFreedom, int skip)
    {
        ArgumentNullException.ThrowIfNull(table);
        var kinetic = ThermoEnergies.Kinetic(table)[skip..];
        var degrees = degreesOfFreedom ?? Degrees(table, kinetic, skip);
        var mean = Moments.Mean(kinetic);
        // Thermostats make the energy swing, so that it may be uncorrelated sooner than its square.
        var squares = Array.ConvertAll(kinetic, k => (k - mean) * (k - mean));
        var (time, squareTime) = (Autocorrelation.IntegratedTime(kinetic), Autocorrelation.IntegratedTime(squares));
        var independent = Decorrelated.Every(kinetic, Math.Max(time, squareTime));
        var (shape, scale) = (0.5 * degrees, Units.Boltzmann * temperature);
        var (distance, probability) = KolmogorovSmirnov.Test(independent, k => GammaDistribution.Cumulative(k, shape, scale));
        var (samples, squareSamples) = (kinetic.Length / (2 * time), kinetic.Length / (2 * squareTime));
        var deviation = Math.Sqrt(Moments.Variance(kinetic, mean));
        var expectedDeviation = Math.Sqrt(shape) * scale;
        // The error of a standard deviation of n samples is σ((κ + 2)/4n)^½; the excess kurtosis κ is 12/N_f.
        var deviationError = expectedDeviation * Math.Sqrt((2 + (12 / degrees)) / (4 * squareSamples));
        return new KineticEnergyCheck(kinetic, independent, temperature, degrees)
        {
            MeanZ = (mean - (shape * scale)) / (expectedDeviation / Math.Sqrt(samples)),
            DeviationZ = (deviation - expectedDeviation) / deviationError,
            MeanSamples = samples,
            Distance = distance,
            Probability = probability,
        };
    }

    private static double Degrees(ThermoTable table, double[] kinetic, int skip)
    {
        var temperatures = table.Column("Temp")[skip..];
        var (energy, temperature) = (kinetic.Sum(), temperatures.Sum());
        if (!(energy > 0 && temperature > 0))
            throw new InputException($"{table.Source}: the atoms do not move (Temp is 0); expected a run at some temperature");
        // Programs differ in the last digits of k_B, and N_f is a whole number.
        return Math.Round(2 * energy / (Units.Boltzmann * temperature));
    }
}

/// <summary>Energies of thermo tables, from the columns there are.</summary>
internal static class ThermoEnergies
{
    /// <summary>K, eV: <c>KinEng</c>, or <c>TotEng</c> less the potential energy.</summary>
    public static double[] Kinetic(ThermoTable table)
    {
        if (table.Has("KinEng") || !table.Has("TotEng") || !HasPotential(table))
            return table.Column("KinEng");
        return [.. table.Column("TotEng").Zip(Potential(table), (total, potential) => total - potential)];
    }

    /// <summary>U, eV: <c>PotEng</c>, or <c>E_pair</c> and <c>E_mol</c>, or <c>TotEng</c> less <c>KinEng</c>.</summary>
    public static double[] Potential(ThermoTable table)
    {
        if (table.Has("PotEng"))
            return table.Column("PotEng");
        if (table.Has("E_pair") && table.Has("E_mol"))
            return [.. table.Column("E_pair").Zip(table.Column("E_mol"), (pair, molecule) => pair + molecule)];
        if (table.Has("TotEng") && table.Has("KinEng"))
            return [.. table.Column("TotEng").Zip(table.Column("KinEng"), (total, kinetic) => total - kinetic)];
        return table.Column("PotEng");
    }

    /// <summary>U + K, eV.</summary>
    public static double[] Total(ThermoTable table) =>
        table.Has("TotEng") ? table.Column("TotEng") : [.. Potential(table).Zip(Kinetic(table), (u, k) => u + k)];

    private static bool HasPotential(ThermoTable table) => table.Has("PotEng") || (table.Has("E_pair") && table.Has("E_mol"));
}

/// <summary>Samples of a series that are far enough apart to be independent.</summary>
internal static class Decorrelated
{
    /// <summary>Every 2τ-th sample.</summary>
    /// <param name="series">The series.</param>
    /// <param name="time">τ, in samples.</param>
    public static double[] Every(double[] series, double time)
    {
        var stride = Math.Clamp((int)Math.Ceiling(2 * time), 1, Math.Max(1, series.Length / 2));
        return [.. Enumerable.Range(0, (series.Length + stride - 1) / stride).Select(i => series[i * stride])];
    }
}
