using System.Numerics;
using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Native;

/// <summary>
/// A model that another program has loaded. Calls from several threads wait for each other; models are independent of each
/// other.
/// </summary>
internal sealed unsafe class NativeModel : IDisposable
{
    private readonly Lock _lock = new();
    private readonly WorkerTeam _team;
    private readonly bool _ownsTeam;
    private readonly Evaluation _result = new();
    private readonly Evaluation _resultWithVirials = new() { Extras = EvaluationExtras.AtomVirials };
    private readonly GivenNeighbors _given = new();
    private DeepPotential _potential;
    private double[] _positions = [];
    private double[] _frameParameters = [];
    private double[] _atomParameters = [];
    private bool _disposed;

    /// <summary>Prepares a model with threads of its own.</summary>
    public NativeModel(DeepPotModel model, int threads)
        : this(model, new WorkerTeam(threads)) => _ownsTeam = true;

    /// <summary>Prepares a model that shares threads with others.</summary>
    public NativeModel(DeepPotModel model, WorkerTeam team)
    {
        _team = team;
        _potential = new DeepPotential(model, team);
    }

    public DeepPotModel Model => _potential.Model;

    /// <summary>Threads for a number that a caller gave; 0 is one for every processor.</summary>
    public static int Threads(int asked) => asked switch
    {
        < 0 or > 4096 => throw new ArgumentException($"number of threads is {asked}; expected 1 to 4096, or 0 for one per processor"),
        0 => Environment.ProcessorCount,
        _ => asked,
    };

    /// <summary>Computes one configuration and writes what is asked for.</summary>
    /// <returns>The results, valid until the next call.</returns>
    public Evaluation Compute<T>(in FrameInput<T> input, in FrameOutput<T> output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        input.Require();
        if (input.Neighbors == null && input.Ghosts > 0)
            throw new ArgumentException($"{input.Ghosts} ghost atoms, but no neighbour list; ghosts only have a meaning with one");
        lock (_lock)
        {
            if (input.Neighbors == null)
                return Compute(input, output, null);
            TakeNeighbors(input.Atoms, *input.Neighbors);
            return Compute(input, output, _given);
        }
    }

    /// <summary>Computes one configuration with neighbours that have been copied before, or with none.</summary>
    public Evaluation Compute<T>(in FrameInput<T> input, in FrameOutput<T> output, GivenNeighbors? given)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        input.Require();
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var result = output.AtomVirials != null ? _resultWithVirials : _result;
            var fitting = Model.Fitting;
            var centres = input.Atoms - input.Ghosts;
            var configuration = new Configuration(new ReadOnlySpan<int>(input.Types, input.Atoms), Read(input.Positions, 3 * input.Atoms, ref _positions), given is null ? input.ReadCell() : Cell.None)
            {
                FrameParameters = input.FrameParameters == null ? [] : Read(input.FrameParameters, fitting.FrameParameterCount, ref _frameParameters),
                AtomParameters = input.AtomParameters == null ? [] : ReadAtomParameters(input.AtomParameters, centres * fitting.AtomParameterCount, input.Atoms * fitting.AtomParameterCount),
            };
            if (given is null)
                _potential.Evaluate(configuration, result);
            else
                _potential.Evaluate(configuration, given, result);
            Write(result, output);
            return result;
        }
    }

    /// <summary>Has the embedding networks tabulated to rounding from now on.</summary>
    public void Tabulate()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var tabulated = new DeepPotential(Model.Tabulated(), _team);
            _potential.Dispose();
            _potential = tabulated;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _potential.Dispose();
            if (_ownsTeam)
                _team.Dispose();
        }
    }

    /// <summary>Copies numbers of either format, or uses them where they are.</summary>
    private static ReadOnlySpan<double> Read<T>(T* values, int count, ref double[] buffer)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(double))
            return new ReadOnlySpan<double>(values, count);
        if (buffer.Length < count)
            buffer = new double[count];
        for (var k = 0; k < count; k++)
            buffer[k] = double.CreateTruncating(values[k]);
        return buffer.AsSpan(0, count);
    }

    /// <summary>Images need no parameters: only their types are looked at.</summary>
    private ReadOnlySpan<double> ReadAtomParameters<T>(T* values, int given, int all)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (given == all)
            return Read(values, all, ref _atomParameters);
        if (_atomParameters.Length < all)
            _atomParameters = new double[all];
        Array.Clear(_atomParameters);
        for (var k = 0; k < given; k++)
            _atomParameters[k] = double.CreateTruncating(values[k]);
        return _atomParameters.AsSpan(0, all);
    }

    private void TakeNeighbors(int atoms, in NeighborsInput list)
    {
        if (list.Count < 0 || list.Count > atoms)
            throw new ArgumentException($"neighbour list: {list.Count} centres; expected 0 to {atoms}, the number of atoms");
        if (list.Count > 0 && (list.Centres == null || list.Counts == null || list.First == null))
            throw new ArgumentException("neighbour list: ilist, numneigh or firstneigh is null");
        _given.Take(atoms, new ReadOnlySpan<int>(list.Centres, list.Count), list.Counts, list.First, list.Mask == 0 ? -1 : list.Mask, byAtom: true);
    }

    private static void Write<T>(Evaluation result, in FrameOutput<T> output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (output.Energy != null)
            *output.Energy = result.Energy;
        Copy(result.Forces, output.Forces);
        Copy(result.Virial, output.Virial);
        Copy(result.AtomEnergies, output.AtomEnergies);
        Copy(result.AtomVirials, output.AtomVirials);
    }

    private static void Copy<T>(double[] from, T* to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (to == null)
            return;
        for (var k = 0; k < from.Length; k++)
            to[k] = T.CreateTruncating(from[k]);
    }
}
