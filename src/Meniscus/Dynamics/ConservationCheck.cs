using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>
/// What the conserved quantity of an ensemble does as the time step changes: from one thermalised state the same stretch of time is
/// simulated at several time steps. Splittings of second order conserve a quantity that differs from the ensemble's by terms in dt²
/// (H. Yoshida, Phys. Lett. A 150, 262 (1990)), so the quantity scatters as dt² and does not drift; forces that are not the gradient
/// of the energy, lists that miss neighbours and steps that are too long make it drift.
/// <para>
/// Scatter is the deviation from the line through all values. CSVR and Langevin conserve U + K less what they gave: its error adds up to
/// a walk, of another course at each time step. For them scatter is taken about the lines of sixteen parts, the
/// drift's error from the steps between their means, and the exponent is judged less strictly.
/// </para>
/// </summary>
public sealed class ConservationCheck
{
    /// <summary>Parts that a run is cut into for errors.</summary>
    public const int Parts = 16;

    private const int FewestSteps = 8 * Parts;
    private const double ThermalisingPeriod = 0.05;
    private const double FarthestMove = 1;

    // A scatter of this share of that of the kinetic energy is the model's: float32, and cutoffs where the energy jumps.
    private const double NoiseShare = 1.0 / 500;

    // In noise levels: how much of a scatter may be taken for that of the model at the shortest time steps.
    private const double MostLevelling = 10;

    private readonly MdInput _input;
    private readonly StageInput _stage;
    private readonly ConservationCheckOptions _options;
    private readonly MolecularState _state;
    private readonly IPotential _potential;
    private long _done;
    private long _total;

    private ConservationCheck(MdInput input, StageInput stage, ConservationCheckOptions options, IPotential potential)
    {
        (_input, _stage, _options, _potential) = (input, stage, options, potential);
        potential.Skin = input.Skin;
        OwnTimestepFs = stage.TimestepFs ?? input.TimestepFs;
        _state = MdSetup.FromStructure(input, potential, options.Notice);
    }

    /// <summary>Name of the stage.</summary>
    public string Stage => _stage.Name;

    /// <summary>The time step of the input, fs.</summary>
    public double OwnTimestepFs { get; }

    /// <summary>Number of atoms.</summary>
    public int AtomCount => _state.AtomCount;

    /// <summary>Temperature of the state that all runs start from, K.</summary>
    public double Temperature { get; private set; }

    /// <summary>Whether the thermostat is a stochastic one.</summary>
    public bool IsStochastic => _stage.Kind == StageKind.Nvt && _stage.Thermostat != ThermostatKind.NoseHoover;

    /// <summary>Largest drift that passes, meV/atom/ps.</summary>
    public double MaxDrift => _options.MaxDrift;

    /// <summary>Scatter up to which the exponent cannot be told from noise of the model, meV/atom.</summary>
    public double NoiseLevel => NoiseShare * 1e3 * Units.Boltzmann * Temperature * Math.Sqrt(1.5 / AtomCount);

    /// <summary>What each time step gave, from the shortest.</summary>
    public IReadOnlyList<ConservationPoint> Points { get; private set; } = [];

    /// <summary>That of the input's time step.</summary>
    public ConservationPoint Own => Points.First(p => p.TimestepFs == OwnTimestepFs);

    /// <summary>Exponent of the scatter as a power of the time step; NaN where fewer than two time steps scatter above the noise.</summary>
    public double Exponent { get; private set; } = double.NaN;

    /// <summary>Its standard error; NaN where there is none to tell.</summary>
    public double ExponentError { get; private set; } = double.NaN;

    /// <summary>Where the scatter levels off at the shortest time steps, which are left out of the exponent then, meV/atom; else NaN.</summary>
    public double LevelsOffAt { get; private set; } = double.NaN;

    /// <summary>Exponents that pass.</summary>
    public (double Low, double High) ExponentWindow => IsStochastic ? (1, 3) : (1.5, 2.5);

    /// <summary>What is wrong, one line each; empty where all is well.</summary>
    public IReadOnlyList<string> Failures { get; private set; } = [];

    /// <summary>What could not be told, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Checks a stage of an input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="options">Which stage, time steps, how long.</param>
    /// <param name="potential">What moves the atoms; owned by the caller.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">Something the user gave cannot be used.</exception>
    /// <exception cref="MdFailedException">The atoms flew apart before the first time step was tried.</exception>
    public static ConservationCheck Run(
        MdInput input, ConservationCheckOptions options, IPotential potential, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(potential);
        var index = StageIndex(input, options.Stage);
        var check = new ConservationCheck(input, input.Stages[index], options, potential);
        var timesteps = check.Timesteps();
        check._total = (long)(options.ThermalisePs / (check.OwnTimestepFs * Units.Femtosecond)) + timesteps.Sum(check.StepsOf);
        check.Prepare(index, progress, cancellation);
        check.Points = [.. timesteps.Select(dt => check.Measure(dt, progress, cancellation))];
        check.FitExponent();
        check.Judge();
        return check;
    }

    private static int StageIndex(MdInput input, int? stage)
    {
        var culture = CultureInfo.InvariantCulture;
        if (stage is not { } number)
        {
            var first = input.Stages.ToList().FindIndex(s => s.Kind != StageKind.Minimize);
            return first >= 0 ? first : throw new InputException($"{input.Source}: has no stage but minimizations; conservation is checked in nve, nvt or npt");
        }

        if (number < 1 || number > input.Stages.Count)
            throw new InputException(string.Create(culture, $"{input.Source}: stage {number} of {input.Stages.Count}; count them from 1"));
        return input.Stages[number - 1].Kind != StageKind.Minimize
            ? number - 1
            : throw new InputException(string.Create(culture, $"{input.Source}: stage {number} is a minimization, which conserves nothing; choose another stage"));
    }

    private double[] Timesteps()
    {
        var given = _options.TimestepsFs is { Count: > 0 } list ? list : [0.5 * OwnTimestepFs, 2 * OwnTimestepFs];
        if (given.FirstOrDefault(dt => !(dt > 0 && double.IsFinite(dt)), 1) is var bad and not 1)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"time step {bad} fs: expected a number above 0"));
        double[] all = [.. given.Append(OwnTimestepFs).Distinct().Order()];
        if (all.Length < 2)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"only the time step of the input, {OwnTimestepFs} fs; give at least one other"));
        return StepsOf(all[^1]) >= FewestSteps
            ? all
            : throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_options.TimePs} ps are {StepsOf(all[^1])} steps of {all[^1]} fs; expected at least {FewestSteps}, so simulate {FewestSteps * all[^1] * Units.Femtosecond:g3} ps or more"));
    }

    private long StepsOf(double timestepFs) => (long)Math.Round(_options.TimePs / (timestepFs * Units.Femtosecond));

    /// <summary>Minimizes as the input does before the stage, gives velocities, and lets CSVR bring the temperature about.</summary>
    private void Prepare(int stage, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        _state.Evaluate(_potential);
        foreach (var minimization in _input.Stages.Take(stage).Where(s => s.Kind == StageKind.Minimize))
        {
            var descent = new FireMinimizer(_state, _potential);
            for (long step = 0; step < minimization.Steps && FireMinimizer.LargestForce(_state.Forces) >= minimization.ForceTolerance; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                descent.Advance(0, 0);
            }
        }

        var own = _state.Temperature(_state.KineticEnergy());
        var temperature = _stage.NewVelocities ?? _stage.Temperature?.Start ?? _input.InitialTemperature ?? (own > 0 ? own : _options.UsualTemperature);
        if (own == 0 || _stage.NewVelocities is not null)
            _state.DrawVelocities(temperature, new RandomStream(_input.Seed, "velocities"));
        CentreOfMassMotion.Remove(_state.Masses, _state.Velocities);
        var timestep = OwnTimestepFs * Units.Femtosecond;
        var thermostat = new CsvrEnsemble(_state, _potential, timestep, ThermalisingPeriod, _input.Seed);
        for (long step = 0; step < (long)(_options.ThermalisePs / timestep); step++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!TryAdvance(thermostat, _state, temperature, 0, timestep))
            {
                throw new MdFailedException(string.Create(
                    CultureInfo.InvariantCulture, $"the atoms flew apart in step {step + 1} of thermalising at {temperature} K and {OwnTimestepFs} fs; relax the structure first or take a shorter time step"));
            }

            progress?.Report(new ProgressReport(++_done, _total, ""));
        }

        Temperature = temperature;
    }

    private ConservationPoint Measure(double timestepFs, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var timestep = timestepFs * Units.Femtosecond;
        var state = new MolecularState(_state.TypeMap, _state.Types, _state.Masses, _state.Positions, _state.Cell);
        _state.Velocities.CopyTo(state.Velocities, 0);
        state.Evaluate(_potential);
        var ensemble = StageEnsemble.Create(_stage, state, _potential, timestep, _input.Seed);
        var (temperature, pressure) = (_stage.Temperature?.Start ?? 0, _stage.Pressure?.Start ?? 0);
        var values = new double[StepsOf(timestepFs) + 1];
        var start = ensemble.ConservedQuantity;
        for (var step = 1; step < values.Length; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new ProgressReport(++_done, _total, ""));
            if (!TryAdvance(ensemble, state, temperature, pressure, timestep))
            {
                _done += values.Length - 1 - step;
                return ConservationPoint.Unstable(timestepFs, step);
            }

            values[step] = 1e3 * (ensemble.ConservedQuantity - start) / state.AtomCount;
        }

        return ConservationPoint.Of(timestepFs, values, IsStochastic);
    }

    private static bool TryAdvance(Ensemble ensemble, MolecularState state, double temperature, double pressure, double timestep)
    {
        try
        {
            ensemble.Advance(temperature, pressure);
        }
        catch (InputException)
        {
            // Overlapping atoms, or numbers that are none: what a step too long leads to.
            return false;
        }

        return double.IsFinite(state.Evaluation.Energy) && state.Velocities.All(v => Math.Abs(v) * timestep < FarthestMove);
    }

    /// <summary>
    /// A line through ln(scatter) against ln(dt), of the time steps that scatter above the noise. Where an energy that jumps at a cutoff makes the scatter
    /// level off, the shortest ones are left out until the exponent is one of the window or two are left.
    /// </summary>
    private void FitExponent()
    {
        ConservationPoint[] points = [.. Points.Where(p => p.IsStable && p.Scatter > NoiseLevel)];
        if (points.Length < 2)
            return;
        FitExponent(points);
        for (var first = 1; Exponent < ExponentWindow.Low && points.Length - first >= 2 && points[first - 1].Scatter < MostLevelling * NoiseLevel; first++)
        {
            LevelsOffAt = points[first - 1].Scatter;
            FitExponent(points[first..]);
        }
    }

    private void FitExponent(ConservationPoint[] points)
    {
        double[] x = [.. points.Select(p => Math.Log(p.TimestepFs))];
        double[] y = [.. points.Select(p => Math.Log(p.Scatter))];
        var (mean, value) = (x.Average(), y.Average());
        var spread = x.Sum(t => (t - mean) * (t - mean));
        Exponent = x.Zip(y, (t, s) => (t - mean) * (s - value)).Sum() / spread;
        var rest = x.Zip(y, (t, s) => s - value - (Exponent * (t - mean))).Sum(r => r * r);
        var fromFit = points.Length > 2 ? Math.Sqrt(rest / (points.Length - 2) / spread) : double.NaN;
        var fromScatter = Math.Sqrt(points.Select((p, k) => Math.Pow(p.RelativeScatterError * (x[k] - mean), 2)).Sum()) / spread;
        ExponentError = !IsStochastic ? fromFit : points.Length > 2 ? Math.Max(fromFit, fromScatter) : fromScatter;
    }

    private void Judge()
    {
        var culture = CultureInfo.InvariantCulture;
        var (failures, warnings) = (new List<string>(), new List<string>());
        var (low, high) = ExponentWindow;
        foreach (var point in Points.Where(p => !p.IsStable))
        {
            var line = string.Create(culture, $"at {point.TimestepFs} fs the atoms flew apart in step {point.Steps}");
            (point.TimestepFs <= OwnTimestepFs ? failures : warnings).Add(line);
        }

        if (Own.IsStable && !(Math.Abs(Own.Drift) - (2 * Own.DriftError) <= MaxDrift))
            failures.Add(string.Create(culture, $"the conserved quantity of {Stage} drifts by {Own.Drift:g3} ± {Own.DriftError:g2} meV/atom/ps at {OwnTimestepFs} fs; expected at most {MaxDrift:g3}"));
        if (Exponent < low || Exponent > high)
            failures.Add(string.Create(culture, $"the conserved quantity of {Stage} scatters as the time step to the power {Exponent:f2}; expected 2 (from {low} to {high})"));
        if (double.IsNaN(Exponent))
            warnings.Add(string.Create(culture, $"no exponent: fewer than two time steps scatter above the noise of {NoiseLevel:g2} meV/atom"));
        if (Exponent >= low && LevelsOffAt > 0)
            warnings.Add(string.Create(culture, $"the scatter levels off at {LevelsOffAt:g3} meV/atom, which shorter time steps do not lower: an energy that jumps at a cutoff, or rounding; the exponent is that of the longer ones"));
        if (Own.IsStable && Own.DriftError > MaxDrift)
            warnings.Add(string.Create(culture, $"the drift is known to {Own.DriftError:g2} meV/atom/ps only, more than the limit of {MaxDrift:g3}; simulate longer"));
        (Failures, Warnings) = (failures, warnings);
    }
}

/// <summary>How conservation is checked.</summary>
public sealed record ConservationCheckOptions
{
    /// <summary>Stage of the input, from 1; null for the first that is no minimization.</summary>
    public int? Stage { get; init; }

    /// <summary>Time steps, fs, besides that of the input; null for half and twice it.</summary>
    public IReadOnlyList<double>? TimestepsFs { get; init; }

    /// <summary>Time to simulate with each, ps.</summary>
    public double TimePs { get; init; } = 2;

    /// <summary>Time to thermalise before, ps.</summary>
    public double ThermalisePs { get; init; } = 0.5;

    /// <summary>Largest drift that passes, meV/atom/ps.</summary>
    public double MaxDrift { get; init; } = 0.01;

    /// <summary>Temperature of atoms at rest where the input has none, K.</summary>
    public double UsualTemperature { get; init; } = 300;

    /// <summary>Receives what the user should know, one line each.</summary>
    public Action<string> Notice { get; init; } = _ => { };
}
