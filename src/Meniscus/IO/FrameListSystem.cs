using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>Frames in memory seen as a system: what a converter has read, or what a test made.</summary>
public sealed class FrameListSystem : ILabelledSystem
{
    private readonly IReadOnlyList<LabelledFrame> _frames;

    /// <summary>Creates the system; the frames are kept, not copied.</summary>
    /// <param name="name">Where the frames come from, for messages.</param>
    /// <param name="typeMap">The names of the frames' types.</param>
    /// <param name="frames">At least one frame, all with the same number of atoms, labels and parameters.</param>
    /// <exception cref="InputException">The frames do not belong together.</exception>
    public FrameListSystem(string name, TypeMap typeMap, IReadOnlyList<LabelledFrame> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Count == 0)
            throw new InputException($"{name}: no frames; expected at least one");
        Name = name;
        TypeMap = typeMap;
        _frames = frames;
        for (var i = 1; i < frames.Count; i++)
            CheckLike(frames[0], frames[i], i);
        MixedTypes = frames.Any(frame => !frame.Types.AsSpan().SequenceEqual(frames[0].Types));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int AtomCount => _frames[0].AtomCount;

    /// <inheritdoc/>
    public int FrameCount => _frames.Count;

    /// <inheritdoc/>
    public TypeMap TypeMap { get; }

    /// <inheritdoc/>
    public bool Periodic => _frames[0].Periodic;

    /// <inheritdoc/>
    public bool MixedTypes { get; }

    /// <inheritdoc/>
    public FrameLabels Labels => _frames[0].Labels;

    /// <inheritdoc/>
    public int FrameParameterCount => _frames[0].FrameParameters.Length;

    /// <inheritdoc/>
    public int AtomParameterCount => AtomCount == 0 ? 0 : _frames[0].AtomParameters.Length / AtomCount;

    /// <inheritdoc/>
    public void Read(int frame, LabelledFrame destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var source = _frames[frame];
        destination.Periodic = source.Periodic;
        destination.Labels = source.Labels;
        destination.Energy = source.Energy;
        source.Types.CopyTo(destination.Types, 0);
        foreach (var kind in DeepmdArrayKind.Labels.Append(DeepmdArrayKind.Coord).Append(DeepmdArrayKind.Box))
            kind.Buffer?.Invoke(source).CopyTo(kind.Buffer(destination), 0);
    }

    /// <inheritdoc/>
    public string Describe(int frame) => FormattableString.Invariant($"{Name} frame {frame}");

    /// <summary>Nothing is held open.</summary>
    public void Dispose()
    {
        // Frames are plain memory.
    }

    private void CheckLike(LabelledFrame first, LabelledFrame other, int index)
    {
        var problem =
            other.AtomCount != first.AtomCount ? $"{other.AtomCount} atoms, frame 0 has {first.AtomCount}" :
            other.Labels != first.Labels ? $"labels {other.Labels}, frame 0 has {first.Labels}" :
            other.Periodic != first.Periodic ? "periodic and non-periodic frames" :
            other.FrameParameters.Length != first.FrameParameters.Length || other.AtomParameters.Length != first.AtomParameters.Length
                ? "another number of parameters than frame 0" : null;
        if (problem is not null)
            throw new InputException($"{Describe(index)}: {problem}; put frames of one kind into one system");
    }
}
