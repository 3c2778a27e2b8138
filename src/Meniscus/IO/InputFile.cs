namespace Meniscus.IO;

/// <summary>Opens files the user named, so that a missing or unreadable one is a finished message and nothing else.</summary>
internal static class InputFile
{
    /// <summary>Opens a file for reading. Others may write or remove it meanwhile, as on any cluster.</summary>
    public static FileStream OpenRead(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }
        catch (FileNotFoundException e)
        {
            throw new InputException($"{path}: no such file; check the path", e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new InputException($"{path}: no such file; check the path", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"{path}: cannot be read ({e.Message}); check that it is a file you may read", e);
        }
    }

    /// <summary>Reads a text file that ought to be small, refusing one that is not before memory is taken for it.</summary>
    public static string ReadText(string path, long maximumBytes)
    {
        using var stream = OpenRead(path);
        if (stream.Length > maximumBytes)
            throw new InputException($"{path}: {stream.Length} bytes, more than the {maximumBytes} such a file can need; check that it is the right file");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
