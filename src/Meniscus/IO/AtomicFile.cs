using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Meniscus.IO;

/// <summary>
/// Writes a file so that a reader, or a crash at any moment, sees either the old file or the whole new one: the content
/// goes to a temporary name in the same folder, is flushed to the device, and is then renamed over the target.
/// </summary>
public static partial class AtomicFile
{
    /// <summary>Writes <paramref name="path"/> through a stream.</summary>
    /// <param name="path">The file to create or replace; its folder is made where it is missing.</param>
    /// <param name="write">Writes the content; when it throws, the target stays as it was.</param>
    public static void Write(string path, Action<Stream> write)
    {
        Replace(path, temporary =>
        {
            using var stream = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            write(stream);
            stream.Flush(flushToDisk: true);
        });
    }

    /// <summary>Writes <paramref name="path"/> as UTF-8 text without a byte-order mark.</summary>
    /// <param name="path">The file to create or replace; its folder is made where it is missing.</param>
    /// <param name="write">Writes the content; when it throws, the target stays as it was.</param>
    public static void WriteText(string path, Action<TextWriter> write)
    {
        Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            write(writer);
        });
    }

    /// <summary>
    /// Makes sure that a file can be written, its folder made where it is missing, so that a long job does not find out
    /// when it has a result.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The option or key that names it, for the message.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void RequireWritable(string path, string key)
    {
        if (path.Length == 0 || Directory.Exists(path))
            throw new InputException($"{key}: {(path.Length == 0 ? "an empty name" : $"{path} is a folder")}; give the name of a file");
        try
        {
            var full = Path.GetFullPath(path);
            var folder = Path.GetDirectoryName(full)!;
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".{Path.GetFileName(full)}.{Environment.ProcessId}.tmp");
            using (new FileStream(probe, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
                // Only whether it can be made.
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{key}: {path} cannot be written ({e.Message.TrimEnd('.')}); choose another place or make the folder writable", e);
        }
    }

    /// <summary>
    /// Deletes what writers that were killed left behind below a folder: temporary files of processes that are no more.
    /// </summary>
    /// <param name="folder">The folder.</param>
    public static void RemoveLeftovers(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            if (TemporaryName().Match(Path.GetFileName(path)) is { Success: true } name && !IsRunning(name.Groups[1].ValueSpan))
                File.Delete(path);
        }
    }

    private static bool IsRunning(ReadOnlySpan<char> processId)
    {
        if (!int.TryParse(processId, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return true;
        try
        {
            using var process = Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^\..+\.(\d+)\.tmp(\.[^.]*)?$")]
    private static partial Regex TemporaryName();

    /// <summary>Lets a library that wants a file name write to a temporary one, then renames it.</summary>
    /// <param name="path">The file to create or replace; its folder is made where it is missing.</param>
    /// <param name="write">Receives the temporary name and leaves a finished file there.</param>
    public static void Replace(string path, Action<string> write)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        Directory.CreateDirectory(folder);
        // The ending is kept last: some libraries choose the format by it.
        var temporary = Path.Combine(folder, $".{Path.GetFileNameWithoutExtension(full)}.{Environment.ProcessId}.tmp{Path.GetExtension(full)}");
        try
        {
            write(temporary);
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
