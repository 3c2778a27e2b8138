using System.Runtime.CompilerServices;

namespace Meniscus.IO;

/// <summary>
/// A file handed to the HDF5 library. That library follows the addresses in a file wherever they lead, so a damaged
/// file whose structures point at themselves would overflow the stack, which no caller can catch, or never end. Every
/// step of its decoding reads from here, so this stream stops both: it throws while there is still stack, and once far
/// more has been read than a sound file takes.
/// </summary>
internal sealed class Hdf5InputStream(Stream inner) : Stream
{
    private readonly long _readLimit = 1_000_000 + 64 * inner.Length;
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack() || _read > _readLimit)
            throw new IOException("the file's structures refer to each other in a circle");
        var count = inner.Read(buffer);
        _read += Math.Max(count, 1);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
