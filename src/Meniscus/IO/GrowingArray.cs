using System.Buffers.Binary;

namespace Meniscus.IO;

/// <summary>
/// An array on disk that gets row after row, without knowing how many will come: a part of a DeePMD system that is being
/// written. It has a temporary name until it is finished. At most 64 KiB are in memory.
/// </summary>
internal abstract class GrowingArray(string path) : IDisposable
{
    private const int Kept = 1 << 16;

    private readonly string _temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Environment.ProcessId}.tmp");
    private readonly MemoryStream _waiting = new();
    private bool _begun;

    /// <summary>Number of rows so far.</summary>
    protected long Rows { get; private set; }

    /// <summary>Appends a row.</summary>
    public void Append(ReadOnlySpan<double> row)
    {
        Format(_waiting, row);
        Rows++;
        if (_waiting.Length > Kept)
            Flush(toDevice: false);
    }

    /// <summary>Gives the file its name.</summary>
    public void Finish()
    {
        Flush(toDevice: true);
        File.Move(_temporary, path, overwrite: true);
    }

    /// <summary>Removes what is unfinished.</summary>
    public void Dispose()
    {
        _waiting.Dispose();
        File.Delete(_temporary);
    }

    /// <summary>Room at the beginning, for what is known only at the end.</summary>
    protected virtual int HeaderLength => 0;

    /// <summary>Fills the room at the beginning.</summary>
    protected virtual byte[] Header() => [];

    /// <summary>Writes a row.</summary>
    protected abstract void Format(Stream stream, ReadOnlySpan<double> row);

    // Opened for each flush: a data set may have more systems than a process may have files.
    private void Flush(bool toDevice)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(_temporary, _begun ? FileMode.Open : FileMode.Create, FileAccess.Write);
        file.Seek(_begun ? 0 : HeaderLength, _begun ? SeekOrigin.End : SeekOrigin.Begin);
        _begun = true;
        _waiting.WriteTo(file);
        _waiting.SetLength(0);
        if (!toDevice)
            return;
        file.Seek(0, SeekOrigin.Begin);
        file.Write(Header());
        file.Flush(flushToDisk: true);
    }
}

/// <summary>An array that grows as .npy, little-endian; the number of rows is put into the header at the end.</summary>
internal sealed class GrowingNpy(string path, NpyElementType type, int rowLength) : GrowingArray(path)
{
    protected override int HeaderLength => Header().Length;

    protected override byte[] Header() => rowLength == 1 ? NpyHeader.Format(type, [Rows]) : NpyHeader.Format(type, [Rows, rowLength]);

    protected override void Format(Stream stream, ReadOnlySpan<double> row)
    {
        Span<byte> bytes = stackalloc byte[8];
        foreach (var value in row)
        {
            if (type == NpyElementType.Int32)
                BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)value);
            else
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
            stream.Write(bytes[..type.Size()]);
        }
    }
}

/// <summary>An array that grows as .raw text, one line per row.</summary>
internal sealed class GrowingText(string path) : GrowingArray(path)
{
    private readonly Utf8Text _text = new();

    protected override void Format(Stream stream, ReadOnlySpan<double> row)
    {
        _text.Clear();
        for (var i = 0; i < row.Length; i++)
            _text.Append(i == 0 ? ""u8 : " "u8).Append(row[i]);
        stream.Write(_text.Append('\n').Written);
    }
}
