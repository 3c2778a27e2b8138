using System.Globalization;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>How <see cref="DeepmdNpyWriter"/> lays out a system.</summary>
public sealed record DeepmdNpyOptions
{
    /// <summary>Most frames per set.</summary>
    public int SetSize { get; init; } = 5000;

    /// <summary>Float64, or Float32 for half the size; float32 keeps about 1e-5 eV per atom of a DFT total energy.</summary>
    public NpyElementType Precision { get; init; } = NpyElementType.Float64;

    /// <summary>Arrays stored in float32 whatever <see cref="Precision"/> says: <c>force</c>, <c>coord</c>, …</summary>
    public IReadOnlyCollection<string> SinglePrecisionArrays { get; init; } = [];
}

/// <summary>
/// Writes a system as a DeePMD folder of .npy sets. Frames are read one by one, so a system larger than memory can be
/// written. type.raw comes last: a folder without it is not finished. Source: DeePMD-kit's data documentation.
/// </summary>
public static class DeepmdNpyWriter
{
    /// <summary>Writes a system, or some of its frames.</summary>
    /// <param name="system">The frames; types are written in its type map.</param>
    /// <param name="folder">The new system's folder; must not hold one already.</param>
    /// <param name="options">Set size and precision.</param>
    /// <param name="frames">Which frames in which order; all by default.</param>
    /// <exception cref="InputException">The folder holds a system already, or a number does not fit into float32.</exception>
    public static void Write(ILabelledSystem system, string folder, DeepmdNpyOptions? options = null, IReadOnlyList<int>? frames = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        options ??= new DeepmdNpyOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SetSize, 1);
        frames ??= [.. Enumerable.Range(0, system.FrameCount)];
        if (frames.Count == 0)
            throw new InputException($"{folder}: no frames to write; choose at least one");
        if (Directory.Exists(folder) && (File.Exists(Path.Combine(folder, "type.raw")) || NamedFolders.StartingWith(folder, "set.").Length > 0))
            throw new InputException($"{folder}: holds a system already (type.raw or set.*); remove it or choose another folder");
        var setCount = ((frames.Count - 1) / options.SetSize) + 1;
        var frame = system.CreateFrame();
        for (var set = 0; set < setCount; set++)
        {
            var first = set * options.SetSize;
            var part = frames.Skip(first).Take(options.SetSize).ToArray();
            WriteSet(system, Path.Combine(folder, SetName(set, setCount)), part, frame, options);
        }

        WriteTypes(system, folder, frames[0], frame);
    }

    /// <summary>Sets are read in the order of their names, so the numbers are padded to one width, at least three.</summary>
    internal static string SetName(int set, int setCount)
    {
        var digits = Math.Max(3, (setCount - 1).ToString(CultureInfo.InvariantCulture).Length);
        return "set." + set.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    private static void WriteSet(ILabelledSystem system, string folder, int[] frames, LabelledFrame frame, DeepmdNpyOptions options)
    {
        var columns = Columns(system, options);
        WriteColumns(folder, columns, frames.Length, [], writers =>
        {
            foreach (var index in frames)
            {
                system.Read(index, frame);
                for (var i = 0; i < writers.Length; i++)
                    columns[i].Append(writers[i], frame);
            }
        });
    }

    /// <summary>Opens one file after the other, each inside the one before, and writes frame by frame when all are open.</summary>
    private static void WriteColumns(string folder, List<Column> columns, int frameCount, NpyWriter[] open, Action<NpyWriter[]> write)
    {
        if (open.Length == columns.Count)
        {
            write(open);
            return;
        }

        var column = columns[open.Length];
        AtomicFile.Write(Path.Combine(folder, column.Name + ".npy"), stream =>
        {
            var writer = column.RowLength == 1
                ? new NpyWriter(stream, column.Type, frameCount)
                : new NpyWriter(stream, column.Type, frameCount, column.RowLength);
            WriteColumns(folder, columns, frameCount, [.. open, writer], write);
            writer.Finish();
        });
    }

    private static List<Column> Columns(ILabelledSystem system, DeepmdNpyOptions options)
    {
        var columns = new List<Column>();
        var kinds = DeepmdArrayKind.Labels.Where(kind => system.Labels.HasFlag(kind.Label)).Prepend(DeepmdArrayKind.Coord);
        if (system.Periodic)
            kinds = kinds.Append(DeepmdArrayKind.Box);
        foreach (var kind in kinds)
        {
            var type = options.SinglePrecisionArrays.Contains(kind.Name) ? NpyElementType.Float32 : options.Precision;
            var length = kind.Label switch
            {
                FrameLabels.FrameParameters => system.FrameParameterCount,
                FrameLabels.AtomParameters => system.AtomParameterCount * system.AtomCount,
                _ => kind.RowLength(system.AtomCount),
            };
            columns.Add(new Column(kind.Name, type, length, (writer, frame) =>
            {
                if (kind.Buffer is null)
                    writer.Append(frame.Energy);
                else
                    writer.Append(kind.Buffer(frame));
            }));
        }

        if (system.MixedTypes)
            columns.Add(new Column("real_atom_types", NpyElementType.Int32, system.AtomCount, (writer, frame) => writer.Append(Array.ConvertAll(frame.Types, type => (double)type))));
        return columns;
    }

    private static void WriteTypes(ILabelledSystem system, string folder, int firstFrame, LabelledFrame frame)
    {
        system.Read(firstFrame, frame);
        if (!system.Periodic)
            AtomicFile.WriteText(Path.Combine(folder, "nopbc"), _ => { });
        AtomicFile.WriteText(Path.Combine(folder, "type_map.raw"), writer =>
        {
            foreach (var name in system.TypeMap.Names)
                writer.WriteLine(name);
        });
        AtomicFile.WriteText(Path.Combine(folder, "type.raw"), writer =>
        {
            // In mixed-type data only the number of lines counts.
            foreach (var type in frame.Types)
                writer.WriteLine((system.MixedTypes ? 0 : type).ToString(CultureInfo.InvariantCulture));
        });
    }

    private sealed record Column(string Name, NpyElementType Type, int RowLength, Action<NpyWriter, LabelledFrame> Append);
}
