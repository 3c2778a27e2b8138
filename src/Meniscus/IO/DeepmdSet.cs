using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>An array of one set with the shape it must have for the set's frames and atoms.</summary>
internal sealed class DeepmdColumn
{
    private readonly IFrameArray _array;
    private readonly bool _flat;

    /// <summary>Checks the shape.</summary>
    /// <param name="array">The stored array; (frames, row length), or any shape with the same rows.</param>
    /// <param name="frames">Frames of the set.</param>
    /// <param name="rowLength">Numbers per frame, 0 where the data decides.</param>
    /// <param name="atoms">The row must be a multiple of this where the data decides.</param>
    /// <param name="layout">The expected shape in words.</param>
    public DeepmdColumn(IFrameArray array, int frames, int rowLength, int atoms, string layout)
    {
        _array = array;
        // A single frame may be stored without the axis that counts frames.
        _flat = IsSingleRow(array, frames, rowLength);
        var rows = _flat ? 1 : array.RowCount;
        var length = _flat ? array.RowCount : array.RowLength;
        if (rows != frames)
            throw new InputException($"{array.Name}: shape {Shape} has {rows} frames, coord has {frames}; expected {layout}");
        if (rowLength > 0 ? length != rowLength : length < 1 || length % atoms != 0 || length > int.MaxValue)
            throw new InputException($"{array.Name}: shape {Shape}; expected {layout}");
        RowLength = (int)length;
    }

    public int RowLength { get; }

    private string Shape => NpyHeader.FormatShape(_array.Shape);

    /// <summary>Whether the array is one frame stored without the axis that counts frames.</summary>
    public static bool IsSingleRow(IFrameArray array, int frames, int rowLength) =>
        frames == 1 && array.Shape.Count == 1 && array.RowCount > 1 && (rowLength == 0 || array.RowCount == rowLength);

    public void Read(int row, Span<double> destination)
    {
        if (_flat)
            _array.ReadRows(0, RowLength, destination);
        else
            _array.ReadRows(row, 1, destination);
    }

    public void Read(int row, Span<int> destination)
    {
        if (_flat)
            _array.ReadRows(0, RowLength, destination);
        else
            _array.ReadRows(row, 1, destination);
    }
}

/// <summary>The arrays of one <c>set.*</c> of a system, with their shapes checked against coord.</summary>
internal sealed class DeepmdSet : IDisposable
{
    private readonly List<IFrameArray> _open = [];
    private readonly List<(DeepmdArrayKind Kind, DeepmdColumn Column)> _columns = [];
    private readonly DeepmdStorage _storage;
    private readonly string _name;
    private readonly int _atomCount;
    private DeepmdColumn? _realTypes;

    public DeepmdSet(DeepmdStorage storage, string name, int atomCount)
    {
        _storage = storage;
        _atomCount = atomCount;
        _name = name;
        Place = name.Length == 0 ? storage.Name : $"{storage.Name}/{name}";
        try
        {
            OpenArrays();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>System and set, for messages.</summary>
    public string Place { get; }

    public int FrameCount { get; private set; }

    public bool HasBox { get; private set; }

    public bool HasRealTypes => _realTypes is not null;

    public FrameLabels Labels { get; private set; }

    public int FrameParameterCount { get; private set; }

    public int AtomParameterCount { get; private set; }

    public void Read(int row, LabelledFrame destination)
    {
        foreach (var (kind, column) in _columns)
        {
            if (kind.Buffer is null)
            {
                double energy = 0;
                column.Read(row, new Span<double>(ref energy));
                destination.Energy = energy;
            }
            else
            {
                column.Read(row, kind.Buffer(destination));
            }
        }
    }

    public void ReadRealTypes(int row, Span<int> types) => _realTypes!.Read(row, types);

    public void Dispose()
    {
        foreach (var array in _open)
            array.Dispose();
    }

    private void OpenArrays()
    {
        var coord = OpenArray("coord")
            ?? throw new InputException($"{Place}: no {_storage.ArrayFile("coord")}; every set needs the positions of its frames");
        var rowLength = DeepmdArrayKind.Coord.RowLength(_atomCount);
        var frames = DeepmdColumn.IsSingleRow(coord, 1, rowLength) ? 1 : coord.RowCount;
        if (frames > int.MaxValue)
            throw new InputException($"{coord.Name}: {frames} frames in one set; split it into sets of fewer than {int.MaxValue}");
        FrameCount = (int)frames;
        AddColumn(DeepmdArrayKind.Coord, coord);
        HasBox = TryAddColumn(DeepmdArrayKind.Box);
        foreach (var kind in DeepmdArrayKind.Labels)
        {
            if (TryAddColumn(kind))
                Labels |= kind.Label;
        }

        if (OpenArray("real_atom_types") is { } types)
            _realTypes = new DeepmdColumn(types, FrameCount, _atomCount, _atomCount, $"(frames, {_atomCount}), one type per atom");
    }

    private IFrameArray? OpenArray(string name)
    {
        var array = _storage.OpenArray(_name, name);
        if (array is not null)
            _open.Add(array);
        return array;
    }

    private bool TryAddColumn(DeepmdArrayKind kind)
    {
        if (OpenArray(kind.Name) is not { } array)
            return false;
        AddColumn(kind, array);
        return true;
    }

    private void AddColumn(DeepmdArrayKind kind, IFrameArray array)
    {
        var rowLength = kind.RowLength(_atomCount);
        var layout = (rowLength, kind.PerAtom) switch
        {
            (0, true) => $"(frames, {_atomCount} · parameters) for the {_atomCount} atoms of type.raw",
            (0, false) => "(frames, parameters)",
            (1, false) => "(frames,)",
            (_, true) => $"(frames, {rowLength}) for the {_atomCount} atoms of type.raw",
            _ => $"(frames, {rowLength})",
        };
        var column = new DeepmdColumn(array, FrameCount, rowLength, kind.PerAtom ? _atomCount : 1, layout);
        _columns.Add((kind, column));
        if (kind.Label == FrameLabels.FrameParameters)
            FrameParameterCount = column.RowLength;
        if (kind.Label == FrameLabels.AtomParameters)
            AtomParameterCount = column.RowLength / _atomCount;
    }
}
