using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// A set of frames with the same number of atoms, read one by one from where they are stored, so that a set larger
/// than memory can be used. One reader per storage format implements it. Reading is not thread-safe.
/// </summary>
public interface ILabelledSystem : IDisposable
{
    /// <summary>Where the frames are: the folder, or <c>file.hdf5#/group</c>. Used in messages.</summary>
    string Name { get; }

    /// <summary>Number of atoms of every frame.</summary>
    int AtomCount { get; }

    /// <summary>Number of frames.</summary>
    int FrameCount { get; }

    /// <summary>Type names the integers of the frames refer to (the map given on opening, else the system's own).</summary>
    TypeMap TypeMap { get; }

    /// <summary>Whether the frames are periodic.</summary>
    bool Periodic { get; }

    /// <summary>Whether every frame has its own types (the mixed-type layout).</summary>
    bool MixedTypes { get; }

    /// <summary>The labels every frame has.</summary>
    FrameLabels Labels { get; }

    /// <summary>Number of frame parameters per frame.</summary>
    int FrameParameterCount { get; }

    /// <summary>Number of atomic parameters per atom.</summary>
    int AtomParameterCount { get; }

    /// <summary>A frame with buffers of the right sizes for <see cref="Read"/>.</summary>
    LabelledFrame CreateFrame() => new(AtomCount, FrameParameterCount, AtomParameterCount);

    /// <summary>Reads a frame into existing buffers, without allocating.</summary>
    /// <param name="frame">Index of the frame, from 0.</param>
    /// <param name="destination">Buffers from <see cref="CreateFrame"/>.</param>
    void Read(int frame, LabelledFrame destination);

    /// <summary>The file and row a frame comes from, for messages: <c>data_0/set.001 frame 17</c>.</summary>
    string Describe(int frame);
}
