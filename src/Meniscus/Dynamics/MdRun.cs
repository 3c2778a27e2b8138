using System.Diagnostics;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>
/// A molecular dynamics run: the stages of its input one after the other, with what they write. After every step the state
/// is complete, so a run can be stopped after any of them and goes on from its restart as if it had not been: positions,
/// random numbers, ramps and files are the same to the last bit.
/// </summary>
public sealed class MdRun : IDisposable
{
    /// <summary>Farthest that an atom may move in a step, Å; forces that do more are no physics.</summary>
    private const double FarthestMove = 1;

    private readonly MdInput _input;
    private readonly MdOptions _options;
    private readonly TimedPotential _potential;
    private readonly MolecularState _state;
    private readonly List<StageDrift> _drifts = [];
    private readonly Stopwatch _clock = new();
    private MdRestart? _resumed;
    private MdOutputs? _outputs;
    private Ensemble? _ensemble;
    private ConservationDrift _drift = new();
    private int _stage;
    private long _stageStep;
    private double _stageTime;
    private long _stepsNow;
    private bool _overflowTold;
    private string _message = "";
    private TimeSpan _messageAt;
    private long _stepsOfRun;

    private MdRun(MdInput input, MdOptions options, IPotential potential)
    {
        (_input, _options) = (input, options);
        _potential = new TimedPotential(potential) { Skin = input.Skin };
        if (options.Restart is { } path)
        {
            _resumed = MdRestart.Load(path);
            _state = MdSetup.FromRestart(_resumed, path, _potential);
            return;
        }

        _state = MdSetup.FromStructure(input, potential, options.Notice);
        _state.Evaluate(_potential);
    }

    private StageInput Stage => _input.Stages[_stage];

    private double Timestep => Stage.Kind == StageKind.Minimize ? 0 : (Stage.TimestepFs ?? _input.TimestepFs) * Units.Femtosecond;

    private bool StageIsDone => _stageStep >= Stage.Steps
        || (Stage.Kind == StageKind.Minimize && FireMinimizer.LargestForce(_state.Forces) < Stage.ForceTolerance);

    private bool MayGoOn => _options.MaxSteps is not { } most || _stepsNow < most;

    /// <summary>Does a run.</summary>
    /// <param name="input">The input.</param>
    /// <param name="options">Threads, restart, messages.</param>
    /// <param name="potential">What moves the atoms; owned by the caller.</param>
    /// <param name="deviation">Where the deviation of a committee goes, or null; owned by the caller.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellation">Finish the step, write the restart, stop.</param>
    /// <exception cref="InputException">Something the user gave cannot be used; nothing has been written.</exception>
    /// <exception cref="MdFailedException">The run came apart; the last restart is as it was.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; a restart has been written.</exception>
    public static MdResult Run(
        MdInput input, MdOptions options, IPotential potential, ModelDeviationRecorder? deviation, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        using var run = new MdRun(input, options, potential);
        IO.AtomicFile.RequireWritable(input.Restart.File, "restart/file");
        if (run._resumed is null)
            run.BeginStage(0);
        else
            run.Resume();
        run._outputs = new MdOutputs(input, run._state, deviation, run._resumed?.Outputs, options.Row);
        if (run._resumed is null)
            run.WriteOutputs(stageEnds: false);
        return run.DoStages(progress, cancellation);
    }

    /// <summary>Closes the outputs.</summary>
    public void Dispose() => _outputs?.Dispose();

    private MdResult DoStages(IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var timeBefore = _state.Time;
        var potentialBefore = _potential.Elapsed;
        _clock.Start();
        while (true)
        {
            while (!StageIsDone && MayGoOn)
            {
                OneStep();
                Report(progress);
                if (cancellation.IsCancellationRequested)
                    StopHere();
            }

            KeepDrift();
            if (!MayGoOn || _stage + 1 == _input.Stages.Count)
                break;
            BeginStage(_stage + 1);
        }

        var finished = StageIsDone && _stage + 1 == _input.Stages.Count;
        WriteRestart();
        if (finished)
            _outputs!.WriteFinalStructure();
        return new MdResult
        {
            Steps = _stepsNow,
            Finished = finished,
            Atoms = _state.AtomCount,
            SimulatedPs = _state.Time - timeBefore,
            Seconds = _clock.Elapsed.TotalSeconds,
            PotentialShare = _clock.Elapsed > TimeSpan.Zero ? (_potential.Elapsed - potentialBefore) / _clock.Elapsed : double.NaN,
            NeighborListBuilds = _potential.NeighborListBuilds,
            Restart = _input.Restart.File,
            Drifts = _drifts,
        };
    }

    private void BeginStage(int stage)
    {
        (_stage, _stageStep, _stageTime, _drift) = (stage, 0, _state.Time, new ConservationDrift());
        _stepsOfRun = _state.Step + _input.Stages.Skip(stage).Sum(s => s.Steps);
        if (Stage.NewVelocities is { } temperature)
            _state.DrawVelocities(temperature, new RandomStream(SeedOf(stage), "velocities"));
        if (_input.RemoveComEvery > 0 && Stage.Kind != StageKind.Minimize)
            CentreOfMassMotion.Remove(_state.Masses, _state.Velocities);
        _ensemble = StageEnsemble.Create(Stage, _state, _potential, Timestep, SeedOf(stage));
        if (Stage.Kind != StageKind.Minimize)
            _drift.Add(_state.Time, _ensemble.ConservedQuantity);
    }

    /// <summary>Stochastic thermostats of different stages draw different numbers.</summary>
    private long SeedOf(int stage) => unchecked(_input.Seed + (stage * 0x9E3779B9L));

    private void Resume()
    {
        var (restart, path) = (_resumed!, _options.Restart);
        if (restart.Stage >= _input.Stages.Count || _input.Stages[restart.Stage].Kind.ToString() != restart.StageKind)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: was written in stage {restart.Stage + 1} of kind {restart.StageKind.ToLowerInvariant()}, which {_input.Source} does not have there; go on with the input of that run (more steps and more stages are fine)"));
        }

        (_stage, _stageStep, _stageTime) = (restart.Stage, restart.StageStep, restart.StageTime);
        _stepsOfRun = restart.Step - restart.StageStep + _input.Stages.Skip(_stage).Sum(s => s.Steps);
        _ensemble = StageEnsemble.Create(Stage, _state, _potential, Timestep, SeedOf(_stage));
        try
        {
            using var reader = new BinaryReader(new MemoryStream(restart.Ensemble));
            _ensemble.Restore(reader);
            if (reader.PeekChar() >= 0)
                throw new FormatException("more than its thermostat has");
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InputException($"{path}: the thermostat or barostat of {Stage.Name} in {_input.Source} is another than the restart's; go on with the input of that run", e);
        }

        _drift.Restore(restart.Drift);
    }

    private void OneStep()
    {
        _stageStep++;
        var (temperature, pressure) = Targets();
        try
        {
            _ensemble!.Advance(temperature, pressure);
        }
        catch (InputException e)
        {
            throw new MdFailedException(Failure($"{e.Message}"), e);
        }

        _state.Time = _stageTime + (_stageStep * Timestep);
        _stepsNow++;
        RequireSense();
        if (_input.RemoveComEvery > 0 && Stage.Kind != StageKind.Minimize && _state.Step % _input.RemoveComEvery == 0)
            _ensemble.RemoveCentreOfMassMotion();
        if (Stage.Kind != StageKind.Minimize)
            _drift.Add(_state.Time, _ensemble.ConservedQuantity);
        WriteOutputs(StageIsDone);
        if (_state.Step % _input.Restart.Every == 0)
            WriteRestart();
    }

    private (double Temperature, double Pressure) Targets() =>
        (Stage.Temperature?.At(_stageStep, Stage.Steps) ?? 0, Stage.Pressure?.At(_stageStep, Stage.Steps) ?? 0);

    private void WriteOutputs(bool stageEnds) => _outputs!.Write(_ensemble!, _stage + 1, Targets(), stageEnds);

    /// <summary>A number that is none, or an atom that flies, stops the run before it is written anywhere.</summary>
    private void RequireSense()
    {
        var fastest = Timestep > 0 ? FarthestMove / Timestep : double.MaxValue;
        var v = _state.Velocities;
        for (var k = 0; k < v.Length; k++)
        {
            if (Math.Abs(v[k]) < fastest)
                continue;
            var atom = k / 3;
            throw new MdFailedException(Failure(string.Create(
                CultureInfo.InvariantCulture,
                $"atom {atom} (counted from 0, {_state.TypeMap[_state.Types[atom]]}) has the velocity {v[k]:g4} Å/ps along {"xyz"[k % 3]}, {Math.Abs(v[k]) * Timestep:g3} Å in a step"))
                + "; take a shorter time step, relax the structure first, or look whether the model knows such configurations");
        }

        if (!double.IsFinite(_state.Evaluation.Energy))
            throw new MdFailedException(Failure("the energy is not a finite number") + "; look whether the model knows such configurations");
        TellOverflow();
    }

    private void TellOverflow()
    {
        if (_overflowTold || _state.Evaluation.Overflow.Atoms == 0)
            return;
        _overflowTold = true;
        var overflow = _state.Evaluation.Overflow;
        _options.Notice(string.Create(
            CultureInfo.InvariantCulture,
            $"step {_state.Step}: {overflow.Atoms} atoms have up to {overflow.LargestExcess} neighbours more than the model has slots for (sel); the nearest are kept. Said once"));
    }

    private string Failure(string what)
    {
        var last = File.Exists(_input.Restart.File) ? $"; the last good restart is {_input.Restart.File}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"step {_state.Step} of {Stage.Name}: {what}{last}");
    }

    private void WriteRestart()
    {
        var lengths = _outputs!.Commit();
        new MdRestart
        {
            Stage = _stage,
            StageKind = Stage.Kind.ToString(),
            StageStep = _stageStep,
            StageTime = _stageTime,
            Step = _state.Step,
            Time = _state.Time,
            TypeNames = [.. _state.TypeMap.Names],
            Types = _state.Types,
            Masses = _state.Masses,
            Cell = _state.Cell.IsPeriodic ? _state.Cell.ToArray() : null,
            Positions = _state.Positions,
            Velocities = _state.Velocities,
            Forces = _state.Forces,
            Energy = _state.Evaluation.Energy,
            Virial = _state.Evaluation.Virial,
            Ensemble = Bytes(_ensemble!.Save),
            Potential = Bytes(_potential.SaveMemory),
            Drift = _drift.Save(),
            Outputs = lengths,
        }.Save(_input.Restart.File);
    }

    private static byte[] Bytes(Action<BinaryWriter> save)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        save(writer);
        writer.Flush();
        return memory.ToArray();
    }

    private void StopHere()
    {
        WriteRestart();
        throw new OperationCanceledException(string.Create(
            CultureInfo.InvariantCulture, $"stopped after step {_state.Step}; go on with --restart {_input.Restart.File}"));
    }

    private void KeepDrift()
    {
        if (Stage.Kind == StageKind.Minimize)
            return;
        var perAtom = 1e3 / _state.AtomCount;
        _drifts.Add(new StageDrift(Stage.Name, perAtom * _drift.Slope, perAtom * _drift.LargestDeviation));
    }

    private void Report(IProgress<ProgressReport>? progress)
    {
        if (progress is null)
            return;
        var elapsed = _clock.Elapsed;
        if (elapsed - _messageAt > TimeSpan.FromSeconds(0.5))
        {
            _messageAt = elapsed;
            var speed = Timestep * 1e-3 * _stepsNow / elapsed.TotalDays;
            _message = string.Create(CultureInfo.InvariantCulture, $"{Stage.Name}  {_state.Temperature(_state.KineticEnergy()):f0} K  {speed:g3} ns/day");
        }

        progress.Report(new ProgressReport(_state.Step, _stepsOfRun, _message));
    }
}
