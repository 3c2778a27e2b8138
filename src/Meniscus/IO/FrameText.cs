using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>The text of a frame in each of the formats that trajectories are written in; see <c>docs/formats.md</c>.</summary>
internal static class FrameText
{
    /// <summary>Writes a frame as extended XYZ.</summary>
    public static void ExtendedXyz(Utf8Text text, Frame frame, TrajectoryContent content)
    {
        var velocities = content.HasFlag(TrajectoryContent.Velocities) ? frame.Velocities : null;
        var forces = content.HasFlag(TrajectoryContent.Forces) ? frame.Forces : null;
        text.Append(frame.AtomCount).Append('\n');
        ExtendedXyzComment(text, frame, content, velocities is not null, forces is not null);
        var wrap = frame.Unwrapped && !content.HasFlag(TrajectoryContent.Unwrapped) && frame.Cell.IsPeriodic;
        for (var i = 0; i < frame.AtomCount; i++)
        {
            text.Append(frame.NameOf(i));
            var p = frame.Positions.AsSpan(3 * i, 3);
            if (wrap)
            {
                var (a, b, c) = frame.Cell.Fractional(p[0], p[1], p[2]);
                var (x, y, z) = frame.Cell.Cartesian(Math.Floor(a), Math.Floor(b), Math.Floor(c));
                text.Append(' ').Append(p[0] - x).Append(' ').Append(p[1] - y).Append(' ').Append(p[2] - z);
            }
            else
            {
                Vector(text, p);
            }

            if (frame.Masses is { } masses)
                text.Append(' ').Append(masses[frame.Types[i]]);
            if (velocities is not null)
                Vector(text, velocities.AsSpan(3 * i, 3));
            if (forces is not null)
                Vector(text, forces.AsSpan(3 * i, 3));
            text.Append('\n');
        }
    }

    /// <summary>Writes a frame as a LAMMPS dump in metal units.</summary>
    public static void LammpsDump(Utf8Text text, Frame frame, TrajectoryContent content, bool first)
    {
        var velocities = content.HasFlag(TrajectoryContent.Velocities) ? frame.Velocities : null;
        var forces = content.HasFlag(TrajectoryContent.Forces) ? frame.Forces : null;
        var images = content.HasFlag(TrajectoryContent.Unwrapped) && frame.Unwrapped && frame.Cell.IsPeriodic;
        var box = frame.Cell.IsPeriodic ? new LammpsBox(frame.Cell, limitTilt: false) : default;
        if (first)
            text.Append("ITEM: UNITS\nmetal\n"u8);
        if (frame.Time is { } time)
            text.Append("ITEM: TIME\n"u8).Append(time).Append('\n');
        text.Append("ITEM: TIMESTEP\n"u8).Append(frame.Step ?? 0).Append("\nITEM: NUMBER OF ATOMS\n"u8).Append(frame.AtomCount).Append('\n');
        if (frame.Cell.IsPeriodic)
            Bounds(text, box);
        else
            OpenBounds(text, frame.Positions);
        text.Append("ITEM: ATOMS id type element"u8);
        text.Append(frame.Masses is null ? ""u8 : " mass"u8).Append(" x y z"u8).Append(images ? " ix iy iz"u8 : ""u8);
        text.Append(velocities is null ? ""u8 : " vx vy vz"u8).Append(forces is null ? ""u8 : " fx fy fz"u8).Append('\n');
        for (var i = 0; i < frame.AtomCount; i++)
        {
            text.Append(i + 1).Append(' ').Append(frame.Types[i] + 1).Append(' ').Append(frame.NameOf(i));
            if (frame.Masses is { } masses)
                text.Append(' ').Append(masses[frame.Types[i]]);
            if (frame.Cell.IsPeriodic)
            {
                var (position, image) = box.Wrapped(box.Turned(frame.Positions.AsSpan(3 * i, 3)));
                Vector(text, position);
                if (images)
                    text.Append(' ').Append(image.A).Append(' ').Append(image.B).Append(' ').Append(image.C);
            }
            else
            {
                Vector(text, frame.Positions.AsSpan(3 * i, 3));
            }

            if (velocities is not null)
                Vector(text, box.Turned(velocities.AsSpan(3 * i, 3)));
            if (forces is not null)
                Vector(text, box.Turned(forces.AsSpan(3 * i, 3)));
            text.Append('\n');
        }
    }

    private static void ExtendedXyzComment(Utf8Text text, Frame frame, TrajectoryContent content, bool velocities, bool forces)
    {
        if (frame.Cell.IsPeriodic)
        {
            text.Append("Lattice=\""u8);
            for (var k = 0; k < 9; k++)
                text.Append(k == 0 ? ""u8 : " "u8).Append(frame.Cell[k / 3, k % 3]);
            text.Append("\" "u8);
        }

        text.Append("Properties=species:S:1:pos:R:3"u8).Append(frame.Masses is null ? ""u8 : ":masses:R:1"u8);
        text.Append(velocities ? ":vel:R:3"u8 : ""u8).Append(forces ? ":forces:R:3"u8 : ""u8);
        if (frame.Energy is { } energy)
            text.Append(" energy="u8).Append(energy);
        if (frame.Virial is { } virial)
        {
            text.Append(" virial=\""u8);
            for (var k = 0; k < 9; k++)
                text.Append(k == 0 ? ""u8 : " "u8).Append(virial[k]);
            text.Append('"');
        }

        if (frame.Step is { } step)
            text.Append(" step="u8).Append(step);
        if (frame.Time is { } time)
            text.Append(" time_ps="u8).Append(time);
        if (frame.Unwrapped && content.HasFlag(TrajectoryContent.Unwrapped))
            text.Append(" unwrapped=T"u8);
        text.Append(frame.Cell.IsPeriodic ? " pbc=\"T T T\"\n"u8 : " pbc=\"F F F\"\n"u8);
    }

    /// <summary>The bounds of a triclinic box hold its corners.</summary>
    private static void Bounds(Utf8Text text, in LammpsBox box)
    {
        var (xy, xz, yz) = (box.Cell[1, 0], box.Cell[2, 0], box.Cell[2, 1]);
        if (!box.IsTriclinic)
        {
            text.Append("ITEM: BOX BOUNDS pp pp pp\n0 "u8).Append(box.Cell[0, 0]).Append("\n0 "u8).Append(box.Cell[1, 1]).Append("\n0 "u8).Append(box.Cell[2, 2]).Append('\n');
            return;
        }

        text.Append("ITEM: BOX BOUNDS xy xz yz pp pp pp\n"u8);
        text.Append(Math.Min(Math.Min(0, xy), Math.Min(xz, xy + xz))).Append(' ').Append(box.Cell[0, 0] + Math.Max(Math.Max(0, xy), Math.Max(xz, xy + xz))).Append(' ').Append(xy).Append('\n');
        text.Append(Math.Min(0, yz)).Append(' ').Append(box.Cell[1, 1] + Math.Max(0, yz)).Append(' ').Append(xz).Append('\n');
        text.Append("0 "u8).Append(box.Cell[2, 2]).Append(' ').Append(yz).Append('\n');
    }

    /// <summary>Without a cell: what holds the atoms, and half an Å around.</summary>
    private static void OpenBounds(Utf8Text text, double[] positions)
    {
        text.Append("ITEM: BOX BOUNDS ff ff ff\n"u8);
        for (var axis = 0; axis < 3; axis++)
        {
            var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
            for (var i = axis; i < positions.Length; i += 3)
                (low, high) = (Math.Min(low, positions[i]), Math.Max(high, positions[i]));
            text.Append(low - 0.5).Append(' ').Append(high + 0.5).Append('\n');
        }
    }

    private static void Vector(Utf8Text text, ReadOnlySpan<double> v) => text.Append(' ').Append(v[0]).Append(' ').Append(v[1]).Append(' ').Append(v[2]);

    private static void Vector(Utf8Text text, (double X, double Y, double Z) v) => text.Append(' ').Append(v.X).Append(' ').Append(v.Y).Append(' ').Append(v.Z);
}
