using System.IO.MemoryMappedFiles;

namespace Meniscus.IO;

/// <summary>
/// Memory maps of data files with a bound on how many are open at once. A training set can have tens of thousands of
/// files, more than an operating system lets one process map; the least recently used maps are closed first and opened
/// again on demand. Thread-safe: systems that share a pool can be read from different threads.
/// </summary>
public sealed class MappedFilePool
{
    private readonly Lock _lock = new();
    private readonly int _capacity;
    private MappedFile? _newest;
    private MappedFile? _oldest;
    private int _count;

    /// <summary>Creates a pool.</summary>
    /// <param name="capacity">Number of maps kept open; more only while more are being read at the same moment.</param>
    public MappedFilePool(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
    }

    /// <summary>The pool used where none is given. Linux allows 65,530 maps per process by default; this stays far below.</summary>
    public static MappedFilePool Shared { get; } = new(4096);

    /// <summary>Number of maps open now.</summary>
    public int OpenCount
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    internal MappedBytes Acquire(MappedFile file)
    {
        lock (_lock)
        {
            if (file.IsMapped)
            {
                Unlink(file);
            }
            else
            {
                file.Map();
                _count++;
            }

            PutFirst(file);
            file.Leases++;
            CloseOldest();
            return new MappedBytes(this, file);
        }
    }

    internal void Release(MappedFile file)
    {
        lock (_lock)
            file.Leases--;
    }

    internal void Close(MappedFile file)
    {
        lock (_lock)
        {
            if (file.IsMapped)
                Remove(file);
        }
    }

    private void CloseOldest()
    {
        for (var file = _oldest; file is not null && _count > _capacity;)
        {
            var newer = file.Newer;
            if (file.Leases == 0)
                Remove(file);
            file = newer;
        }
    }

    private void Remove(MappedFile file)
    {
        Unlink(file);
        file.Unmap();
        _count--;
    }

    private void PutFirst(MappedFile file)
    {
        file.Older = _newest;
        if (_newest is not null)
            _newest.Newer = file;
        _newest = file;
        _oldest ??= file;
    }

    private void Unlink(MappedFile file)
    {
        if (file.Newer is null)
            _newest = file.Older;
        else
            file.Newer.Older = file.Older;
        if (file.Older is null)
            _oldest = file.Newer;
        else
            file.Older.Newer = file.Newer;
        file.Newer = file.Older = null;
    }
}

/// <summary>A file that a <see cref="MappedFilePool"/> maps on demand. Its length must stay what it was when it was checked.</summary>
internal sealed unsafe class MappedFile(string path, long length)
{
    private MemoryMappedViewAccessor? _view;

    public string Path { get; } = path;

    public long Length { get; } = length;

    public byte* Start { get; private set; }

    public int Leases { get; set; }

    public MappedFile? Newer { get; set; }

    public MappedFile? Older { get; set; }

    public bool IsMapped => _view is not null;

    public void Map()
    {
        using var stream = InputFile.OpenRead(Path);
        if (stream.Length != Length)
            throw new InputException($"{Path}: {stream.Length} bytes now, {Length} when it was opened; do not change data while it is in use");
        try
        {
            // The view outlives the map and the stream, so no file handle is held while a file is mapped.
            using var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{Path}: cannot be mapped into memory ({e.Message}); copy it to a local disk", e);
        }

        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start + _view.PointerOffset;
    }

    public void Unmap()
    {
        _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _view = null;
        Start = null;
    }
}

/// <summary>The bytes of a mapped file for the time of one read; the map stays open until this is disposed.</summary>
internal readonly unsafe ref struct MappedBytes(MappedFilePool pool, MappedFile file)
{
    public byte* Start => file.Start;

    public void Dispose() => pool.Release(file);
}
