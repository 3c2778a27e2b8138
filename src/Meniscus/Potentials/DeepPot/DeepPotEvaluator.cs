using System.Globalization;
using System.Numerics;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Energies, forces and virials of a model. Atoms are cut into blocks of one type that fit the caches; threads take
/// blocks as they come. Every pair's share of the forces is kept and added up afterwards in the order of the atoms, so
/// the result does not depend on how many threads there are. Systems with more pairs than memory should hold are worked
/// through in windows of atoms, one after the other, which does not change that order.
/// </summary>
/// <typeparam name="T">Number format of the networks.</typeparam>
internal sealed unsafe class DeepPotEvaluator<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Columns per block: activations of one layer and a strip of weights stay in the second-level cache.</summary>
    private const int MaxBlock = 128;

    /// <summary>Pairs whose shares of the forces are held at a time; 28 bytes each.</summary>
    public const int MaxPairs = 1 << 20;

    private readonly DeepPotKernel<T> _kernel;
    private readonly WorkerTeam _team;
    private readonly ChebyshevEmbedding<T>? _tables;
    private readonly Action<int, int> _evaluateBlocks;
    private readonly VerletList _verlet = new();
    private readonly NeighborList _givenList = new();
    private readonly List<Block> _blocks = [];
    private readonly NativeBuffer<double> _pairGradient = new(0);
    private readonly NativeBuffer<double> _pairVector = new(0);
    private readonly NativeBuffer<int> _pairAtom = new(0);
    private readonly double[] _upper;
    private readonly double[][] _partUpper;
    private readonly NeighborOverflow[] _partOverflow;
    private readonly bool[] _partExceeded;
    private CentreColumns<T>?[] _columns;
    private CentreColumns<T>?[]? _tableColumns;
    private NeighborList _list;
    private GivenNeighbors? _given;
    private int[] _types = [];
    private int[] _byType = [];
    private int[] _used = [];
    private double[] _centreVirial = [];
    private double[] _frameParameters = [];
    private double[] _atomParameters = [];
    private Evaluation _result = new();
    private int _nextBlock;
    private int _first;
    private int _end;
    private int _firstPair;

    /// <summary>Creates an evaluator.</summary>
    /// <param name="kernel">The model; owned by the caller.</param>
    /// <param name="team">Threads; owned by the caller.</param>
    /// <param name="tables">How to tabulate the embedding networks, or null to evaluate them for every neighbour.</param>
    public DeepPotEvaluator(DeepPotKernel<T> kernel, WorkerTeam team, EmbeddingTableSettings? tables)
    {
        _kernel = kernel;
        _team = team;
        _list = _verlet.List;
        _evaluateBlocks = EvaluateBlocks;
        var types = kernel.Settings.TypeCount;
        _upper = new double[types * types];
        _partUpper = [.. Enumerable.Range(0, team.Size).Select(_ => new double[types * types])];
        _partOverflow = new NeighborOverflow[team.Size];
        _partExceeded = new bool[team.Size];
        _columns = new CentreColumns<T>?[team.Size * types];
        // What fades with the distance is no smooth function of s̃ at the cutoff, which tables need.
        if (tables is null || kernel.Settings.Fading is not null)
            return;
        _tables = new ChebyshevEmbedding<T>(kernel.Settings, kernel.Embeddings, training: false);
        _tables.Tolerance = Math.Max(_tables.Tolerance, tables.Tolerance);
        for (var centre = 0; centre < types; centre++)
        {
            for (var t = 0; t < types; t++)
                _upper[(centre * types) + t] = RowAt(tables.MinDistance, centre, t);
        }

        if (!_tables.Prepare(kernel.Parameters.Values, _upper))
        {
            _tables.Dispose();
            _tables = null;
        }
    }

    /// <summary>Whether embeddings go through tables.</summary>
    public bool UsesTables => _tables is not null;

    /// <summary>Size of the tables as they are now, or null without tables.</summary>
    public EmbeddingTableSize? TableSize => _tables?.Size;

    /// <summary>How far beyond the cutoff neighbours are listed, Å.</summary>
    public double Skin { get; set; }

    /// <summary>How often neighbours have been listed.</summary>
    public long NeighborListBuilds => _verlet.Builds;

    /// <summary>Computes everything for one configuration.</summary>
    public void Evaluate(in Configuration configuration, Evaluation result)
    {
        TakeConfiguration(configuration, result);
        _verlet.Update(configuration.Positions, configuration.Cell, _kernel.Settings.Cutoff, Skin);
        (_list, _given) = (_verlet.List, null);
        Evaluate(result);
    }

    /// <summary>
    /// Computes everything with the neighbours of another program: the energies of its centres, and what they do to all
    /// atoms, images included. The cell is not looked at.
    /// </summary>
    public void Evaluate(in Configuration configuration, GivenNeighbors given, Evaluation result)
    {
        TakeConfiguration(configuration, result);
        _givenList.Take(configuration.Positions, given);
        (_list, _given) = (_givenList, given);
        Evaluate(result);
    }

    private void TakeConfiguration(in Configuration configuration, Evaluation result)
    {
        result.Reset(configuration.Types.Length, _kernel.DescriptorWidth);
        RequireTypes(configuration.Types);
        CopyInputs(configuration);
        _result = result;
    }

    private void Evaluate(Evaluation result)
    {
        for (_end = 0; _end < _list.AtomCount;)
        {
            BeginWindow();
            SortByType();
            RunBlocks();
            if (_tables is not null && Array.Exists(_partExceeded, e => e))
                RunBeyondTables();
            AddUp(result);
        }
    }

    /// <summary>Writes what the neighbour list was made from, and the pieces of the tables.</summary>
    public void SaveMemory(BinaryWriter writer)
    {
        _verlet.Save(writer);
        writer.Write(_tables?.State ?? "");
        foreach (var upper in _upper)
            writer.Write(upper);
    }

    /// <summary>Takes back what <see cref="SaveMemory"/> wrote.</summary>
    public void RestoreMemory(BinaryReader reader)
    {
        _verlet.Restore(reader);
        var state = reader.ReadString();
        for (var k = 0; k < _upper.Length; k++)
            _upper[k] = reader.ReadDouble();
        if (_tables is null)
            return;
        _tables.State = state;
        _tables.Prepare(_kernel.Parameters.Values, _upper);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var columns in _columns)
            columns?.Dispose();
        foreach (var columns in _tableColumns ?? [])
            columns?.Dispose();
        _tables?.Dispose();
        _pairGradient.Dispose();
        _pairVector.Dispose();
        _pairAtom.Dispose();
    }

    /// <summary>s̃ at a distance: the upper end of a table that begins there.</summary>
    private double RowAt(double distance, int centre, int neighbor) =>
        ((1 / (distance + _kernel.Settings.Protection)) - _kernel.Settings.Mean(centre, neighbor)[0])
        * _kernel.Settings.InverseStd(centre, neighbor)[0];

    private void RequireTypes(ReadOnlySpan<int> types)
    {
        for (var i = 0; i < types.Length; i++)
        {
            if (types[i] >= _kernel.Settings.TypeCount)
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"type of atom {i} (counted from 0) is {types[i]}; the model has the types 0 to {_kernel.Settings.TypeCount - 1} ({_kernel.Model.TypeMap})"));
            }
        }
    }

    private void CopyInputs(in Configuration configuration)
    {
        var (frame, atom) = (_kernel.FrameParameterCount, _kernel.AtomParameterCount * configuration.Types.Length);
        var frameParameters = configuration.FrameParameters.IsEmpty && _kernel.Model.Fitting.DefaultFrameParameters is { } standard
            ? standard
            : configuration.FrameParameters;
        if (frameParameters.Length != frame || configuration.AtomParameters.Length != atom)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"fparam/aparam: found {configuration.FrameParameters.Length} frame and {configuration.AtomParameters.Length} atomic parameters; the model takes {frame} and {atom} for {configuration.Types.Length} atoms"));
        }

        Grow(ref _types, configuration.Types.Length);
        configuration.Types.CopyTo(_types);
        Grow(ref _frameParameters, frame);
        frameParameters.CopyTo(_frameParameters);
        Grow(ref _atomParameters, atom);
        configuration.AtomParameters.CopyTo(_atomParameters);
    }

    private static void Grow<TItem>(ref TItem[] array, int length)
    {
        if (array.Length < length)
            array = new TItem[length];
    }

    /// <summary>Takes as many of the next atoms as have <see cref="MaxPairs"/> pairs, at least one, and makes room for them.</summary>
    private void BeginWindow()
    {
        _first = _end++;
        var start = _list.Start;
        _firstPair = start[_first];
        while (_end < _list.AtomCount && start[_end + 1] - _firstPair <= MaxPairs)
            _end++;
        var (atoms, pairs) = (_end - _first, start[_end] - _firstPair);
        _pairGradient.EnsureLength(checked(3 * pairs));
        _pairAtom.EnsureLength(pairs);
        if (_result.Extras.HasFlag(EvaluationExtras.AtomVirials))
            _pairVector.EnsureLength(3 * pairs);
        Grow(ref _byType, atoms);
        Grow(ref _used, atoms);
        Grow(ref _centreVirial, 9 * atoms);
        Array.Clear(_used, 0, atoms);
        Array.Clear(_centreVirial, 0, 9 * atoms);
    }

    /// <summary>Orders the atoms of the window by type and cuts each type into blocks of even size, the largest first.</summary>
    private void SortByType()
    {
        var share = Math.Max(1, (_end - _first + _team.Size - 1) / _team.Size);
        var pieces = (share + MaxBlock - 1) / MaxBlock;
        var size = MatrixProduct.PadColumns((share + pieces - 1) / pieces);
        _blocks.Clear();
        var place = 0;
        for (var type = 0; type < _kernel.Settings.TypeCount; type++)
        {
            // Atoms without an energy still have a descriptor, for those who ask.
            if (_kernel.IsSilent(type) && !_result.Extras.HasFlag(EvaluationExtras.Descriptors))
                continue;
            var begin = place;
            for (var i = _first; i < _end; i++)
            {
                if (_types[i] == type && (_given is null || _given.IsCentre[i]))
                    _byType[place++] = i;
            }

            for (var first = begin; first < place; first += size)
                _blocks.Add(new Block(type, first, Math.Min(size, place - first)));
        }

        _blocks.Sort(static (a, b) => b.Count.CompareTo(a.Count));
    }

    private void RunBlocks()
    {
        _nextBlock = 0;
        Array.Clear(_partExceeded);
        Array.Clear(_partOverflow);
        _team.Run(_evaluateBlocks);
    }

    /// <summary>A pair is closer than the tables reach: extend them by evaluating the networks there, and do it again.</summary>
    private void RunBeyondTables()
    {
        foreach (var upper in _partUpper)
        {
            for (var k = 0; k < _upper.Length; k++)
                _upper[k] = Math.Max(_upper[k], upper[k]);
        }

        if (_tables!.Prepare(_kernel.Parameters.Values, _upper))
        {
            RunBlocks();
            return;
        }

        // Too close for tables of any sensible length or width: this configuration goes through the networks themselves.
        _tableColumns = _columns;
        _columns = new CentreColumns<T>?[_tableColumns.Length];
        RunBlocks();
        foreach (var columns in _columns)
            columns?.Dispose();
        _columns = _tableColumns;
        _tableColumns = null;
        ResetTables();
    }

    private void ResetTables()
    {
        var settings = _kernel.Model.Tables!;
        for (var centre = 0; centre < _kernel.Settings.TypeCount; centre++)
        {
            for (var t = 0; t < _kernel.Settings.TypeCount; t++)
                _upper[(centre * _kernel.Settings.TypeCount) + t] = RowAt(settings.MinDistance, centre, t);
        }

        _tables!.Prepare(_kernel.Parameters.Values, _upper);
    }

    private void EvaluateBlocks(int part, int parts)
    {
        Array.Fill(_partUpper[part], double.MinValue);
        while (true)
        {
            var next = Interlocked.Increment(ref _nextBlock) - 1;
            if (next >= _blocks.Count)
                return;
            EvaluateBlock(part, _blocks[next]);
        }
    }

    private void EvaluateBlock(int part, in Block block)
    {
        var types = _kernel.Settings.TypeCount;
        ref var slot = ref _columns[(part * types) + block.Type];
        var tables = _tableColumns is null ? _tables : null;
        var columns = slot ??= new CentreColumns<T>(_kernel, block.Type, tables, training: false);
        var environment = columns.Environment;
        FillEnvironment(part, block, environment);
        if (tables is not null)
        {
            var upper = _partUpper[part].AsSpan(block.Type * types, types);
            environment.RaiseUpper(0, block.Count, upper);
            for (var t = 0; t < types; t++)
            {
                // Results would be void; the caller extends the tables and repeats.
                if (upper[t] > double.MinValue && tables.GroupOf(block.Type).Embeds(t) && tables.GroupOf(block.Type).Trees[t].IsBeyond(upper[t]))
                {
                    _partExceeded[part] = true;
                    return;
                }
            }
        }

        columns.Resize();
        if (_frameParameters.Length + _atomParameters.Length > 0)
            SetParameters(block, columns);
        columns.Energy(0, columns.Used);
        for (var i = 0; i < block.Count; i++)
        {
            if (_kernel.IsSilent(block.Type))
                TakeDescriptor(i, columns);
            else
                TakeCentre(i, columns, block.Type);
        }
    }

    private void FillEnvironment(int part, in Block block, EnvironmentMatrix<T> environment)
    {
        var pairs = 0;
        for (var i = 0; i < block.Count; i++)
        {
            var atom = _byType[block.First + i];
            pairs += _list.Start[atom + 1] - _list.Start[atom];
        }

        environment.Resize(block.Count, pairs, training: false);
        for (var (i, place) = (0, 0); i < block.Count; i++)
        {
            var atom = _byType[block.First + i];
            environment.Fill(i, place, _list, _types, atom, 0, ref _partOverflow[part]);
            place += _list.Start[atom + 1] - _list.Start[atom];
        }
    }

    private void SetParameters(in Block block, CentreColumns<T> columns)
    {
        var width = _kernel.AtomParameterCount;
        for (var i = 0; i < block.Count; i++)
        {
            columns.SetParameters(
                i, _frameParameters.AsSpan(0, _kernel.FrameParameterCount), _atomParameters.AsSpan(_byType[block.First + i] * width, width));
        }
    }

    /// <summary>Keeps what a centre gave: its energy, its pairs' gradients, its share of the virial.</summary>
    private void TakeCentre(int centre, CentreColumns<T> columns, int type)
    {
        var environment = columns.Environment;
        var atom = environment.Atom[centre];
        _result.AtomEnergies[atom] = columns.EnergyOf(centre) + _kernel.Bias(type);
        var segment = environment.Segment + (centre * (_kernel.Settings.TypeCount + 1));
        var (begin, count) = (segment[0], segment[_kernel.Settings.TypeCount] - segment[0]);
        var place = _list.Start[atom] - _firstPair;
        _used[atom - _first] = count;
        var virial = _centreVirial.AsSpan(9 * (atom - _first), 9);
        virial.Clear();
        for (var p = 0; p < count; p++)
        {
            _pairAtom.Pointer[place + p] = environment.Neighbor[begin + p];
            for (var a = 0; a < 3; a++)
            {
                var gradient = environment.PairGradient(a)[begin + p];
                _pairGradient.Pointer[(3 * (place + p)) + a] = gradient;
                for (var b = 0; b < 3; b++)
                    virial[(3 * a) + b] -= gradient * environment.X(b)[begin + p];
            }
        }

        if (_result.Extras != EvaluationExtras.None)
            TakeExtras(centre, columns, place, begin, count);
    }

    private void TakeExtras(int centre, CentreColumns<T> columns, int place, int begin, int count)
    {
        if (_result.Extras.HasFlag(EvaluationExtras.AtomVirials))
        {
            for (var p = 0; p < count; p++)
            {
                for (var b = 0; b < 3; b++)
                    _pairVector.Pointer[(3 * (place + p)) + b] = columns.Environment.X(b)[begin + p];
            }
        }

        if (_result.Extras.HasFlag(EvaluationExtras.Descriptors))
            TakeDescriptor(centre, columns);
    }

    private void TakeDescriptor(int centre, CentreColumns<T> columns)
    {
        var width = _kernel.DescriptorWidth;
        columns.CopyDescriptor(centre, _result.Descriptors.AsSpan(columns.Environment.Atom[centre] * width, width));
    }

    /// <summary>Sums pairs and centres of the window in the order of the atoms.</summary>
    private void AddUp(Evaluation result)
    {
        var overflow = result.Overflow;
        foreach (var part in _partOverflow)
            overflow.Add(part);
        result.Overflow = overflow;
        fixed (double* forces = result.Forces)
        {
            for (var i = _first; i < _end; i++)
            {
                result.Energy += result.AtomEnergies[i];
                for (var k = 0; k < 9; k++)
                    result.Virial[k] += _centreVirial[(9 * (i - _first)) + k];
                AddPairs(forces, i);
                if (result.Extras.HasFlag(EvaluationExtras.AtomVirials))
                    AddAtomVirials(result.AtomVirials, i);
            }
        }
    }

    private void AddPairs(double* forces, int i)
    {
        var place = _list.Start[i] - _firstPair;
        var gradient = _pairGradient.Pointer + (3 * place);
        var atom = _pairAtom.Pointer + place;
        double x = 0, y = 0, z = 0;
        for (var p = 0; p < _used[i - _first]; p++, gradient += 3)
        {
            var target = forces + (3 * atom[p]);
            target[0] -= gradient[0];
            target[1] -= gradient[1];
            target[2] -= gradient[2];
            x += gradient[0];
            y += gradient[1];
            z += gradient[2];
        }

        forces[3 * i] += x;
        forces[(3 * i) + 1] += y;
        forces[(3 * i) + 2] += z;
    }

    private void AddAtomVirials(double[] virials, int i)
    {
        var place = _list.Start[i] - _firstPair;
        for (var p = place; p < place + _used[i - _first]; p++)
        {
            var target = virials.AsSpan(9 * _pairAtom.Pointer[p], 9);
            for (var k = 0; k < 9; k++)
                target[k] -= _pairGradient.Pointer[(3 * p) + (k / 3)] * _pairVector.Pointer[(3 * p) + (k % 3)];
        }
    }

    private readonly record struct Block(int Type, int First, int Count);
}
