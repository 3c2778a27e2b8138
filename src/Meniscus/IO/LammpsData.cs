using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// LAMMPS's data file, as <c>read_data</c> takes it: atom styles atomic, charge, molecular (bond, angle) and full; other
/// sections are passed over. Source: the LAMMPS manual, page <c>read_data</c>.
/// </summary>
public static class LammpsData
{
    /// <summary>Reads the file.</summary>
    /// <param name="path">The file, may end in .gz.</param>
    /// <param name="options">Names of the types, units.</param>
    /// <exception cref="InputException">The file is missing, or a line is not what it should be.</exception>
    public static Frame Read(string path, TrajectoryOptions? options = null)
    {
        using var lines = TextLines.Open(path);
        return new LammpsDataReader(lines, options ?? new()).Read();
    }

    /// <summary>Writes a frame as a data file of style atomic in metal units.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="frame">The frame; has to have a cell.</param>
    /// <exception cref="InputException">The frame has no cell.</exception>
    public static void Write(string path, Frame frame) =>
        Trajectory.Write(path, [frame], TrajectoryContent.All, TrajectoryFormat.LammpsData);

    /// <summary>Writes the text of a data file.</summary>
    internal static void Format(Utf8Text text, Frame frame, TrajectoryContent content, string path)
    {
        if (!frame.Cell.IsPeriodic)
            throw new InputException($"{path}: a LAMMPS data file needs a box, and the frame has no cell; write extended XYZ (.xyz) instead");
        var box = new LammpsBox(frame.Cell, limitTilt: true);
        text.Append("LAMMPS data file, units metal\n\n"u8);
        text.Append(frame.AtomCount).Append(" atoms\n"u8).Append(frame.TypeMap.Count).Append(" atom types\n\n0 "u8);
        text.Append(box.Cell[0, 0]).Append(" xlo xhi\n0 "u8).Append(box.Cell[1, 1]).Append(" ylo yhi\n0 "u8).Append(box.Cell[2, 2]).Append(" zlo zhi\n"u8);
        if (box.IsTriclinic)
            text.Append(box.Cell[1, 0]).Append(' ').Append(box.Cell[2, 0]).Append(' ').Append(box.Cell[2, 1]).Append(" xy xz yz\n"u8);
        text.Append("\nMasses\n\n"u8);
        for (var type = 0; type < frame.TypeMap.Count; type++)
            text.Append(type + 1).Append(' ').Append(MassOf(frame, type, path)).Append(" # "u8).Append(frame.TypeMap[type]).Append('\n');
        text.Append("\nAtoms # atomic\n\n"u8);
        var images = frame.Unwrapped && content.HasFlag(TrajectoryContent.Unwrapped);
        for (var i = 0; i < frame.AtomCount; i++)
        {
            var (p, image) = box.Wrapped(box.Turned(frame.Positions.AsSpan(3 * i, 3)));
            text.Append(i + 1).Append(' ').Append(frame.Types[i] + 1).Append(' ').Append(p.X).Append(' ').Append(p.Y).Append(' ').Append(p.Z);
            if (images)
                text.Append(' ').Append(image.A).Append(' ').Append(image.B).Append(' ').Append(image.C);
            text.Append('\n');
        }

        if (frame.Velocities is not { } velocities || !content.HasFlag(TrajectoryContent.Velocities))
            return;
        text.Append("\nVelocities\n\n"u8);
        for (var i = 0; i < frame.AtomCount; i++)
        {
            var v = box.Turned(velocities.AsSpan(3 * i, 3));
            text.Append(i + 1).Append(' ').Append(v.X).Append(' ').Append(v.Y).Append(' ').Append(v.Z).Append('\n');
        }
    }

    private static double MassOf(Frame frame, int type, string path)
    {
        if (frame.Masses?[type] is { } own && own > 0)
            return own;
        return Element.TryGetMass(frame.TypeMap[type], out var mass)
            ? mass
            : throw new InputException($"{path}: '{frame.TypeMap[type]}' is no element and has no mass; a LAMMPS data file needs one, so write extended XYZ (.xyz) instead");
    }
}
