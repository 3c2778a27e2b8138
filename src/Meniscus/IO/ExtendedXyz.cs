using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Extended XYZ as ASE reads and writes it: the number of atoms, a line of key=value pairs, a line per atom. Plain XYZ is
/// the same with a free comment and no cell. Keys and units are in <c>docs/formats.md</c>.
/// Sources: the specification of libAtoms (https://github.com/libAtoms/extxyz) and ASE's documentation of <c>ase.io.extxyz</c>.
/// </summary>
public static class ExtendedXyz
{
    /// <summary>Reads the frames of a file one by one.</summary>
    /// <param name="path">The file, may end in .gz.</param>
    /// <param name="options">Which frames.</param>
    /// <exception cref="InputException">While reading: the file is missing, or a line is not what it should be.</exception>
    public static IEnumerable<Frame> Read(string path, TrajectoryOptions? options = null)
    {
        options ??= new();
        return FrameReader.Frames(() => Open(path, options), options);
    }

    /// <summary>Writes frames as a file.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="frames">The frames.</param>
    /// <param name="content">What to write of what they have.</param>
    public static void Write(string path, IEnumerable<Frame> frames, TrajectoryContent content = TrajectoryContent.All) =>
        Trajectory.Write(path, frames, content, TrajectoryFormat.ExtendedXyz);

    internal static FrameReader Open(string path, TrajectoryOptions options) => new ExtendedXyzReader(TextLines.Open(path), options);
}
