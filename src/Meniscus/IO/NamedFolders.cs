namespace Meniscus.IO;

/// <summary>
/// Folders that share the beginning of their names, such as <c>set.000</c>, <c>set.001</c>. What a pattern like <c>set.*</c>
/// matches differs between systems: <c>set</c> too, or nothing.
/// </summary>
internal static class NamedFolders
{
    /// <summary>Paths of the folders in a folder whose names begin with a text, in the order of their names.</summary>
    public static string[] StartingWith(string folder, string beginning)
    {
        string[] found = [.. Directory.EnumerateDirectories(folder).Where(path => Path.GetFileName(path).StartsWith(beginning, StringComparison.Ordinal))];
        Array.Sort(found, StringComparer.Ordinal);
        return found;
    }
}
