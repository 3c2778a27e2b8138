namespace Meniscus.Input;

/// <summary>
/// A path that an input file names: as it stands, relative to the current folder as in DeePMD-kit; where nothing is there,
/// relative to the folder of the input file. What follows a <c>#</c> (an HDF5 group) stays.
/// </summary>
internal static class InputPath
{
    /// <summary>Finds the file or folder.</summary>
    /// <param name="path">A path of the input.</param>
    /// <param name="folder">Folder of the input file, or null.</param>
    public static string Resolve(string path, string? folder)
    {
        var hash = path.IndexOf('#', StringComparison.Ordinal);
        var onDisk = hash < 0 ? path : path[..hash];
        if (folder is null || Path.Exists(onDisk))
            return path;
        var beside = Path.Combine(folder, onDisk);
        return Path.Exists(beside) ? beside + (hash < 0 ? "" : path[hash..]) : path;
    }
}
