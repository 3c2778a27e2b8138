using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// A system in the DeePMD layout: <c>type.raw</c>, optional <c>type_map.raw</c> and <c>nopbc</c>, and sets of arrays
/// with one row per frame. The layout's rules are here, whatever the storage (.npy files, .raw text, HDF5); frames are
/// read from disk one by one. Source: DeePMD-kit's data documentation; units and signs in <c>docs/formats.md</c>.
/// </summary>
public sealed class DeepmdSystem : ILabelledSystem
{
    private readonly DeepmdStorage _storage;
    private readonly DeepmdTypes _types;
    private readonly List<DeepmdSet> _sets = [];
    private readonly int[] _firstFrames;

    private DeepmdSystem(DeepmdStorage storage, TypeMap? target)
    {
        _storage = storage;
        try
        {
            Periodic = !storage.Has("nopbc");
            _types = new DeepmdTypes(storage, target);
            foreach (var set in storage.Sets)
                _sets.Add(new DeepmdSet(storage, set, AtomCount));
            CheckSets();
            _firstFrames = CountFrames();
            TranslateTypes();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => _storage.Name;

    /// <inheritdoc/>
    public int AtomCount => _types.Stored.Length;

    /// <inheritdoc/>
    public int FrameCount => _firstFrames[^1];

    /// <inheritdoc/>
    public TypeMap TypeMap => _types.TypeMap;

    /// <inheritdoc/>
    public bool Periodic { get; }

    /// <inheritdoc/>
    public bool MixedTypes => _sets[0].HasRealTypes;

    /// <inheritdoc/>
    public FrameLabels Labels => _sets[0].Labels;

    /// <inheritdoc/>
    public int FrameParameterCount => _sets[0].FrameParameterCount;

    /// <inheritdoc/>
    public int AtomParameterCount => _sets[0].AtomParameterCount;

    /// <summary>Opens a folder with type.raw and either set.* folders of .npy files or .raw text files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="target">The type map frames are to be read in; the system's own by default.</param>
    /// <param name="pool">Where memory maps are kept, <see cref="MappedFilePool.Shared"/> by default.</param>
    /// <exception cref="InputException">Something is missing, damaged or does not fit together.</exception>
    public static DeepmdSystem Open(string folder, TypeMap? target = null, MappedFilePool? pool = null)
    {
        if (!Directory.Exists(folder))
            throw new InputException($"{folder}: no such folder; expected a system, a folder with type.raw and set.* folders");
        if (!File.Exists(Path.Combine(folder, "type.raw")))
            throw new InputException($"{folder}: no type.raw; expected a system, a folder with type.raw and set.* folders");
        return new DeepmdSystem(new DeepmdFolder(folder, pool ?? MappedFilePool.Shared), target);
    }

    /// <summary>Opens a group of an HDF5 file that holds the same layout.</summary>
    /// <param name="file">The HDF5 file.</param>
    /// <param name="group">The group, <c>/</c> for the root.</param>
    /// <param name="target">The type map frames are to be read in; the system's own by default.</param>
    /// <exception cref="InputException">Something is missing, damaged or does not fit together.</exception>
    public static DeepmdSystem OpenHdf5(string file, string group = "/", TypeMap? target = null)
    {
        var opened = Hdf5DataFile.Open(file);
        try
        {
            return OpenHdf5(opened, group, target);
        }
        finally
        {
            opened.Release();
        }
    }

    /// <inheritdoc/>
    public void Read(int frame, LabelledFrame destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        CheckBuffers(destination);
        var set = Locate(frame, out var row);
        destination.Periodic = Periodic;
        destination.Labels = Labels;
        set.Read(row, destination);
        if (MixedTypes)
            ReadMixedTypes(set, row, destination.Types);
        else
            _types.Stored.CopyTo(destination.Types, 0);
    }

    /// <inheritdoc/>
    public string Describe(int frame)
    {
        var set = Locate(frame, out var row);
        return FormattableString.Invariant($"{set.Place} frame {row}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var set in _sets)
            set.Dispose();
        _storage.Dispose();
    }

    internal static DeepmdSystem OpenHdf5(Hdf5DataFile file, string group, TypeMap? target) => new(new DeepmdHdf5Group(file, group), target);

    private DeepmdSet Locate(int frame, out int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, FrameCount);
        var set = Array.BinarySearch(_firstFrames, frame);
        if (set < 0)
            set = ~set - 1;
        // Sets without frames begin where the next one does.
        while (_firstFrames[set + 1] <= frame)
            set++;
        row = frame - _firstFrames[set];
        return _sets[set];
    }

    private int[] CountFrames()
    {
        var first = new int[_sets.Count + 1];
        for (var i = 0; i < _sets.Count; i++)
        {
            if (_sets[i].FrameCount > int.MaxValue - first[i])
                throw new InputException($"{Name}: more than {int.MaxValue} frames; split it into several systems");
            first[i + 1] = first[i] + _sets[i].FrameCount;
        }

        return first[^1] > 0 ? first : throw new InputException($"{Name}: no frames; every set is empty");
    }

    private void CheckSets()
    {
        var first = _sets[0];
        foreach (var set in _sets)
        {
            if (Periodic && !set.HasBox)
                throw new InputException($"{set.Place}: no {_storage.ArrayFile("box")} and no file nopbc in {Name}; add the cell of every frame, or an empty file nopbc if the system is not periodic");
            foreach (var kind in DeepmdArrayKind.Labels)
            {
                if (set.Labels.HasFlag(kind.Label) != first.Labels.HasFlag(kind.Label))
                    throw Disagree(first, set, kind.Name, set.Labels.HasFlag(kind.Label));
            }

            if (set.HasRealTypes != first.HasRealTypes)
                throw Disagree(first, set, "real_atom_types", set.HasRealTypes);
            CheckParameterCount(set, "fparam", set.FrameParameterCount, first.FrameParameterCount);
            CheckParameterCount(set, "aparam", set.AtomParameterCount, first.AtomParameterCount);
        }
    }

    private InputException Disagree(DeepmdSet first, DeepmdSet other, string array, bool otherHasIt)
    {
        var (has, hasNot) = otherHasIt ? (other, first) : (first, other);
        var file = _storage.ArrayFile(array);
        return new InputException($"{hasNot.Place}: no {file}, but {has.Place} has one; a label must be in all sets of a system or in none");
    }

    private void CheckParameterCount(DeepmdSet set, string array, int found, int expected)
    {
        if (found != expected)
            throw new InputException($"{set.Place}/{_storage.ArrayFile(array)}: {found} parameters, {_sets[0].Place} has {expected}; every set needs the same number");
    }

    private void TranslateTypes()
    {
        if (!MixedTypes)
        {
            // In place: the types of every frame are these from here on.
            var bad = _types.Translate(_types.Stored, allowPadding: false);
            if (bad >= 0)
                throw _types.Error($"{Name}/type.raw", bad, _types.Stored[bad]);
            return;
        }

        if (!_types.HasNames)
            throw new InputException($"{Name}: mixed-type data (real_atom_types) without type_map.raw; write the names of the types there");
        if (_types.HasUnknownNames)
            CheckMixedTypes();
    }

    /// <summary>Looks through all frames now, so that an element the model lacks does not turn up hours later.</summary>
    private void CheckMixedTypes()
    {
        var types = new int[AtomCount];
        foreach (var set in _sets)
        {
            for (var row = 0; row < set.FrameCount; row++)
                ReadMixedTypes(set, row, types);
        }
    }

    private void ReadMixedTypes(DeepmdSet set, int row, int[] types)
    {
        set.ReadRealTypes(row, types);
        var bad = _types.Translate(types, allowPadding: true);
        if (bad >= 0)
            throw _types.Error(FormattableString.Invariant($"{set.Place} frame {row}"), bad, types[bad]);
    }

    private void CheckBuffers(LabelledFrame frame)
    {
        if (frame.AtomCount != AtomCount || frame.FrameParameters.Length != FrameParameterCount || frame.AtomParameters.Length != AtomParameterCount * AtomCount)
            throw new ArgumentException($"the frame was not made by CreateFrame of {Name}", nameof(frame));
    }
}
