using System.Numerics;
using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Training;

/// <summary>
/// Predictions for a batch and the exact gradient of a loss on them (docs/theory.md, section 3).
/// <para>
/// The loss depends on the parameters through energies, forces and virials. With c = dL/dE, v = −dL/dF and V = −dL/dΞ
/// held fixed its gradient is that of Σ c_i e_i + Ė, where Ė is the derivative of the energy along the displacement v
/// and the strain V. So: forward and backward once for the predictions; then the tangent along (v, V) forward through
/// descriptor and networks, and one reverse sweep. Nothing of the size of neighbours × embedding width is stored.
/// </para>
/// <para>
/// Threads share the columns of every type; sums over atoms are made in the order of the atoms by whoever owns the
/// target, so that the gradient has the same bits for any number of threads.
/// </para>
/// </summary>
/// <typeparam name="T">Number format of the networks.</typeparam>
internal sealed unsafe class GradientSweep<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly DeepPotKernel<T> _kernel;
    private readonly WorkerTeam _team;
    private readonly List<NeighborList> _lists = [];
    private readonly Centre[][] _centres;
    private readonly int[] _counts;
    private readonly double[][] _partUpper;
    private readonly double[] _upper;
    private readonly NeighborOverflow[] _partOverflow;
    private readonly Action<int, int> _fill;
    private readonly Action<int, int> _energy;
    private readonly Action<int, int> _reverse;
    private readonly Action<int, int> _weights;
    private readonly NativeBuffer<T> _gradient;
    private readonly NativeBuffer<double> _direction = new(0);
    private readonly NativeBuffer<double> _strain = new(0);
    private readonly NativeBuffer<double> _energyWeight = new(0);
    private readonly NativeBuffer<int> _frameOfAtom = new(0);
    private CentreColumns<T>[] _columns;
    private TrainingBatch _batch = new();

    /// <summary>Creates the sweep.</summary>
    /// <param name="kernel">The model; owned by the caller.</param>
    /// <param name="team">Threads; owned by the caller.</param>
    /// <param name="useTables">Whether embeddings go through tables where they are smooth enough.</param>
    public GradientSweep(DeepPotKernel<T> kernel, WorkerTeam team, bool useTables)
    {
        _kernel = kernel;
        _team = team;
        var types = kernel.Settings.TypeCount;
        _centres = [.. Enumerable.Range(0, types).Select(_ => Array.Empty<Centre>())];
        _counts = new int[types];
        _upper = new double[types * types];
        _partUpper = [.. Enumerable.Range(0, team.Size).Select(_ => new double[types * types])];
        _partOverflow = new NeighborOverflow[team.Size];
        (_fill, _energy, _reverse, _weights) = (Fill, Energy, Reverse, Weights);
        _gradient = new NativeBuffer<T>(kernel.Parameters.Length);
        Tables = useTables ? new ChebyshevEmbedding<T>(kernel.Settings, kernel.Embeddings, training: true) : null;
        _columns = MakeColumns();
    }

    /// <summary>The tables, or null where the networks are evaluated for every neighbour.</summary>
    public ChebyshevEmbedding<T>? Tables { get; private set; }

    /// <summary>Atoms with more neighbours than slots, since the start.</summary>
    public NeighborOverflow Overflow { get; private set; }

    /// <summary>Gradient of the loss, laid out as the parameters.</summary>
    public Span<T> Gradient => _gradient.Span[.._kernel.Parameters.Length];

    /// <summary>Computes energies, forces, virials and atomic energies of the frames of a batch.</summary>
    public void Predict(TrainingBatch batch)
    {
        _batch = batch;
        batch.Lay();
        BuildLists();
        GatherCentres();
        _team.Run(_fill);
        PrepareTables();
        for (var t = 0; t < _columns.Length; t++)
        {
            _columns[t].Resize();
            SetParameters(t);
        }

        _team.Run(_energy);
        AddUp();
    }

    /// <summary>Sets the gradient to zero.</summary>
    public void ClearGradient() => _gradient.Span.Clear();

    /// <summary>
    /// After <see cref="Predict"/>, and with the derivatives of the loss in the batch, adds the gradient.
    /// </summary>
    public void AccumulateGradient()
    {
        CopyDirections();
        _team.Run(_reverse);
        Tables?.ClearGradient();
        _team.Run(_weights);
        Tables?.PropagateGradient(_kernel.Parameters.Values, _gradient.Pointer);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var columns in _columns)
            columns.Dispose();
        Tables?.Dispose();
        _gradient.Dispose();
        _direction.Dispose();
        _strain.Dispose();
        _energyWeight.Dispose();
        _frameOfAtom.Dispose();
    }

    private CentreColumns<T>[] MakeColumns() =>
        [.. Enumerable.Range(0, _kernel.Settings.TypeCount).Select(t => new CentreColumns<T>(_kernel, t, Tables, training: true))];

    private void BuildLists()
    {
        while (_lists.Count < _batch.Frames.Count)
            _lists.Add(new NeighborList());
        for (var f = 0; f < _batch.Frames.Count; f++)
        {
            var frame = _batch.Frames[f];
            _lists[f].Build(frame.Positions, frame.Periodic ? new Cell(frame.Box) : Cell.None, _kernel.Settings.Cutoff);
        }
    }

    /// <summary>Sorts the atoms of all frames by type and reserves room for their pairs.</summary>
    private void GatherCentres()
    {
        for (var t = 0; t < _centres.Length; t++)
        {
            if (_centres[t].Length < _batch.AtomCount)
                _centres[t] = new Centre[_batch.AtomCount];
            var (count, pairs) = (0, 0);
            for (var f = 0; f < _batch.Frames.Count && !_kernel.IsSilent(t); f++)
            {
                var types = _batch.Frames[f].Types;
                var start = _lists[f].Start;
                for (var i = 0; i < types.Length; i++)
                {
                    if (types[i] != t)
                        continue;
                    _centres[t][count++] = new Centre(f, i, pairs);
                    pairs += start[i + 1] - start[i];
                }
            }

            _counts[t] = count;
            _columns[t].Environment.Resize(count, pairs, training: true);
        }
    }

    private void Fill(int part, int parts)
    {
        var types = _kernel.Settings.TypeCount;
        Array.Fill(_partUpper[part], double.MinValue);
        _partOverflow[part] = default;
        for (var t = 0; t < types; t++)
        {
            if (!Share(t, part, parts, out var first, out var count))
                continue;
            var environment = _columns[t].Environment;
            for (var i = first; i < first + count; i++)
            {
                var centre = _centres[t][i];
                environment.Fill(i, centre.FirstPair, _lists[centre.Frame], _batch.Frames[centre.Frame].Types, centre.Atom, _batch.Offset[centre.Frame], ref _partOverflow[part]);
            }

            environment.RaiseUpper(first, count, _partUpper[part].AsSpan(t * types, types));
        }
    }

    /// <summary>
    /// The centres of a type that fall to a part, when the columns of all types, in whole vectors, are cut evenly.
    /// </summary>
    private bool Share(int type, int part, int parts, out int first, out int count)
    {
        const int Unit = MatrixProduct.ColumnAlignment;
        var (before, total) = (0, 0);
        for (var t = 0; t < _counts.Length; t++)
        {
            var units = MatrixProduct.PadColumns(_counts[t]) / Unit;
            before += t < type ? units : 0;
            total += units;
        }

        var own = MatrixProduct.PadColumns(_counts[type]) / Unit;
        var begin = Math.Clamp((total * part / parts) - before, 0, own) * Unit;
        var end = Math.Clamp((total * (part + 1) / parts) - before, 0, own) * Unit;
        first = begin;
        count = Math.Min(end, _counts[type]) - begin;
        return count > 0;
    }

    private void PrepareTables()
    {
        var overflow = Overflow;
        foreach (var part in _partOverflow)
            overflow.Add(part);
        Overflow = overflow;
        if (Tables is null)
            return;
        Array.Fill(_upper, double.MinValue);
        foreach (var part in _partUpper)
        {
            for (var k = 0; k < _upper.Length; k++)
                _upper[k] = Math.Max(_upper[k], part[k]);
        }

        if (!Tables.Prepare(_kernel.Parameters.Values, _upper))
            LeaveTables();
    }

    /// <summary>The networks are not smooth enough for tables: from now on they are evaluated for every neighbour.</summary>
    private void LeaveTables()
    {
        Tables!.Dispose();
        Tables = null;
        foreach (var columns in _columns)
            columns.Dispose();
        _columns = MakeColumns();
        GatherCentres();
        _team.Run(_fill);
    }

    private void SetParameters(int type)
    {
        if (_kernel.FrameParameterCount + _kernel.AtomParameterCount == 0)
            return;
        var width = _kernel.AtomParameterCount;
        for (var i = 0; i < _counts[type]; i++)
        {
            var centre = _centres[type][i];
            var frame = _batch.Frames[centre.Frame];
            _columns[type].SetParameters(i, frame.FrameParameters, frame.AtomParameters.AsSpan(centre.Atom * width, width));
        }
    }

    private void Energy(int part, int parts)
    {
        for (var t = 0; t < _columns.Length; t++)
        {
            if (Share(t, part, parts, out var first, out var count))
                _columns[t].Energy(first, MatrixProduct.PadColumns(count));
        }
    }

    /// <summary>Forces, virials and energies from what pairs and centres gave, in a fixed order.</summary>
    private void AddUp()
    {
        Array.Clear(_batch.Energies);
        Array.Clear(_batch.Forces);
        Array.Clear(_batch.Virials);
        Array.Clear(_batch.AtomEnergies);
        for (var t = 0; t < _columns.Length; t++)
        {
            for (var i = 0; i < _counts[t]; i++)
            {
                var centre = _centres[t][i];
                var energy = _columns[t].EnergyOf(i) + _kernel.Bias(t);
                _batch.AtomEnergies[_batch.Offset[centre.Frame] + centre.Atom] = energy;
                AddPairs(_columns[t].Environment, i, _batch.Virials.AsSpan(9 * centre.Frame, 9));
            }
        }

        for (var i = 0; i < _batch.AtomCount; i++)
            _batch.Energies[_batch.FrameOfAtom[i]] += _batch.AtomEnergies[i];
    }

    private void AddPairs(EnvironmentMatrix<T> environment, int centre, Span<double> virial)
    {
        var segment = environment.Segment + (centre * (_kernel.Settings.TypeCount + 1));
        double* gx = environment.PairGradient(0), gy = environment.PairGradient(1), gz = environment.PairGradient(2);
        double* x = environment.X(0), y = environment.X(1), z = environment.X(2);
        double fx = 0, fy = 0, fz = 0, xx = 0, xy = 0, xz = 0, yx = 0, yy = 0, yz = 0, zx = 0, zy = 0, zz = 0;
        fixed (double* forces = _batch.Forces)
        {
            for (var p = segment[0]; p < segment[_kernel.Settings.TypeCount]; p++)
            {
                var target = forces + (3 * environment.Neighbor[p]);
                target[0] -= gx[p];
                target[1] -= gy[p];
                target[2] -= gz[p];
                fx += gx[p];
                fy += gy[p];
                fz += gz[p];
                xx += gx[p] * x[p];
                xy += gx[p] * y[p];
                xz += gx[p] * z[p];
                yx += gy[p] * x[p];
                yy += gy[p] * y[p];
                yz += gy[p] * z[p];
                zx += gz[p] * x[p];
                zy += gz[p] * y[p];
                zz += gz[p] * z[p];
            }

            var own = forces + (3 * environment.Atom[centre]);
            own[0] += fx;
            own[1] += fy;
            own[2] += fz;
        }

        ReadOnlySpan<double> sums = [xx, xy, xz, yx, yy, yz, zx, zy, zz];
        for (var k = 0; k < 9; k++)
            virial[k] -= sums[k];
    }

    private void CopyDirections()
    {
        var (atoms, frames) = (_batch.AtomCount, _batch.Frames.Count);
        Copy(_batch.Direction.AsSpan(0, 3 * atoms), _direction);
        Copy(_batch.Strain.AsSpan(0, 9 * frames), _strain);
        Copy(_batch.EnergyWeight.AsSpan(0, atoms), _energyWeight);
        Copy(_batch.FrameOfAtom.AsSpan(0, atoms), _frameOfAtom);
    }

    private static void Copy<TItem>(ReadOnlySpan<TItem> source, NativeBuffer<TItem> target)
        where TItem : unmanaged
    {
        target.EnsureLength(source.Length);
        source.CopyTo(target.Span);
    }

    private void Reverse(int part, int parts)
    {
        for (var t = 0; t < _columns.Length; t++)
        {
            if (!Share(t, part, parts, out var first, out var count))
                continue;
            _columns[t].Environment.TangentRows(first, count, _direction.Pointer, _strain.Pointer, _frameOfAtom.Pointer);
            _columns[t].TangentAndReverse(first, MatrixProduct.PadColumns(count), _energyWeight.Pointer);
        }
    }

    private void Weights(int part, int parts)
    {
        foreach (var columns in _columns)
            columns.AccumulateGradient(_gradient.Pointer, part, parts);
    }

    private readonly record struct Centre(int Frame, int Atom, int FirstPair);
}
