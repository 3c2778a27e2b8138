using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>Reads a text file frame by frame.</summary>
internal abstract class FrameReader(TextLines lines) : IDisposable
{
    /// <summary>The file.</summary>
    protected TextLines Lines { get; } = lines;

    /// <summary>Reads the next frame; null at the end of the file.</summary>
    protected abstract Frame? Read();

    /// <summary>Passes over the next frame; false at the end of the file.</summary>
    protected abstract bool Skip();

    public void Dispose() => Lines.Dispose();

    /// <summary>The frames that the options ask for.</summary>
    public static IEnumerable<Frame> Frames(Func<FrameReader> open, TrajectoryOptions options)
    {
        using var reader = open();
        for (var index = 0; options.Last is not { } last || index <= last; index++)
        {
            reader.Lines.Frame = index;
            var wanted = index >= options.First && (index - options.First) % options.Every == 0;
            if (!reader.Advance(wanted, options.TolerateTornEnd, out var frame))
            {
                if (index == 0 && !options.TolerateTornEnd)
                    throw new InputException($"{reader.Lines.Path}: has no frame; check that it is the right file");
                yield break;
            }

            if (frame is not null)
                yield return frame;
        }
    }

    /// <summary>Number of frames in the file.</summary>
    public static int Count(Func<FrameReader> open, bool tolerateTornEnd)
    {
        using var reader = open();
        var count = reader.Lines.Frame = 0;
        while (reader.Advance(wanted: false, tolerateTornEnd, out _))
            reader.Lines.Frame = ++count;
        return count;
    }

    private bool Advance(bool wanted, bool tolerateTornEnd, out Frame? frame)
    {
        frame = null;
        try
        {
            if (!wanted)
                return Skip() && !(tolerateTornEnd && Lines.ReachedEnd);
            frame = Read();
            return frame is not null && !(tolerateTornEnd && Lines.ReachedEnd);
        }
        catch (InputException) when (tolerateTornEnd && Lines.ReachedEnd)
        {
            return false;
        }
    }
}
