namespace Meniscus.IO;

/// <summary>
/// A list of systems in a text file, one name per line, as <c>dp test -f</c> takes it. Names are relative to the current
/// folder. Empty lines and lines that begin with <c>#</c> are left out.
/// </summary>
public static class SystemListFile
{
    private const long MaximumBytes = 64 << 20;

    /// <summary>Reads the list.</summary>
    /// <exception cref="InputException">The file is missing, or names nothing.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        var names = InputFile.ReadText(path, MaximumBytes).Split('\n')
            .Select(line => line.Trim())
            .Where(line => line.Length > 0 && line[0] != '#')
            .ToList();
        return names.Count > 0 ? names : throw new InputException($"{path}: names no system; expected one folder or HDF5 file per line");
    }
}
