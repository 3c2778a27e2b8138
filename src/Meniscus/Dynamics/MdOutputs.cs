using Meniscus.Atoms;
using Meniscus.IO;

namespace Meniscus.Dynamics;

/// <summary>Everything a run writes while it goes, but for its restart.</summary>
internal sealed class MdOutputs : IDisposable
{
    private readonly MdInput _input;
    private readonly MolecularState _state;
    private readonly ThermoSample _sample;
    private readonly ThermoTableFile _thermo;
    private readonly List<TrajectoryWriter> _trajectories = [];
    private readonly ModelDeviationRecorder? _deviation;
    private readonly Action<string> _row;

    /// <summary>Opens the files.</summary>
    /// <param name="input">The input.</param>
    /// <param name="state">The atoms.</param>
    /// <param name="deviation">Where the deviation of a committee goes, or null.</param>
    /// <param name="lengths">Lengths to go on from, or null to start anew.</param>
    /// <param name="row">Receives header and rows of the thermo table.</param>
    /// <exception cref="InputException">A file to go on with is not as long as it was.</exception>
    public MdOutputs(MdInput input, MolecularState state, ModelDeviationRecorder? deviation, IReadOnlyDictionary<string, long>? lengths, Action<string> row)
    {
        (_input, _state, _row, _deviation) = (input, state, row, deviation);
        _sample = new ThermoSample(state);
        foreach (var file in input.Trajectories.Select(t => t.File).Append(input.Thermo.File))
        {
            if (lengths?.TryGetValue(file, out var length) is true)
                ResumableFile.RequireLength(file, length);
        }

        _thermo = new ThermoTableFile(input.Thermo.File, input.Thermo.Columns, LengthOf(input.Thermo.File));
        foreach (var trajectory in input.Trajectories)
            _trajectories.Add(TrajectoryWriter.Open(trajectory.File, ContentOf(trajectory), resumeAt: LengthOf(trajectory.File)));
        deviation?.Open(LengthOf(input.ModelDeviation.File));
        row(_thermo.Header);

        long? LengthOf(string file) => lengths?.TryGetValue(file, out var length) is true ? length : null;
    }

    /// <summary>Writes what is due at this step.</summary>
    /// <param name="ensemble">The equations of motion.</param>
    /// <param name="stage">Number of the stage, from 1.</param>
    /// <param name="targets">Target temperature, K, and pressure, bar.</param>
    /// <param name="stageEnds">Whether this is the last step of a stage, whose thermo row is always written.</param>
    public void Write(Ensemble ensemble, int stage, (double Temperature, double Pressure) targets, bool stageEnds)
    {
        if (stageEnds || _state.Step % _input.Thermo.Every == 0)
        {
            _sample.Take(ensemble, stage, targets.Temperature, targets.Pressure);
            _row(_thermo.Write(_sample).ToString());
        }

        for (var t = 0; t < _trajectories.Count; t++)
        {
            if (_state.Step % _input.Trajectories[t].Every == 0)
                _trajectories[t].Write(FrameOf(_state, _input.Trajectories[t].Velocities, _input.Trajectories[t].Forces));
        }

        if (_deviation is not null && _state.Step % _input.ModelDeviation.Every == 0)
            _deviation.Write(_state);
    }

    /// <summary>Writes the last frame, where the input asks for it.</summary>
    public void WriteFinalStructure()
    {
        if (_input.FinalStructure is { } path)
            Trajectory.Write(path, [FrameOf(_state, velocities: true, forces: true)]);
    }

    /// <summary>Flushes everything to the device and gives the length of each file.</summary>
    public Dictionary<string, long> Commit()
    {
        var lengths = new Dictionary<string, long> { [_input.Thermo.File] = _thermo.Commit() };
        for (var t = 0; t < _trajectories.Count; t++)
            lengths[_input.Trajectories[t].File] = _trajectories[t].Flush();
        if (_deviation is not null)
            lengths[_input.ModelDeviation.File] = _deviation.Commit();
        return lengths;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _thermo.Dispose();
        foreach (var trajectory in _trajectories)
            trajectory.Dispose();
        _deviation?.Dispose();
    }

    private static TrajectoryContent ContentOf(TrajectoryInput trajectory) =>
        TrajectoryContent.Unwrapped
        | (trajectory.Velocities ? TrajectoryContent.Velocities : 0)
        | (trajectory.Forces ? TrajectoryContent.Forces : 0);

    private static Frame FrameOf(MolecularState state, bool velocities, bool forces) => new(state.TypeMap, state.Types, state.Positions, state.Cell)
    {
        Unwrapped = true,
        Velocities = velocities ? state.Velocities : null,
        Forces = forces ? state.Forces : null,
        Energy = state.Evaluation.Energy,
        Virial = state.Evaluation.Virial,
        Step = state.Step,
        Time = state.Time,
    };
}
