using System.IO.Enumeration;
using Meniscus.Atoms;
using PureHDF;

namespace Meniscus.IO;

/// <summary>
/// Finds and opens what the <c>systems</c> key of a DeePMD-kit input names: a system folder, a folder with systems
/// somewhere below, an HDF5 file with systems in its groups, or <c>file.hdf5#/group</c>.
/// </summary>
public static class DeepmdSystems
{
    private const int MaximumDepth = 32;
    private const string Expected = "a folder with type.raw, a folder with such folders below, an HDF5 file or file.hdf5#/group";

    /// <summary>Opens all systems that the names stand for, in the order of the names and below each in the order of the paths.</summary>
    /// <param name="systems">Folders, HDF5 files, or HDF5 files with a group.</param>
    /// <param name="target">The type map frames are to be read in; each system's own by default.</param>
    /// <param name="patterns">
    /// DeePMD-kit's <c>rglob_patterns</c>: only systems below a name whose path ends in one of these (<c>*</c>, <c>?</c>
    /// and <c>**</c> as whole part) are taken.
    /// </param>
    /// <param name="pool">Where memory maps are kept, <see cref="MappedFilePool.Shared"/> by default.</param>
    /// <exception cref="InputException">A name does not exist, holds no system, or a system is damaged.</exception>
    public static IReadOnlyList<DeepmdSystem> Open(
        IEnumerable<string> systems, TypeMap? target = null, IReadOnlyList<string>? patterns = null, MappedFilePool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(systems);
        var opened = new List<DeepmdSystem>();
        try
        {
            foreach (var name in systems)
                OpenOne(name, target, patterns, pool, opened);
        }
        catch
        {
            opened.ForEach(system => system.Dispose());
            throw;
        }

        return opened.Count > 0 ? opened : throw new InputException($"systems: the list is empty; expected at least one of: {Expected}");
    }

    /// <summary>
    /// Opens all systems that the names stand for, read in one type map that has every type any of them names: their own
    /// where they agree, else all names in order of appearance.
    /// </summary>
    /// <param name="systems">Folders, HDF5 files, or HDF5 files with a group.</param>
    /// <exception cref="InputException">A name does not exist, holds no system, or a system is damaged.</exception>
    public static IReadOnlyList<DeepmdSystem> OpenInCommonTypes(IReadOnlyList<string> systems)
    {
        var opened = Open(systems);
        var common = new TypeMap(opened.SelectMany(system => system.TypeMap.Names).Distinct());
        if (opened.All(system => system.TypeMap.Equals(common)))
            return opened;
        foreach (var system in opened)
            system.Dispose();
        return Open(systems, common);
    }

    private static void OpenOne(string name, TypeMap? target, IReadOnlyList<string>? patterns, MappedFilePool? pool, List<DeepmdSystem> opened)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new InputException($"systems: an empty name; expected {Expected}");
        if (Directory.Exists(name))
        {
            foreach (var folder in FindFolders(name, patterns))
                opened.Add(DeepmdSystem.Open(folder, target, pool));
            return;
        }

        var mark = name.LastIndexOf('#');
        var (file, group) = mark < 0 || File.Exists(name) ? (name, "/") : (name[..mark], name[(mark + 1)..]);
        if (!File.Exists(file))
            throw new InputException($"{name}: no such file or folder; expected {Expected}");
        if (!LooksLikeHdf5(file))
            throw new InputException($"{name}: neither a system nor an HDF5 file; expected {Expected}; frames in other formats become systems by 'meniscus data convert'");
        OpenGroups(file, group, target, patterns, opened);
    }

    /// <summary>By its ending or its first bytes, so that a file of another format is not called damaged.</summary>
    private static bool LooksLikeHdf5(string file)
    {
        if (Path.GetExtension(file).ToLowerInvariant() is ".hdf5" or ".h5")
            return true;
        using var stream = InputFile.OpenRead(file);
        Span<byte> start = stackalloc byte[4];
        return stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F']);
    }

    private static void OpenGroups(string path, string group, TypeMap? target, IReadOnlyList<string>? patterns, List<DeepmdSystem> opened)
    {
        var file = Hdf5DataFile.Open(path);
        try
        {
            var root = file.FindGroup(group) ?? throw new InputException($"{path}#{group}: no such group in the file; expected a group with type.raw, or with such groups below");
            var found = new List<string>();
            Hdf5DataFile.Guard($"{path}#{group}", () => CollectGroups(root, group.Trim('/'), 0, found));
            var before = opened.Count;
            foreach (var system in found.Where(system => Matches(Relative(system, group.Trim('/')), patterns)))
                opened.Add(DeepmdSystem.OpenHdf5(file, system, target));
            if (opened.Count == before)
                throw NothingFound($"{path}#/{group.Trim('/')}", "groups with a dataset type.raw", patterns);
        }
        finally
        {
            file.Release();
        }
    }

    private static bool CollectGroups(IH5Group group, string path, int depth, List<string> found)
    {
        if (group.LinkExists("type.raw"))
        {
            found.Add(path);
            return true;
        }

        if (depth == MaximumDepth)
            return false;
        foreach (var child in group.Children().OfType<IH5Group>().OrderBy(child => child.Name, StringComparer.Ordinal))
            CollectGroups(child, path.Length == 0 ? child.Name : $"{path}/{child.Name}", depth + 1, found);
        return found.Count > 0;
    }

    private static List<string> FindFolders(string root, IReadOnlyList<string>? patterns)
    {
        var found = new List<string>();
        CollectFolders(root, 0, [], found);
        found.RemoveAll(folder => !Matches(Relative(folder, root), patterns));
        return found.Count > 0 ? found : throw NothingFound(root, "folders with type.raw", patterns);
    }

    private static void CollectFolders(string folder, int depth, HashSet<string> visited, List<string> found)
    {
        // Links may lead in circles: a folder is entered once, under its real name.
        if (depth > MaximumDepth || !visited.Add(RealPath(folder)))
            return;
        if (File.Exists(Path.Combine(folder, "type.raw")))
        {
            found.Add(folder);
            return;
        }

        string[] children;
        try
        {
            children = Directory.GetDirectories(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder}: cannot be listed ({e.Message}) while looking for systems; name the systems one by one", e);
        }

        Array.Sort(children, StringComparer.Ordinal);
        foreach (var child in children)
            CollectFolders(child, depth + 1, visited, found);
    }

    private static string RealPath(string folder)
    {
        var info = new DirectoryInfo(folder);
        return (info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true) ?? info).FullName;
    }

    private static string Relative(string path, string root) => path.Length == root.Length ? "" : path[root.Length..].Trim('/', Path.DirectorySeparatorChar);

    private static bool Matches(string relative, IReadOnlyList<string>? patterns)
    {
        if (patterns is null || patterns.Count == 0)
            return true;
        var parts = relative.Split(['/', Path.DirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        return patterns.Any(pattern => MatchesParts(["**", .. pattern.Split('/', StringSplitOptions.RemoveEmptyEntries)], parts));
    }

    private static bool MatchesParts(ReadOnlySpan<string> pattern, ReadOnlySpan<string> parts)
    {
        if (pattern.IsEmpty)
            return parts.IsEmpty;
        if (pattern[0] == "**")
            return MatchesParts(pattern[1..], parts) || (!parts.IsEmpty && MatchesParts(pattern, parts[1..]));
        return !parts.IsEmpty && FileSystemName.MatchesSimpleExpression(pattern[0], parts[0], ignoreCase: false) && MatchesParts(pattern[1..], parts[1..]);
    }

    private static InputException NothingFound(string name, string what, IReadOnlyList<string>? patterns)
    {
        var filter = patterns is { Count: > 0 } ? $" whose path matches [{string.Join(", ", patterns)}]" : "";
        return new InputException($"{name}: no system found; looked for {what}{filter}, here and below; check the name");
    }
}
