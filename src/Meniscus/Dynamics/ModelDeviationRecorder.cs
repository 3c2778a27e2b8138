using Meniscus.IO;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>
/// Writes how far the models of a committee are apart along a run, as LAMMPS with several Deep Potentials does
/// (<c>model_devi.out</c>). Models that do not drive the run are evaluated only then.
/// </summary>
/// <param name="committee">The models; owned by the caller.</param>
/// <param name="path">The file.</param>
public sealed class ModelDeviationRecorder(Committee committee, string path) : IDisposable
{
    private readonly double[] _row = new double[7];
    private FileStream? _stream;
    private StreamWriter? _writer;
    private ModelDeviationFile? _file;

    /// <summary>Opens the file.</summary>
    /// <param name="resumeAt">Length to go on from, bytes; null to start anew.</param>
    public void Open(long? resumeAt)
    {
        _stream = ResumableFile.Open(path, resumeAt);
        _writer = new StreamWriter(_stream);
        _file = new ModelDeviationFile(_writer);
        if (_stream.Length == 0)
            _file.BeginSystem("");
    }

    /// <summary>Writes a row.</summary>
    /// <param name="state">The atoms, as the committee has last seen them.</param>
    public void Write(MolecularState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        committee.EvaluateOthers(new Configuration(state.Types, state.Positions, state.Cell));
        var d = committee.Deviation();
        ReadOnlySpan<double> row = [d.MaxVirial, d.MinVirial, d.AverageVirial, d.MaxForce, d.MinForce, d.AverageForce, d.Energy];
        row.CopyTo(_row);
        _file!.AddFrame(state.Step, _row);
        _writer!.Flush();
    }

    /// <summary>Flushes to the device and gives the length.</summary>
    public long Commit() => ResumableFile.Commit(_stream!);

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer?.Dispose();
        _stream?.Dispose();
    }
}
