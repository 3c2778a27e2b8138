using System.Text;
using Meniscus.Atoms;
using PureHDF;
using PureHDF.Selections;

namespace Meniscus.IO;

/// <summary>
/// Writes systems as groups of an HDF5 file, as dpdata's <c>deepmd/hdf5</c> does and DeePMD-kit reads: <c>type.raw</c>,
/// <c>type_map.raw</c> (strings of fixed length; h5py gives others back as objects), <c>nopbc</c> and <c>set.000/*.npy</c>. Frames are read
/// and written in blocks. Source: the HDF5 format in DeePMD-kit's data documentation.
/// </summary>
public static class DeepmdHdf5Writer
{
    // Numbers of one array that are in memory at a time.
    private const int BlockLength = 1 << 17;

    /// <summary>Writes systems.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="systems">Systems with the names of their groups, such as <c>O64H128</c> or <c>water/bulk</c>.</param>
    /// <param name="setSize">Most frames per set.</param>
    public static void Write(string path, IReadOnlyList<(string Group, ILabelledSystem System)> systems, int setSize = DeepmdFrameWriter.DefaultSetSize)
    {
        ArgumentNullException.ThrowIfNull(systems);
        ArgumentOutOfRangeException.ThrowIfLessThan(setSize, 1);
        var file = new H5File();
        var columns = new List<(ILabelledSystem System, List<Column> Columns)>();
        foreach (var (name, system) in systems)
        {
            H5Group group = file;
            foreach (var part in name.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!group.TryGetValue(part, out var child))
                    group[part] = child = new H5Group();
                group = (H5Group)child;
            }

            columns.Add((system, Describe(system, group, setSize)));
        }

        var options = new H5WriteOptions(
            DefaultStringLength: systems.Max(entry => entry.System.TypeMap.Names.Max(Encoding.UTF8.GetByteCount)), PreferCompactDatasetLayout: false);
        AtomicFile.Write(path, stream =>
        {
            using var writer = file.BeginWrite(stream, options);
            foreach (var (system, arrays) in columns)
                WriteFrames(writer, system, arrays);
        });
    }

    /// <summary>Puts the groups and empty arrays of a system into the tree.</summary>
    private static List<Column> Describe(ILabelledSystem system, H5Group group, int setSize)
    {
        var first = system.CreateFrame();
        system.Read(0, first);
        group["type.raw"] = Array.ConvertAll(first.Types, type => system.MixedTypes ? 0 : type);
        group["type_map.raw"] = system.TypeMap.Names.ToArray();
        if (!system.Periodic)
            group["nopbc"] = new[] { 1 };
        var columns = new List<Column>();
        var sets = ((system.FrameCount - 1) / setSize) + 1;
        for (var set = 0; set < sets; set++)
        {
            var arrays = new H5Group();
            group[DeepmdNpyWriter.SetName(set, sets)] = arrays;
            var from = set * setSize;
            AddArrays(system, arrays, columns, from, Math.Min(setSize, system.FrameCount - from));
        }

        return columns;
    }

    private static void AddArrays(ILabelledSystem system, H5Group arrays, List<Column> columns, int firstFrame, int frames)
    {
        var kinds = DeepmdArrayKind.Labels.Where(kind => system.Labels.HasFlag(kind.Label)).Prepend(DeepmdArrayKind.Coord);
        foreach (var kind in system.Periodic ? kinds.Append(DeepmdArrayKind.Box) : kinds)
        {
            var length = kind.Label switch
            {
                FrameLabels.FrameParameters => system.FrameParameterCount,
                FrameLabels.AtomParameters => system.AtomParameterCount * system.AtomCount,
                _ => kind.RowLength(system.AtomCount),
            };
            Add(kind.Name, length, kind.Buffer is null, frame => kind.Buffer?.Invoke(frame) ?? [frame.Energy]);
        }

        if (system.MixedTypes)
            AddTypes();

        void Add(string name, int length, bool isSingle, Func<LabelledFrame, double[]> values)
        {
            ulong[] shape = isSingle ? [(ulong)frames] : [(ulong)frames, (ulong)length];
            var dataset = new H5Dataset<double[]>(fileDims: shape);
            arrays[name + ".npy"] = dataset;
            columns.Add(new Column<double>(dataset, firstFrame, frames, length, isSingle, values));
        }

        void AddTypes()
        {
            var dataset = new H5Dataset<int[]>(fileDims: [(ulong)frames, (ulong)system.AtomCount]);
            arrays["real_atom_types.npy"] = dataset;
            columns.Add(new Column<int>(dataset, firstFrame, frames, system.AtomCount, false, frame => frame.Types));
        }
    }

    private static void WriteFrames(H5NativeWriter writer, ILabelledSystem system, List<Column> columns)
    {
        var frame = system.CreateFrame();
        foreach (var set in columns.GroupBy(column => column.FirstFrame))
        {
            for (var row = 0; row < set.First().Frames; row++)
            {
                system.Read(set.Key + row, frame);
                foreach (var column in set)
                    column.Append(writer, frame);
            }
        }
    }

    private abstract class Column(int firstFrame, int frames)
    {
        public int FirstFrame => firstFrame;

        public int Frames => frames;

        public abstract void Append(H5NativeWriter writer, LabelledFrame frame);
    }

    /// <summary>One array of a set, gathered into blocks of rows.</summary>
    private sealed class Column<T>(H5Dataset<T[]> dataset, int firstFrame, int frames, int length, bool isSingle, Func<LabelledFrame, T[]> values) : Column(firstFrame, frames)
    {
        private readonly List<T> _block = [];
        private int _written;

        public override void Append(H5NativeWriter writer, LabelledFrame frame)
        {
            _block.AddRange(values(frame).AsSpan(0, length));
            var rows = _block.Count / length;
            if (_block.Count < BlockLength && _written + rows < Frames)
                return;
            var selection = isSingle
                ? new HyperslabSelection((ulong)_written, (ulong)rows)
                : new HyperslabSelection(2, [(ulong)_written, 0], [(ulong)rows, (ulong)length]);
            writer.Write(dataset, _block.ToArray(), fileSelection: selection);
            _written += rows;
            _block.Clear();
        }
    }
}
