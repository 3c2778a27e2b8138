using System.Globalization;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>One DeePMD system that frames are added to, one by one; its type.raw comes last, when it is whole.</summary>
internal sealed class DeepmdShelf : IDisposable
{
    private readonly string _folder;
    private readonly DataFormat _layout;
    private readonly int[] _types;
    private readonly int _setSize;
    private readonly List<(GrowingArray Array, Func<Frame, double[]> Values, int Width)> _arrays = [];
    private GrowingNpy? _frameTypes;
    private int _set;
    private int _inSet;

    /// <summary>Creates the system.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="layout">One of the three DeePMD layouts.</param>
    /// <param name="types">The types of its atoms.</param>
    /// <param name="setSize">Most frames per set.</param>
    public DeepmdShelf(string folder, DataFormat layout, int[] types, int setSize) =>
        (_folder, _layout, _types, _setSize) = (folder, layout, types, setSize);

    /// <summary>Number of frames.</summary>
    public long Frames { get; private set; }

    /// <summary>Whether frames are periodic.</summary>
    public bool Periodic { get; private set; }

    /// <summary>Adds a frame with the same labels as those before.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="types">Its types.</param>
    public void Add(Frame frame, int[] types)
    {
        if (_inSet == _setSize && _layout != DataFormat.DeepmdRaw)
            CloseSet();
        if (_arrays.Count == 0)
            OpenSet(frame);
        var order = _layout == DataFormat.DeepmdMixed || types.AsSpan().SequenceEqual(_types) ? null : Order(types);
        foreach (var (array, values, width) in _arrays)
            array.Append(order is null || width == 0 ? values(frame) : Reordered(values(frame), order, width));
        _frameTypes?.Append(Array.ConvertAll(types, type => (double)type));
        _inSet++;
        Frames++;
    }

    /// <summary>Ends the system.</summary>
    /// <param name="names">Names of all types.</param>
    public void Finish(IReadOnlyList<string> names)
    {
        CloseSet();
        if (!Periodic)
            AtomicFile.WriteText(Path.Combine(_folder, "nopbc"), _ => { });
        AtomicFile.WriteText(Path.Combine(_folder, "type_map.raw"), writer =>
        {
            foreach (var name in names)
                writer.WriteLine(name);
        });
        AtomicFile.WriteText(Path.Combine(_folder, "type.raw"), writer =>
        {
            foreach (var type in _types)
                writer.WriteLine((_layout == DataFormat.DeepmdMixed ? 0 : type).ToString(CultureInfo.InvariantCulture));
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _arrays.ForEach(array => array.Array.Dispose());
        _frameTypes?.Dispose();
    }

    private void OpenSet(Frame frame)
    {
        Periodic = frame.Cell.IsPeriodic;
        Add("coord", 3 * frame.AtomCount, 3, f => f.Positions);
        if (Periodic)
            Add("box", 9, 0, f => f.Cell.ToArray());
        if (frame.Energy is not null)
            Add("energy", 1, 0, f => [f.Energy!.Value]);
        if (frame.Forces is not null)
            Add("force", 3 * frame.AtomCount, 3, f => f.Forces!);
        if (frame.Virial is not null)
            Add("virial", 9, 0, f => f.Virial!);
        if (frame.AtomEnergies is not null)
            Add("atom_ener", frame.AtomCount, 1, f => f.AtomEnergies!);
        if (frame.AtomPref is not null)
            Add("atom_pref", frame.AtomCount, 1, f => f.AtomPref!);
        if (frame.FrameParameters is { } parameters)
            Add("fparam", parameters.Length, 0, f => f.FrameParameters!);
        if (frame.AtomParameters is { } atomic)
            Add("aparam", atomic.Length, atomic.Length / frame.AtomCount, f => f.AtomParameters!);
        if (_layout == DataFormat.DeepmdMixed)
            _frameTypes = new GrowingNpy(ArrayFile("real_atom_types"), NpyElementType.Int32, frame.AtomCount);
    }

    private void Add(string name, int rowLength, int width, Func<Frame, double[]> values) =>
        _arrays.Add((_layout == DataFormat.DeepmdRaw ? new GrowingText(ArrayFile(name)) : new GrowingNpy(ArrayFile(name), NpyElementType.Float64, rowLength), values, width));

    private string ArrayFile(string name) => Path.GetFullPath(_layout == DataFormat.DeepmdRaw
        ? Path.Combine(_folder, name + ".raw")
        : Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"set.{_set:d6}"), name + ".npy"));

    private void CloseSet()
    {
        foreach (var (array, _, _) in _arrays)
        {
            array.Finish();
            array.Dispose();
        }

        _arrays.Clear();
        _frameTypes?.Finish();
        _frameTypes?.Dispose();
        _frameTypes = null;
        (_inSet, _set) = (0, _set + 1);
    }

    /// <summary>For every atom of the system, the atom of the frame that takes its place: the next of its type.</summary>
    private int[] Order(int[] types)
    {
        var byType = new Dictionary<int, Queue<int>>();
        for (var i = 0; i < types.Length; i++)
        {
            if (!byType.TryGetValue(types[i], out var atoms))
                byType[types[i]] = atoms = new Queue<int>();
            atoms.Enqueue(i);
        }

        return Array.ConvertAll(_types, type => byType[type].Dequeue());
    }

    private static double[] Reordered(double[] values, int[] order, int width)
    {
        var result = new double[values.Length];
        for (var i = 0; i < order.Length; i++)
            values.AsSpan(width * order[i], width).CopyTo(result.AsSpan(width * i));
        return result;
    }
}
