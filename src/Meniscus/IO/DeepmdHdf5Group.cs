using PureHDF;

namespace Meniscus.IO;

/// <summary>
/// A system in a group of an HDF5 file: datasets <c>type.raw</c> and <c>type_map.raw</c>, a mark <c>nopbc</c>, and
/// groups <c>set.*</c> whose datasets keep their .npy names. Source: the HDF5 format in DeePMD-kit's data documentation.
/// </summary>
internal sealed class DeepmdHdf5Group : DeepmdStorage
{
    private readonly Hdf5DataFile _file;
    private readonly IH5Group _group;
    private bool _disposed;

    public DeepmdHdf5Group(Hdf5DataFile file, string group)
    {
        Name = $"{file.Path}#/{group.Trim('/')}";
        _group = file.FindGroup(group)
            ?? throw new InputException($"{Name}: no such group in the file; expected a group with type.raw and set.* groups");
        if (!Has("type.raw"))
            throw new InputException($"{Name}: no dataset type.raw; expected a group with type.raw and set.* groups");
        Sets = Hdf5DataFile.Guard(Name, FindSets);
        if (Sets.Count == 0)
            throw new InputException($"{Name}: no set.* groups; expected set.000/coord.npy beside type.raw");
        _file = file.Share();
    }

    public override string Name { get; }

    public override IReadOnlyList<string> Sets { get; }

    public override string ArrayFile(string array) => array + ".npy";

    public override bool Has(string mark) => Hdf5DataFile.Guard(Name, () => _group.LinkExists(mark));

    public override int[] ReadTypes()
    {
        var place = $"{Name}/type.raw";
        var dataset = Hdf5DataFile.FindDataset(_group, "type.raw", place)
            ?? throw new InputException($"{place}: not a dataset; expected one whole number per atom");
        var array = new Hdf5Array(_file, dataset, place);
        var atoms = array.RowCount * array.RowLength;
        if (atoms > MaximumAtoms)
            throw new InputException($"{place}: {atoms} atoms; more than {MaximumAtoms} cannot be right");
        var types = new int[atoms];
        array.ReadRows(0, (int)array.RowCount, types);
        return types;
    }

    public override string[]? ReadTypeMap()
    {
        var place = $"{Name}/type_map.raw";
        if (Hdf5DataFile.FindDataset(_group, "type_map.raw", place) is not { } dataset)
            return null;
        return Hdf5DataFile.Guard(place, () =>
        {
            var count = dataset.Space.Dimensions.Aggregate(1UL, (product, n) => checked(product * n));
            if (count > 10_000)
                throw new InputException($"{place}: {count} names; more than 10000 types cannot be right");
            // Fixed-length strings are padded with blanks or zeros.
            return Array.ConvertAll(dataset.Read<string[]>(), name => name.Trim(' ', '\0'));
        });
    }

    public override IFrameArray? OpenArray(string set, string array)
    {
        var place = $"{Name}/{set}/{ArrayFile(array)}";
        var group = Hdf5DataFile.Guard(place, () => _group.Get(set) as IH5Group)
            ?? throw new InputException($"{Name}/{set}: not a group; expected a group with coord.npy");
        return Hdf5DataFile.FindDataset(group, ArrayFile(array), place) is { } dataset ? new Hdf5Array(_file, dataset, place) : null;
    }

    public override void Dispose()
    {
        if (!_disposed)
            _file.Release();
        _disposed = true;
    }

    private string[] FindSets() =>
        [.. _group.Children().Where(child => child is IH5Group).Select(child => child.Name).Where(name => name.StartsWith("set.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
