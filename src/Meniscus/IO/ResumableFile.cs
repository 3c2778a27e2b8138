using System.Globalization;

namespace Meniscus.IO;

/// <summary>
/// A file that a long run appends to. What is written so far can be flushed to the device and its length kept in a restart;
/// resuming cuts the file back to that length, so that what a crash left behind it, half a frame perhaps, is gone and the
/// file goes on as if there had been no crash.
/// </summary>
public static class ResumableFile
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">The file; its folder is made where it is missing.</param>
    /// <param name="resumeAt">Length to cut it back to, bytes; null to start it anew.</param>
    /// <exception cref="InputException">It cannot be written, or it is to be resumed and is shorter than that.</exception>
    public static FileStream Open(string path, long? resumeAt)
    {
        if (resumeAt is { } length)
            RequireLength(path, length);
        try
        {
            var full = Path.GetFullPath(path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            var stream = new FileStream(full, resumeAt is null ? FileMode.Create : FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read | FileShare.Delete, 1 << 16);
            stream.SetLength(resumeAt ?? 0);
            stream.Seek(0, SeekOrigin.End);
            return stream;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be written ({e.Message.TrimEnd('.')}); choose another place or make the file writable", e);
        }
    }

    /// <summary>Makes sure that a file can be resumed, before anything is changed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Length it must have at least, bytes.</param>
    /// <exception cref="InputException">It is shorter.</exception>
    public static void RequireLength(string path, long length)
    {
        var found = File.Exists(path) ? new FileInfo(path).Length : 0;
        if (found < length)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: has {found} bytes, but had {length} when the restart was written; put the whole file back, or begin a new run"));
        }
    }

    /// <summary>Flushes what was written to the device.</summary>
    /// <returns>Length of the file, bytes.</returns>
    public static long Commit(FileStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Flush(flushToDisk: true);
        return stream.Length;
    }
}
