using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Appends frames to a trajectory while it comes into being. Unlike other outputs it grows in place; a restart records
/// <see cref="Flush"/>'s length, and opening there again cuts off whatever was written later. Buffers are kept, so a frame
/// costs no memory.
/// </summary>
public sealed class TrajectoryWriter : IDisposable
{
    private readonly FileStream _stream;
    private readonly Utf8Text _text = new();
    private readonly TrajectoryFormat _format;
    private readonly TrajectoryContent _content;

    private TrajectoryWriter(string path, FileStream stream, TrajectoryFormat format, TrajectoryContent content) =>
        (Path, _stream, _format, _content) = (path, stream, format, content);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Bytes written so far, those before a restart included.</summary>
    public long Position { get; private set; }

    /// <summary>Creates a trajectory, or goes on with one.</summary>
    /// <param name="path">The file; its folder is made where it is missing.</param>
    /// <param name="content">What is written of the frames, where they have it.</param>
    /// <param name="format">Format; null to go by the ending (.xyz, .extxyz, .dump, .lammpstrj).</param>
    /// <param name="resumeAt">Length in bytes to cut the file to and go on from; null to begin anew, over what may be there.</param>
    /// <exception cref="InputException">The ending is unknown, the file cannot be written, or it is shorter than <paramref name="resumeAt"/>.</exception>
    public static TrajectoryWriter Open(
        string path, TrajectoryContent content = TrajectoryContent.All, TrajectoryFormat? format = null, long? resumeAt = null)
    {
        var chosen = format ?? Trajectory.FormatOf(path);
        if (chosen == TrajectoryFormat.LammpsData)
            throw new InputException($"{path}: a LAMMPS data file holds one frame; write a trajectory as .xyz or .dump");
        AtomicFile.RequireWritable(path, "trajectory");
        FileStream stream;
        try
        {
            stream = new FileStream(path, resumeAt > 0 ? FileMode.Open : FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 1);
        }
        catch (FileNotFoundException e)
        {
            throw new InputException($"{path}: is not there, but the restart wrote {resumeAt} bytes to it; put it back, or begin a new run", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be written ({e.Message.TrimEnd('.')}); choose another place or make the file writable", e);
        }

        var writer = new TrajectoryWriter(path, stream, chosen, content);
        try
        {
            writer.Resume(resumeAt ?? 0);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        return writer;
    }

    /// <summary>Appends a frame. Its arrays may be used again afterwards.</summary>
    public void Write(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        _text.Clear();
        Trajectory.Format(_text, frame, _content, _format, first: Position == 0, Path);
        _stream.Write(_text.Written);
        Position += _text.Written.Length;
    }

    /// <summary>Sees to it that everything written is on the device.</summary>
    /// <returns>The length of the file, for a restart to go on from.</returns>
    public long Flush()
    {
        _stream.Flush(flushToDisk: true);
        return Position;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Resume(long length)
    {
        if (_stream.Length < length)
            throw new InputException($"{Path}: has {_stream.Length} bytes, but the restart wrote {length}; put the whole file back, or begin a new run");
        _stream.SetLength(length);
        _stream.Position = length;
        Position = length;
    }
}
