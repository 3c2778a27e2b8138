using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Meniscus.Workflow;

/// <summary>
/// What a file or a folder holds, as a SHA-256 hash: of a folder, that of the names and contents of all files in it. Times and owners do
/// not count, so a copy is the same. A stage is redone when a hash of what it reads is another than that of its last run.
/// </summary>
internal static class ContentHash
{
    /// <summary>Hash in hexadecimal; null where nothing is there.</summary>
    /// <param name="path">A file or a folder.</param>
    public static string? Of(string path)
    {
        if (File.Exists(path))
            return OfFile(path);
        if (!Directory.Exists(path))
            return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in FilesIn(path))
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(path, file).Replace('\\', '/')}\0{OfFile(file)}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Hash of a text.</summary>
    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Number, size and time of change of the files: while it stays, so does the hash, and need not be computed again.</summary>
    /// <param name="path">A file or a folder.</param>
    public static string Signature(string path)
    {
        var files = File.Exists(path) ? [path] : Directory.Exists(path) ? FilesIn(path) : [];
        var (count, bytes, latest) = (0L, 0L, 0L);
        foreach (var file in files)
        {
            var info = new FileInfo(file);
            count++;
            bytes += info.Length;
            latest = Math.Max(latest, info.LastWriteTimeUtc.Ticks);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{count}:{bytes}:{latest}");
    }

    private static string[] FilesIn(string folder)
    {
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static string OfFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
