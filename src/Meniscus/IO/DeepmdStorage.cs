using System.Globalization;

namespace Meniscus.IO;

/// <summary>
/// Where a system in the DeePMD layout is stored. What the files mean is written once, in <see cref="DeepmdSystem"/>;
/// a storage only finds sets and arrays by name.
/// </summary>
internal abstract class DeepmdStorage : IDisposable
{
    /// <summary>More atoms than any labelled frame has; a file that claims more is damaged.</summary>
    protected const int MaximumAtoms = 20_000_000;

    /// <summary>The folder, or <c>file.hdf5#/group</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What an array is called in this storage: <c>force.npy</c> or <c>force.raw</c>.</summary>
    public abstract string ArrayFile(string array);

    /// <summary>Names of the sets in their order. A single empty name means that the arrays lie beside type.raw.</summary>
    public abstract IReadOnlyList<string> Sets { get; }

    /// <summary>Whether there is a mark of this name (<c>nopbc</c>).</summary>
    public abstract bool Has(string mark);

    /// <summary>The integers of type.raw.</summary>
    public abstract int[] ReadTypes();

    /// <summary>The names in type_map.raw, or null where there is none.</summary>
    public abstract string[]? ReadTypeMap();

    /// <summary>An array of a set, or null where the set does not have it.</summary>
    public abstract IFrameArray? OpenArray(string set, string array);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A system in a folder: <c>type.raw</c> with <c>set.*</c> folders of .npy files, or with .raw text files.</summary>
internal sealed class DeepmdFolder : DeepmdStorage
{
    private const long MaximumTextBytes = 12L * MaximumAtoms;
    private static readonly char[] Blanks = [' ', '\t', '\r', '\n'];

    private readonly string _folder;
    private readonly MappedFilePool _pool;
    private readonly bool _text;

    public DeepmdFolder(string folder, MappedFilePool pool)
    {
        _folder = folder;
        _pool = pool;
        Sets = FindSets();
        _text = Sets.Count == 0;
        if (!_text)
            return;
        if (!File.Exists(Path.Combine(folder, "coord.raw")))
            throw new InputException($"{folder}: neither set.* folders nor coord.raw beside type.raw; expected set.000/coord.npy, or coord.raw with one frame per line");
        Sets = [""];
    }

    public override string Name => _folder;

    public override IReadOnlyList<string> Sets { get; }

    public override string ArrayFile(string array) => array + (_text ? ".raw" : ".npy");

    public override bool Has(string mark) => File.Exists(Path.Combine(_folder, mark));

    public override int[] ReadTypes()
    {
        var path = Path.Combine(_folder, "type.raw");
        var words = InputFile.ReadText(path, MaximumTextBytes).Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        return Array.ConvertAll(words, word => int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var type)
            ? type
            : throw new InputException($"{path}: '{Shorten(word)}' is not a type; expected one whole number per atom"));
    }

    public override string[]? ReadTypeMap() =>
        Has("type_map.raw") ? InputFile.ReadText(Path.Combine(_folder, "type_map.raw"), 1 << 20).Split(Blanks, StringSplitOptions.RemoveEmptyEntries) : null;

    public override IFrameArray? OpenArray(string set, string array)
    {
        var path = Path.Combine(_folder, set, ArrayFile(array));
        if (!File.Exists(path))
            return null;
        return _text ? RawTextArray.Open(path, _pool) : NpyArray.Open(path, _pool);
    }

    public override void Dispose()
    {
        // The arrays close their own maps; nothing else is open.
    }

    private static string Shorten(string word) => word.Length > 24 ? word[..24] + "…" : word;

    private string[] FindSets()
    {
        try
        {
            return Array.ConvertAll(NamedFolders.StartingWith(_folder, "set."), path => Path.GetFileName(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{_folder}: cannot be listed ({e.Message}); expected a folder with type.raw and set.* folders", e);
        }
    }
}
