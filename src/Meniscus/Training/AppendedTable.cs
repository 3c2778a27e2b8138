using Meniscus.IO;

namespace Meniscus.Training;

/// <summary>
/// A text table that grows by one row per report of a long run, each row flushed so that it can be watched and survives
/// a crash. Every row begins with its step; continuing a run drops the rows after the step it restarts from, and a
/// last line that a crash has cut short.
/// </summary>
internal sealed class AppendedTable : IDisposable
{
    private readonly StreamWriter _writer;

    private AppendedTable(string path)
    {
        _writer = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { NewLine = "\n" };
    }

    /// <summary>Starts the table anew.</summary>
    public static AppendedTable Create(string path, string header)
    {
        AtomicFile.WriteText(path, writer => writer.Write(header));
        return new(path);
    }

    /// <summary>Goes on with a table where it exists and is not empty, else starts it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">Header lines, each with its line end; the first one must be the file's first line.</param>
    /// <param name="restartStep">Last step to keep.</param>
    /// <param name="stepOf">The step of a row, or null for a line that is no row.</param>
    public static AppendedTable Continue(string path, string header, long restartStep, Func<string, long?> stepOf)
    {
        var lines = WholeLines(path);
        if (lines.Length == 0)
            return Create(path, header);
        RequireColumns(path, lines[0], header);
        var kept = lines.Where(line => stepOf(line) is not { } step || step <= restartStep);
        AtomicFile.WriteText(path, writer =>
        {
            foreach (var line in kept)
                writer.WriteLine(line);
        });
        return new(path);
    }

    /// <summary>Makes sure that a table can be continued, before anything is changed.</summary>
    /// <param name="path">The file; it need not exist.</param>
    /// <param name="header">The header of the run.</param>
    /// <exception cref="InputException">The file has other columns.</exception>
    public static void RequireColumns(string path, string header)
    {
        if (WholeLines(path) is [var first, ..])
            RequireColumns(path, first, header);
    }

    /// <summary>Appends one row and flushes it.</summary>
    public void Append(string row)
    {
        _writer.WriteLine(row);
        _writer.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    /// <summary>The lines of a file but for a last one without a line end; none where there is no file.</summary>
    private static string[] WholeLines(string path)
    {
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static void RequireColumns(string path, string firstLine, string header)
    {
        var expected = header[..header.IndexOf('\n', StringComparison.Ordinal)];
        if (firstLine.TrimEnd() != expected.TrimEnd())
            throw new InputException($"{path}: its columns \"{firstLine.Trim()}\" are not those of this run, \"{expected.Trim()}\"; move the file away or choose another disp_file");
    }
}
