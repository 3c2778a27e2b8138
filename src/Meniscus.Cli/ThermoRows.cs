using System.Diagnostics;

namespace Meniscus.Cli;

/// <summary>
/// The thermo table on the terminal: the header, then at most one row a second and the last one, however often rows are
/// written to the file.
/// </summary>
internal sealed class ThermoRows(VerbContext context, bool quiet) : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan? _printedAt;
    private string? _waiting;

    /// <summary>Takes the header or a row.</summary>
    public void Take(string row)
    {
        if (quiet)
            return;
        _waiting = row;
        // The header and the first row come at once.
        var since = _clock.Elapsed - (_printedAt ?? TimeSpan.Zero);
        if (_printedAt is null || since > TimeSpan.FromSeconds(1))
            Finish();
        if (_printedAt is null)
            _printedAt = _clock.Elapsed - TimeSpan.FromSeconds(2);
        else if (_waiting is null)
            _printedAt = _clock.Elapsed;
    }

    /// <summary>Prints the row that waits, if one does.</summary>
    public void Finish()
    {
        if (_waiting is not null)
            context.Print(_waiting);
        _waiting = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Finish();
}
