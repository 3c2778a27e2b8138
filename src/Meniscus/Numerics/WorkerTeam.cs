using System.Runtime.ExceptionServices;

namespace Meniscus.Numerics;

/// <summary>
/// A fixed team of threads that work through the parts of one task together. The caller is one of them. Threads wait
/// spinning for a moment and then sleep, so that phases of a millisecond follow each other without a wake-up, and an
/// idle program uses no processor. Parts are numbered; what a part does must not depend on how many there are.
/// </summary>
public sealed class WorkerTeam : IDisposable
{
    private readonly Thread[] _threads;
    private readonly ManualResetEventSlim[] _go;
    private Action<int, int>? _task;
    private ExceptionDispatchInfo? _failure;
    private int _running;
    private volatile bool _stop;

    /// <summary>Starts the team.</summary>
    /// <param name="size">Number of threads, the caller included; at least 1.</param>
    public WorkerTeam(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        _go = [.. Enumerable.Range(1, size - 1).Select(_ => new ManualResetEventSlim(false, spinCount: 2000))];
        _threads = new Thread[size - 1];
        for (var t = 0; t < _threads.Length; t++)
        {
            var part = t + 1;
            _threads[t] = new Thread(() => Work(part)) { IsBackground = true, Name = $"Meniscus worker {part}" };
            _threads[t].Start();
        }
    }

    /// <summary>Number of threads.</summary>
    public int Size => _threads.Length + 1;

    /// <summary>Runs <paramref name="task"/>(part, parts) once for every part, and returns when all are done.</summary>
    /// <param name="task">The work; keep one delegate and reuse it, so that a step does not allocate.</param>
    public void Run(Action<int, int> task)
    {
        ObjectDisposedException.ThrowIf(_stop, this);
        _task = task;
        Volatile.Write(ref _running, _threads.Length);
        foreach (var go in _go)
            go.Set();
        Execute(0);
        var wait = default(SpinWait);
        while (Volatile.Read(ref _running) > 0)
            wait.SpinOnce(sleep1Threshold: -1);
        _task = null;
        if (Interlocked.Exchange(ref _failure, null) is { } failure)
            failure.Throw();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stop)
            return;
        _stop = true;
        foreach (var go in _go)
            go.Set();
        foreach (var thread in _threads)
            thread.Join();
        foreach (var go in _go)
            go.Dispose();
    }

    private void Work(int part)
    {
        var go = _go[part - 1];
        while (true)
        {
            go.Wait();
            go.Reset();
            if (_stop)
                return;
            Execute(part);
            Interlocked.Decrement(ref _running);
        }
    }

    private void Execute(int part)
    {
        try
        {
            _task!(part, Size);
        }
#pragma warning disable CA1031 // Whatever a part throws is thrown again by Run on the caller's thread.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
        }
    }
}
