using PureHDF;
using PureHDF.VOL.Native;

namespace Meniscus.IO;

/// <summary>
/// An HDF5 file that several systems may share, closed when the last one lets go of it. Damaged files make the HDF5
/// library throw whatever it happens to; here that becomes a finished message.
/// </summary>
internal sealed class Hdf5DataFile
{
    private readonly NativeFile _file;
    private int _users = 1;

    private Hdf5DataFile(string path, NativeFile file)
    {
        Path = path;
        _file = file;
    }

    public string Path { get; }

    /// <summary>Reads through one file handle are made one after another.</summary>
    public Lock Gate { get; } = new();

    public static Hdf5DataFile Open(string path)
    {
        // Opened once with our own reader, so that a missing file is said to be missing.
        InputFile.OpenRead(path).Dispose();
        return new Hdf5DataFile(path, Guard(path, () => H5File.OpenRead(path)));
    }

    public Hdf5DataFile Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            _file.Dispose();
    }

    /// <summary>The group of a path, or null where the file has no such group.</summary>
    public IH5Group? FindGroup(string path) => Guard($"{Path}#{path}", () =>
    {
        IH5Group group = _file;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!group.LinkExists(part) || group.Get(part) is not IH5Group child)
                return null;
            group = child;
        }

        return group;
    });

    /// <summary>The dataset of a name in a group, or null where the group has no such dataset.</summary>
    public static NativeDataset? FindDataset(IH5Group group, string name, string place) =>
        Guard(place, () => group.LinkExists(name) ? group.Get(name) as NativeDataset : null);

    /// <summary>
    /// Runs something on the HDF5 library, whose errors in damaged files are of any kind: an impossible length even
    /// makes it ask for more memory than there is.
    /// </summary>
    public static T Guard<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not InputException)
        {
            throw Damaged(place, e);
        }
    }

    public static InputException Damaged(string place, Exception e) =>
        new($"{place}: cannot be read as HDF5 ({e.Message.ReplaceLineEndings(" ")}); check that the file is whole and holds the DeePMD layout", e);
}
