using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Labelled frames of any format, one by one, so that a file larger than memory can be read: outputs of pw.x, cp.x, VASP and CP2K,
/// extended XYZ, LAMMPS, n2p2 and DeePMD. Frames carry energy, forces and virial where the file has them.
/// </summary>
public static class LabelledFrames
{
    private const string Known = "a DeePMD system or HDF5 file, extended XYZ, a LAMMPS dump or data file, POSCAR, OUTCAR, vasprun.xml, data-file-schema.xml, n2p2's input.data, an output of pw.x or CP2K, or prefix.pos of cp.x";

    /// <summary>Reads the frames of a file or folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">Format, names of types, what to do with what is left out.</param>
    /// <exception cref="InputException">The format is not known; and while reading, a line is not what it should be.</exception>
    public static IEnumerable<Frame> Read(string path, LabelledFrameOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new();
        var trajectory = new TrajectoryOptions { TypeNames = options.TypeNames, Units = options.Units, TolerateTornEnd = options.TolerateTornEnd };
        return OverflownNumbers.Refused(path, (options.Format ?? FormatOf(path)) switch
        {
            DataFormat.Deepmd or DataFormat.DeepmdMixed or DataFormat.DeepmdRaw or DataFormat.DeepmdHdf5 => ReadSystems(path),
            DataFormat.ExtendedXyz => ExtendedXyz.Read(path, trajectory),
            DataFormat.LammpsDump => LammpsDump.Read(path, trajectory),
            DataFormat.LammpsData => ReadOne(() => LammpsData.Read(path, trajectory)),
            DataFormat.Poscar => ReadOne(() => Poscar.Read(path)),
            DataFormat.Outcar => VaspOutcar.Read(path, options),
            DataFormat.Vasprun => Vasprun.Read(path, options),
            DataFormat.Cp2kOutput => Cp2kOutput.Read(path, options),
            DataFormat.PwOutput => PwOutput.Read(path, options),
            DataFormat.PwXml => PwXml.Read(SchemaFile(path), options),
            DataFormat.PwInput => ReadOne(() => PwInput.Read(path)),
            DataFormat.CpTrajectory => CpTrajectory.Read(path, options),
            DataFormat.N2p2 => N2p2Data.Read(path),
            _ => throw new InputException($"{path}: PDB is written, not read; expected {Known}"),
        });
    }

    /// <summary>The format that the name or the first lines tell.</summary>
    /// <param name="path">The file or folder.</param>
    /// <exception cref="InputException">Neither tells.</exception>
    public static DataFormat FormatOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
            return File.Exists(Path.Combine(path, "data-file-schema.xml")) ? DataFormat.PwXml : DataFormat.Deepmd;
        var name = Path.GetFileName(path);
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            name = name[..^3];
        if (name.StartsWith("POSCAR", StringComparison.Ordinal) || name.StartsWith("CONTCAR", StringComparison.Ordinal))
            return DataFormat.Poscar;
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".xyz" or ".extxyz" => DataFormat.ExtendedXyz,
            ".dump" or ".lammpstrj" => DataFormat.LammpsDump,
            ".lmp" => DataFormat.LammpsData,
            ".poscar" or ".vasp" => DataFormat.Poscar,
            ".hdf5" or ".h5" => DataFormat.Deepmd,
            ".pos" => DataFormat.CpTrajectory,
            _ => path.Contains(".hdf5#", StringComparison.OrdinalIgnoreCase) || path.Contains(".h5#", StringComparison.OrdinalIgnoreCase) ? DataFormat.Deepmd : FormatByContent(path),
        };
    }

    /// <summary>Writes frames.</summary>
    /// <param name="path">The file, or for DeePMD the new folder.</param>
    /// <param name="frames">The frames.</param>
    /// <param name="format">The format; null to go by the name, DeePMD where it has no ending.</param>
    /// <param name="typeMap">For DeePMD, names in the order of the types.</param>
    /// <returns>Number of frames written.</returns>
    /// <exception cref="InputException">The format cannot hold the frames, or there are none.</exception>
    public static long Write(string path, IEnumerable<Frame> frames, DataFormat? format = null, IReadOnlyList<string>? typeMap = null)
    {
        var chosen = format ?? OutputFormatOf(path);
        if (DataFormats.IsDeepmd(chosen))
            return WriteSystems(path, frames, chosen, typeMap).Sum(system => system.Frames);
        var count = 0L;
        WriteFile(path, Counted(), chosen);
        return count;

        IEnumerable<Frame> Counted()
        {
            foreach (var frame in frames)
            {
                count++;
                yield return frame;
            }

            if (count == 0)
                throw new InputException($"{path}: no frames to write; check the selection");
        }
    }

    /// <summary>Writes frames as DeePMD systems, one per composition.</summary>
    /// <param name="path">The new folder, or the HDF5 file.</param>
    /// <param name="frames">The frames.</param>
    /// <param name="format">One of the DeePMD formats; null to go by the name.</param>
    /// <param name="typeMap">Names in the order of the types.</param>
    /// <returns>Names and numbers of frames of the systems.</returns>
    /// <exception cref="InputException">The format is not one of DeePMD's, the folder is not empty, or there are no frames.</exception>
    public static IReadOnlyList<(string System, long Frames)> WriteSystems(string path, IEnumerable<Frame> frames, DataFormat? format = null, IReadOnlyList<string>? typeMap = null)
    {
        var chosen = format ?? OutputFormatOf(path);
        if (!DataFormats.IsDeepmd(chosen))
            throw new InputException($"{path}: {DataFormats.NameOf(chosen)} holds no systems; give a folder, a name ending in .hdf5, or a DeePMD format");
        return chosen == DataFormat.DeepmdHdf5 ? WriteHdf5(path, frames, typeMap) : DeepmdFrameWriter.Write(path, frames, chosen, typeMap);
    }

    private static void WriteFile(string path, IEnumerable<Frame> frames, DataFormat format)
    {
        switch (format)
        {
            case DataFormat.ExtendedXyz:
                Trajectory.Write(path, frames, TrajectoryContent.All, TrajectoryFormat.ExtendedXyz);
                break;
            case DataFormat.LammpsDump:
                Trajectory.Write(path, frames, TrajectoryContent.All, TrajectoryFormat.LammpsDump);
                break;
            case DataFormat.LammpsData:
                Trajectory.Write(path, frames, TrajectoryContent.All, TrajectoryFormat.LammpsData);
                break;
            case DataFormat.Poscar:
                Poscar.Write(path, Only(path, frames));
                break;
            case DataFormat.N2p2:
                N2p2Data.Write(path, frames);
                break;
            case DataFormat.Pdb:
                ProteinDataBank.Write(path, frames);
                break;
            default:
                throw new InputException($"{path}: {format} is read, not written; write deepmd/npy, deepmd/raw, deepmd/mixed, deepmd/hdf5, extxyz, lammps/dump, lammps/data, vasp/poscar, n2p2 or pdb");
        }
    }

    /// <summary>The number of frames of a group has to be known before its first: they go through .npy files beside the target.</summary>
    private static IReadOnlyList<(string System, long Frames)> WriteHdf5(string path, IEnumerable<Frame> frames, IReadOnlyList<string>? typeMap)
    {
        var full = Path.GetFullPath(path);
        var temporary = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Environment.ProcessId}.frames");
        var systems = new List<(string Group, ILabelledSystem System)>();
        try
        {
            var written = DeepmdFrameWriter.Write(temporary, frames, DataFormat.Deepmd, typeMap);
            foreach (var (folder, _) in written)
                systems.Add((Path.GetFileName(folder), DeepmdSystem.Open(folder)));
            DeepmdHdf5Writer.Write(path, systems);
            return [.. written.Select(system => ($"{path}#/{Path.GetFileName(system.Folder)}", system.Frames))];
        }
        finally
        {
            systems.ForEach(entry => entry.System.Dispose());
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    private static Frame Only(string path, IEnumerable<Frame> frames)
    {
        Frame? only = null;
        foreach (var frame in frames)
            only = only is null ? frame : throw new InputException($"{path}: the format holds one frame; choose one with --range, or write extended XYZ");
        return only!;
    }

    /// <summary>The format that the name of a file or folder to write asks for.</summary>
    /// <param name="path">The name.</param>
    /// <exception cref="InputException">Its ending is that of no format that is written.</exception>
    public static DataFormat OutputFormatOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = Path.GetFileName(path);
        if (name.StartsWith("POSCAR", StringComparison.Ordinal))
            return DataFormat.Poscar;
        if (name == "input.data")
            return DataFormat.N2p2;
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            "" => DataFormat.Deepmd,
            ".xyz" or ".extxyz" => DataFormat.ExtendedXyz,
            ".dump" or ".lammpstrj" => DataFormat.LammpsDump,
            ".data" or ".lmp" => DataFormat.LammpsData,
            ".vasp" or ".poscar" => DataFormat.Poscar,
            ".pdb" => DataFormat.Pdb,
            ".hdf5" or ".h5" => DataFormat.DeepmdHdf5,
            var ending => throw new InputException($"{path}: the ending '{ending}' names no format that is written; use .xyz, .dump, .lmp, .poscar, .pdb, .hdf5, a name without ending for a DeePMD folder, or name the format"),
        };
    }

    private static DataFormat FormatByContent(string path)
    {
        using var lines = TextLines.Open(path);
        for (var number = 1; number <= 500 && lines.TryRead(out var line); number++)
        {
            if (number == 1 && line.StartsWith("LAMMPS ("u8))
                throw new InputException($"{path}: a log of LAMMPS, which holds energies and pressures of steps but no positions; give the dump of the run, and the log with --log");
            if (FormatByLine(line, number) is { } format)
                return format;
        }

        throw new InputException($"{path}: neither its name nor its first lines are those of a format that is read; expected {Known}, or name the format");
    }

    private static DataFormat? FormatByLine(ReadOnlySpan<byte> line, int number)
    {
        var text = line.Trim(" \t"u8);
        if (text.StartsWith("Program PWSCF"u8))
            return DataFormat.PwOutput;
        if (text.StartsWith("CP2K|"u8) || text.StartsWith("DBCSR|"u8))
            return DataFormat.Cp2kOutput;
        if (text.StartsWith("<modeling"u8))
            return DataFormat.Vasprun;
        if (text.IndexOf("<qes:espresso"u8) >= 0)
            return DataFormat.PwXml;
        if (number <= 3 && text.StartsWith("vasp."u8))
            return DataFormat.Outcar;
        if (text.SequenceEqual("begin"u8) && number == 1)
            return DataFormat.N2p2;
        if (text.Length < 20 && text.Length > 1 && text[0] == (byte)'&' && IsNamelist(text[1..]))
            return DataFormat.PwInput;
        if (number == 1 && line.StartsWith("ITEM:"u8))
            return DataFormat.LammpsDump;
        var words = new Words(line);
        if (!words.Next(out var first) || !Words.IsInteger(first, out _))
            return null;
        if (number == 1 && words.Rest.IsEmpty)
            return DataFormat.ExtendedXyz;
        return words.Next(out var noun) && noun.SequenceEqual("atoms"u8) && words.Rest.IsEmpty ? DataFormat.LammpsData : null;
    }

    private static bool IsNamelist(ReadOnlySpan<byte> name)
    {
        Span<byte> lower = stackalloc byte[name.Length];
        System.Text.Ascii.ToLower(name.Trim(" \t"u8), lower, out var length);
        return lower[..length] is var word && (word.SequenceEqual("control"u8) || word.SequenceEqual("system"u8));
    }

    private static string SchemaFile(string path) => Directory.Exists(path) ? Path.Combine(path, "data-file-schema.xml") : path;

    private static IEnumerable<Frame> ReadOne(Func<Frame> read)
    {
        yield return read();
    }

    private static IEnumerable<Frame> ReadSystems(string path)
    {
        // Read once from beginning to end: few maps, so that what has been read does not stay in memory.
        foreach (var system in DeepmdSystems.Open([path], pool: new MappedFilePool(32)))
        {
            using (system)
            {
                var labelled = new LabelledFrame(system.AtomCount, system.FrameParameterCount, system.AtomParameterCount);
                for (var index = 0; index < system.FrameCount; index++)
                {
                    system.Read(index, labelled);
                    yield return Trajectory.FromLabelled(system, labelled, index);
                }
            }
        }
    }
}
