using System.Text;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>Formats that frames are written in.</summary>
public enum TrajectoryFormat
{
    /// <summary>Extended XYZ.</summary>
    ExtendedXyz,

    /// <summary>LAMMPS dump.</summary>
    LammpsDump,

    /// <summary>LAMMPS data, one frame.</summary>
    LammpsData,
}

/// <summary>
/// Frames of any format: extended XYZ, LAMMPS dump and data, POSCAR, a DeePMD system. The ending of the name decides, else
/// the first lines.
/// </summary>
public static class Trajectory
{
    private const string Known = "extended XYZ (.xyz, .extxyz), a LAMMPS dump (.dump, .lammpstrj) or data file (.data, .lmp), POSCAR, or a DeePMD system folder";

    private enum Kind
    {
        ExtendedXyz,
        LammpsDump,
        LammpsData,
        Poscar,
        DeepmdSystem,
    }

    /// <summary>Reads the frames of a file or a DeePMD system one by one.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">Which frames, names of types, units.</param>
    /// <exception cref="InputException">The format is not known; and while reading, a line is not what it should be.</exception>
    public static IEnumerable<Frame> Read(string path, TrajectoryOptions? options = null)
    {
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfNegative(options.First, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Every, 1, nameof(options));
        var frames = KindOf(path) switch
        {
            Kind.ExtendedXyz => ExtendedXyz.Read(path, options),
            Kind.LammpsDump => LammpsDump.Read(path, options),
            Kind.LammpsData => ReadOne(() => LammpsData.Read(path, options), options),
            Kind.Poscar => ReadOne(() => Poscar.Read(path), options),
            _ => ReadSystem(path, options),
        };
        return OverflownNumbers.Refused(path, frames, options.First, options.Every);
    }

    /// <summary>Number of frames; lines are counted, not read, where the format allows.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">Whether a torn end is tolerated; the choice of frames is left aside.</param>
    /// <exception cref="InputException">The format is not known, or a frame is cut short.</exception>
    public static int CountFrames(string path, TrajectoryOptions? options = null)
    {
        options ??= new();
        switch (KindOf(path))
        {
            case Kind.ExtendedXyz:
                return FrameReader.Count(() => ExtendedXyz.Open(path, options), options.TolerateTornEnd);
            case Kind.LammpsDump:
                return FrameReader.Count(() => LammpsDump.Open(path, options), options.TolerateTornEnd);
            case Kind.DeepmdSystem:
                using (var system = DeepmdSystem.Open(path))
                    return system.FrameCount;
            default:
                return 1;
        }
    }

    /// <summary>Reads one frame.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="index">Which, from 0; below 0 from the end, −1 the last.</param>
    /// <param name="options">Names of types, units; the choice of frames is left aside.</param>
    /// <exception cref="InputException">The file cannot be read, or has no such frame.</exception>
    public static Frame ReadFrame(string path, int index, TrajectoryOptions? options = null)
    {
        var count = CountFrames(path, options);
        var wanted = index < 0 ? count + index : index;
        if (wanted < 0 || wanted >= count)
            throw new InputException($"{path}: frame {index} of {count}; {(count == 0 ? "the file has no frame" : $"give 0 to {count - 1}, or -1 for the last")}");
        return Read(path, (options ?? new()) with { First = wanted, Last = wanted, Every = 1 }).Single();
    }

    /// <summary>Reads the last frame.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">Names of types, units; the choice of frames is left aside.</param>
    /// <exception cref="InputException">The file cannot be read, or has no frame.</exception>
    public static Frame ReadLast(string path, TrajectoryOptions? options = null) => ReadFrame(path, -1, options);

    /// <summary>Writes frames as a file: the old one or the whole new one, never half.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="frames">The frames.</param>
    /// <param name="content">What to write of what they have.</param>
    /// <param name="format">Format; null to go by the ending (.xyz, .extxyz, .dump, .lammpstrj, .data, .lmp).</param>
    /// <exception cref="InputException">The ending is unknown, or the format cannot hold the frames.</exception>
    public static void Write(string path, IEnumerable<Frame> frames, TrajectoryContent content = TrajectoryContent.All, TrajectoryFormat? format = null)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var chosen = format ?? FormatOf(path);
        AtomicFile.Write(path, stream =>
        {
            var text = new Utf8Text();
            var count = 0;
            foreach (var frame in frames)
            {
                if (count > 0 && chosen == TrajectoryFormat.LammpsData)
                    throw new InputException($"{path}: a LAMMPS data file holds one frame; write several as .xyz or .dump");
                text.Clear();
                Format(text, frame, content, chosen, count++ == 0, path);
                stream.Write(text.Written);
            }
        });
    }

    /// <summary>The format that a name asks for by its ending.</summary>
    /// <param name="path">The name.</param>
    /// <exception cref="InputException">The ending is that of no format that is written.</exception>
    public static TrajectoryFormat FormatOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".xyz" or ".extxyz" => TrajectoryFormat.ExtendedXyz,
            ".dump" or ".lammpstrj" => TrajectoryFormat.LammpsDump,
            ".data" or ".lmp" => TrajectoryFormat.LammpsData,
            var ending => throw new InputException($"{path}: the ending '{ending}' names no format; use .xyz or .extxyz, .dump or .lammpstrj, .data or .lmp"),
        };
    }

    internal static void Format(Utf8Text text, Frame frame, TrajectoryContent content, TrajectoryFormat format, bool first, string path)
    {
        switch (format)
        {
            case TrajectoryFormat.ExtendedXyz:
                FrameText.ExtendedXyz(text, frame, content);
                break;
            case TrajectoryFormat.LammpsDump:
                FrameText.LammpsDump(text, frame, content, first);
                break;
            default:
                LammpsData.Format(text, frame, content, path);
                break;
        }
    }

    private static IEnumerable<Frame> ReadOne(Func<Frame> read, TrajectoryOptions options)
    {
        if (options.First == 0 && options.Last is null or >= 0)
            yield return read();
    }

    private static IEnumerable<Frame> ReadSystem(string path, TrajectoryOptions options)
    {
        // Read once from beginning to end: few maps, so that what has been read does not stay in memory.
        using var system = DeepmdSystem.Open(path, pool: new MappedFilePool(32));
        var labelled = new LabelledFrame(system.AtomCount, system.FrameParameterCount, system.AtomParameterCount);
        var last = Math.Min(options.Last ?? int.MaxValue, system.FrameCount - 1);
        for (var index = options.First; index <= last; index += options.Every)
        {
            system.Read(index, labelled);
            yield return FromLabelled(system, labelled, index);
        }
    }

    internal static Frame FromLabelled(DeepmdSystem system, LabelledFrame labelled, int index)
    {
        // Type −1 is padding of mixed types, no atom.
        var types = Array.FindAll(labelled.Types, type => type >= 0);
        try
        {
            return new Frame(
                system.TypeMap,
                types,
                PerAtom(labelled.Positions),
                labelled.Periodic ? new Cell(labelled.Box) : Cell.None)
            {
                Forces = labelled.Labels.HasFlag(FrameLabels.Force) ? PerAtom(labelled.Forces) : null,
                Energy = labelled.Labels.HasFlag(FrameLabels.Energy) ? labelled.Energy : null,
                Virial = labelled.Labels.HasFlag(FrameLabels.Virial) ? [.. labelled.Virial] : null,
                AtomEnergies = labelled.Labels.HasFlag(FrameLabels.AtomEnergy) ? PerAtom(labelled.AtomEnergies) : null,
                AtomPref = labelled.Labels.HasFlag(FrameLabels.AtomPref) ? PerAtom(labelled.AtomPref) : null,
                FrameParameters = labelled.FrameParameters.Length > 0 ? [.. labelled.FrameParameters] : null,
                AtomParameters = labelled.AtomParameters.Length > 0 ? PerAtom(labelled.AtomParameters) : null,
            };
        }
        catch (InputException e)
        {
            throw new InputException($"{system.Describe(index)}: {e.Message}", e);
        }

        double[] PerAtom(double[] values)
        {
            var width = values.Length / Math.Max(labelled.AtomCount, 1);
            var taken = new double[width * types.Length];
            for (var (i, to) = (0, 0); i < labelled.AtomCount; i++)
            {
                if (labelled.Types[i] >= 0)
                    values.AsSpan(width * i, width).CopyTo(taken.AsSpan(width * to++));
            }

            return taken;
        }
    }

    private static Kind KindOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
            return Kind.DeepmdSystem;
        var name = Path.GetFileName(path);
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            name = name[..^3];
        if (name.StartsWith("POSCAR", StringComparison.OrdinalIgnoreCase) || name.StartsWith("CONTCAR", StringComparison.OrdinalIgnoreCase))
            return Kind.Poscar;
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".xyz" or ".extxyz" => Kind.ExtendedXyz,
            ".dump" or ".lammpstrj" => Kind.LammpsDump,
            ".data" or ".lmp" => Kind.LammpsData,
            ".poscar" or ".vasp" => Kind.Poscar,
            _ => KindByContent(path),
        };
    }

    private static Kind KindByContent(string path)
    {
        using var lines = TextLines.Open(path);
        for (var number = 1; number <= 50 && lines.TryRead(out var line); number++)
        {
            var words = new Words(line);
            if (number == 1 && line.StartsWith("ITEM:"u8))
                return Kind.LammpsDump;
            if (number == 1 && words.Next(out var first) && Words.IsInteger(first, out _) && words.Rest.IsEmpty)
                return Kind.ExtendedXyz;
            words = new Words(line);
            if (words.Next(out var count) && Words.IsInteger(count, out _) && words.Next(out var noun) && noun.SequenceEqual("atoms"u8))
                return Kind.LammpsData;
            words = new Words(line);
            if (number == 2 && words.NextNumber(out _) && words.Rest.IsEmpty)
                return Kind.Poscar;
        }

        throw new InputException($"{path}: neither its ending nor its first lines are those of a format that is read; expected {Known}");
    }
}
