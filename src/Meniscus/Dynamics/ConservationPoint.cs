namespace Meniscus.Dynamics;

/// <summary>What the conserved quantity did at one time step.</summary>
public sealed record ConservationPoint
{
    /// <summary>dt, fs.</summary>
    public required double TimestepFs { get; init; }

    /// <summary>Steps done.</summary>
    public required long Steps { get; init; }

    /// <summary>Whether the atoms stayed together.</summary>
    public required bool IsStable { get; init; }

    /// <summary>Drift, meV/atom/ps.</summary>
    public double Drift { get; private init; } = double.NaN;

    /// <summary>Its standard error.</summary>
    public double DriftError { get; private init; } = double.NaN;

    /// <summary>Root mean square deviation from the line (of each part, with a stochastic thermostat), meV/atom.</summary>
    public double Scatter { get; private init; } = double.NaN;

    /// <summary>Standard error of <see cref="Scatter"/> over itself, from the parts.</summary>
    public double RelativeScatterError { get; private init; } = double.NaN;

    /// <summary>Deviation from the first value after each step, meV/atom.</summary>
    public IReadOnlyList<double> Values { get; private init; } = [];

    /// <summary>A time step at which the atoms flew apart.</summary>
    internal static ConservationPoint Unstable(double timestepFs, long steps) => new() { TimestepFs = timestepFs, Steps = steps, IsStable = false };

    /// <summary>Drift and scatter of a series.</summary>
    /// <param name="timestepFs">dt, fs.</param>
    /// <param name="values">meV/atom, from step 0 on.</param>
    /// <param name="walks">Whether the errors add up to a walk.</param>
    internal static ConservationPoint Of(double timestepFs, double[] values, bool walks)
    {
        const int Parts = ConservationCheck.Parts;
        var dt = timestepFs * Atoms.Units.Femtosecond;
        var length = (values.Length - 1) / Parts;
        var variances = new double[Parts];
        var means = new double[Parts];
        for (var part = 0; part < Parts; part++)
        {
            var piece = values.AsSpan(1 + (part * length), length);
            variances[part] = Math.Pow(Line(piece).Scatter, 2);
            foreach (var value in piece)
                means[part] += value / length;
        }

        var whole = Line(values);
        var ofParts = Line(means);
        var mean = variances.Average();
        var (drift, error) = walks
            ? OfWalk(means, length * dt)
            : (whole.Slope / dt, ofParts.Scatter * Math.Sqrt(Parts / (Parts - 2.0) / (Parts * ((Parts * Parts) - 1) / 12.0)) / (length * dt));
        return new ConservationPoint
        {
            TimestepFs = timestepFs,
            Steps = values.Length - 1,
            IsStable = true,
            Drift = drift,
            DriftError = error,
            Scatter = walks ? Math.Sqrt(mean) : whole.Scatter,
            RelativeScatterError = 0.5 * Math.Sqrt(variances.Sum(v => (v - mean) * (v - mean)) / (Parts * (Parts - 1.0))) / mean,
            Values = values,
        };
    }

    /// <summary>The least-squares line through values at 0, 1, 2, …, and the deviation from it.</summary>
    private static (double Slope, double Scatter) Line(ReadOnlySpan<double> values)
    {
        double n = values.Length, mean = 0, slope = 0, sum = 0;
        foreach (var value in values)
            mean += value / n;
        for (var i = 0; i < values.Length; i++)
            slope += (i - ((n - 1) / 2)) * (values[i] - mean);
        slope /= n * ((n * n) - 1) / 12;
        for (var i = 0; i < values.Length; i++)
        {
            var rest = values[i] - mean - (slope * (i - ((n - 1) / 2)));
            sum += rest * rest;
        }

        return (slope, Math.Sqrt(sum / n));
    }

    /// <summary>Drift of a walk: the mean of its steps, which are independent.</summary>
    private static (double Drift, double Error) OfWalk(double[] means, double time)
    {
        var steps = means.Length - 1;
        var mean = (means[^1] - means[0]) / steps;
        double squares = 0;
        for (var k = 0; k < steps; k++)
            squares += Math.Pow(means[k + 1] - means[k] - mean, 2);
        return (mean / time, Math.Sqrt(squares / (steps - 1) / steps) / time);
    }
}
