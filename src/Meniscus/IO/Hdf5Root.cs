using System.Text;

namespace Meniscus.IO;

/// <summary>
/// The root of an HDF5 file, as much of it as plain files of arrays need: its datasets by name and its attributes. Links
/// are in a symbol table (HDF5 1.x, what h5py writes) or are messages of the object header; more than eight links in the
/// newest form (libver "latest") and attributes beyond 64 KiB in that form lie in a "dense" storage that is not read. It
/// takes no reflection, so it also works in programs compiled ahead of time. Source: HDF5 File Format Specification 3.0.
/// </summary>
internal sealed class Hdf5Root
{
    private const int MostLevels = 64;

    private readonly Hdf5Bytes _file;
    private readonly List<Hdf5Message> _messages;

    public Hdf5Root(byte[] content)
    {
        _file = new Hdf5Bytes(content);
        _messages = Hdf5ObjectHeader.Read(_file, RootAddress());
    }

    /// <summary>The datasets by name.</summary>
    public Dictionary<string, Hdf5Dataset> Datasets()
    {
        var datasets = new Dictionary<string, Hdf5Dataset>(StringComparer.Ordinal);
        foreach (var (name, address) in Links())
        {
            var messages = Hdf5ObjectHeader.Read(_file, address);
            if (messages.Exists(message => message.Kind == Hdf5ObjectHeader.Layout))
                datasets[name] = new Hdf5Dataset(_file, messages);
        }

        return datasets;
    }

    /// <summary>An attribute's text, or null where there is none of the name.</summary>
    public string? Text(string attribute)
    {
        foreach (var message in _messages)
        {
            if (message.Kind == Hdf5ObjectHeader.AttributeInfo)
                RequireNotDense(AddressOfHeap(message.Address), "attributes");
            if (message.Kind == Hdf5ObjectHeader.Attribute && ReadAttribute(message, attribute) is { } text)
                return text;
        }

        return null;
    }

    private ulong RootAddress()
    {
        var version = _file.Byte(8);
        var sizes = version < 2 ? (_file.Byte(13), _file.Byte(14)) : (_file.Byte(9), _file.Byte(10));
        if (sizes is not (8, 8))
            throw new InvalidDataException("addresses that are not of 8 bytes");
        return version switch
        {
            0 => _file.Long(64),
            1 => _file.Long(68),
            2 or 3 => _file.Long(36),
            _ => throw new InvalidDataException(FormattableString.Invariant($"a superblock of version {version}")),
        };
    }

    private IEnumerable<(string Name, ulong Address)> Links()
    {
        foreach (var message in _messages)
        {
            if (message.Kind == Hdf5ObjectHeader.Link && ReadLink(message.Address) is { } link)
                yield return link;
            if (message.Kind == Hdf5ObjectHeader.LinkInfo)
                RequireNotDense(AddressOfHeap(message.Address), "links");
            if (message.Kind != Hdf5ObjectHeader.SymbolTable)
                continue;
            var names = NamesOfHeap(_file.Long(message.Address + 8));
            foreach (var entry in TreeEntries(_file.Long(message.Address), names, 0))
                yield return entry;
        }
    }

    /// <summary>Where the dense storage of a link or attribute info message begins.</summary>
    private ulong AddressOfHeap(ulong message)
    {
        var flags = _file.Byte(message + 1);
        var isAttribute = _messages.Exists(m => m.Address == message && m.Kind == Hdf5ObjectHeader.AttributeInfo);
        return _file.Long(message + 2 + ((flags & 1) != 0 ? (isAttribute ? 2UL : 8UL) : 0));
    }

    private static void RequireNotDense(ulong heap, string what)
    {
        if (heap != Hdf5Bytes.Undefined)
            throw new InvalidDataException($"its {what} are in dense storage (libver 'latest'), which is not read here; rewrite it with h5repack --low=0 --high=0");
    }

    private (string Name, ulong Address)? ReadLink(ulong address)
    {
        const int Hard = 0;
        var flags = _file.Byte(address + 1);
        var place = address + 2;
        if ((flags & 8) != 0 && _file.Byte(place++) != Hard)
            return null;
        place += (flags & 4) != 0 ? 8UL : 0;
        place += (flags & 16) != 0 ? 1UL : 0;
        var bytes = 1 << (flags & 3);
        var length = _file.Number(place, bytes);
        place += (ulong)bytes;
        return (Encoding.UTF8.GetString(_file.At(place, length)), _file.Long(place + length));
    }

    private ulong NamesOfHeap(ulong address)
    {
        _file.Enter(address, "HEAP"u8);
        return _file.Long(address + 24);
    }

    /// <summary>The links below a node of a group's B-tree (section III.A.1).</summary>
    private IEnumerable<(string Name, ulong Address)> TreeEntries(ulong node, ulong names, int depth)
    {
        _file.Enter(node, "TREE"u8);
        if (depth > MostLevels)
            throw new InvalidDataException("the file's structures refer to each other in a circle");
        var (level, used) = (_file.Byte(node + 5), _file.Short(node + 6));
        for (var k = 0UL; k < used; k++)
        {
            var child = _file.Long(node + 32 + (16 * k));
            foreach (var entry in level > 0 ? TreeEntries(child, names, depth + 1) : SymbolEntries(child, names))
                yield return entry;
        }
    }

    private IEnumerable<(string Name, ulong Address)> SymbolEntries(ulong node, ulong names)
    {
        _file.Enter(node, "SNOD"u8);
        var count = _file.Short(node + 6);
        for (var k = 0UL; k < count; k++)
        {
            var entry = node + 8 + (40 * k);
            yield return (_file.Name(unchecked(names + _file.Long(entry))), _file.Long(entry + 8));
        }
    }

    private string? ReadAttribute(Hdf5Message message, string wanted)
    {
        var (version, nameLength, typeLength, spaceLength) =
            (_file.Byte(message.Address), _file.Short(message.Address + 2), _file.Short(message.Address + 4), _file.Short(message.Address + 6));
        var place = message.Address + 8 + (version == 3 ? 1UL : 0);
        if (nameLength == 0 || _file.Name(place) != wanted)
            return null;
        place += Padded(nameLength);
        var type = Hdf5Type.Read(_file, place);
        return Hdf5Dataset.ReadText(_file, type, place + Padded(typeLength) + Padded(spaceLength));

        ulong Padded(ushort length) => version == 1 ? (length + 7UL) & ~7UL : length;
    }
}
