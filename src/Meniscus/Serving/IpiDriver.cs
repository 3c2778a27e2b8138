// The driver (the side that computes) of the i-PI protocol (M. Ceriotti, J. More, D. E. Manolopoulos, Comput. Phys. Commun.
// 185, 1019 (2014); V. Kapil et al., Comput. Phys. Commun. 236, 214 (2019)). The server asks STATUS and gets NEEDINIT,
// READY or HAVEDATA; INIT brings the number of the replica and a text; POSDATA cell, its inverse and positions; GETFORCE is
// answered by FORCEREADY with energy, forces, virial and a text; EXIT ends. Lengths are in bohr, energies in hartree, cells
// have the lattice vectors as columns, and the virial is −∂E/∂ε, as ours.
using System.Diagnostics;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Serving;

/// <summary>What a server is given besides the model.</summary>
public sealed record IpiDriverOptions
{
    /// <summary>A structure that says which elements the atoms are, in order, and brings the model's parameters; null to learn them from the server.</summary>
    public Frame? Structure { get; init; }

    /// <summary>Whether atoms stand free, whatever cell the server sends.</summary>
    public bool IgnoreCell { get; init; }

    /// <summary>What is sent besides energy, forces and virial where the model is a committee.</summary>
    public IpiExtraText Extra { get; init; } = IpiExtraText.Deviation;
}

/// <summary>What was done for a server.</summary>
/// <param name="Evaluations">Number of configurations evaluated.</param>
/// <param name="AtomCount">Atoms of each; 0 where none came.</param>
/// <param name="EvaluationTime">Time spent in the model.</param>
/// <param name="TotalTime">Time from the first message to the end.</param>
/// <param name="ByExit">Whether the server said EXIT; else it closed the connection between messages, which is usual too.</param>
/// <param name="MaxForceDeviation">Largest deviation of a force among the models of a committee, eV/Å; 0 for a single model.</param>
public sealed record IpiSummary(long Evaluations, int AtomCount, TimeSpan EvaluationTime, TimeSpan TotalTime, bool ByExit, double MaxForceDeviation);

/// <summary>Computes energies, forces and virials for a program that speaks the i-PI protocol, such as i-PI or ASE.</summary>
public sealed class IpiDriver
{
    /// <summary>Longest initialization string that is read, bytes.</summary>
    private const int LongestInitialization = 1 << 24;

    private readonly IPotential _potential;
    private readonly Committee? _committee;
    private readonly IpiDriverOptions _options;
    private readonly EnergyFitting? _fitting;
    private readonly Evaluation _result = new();
    private readonly Stopwatch _inModel = new();
    private int[]? _types;
    private double[] _positions = [];
    private bool _initialized;
    private bool _hasData;
    private long _evaluations;
    private double _maxDeviation;

    /// <summary>Prepares to serve.</summary>
    /// <param name="potential">The model; a <see cref="Committee"/> sends along how far its models differ. Owned by the caller.</param>
    /// <param name="options">Elements and what else is known beforehand.</param>
    /// <exception cref="InputException">The structure has an element that the model does not know.</exception>
    public IpiDriver(IPotential potential, IpiDriverOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(potential);
        _potential = potential;
        _committee = potential as Committee;
        _options = options ?? new IpiDriverOptions();
        _fitting = FrameEvaluator.FittingOf(potential);
        if (_options.Structure is { } structure)
            _types = IpiElements.TypesOf(structure, potential.TypeMap);
    }

    /// <summary>Answers until the server says EXIT or closes the connection between messages.</summary>
    /// <param name="connection">The connection; closed on cancellation.</param>
    /// <param name="progress">Told after every evaluation.</param>
    /// <param name="cancellation">Ends the waiting for the next message.</param>
    /// <exception cref="InputException">The server sent something that cannot be used.</exception>
    /// <exception cref="ConnectionLostException">The connection ended within a message.</exception>
    /// <exception cref="OperationCanceledException">The user stopped.</exception>
    public IpiSummary Serve(Stream connection, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        // A read that waits ends only when its connection does.
        using var registration = cancellation.Register(connection.Dispose);
        var clock = Stopwatch.StartNew();
        try
        {
            var byExit = Answer(new IpiChannel(connection), progress);
            // Closing a connection can also look like its orderly end to a read that waits.
            if (!byExit && cancellation.IsCancellationRequested)
                throw Stopped(null, cancellation);
            return new IpiSummary(_evaluations, _types?.Length ?? 0, _inModel.Elapsed, clock.Elapsed, byExit, _maxDeviation);
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is IOException or ObjectDisposedException)
        {
            throw Stopped(e, cancellation);
        }
        catch (IOException e) when (e is not ConnectionLostException)
        {
            throw new ConnectionLostException(string.Create(CultureInfo.InvariantCulture, $"the connection broke after {_evaluations} evaluations ({e.Message.TrimEnd('.')}); look at the server's output for why it stopped"), e);
        }
    }

    private OperationCanceledException Stopped(Exception? cause, CancellationToken cancellation) =>
        new(string.Create(CultureInfo.InvariantCulture, $"stopped after {_evaluations} evaluations"), cause, cancellation);

    /// <summary>Answers message after message.</summary>
    /// <returns>Whether the server said EXIT.</returns>
    private bool Answer(IpiChannel channel, IProgress<ProgressReport>? progress)
    {
        while (channel.ReadHeader() is { } header)
        {
            switch (header)
            {
                case "STATUS":
                    channel.WriteHeader(_hasData ? "HAVEDATA" : _initialized ? "READY" : "NEEDINIT");
                    channel.Flush();
                    break;
                case "INIT":
                    ReadInitialization(channel);
                    break;
                case "POSDATA":
                    Evaluate(channel);
                    progress?.Report(new ProgressReport(_evaluations, 0, ""));
                    break;
                case "GETFORCE":
                    SendForces(channel);
                    break;
                case "EXIT":
                    return true;
                default:
                    throw new InputException($"the message '{header}' came; expected STATUS, INIT, POSDATA, GETFORCE or EXIT of the i-PI protocol");
            }
        }

        return _hasData
            ? throw new ConnectionLostException(string.Create(CultureInfo.InvariantCulture, $"the server closed the connection without fetching the forces of evaluation {_evaluations}; look at its output for why it stopped"))
            : false;
    }

    private void ReadInitialization(IpiChannel channel)
    {
        // The number of the replica: every evaluation stands for itself, so it does not matter which one comes.
        channel.ReadInt32("INIT");
        var length = channel.ReadInt32("INIT");
        if (length is < 0 or > LongestInitialization)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"INIT: a text of {length} bytes is announced; expected 0 to {LongestInitialization}"));
        var text = new byte[length];
        channel.Read(text, "the text of INIT");
        if (_options.Structure is null)
            _types = IpiElements.TypesOf(text, _potential.TypeMap) ?? _types;
        _initialized = true;
    }

    private void Evaluate(IpiChannel channel)
    {
        var number = _evaluations + 1;
        Span<double> columns = stackalloc double[9];
        Span<double> inverse = stackalloc double[9];
        channel.ReadDoubles(columns, "POSDATA");
        channel.ReadDoubles(inverse, "POSDATA");
        var types = RequireTypes(channel.ReadInt32("POSDATA"), number);
        if (_positions.Length != 3 * types.Length)
            _positions = new double[3 * types.Length];
        channel.ReadDoubles(_positions, "the positions of POSDATA");
        ToAngstrom(number);
        try
        {
            _inModel.Start();
            var configuration = new Configuration(types, _positions, CellOf(columns))
            {
                FrameParameters = _fitting is { FrameParameterCount: > 0 } ? _options.Structure?.FrameParameters ?? _fitting.DefaultFrameParameters : null,
                AtomParameters = _fitting is { AtomParameterCount: > 0 } ? _options.Structure?.AtomParameters : null,
            };
            _potential.Evaluate(configuration, _result);
            _committee?.EvaluateOthers(configuration);
        }
        catch (InputException e)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"evaluation {number}: {e.Message}"), e);
        }
        finally
        {
            _inModel.Stop();
        }

        if (_committee is not null)
            _maxDeviation = Math.Max(_maxDeviation, _committee.Deviation().MaxForce);
        _evaluations = number;
        _hasData = true;
    }

    private int[] RequireTypes(int atoms, long number)
    {
        if (_types is null)
            throw new InputException("the server sent positions, and nothing says which elements the atoms are; give --structure FILE, or let the server name them in its initialization string ('elements : O H H …', one per atom)");
        return atoms == _types.Length ? _types : throw new InputException(string.Create(
            CultureInfo.InvariantCulture,
            $"evaluation {number}: the server sent {atoms} atoms, and {(_options.Structure is null ? "its initialization string" : "the structure")} has {_types.Length}; give both programs the same atoms in the same order"));
    }

    private void ToAngstrom(long number)
    {
        for (var k = 0; k < _positions.Length; k++)
        {
            if (!double.IsFinite(_positions[k]))
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"evaluation {number}: coordinate {"xyz"[k % 3]} of atom {k / 3} (from 0) is {_positions[k]}; expected finite numbers, so the server's run blew up: look at its step and start"));
            _positions[k] *= Units.Bohr;
        }
    }

    /// <summary>The cell; ASE sends zeros for atoms that have none.</summary>
    private Cell CellOf(ReadOnlySpan<double> columns)
    {
        if (_options.IgnoreCell || columns.IndexOfAnyExcept(0.0) < 0)
            return Cell.None;
        Span<double> rows = stackalloc double[9];
        for (var k = 0; k < 9; k++)
            rows[k] = columns[(3 * (k % 3)) + (k / 3)] * Units.Bohr;
        return new Cell(rows);
    }

    private void SendForces(IpiChannel channel)
    {
        if (!_hasData)
            throw new InputException("GETFORCE came before POSDATA; the server must send positions first");
        channel.WriteHeader("FORCEREADY");
        channel.Write([_result.Energy / Units.Hartree]);
        channel.Write(_result.Forces.Length / 3);
        // The forces that are sent are read by nobody else, and the next evaluation clears them.
        foreach (ref var force in _result.Forces.AsSpan())
            force *= Units.Bohr / Units.Hartree;
        channel.Write(_result.Forces);
        Span<double> virial = stackalloc double[9];
        for (var k = 0; k < 9; k++)
            virial[k] = _result.Virial[(3 * (k % 3)) + (k / 3)] / Units.Hartree;
        channel.Write(virial);
        var extra = IpiExtra.Of(_committee, _options.Extra);
        channel.Write(extra.Length);
        channel.Write(extra);
        channel.Flush();
        _hasData = false;
    }
}
