using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// LAMMPS's <c>dump custom</c> and <c>dump atom</c> text, orthogonal and triclinic boxes. Atoms come in the order of their
/// ids. Source: the LAMMPS manual, pages <c>dump</c> and <c>Howto_triclinic</c>.
/// </summary>
public static class LammpsDump
{
    /// <summary>Reads the frames of a file one by one.</summary>
    /// <param name="path">The file, may end in .gz.</param>
    /// <param name="options">Which frames, names of the types, units.</param>
    /// <exception cref="InputException">While reading: the file is missing, or a line is not what it should be.</exception>
    public static IEnumerable<Frame> Read(string path, TrajectoryOptions? options = null)
    {
        options ??= new();
        return FrameReader.Frames(() => Open(path, options), options);
    }

    /// <summary>Writes frames as a file in metal units.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="frames">The frames.</param>
    /// <param name="content">What to write of what they have.</param>
    public static void Write(string path, IEnumerable<Frame> frames, TrajectoryContent content = TrajectoryContent.All) =>
        Trajectory.Write(path, frames, content, TrajectoryFormat.LammpsDump);

    internal static FrameReader Open(string path, TrajectoryOptions options) => new LammpsDumpReader(TextLines.Open(path), options);

    /// <summary>Units by the name of a style.</summary>
    internal static LammpsUnits? UnitsNamed(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("metal"u8) ? LammpsUnits.Metal : name.SequenceEqual("real"u8) ? LammpsUnits.Real : null;
}
