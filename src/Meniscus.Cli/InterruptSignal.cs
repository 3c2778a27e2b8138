using System.Runtime.InteropServices;

namespace Meniscus.Cli;

/// <summary>
/// Ctrl-C, and the termination signal that batch systems send before they kill a job. The first one asks the verb to
/// finish its step and write its restart; the second one is left to the system, which ends the program at once.
/// </summary>
internal sealed class InterruptSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly TextWriter _error;
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Starts listening.</summary>
    /// <param name="error">Where the user is told what happens.</param>
    public InterruptSignal(TextWriter error)
    {
        _error = error;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        ];
    }

    /// <summary>Cancelled on the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
            return;
        context.Cancel = true;
        _error.WriteLine("meniscus: stopping after this step; Ctrl-C again to stop at once");
        _source.Cancel();
    }
}
