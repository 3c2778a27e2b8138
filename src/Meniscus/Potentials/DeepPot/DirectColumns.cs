using System.Numerics;
using System.Runtime.Intrinsics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The embedding step with the networks evaluated for every neighbour: exact, and the only way for activations with
/// kinks. Each centre has its neighbours of one type in consecutive columns, then one column that stands for all its
/// empty slots, then zeros up to the next whole vector.
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class DirectColumns<T> : EmbeddingColumns<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly DescriptorSettings _settings;
    private readonly EnvironmentMatrix<T> _environment;
    private readonly NetworkKernel<T>?[] _networks;
    private readonly NetworkColumns<T>?[] _columns;
    private readonly FadingColumns<T>?[] _fading;
    private readonly NativeBuffer<int> _start = new(0);
    private readonly NativeBuffer<T>[] _rows;
    private readonly NativeBuffer<T>[] _tangents;
    private readonly bool _training;
    private int _stride;

    /// <summary>Creates the step for the centres of an environment.</summary>
    /// <param name="settings">The descriptor.</param>
    /// <param name="environment">The centres.</param>
    /// <param name="networks">Networks by <see cref="DescriptorSettings.NetworkIndex"/>; null where none is needed.</param>
    /// <param name="training">Whether gradients are wanted.</param>
    public DirectColumns(DescriptorSettings settings, EnvironmentMatrix<T> environment, NetworkKernel<T>?[] networks, bool training)
    {
        _settings = settings;
        _environment = environment;
        _training = training;
        var types = settings.TypeCount;
        _networks = [.. Enumerable.Range(0, types).Select(t => networks[settings.NetworkIndex(environment.CentreType, t)])];
        _columns = Array.ConvertAll(_networks, n => n is null
            ? null
            : new NetworkColumns<T>(n, training ? SweepOrder.SecondOrder : SweepOrder.Inference, wantInputAdjoint: true, ownInput: true));
        _fading = new FadingColumns<T>?[types];
        for (var t = 0; t < types && settings.Fading is { } fading; t++)
            _fading[t] = new FadingColumns<T>(settings, fading, environment.CentreType, t);
        _rows = [.. Enumerable.Range(0, 4 * types).Select(_ => new NativeBuffer<T>(0))];
        _tangents = [.. Enumerable.Range(0, training ? 4 * types : 0).Select(_ => new NativeBuffer<T>(0))];
    }

    /// <inheritdoc/>
    public override void Resize(int stride)
    {
        _stride = stride;
        var types = _settings.TypeCount;
        _start.EnsureLength(types * (stride + 1));
        for (var t = 0; t < types; t++)
        {
            var start = Start(t);
            start[0] = 0;
            for (var i = 0; i < stride; i++)
                start[i + 1] = start[i] + (i < _environment.Count ? MatrixProduct.PadColumns(PairsOf(i, t) + 1) : 0);
            if (_columns[t] is not { } columns)
                continue;
            columns.Resize(Math.Max(start[stride], MatrixProduct.ColumnAlignment));
            _fading[t]?.Resize(columns.Stride);
            for (var c = 0; c < 4; c++)
            {
                _rows[(4 * t) + c].EnsureLength(columns.Stride);
                if (_training)
                    _tangents[(4 * t) + c].EnsureLength(columns.Stride);
            }
        }
    }

    /// <inheritdoc/>
    public override void Forward(T* values, int first, int count, T* a)
    {
        ClearFeatures(a, first, count);
        for (var t = 0; t < _networks.Length; t++)
        {
            if (!Range(t, first, count, out var begin, out var width))
                continue;
            var columns = _columns[t]!;
            for (var i = first; i < Math.Min(first + count, _environment.Count); i++)
                Gather(t, i);
            _networks[t]!.Forward(values, columns, begin, width);
            _fading[t]?.Forward(columns.Output(_networks[t]!.LayerCount - 1), begin, width);
            AddProducts(t, first, count, Embedding(t), _rows, a);
        }
    }

    /// <inheritdoc/>
    public override void Backward(T* values, int first, int count, T* aBar)
    {
        for (var t = 0; t < _networks.Length; t++)
        {
            if (!Range(t, first, count, out var begin, out var width))
                continue;
            var columns = _columns[t]!;
            var g = Embedding(t);
            SpreadProducts(t, first, count, aBar, _rows, columns.OutputAdjoint, accumulate: false);
            _fading[t]?.Backward(columns.Output(_networks[t]!.LayerCount - 1), columns.OutputAdjoint, begin, width);
            _networks[t]!.Backward(values, columns, begin, width);
            for (var i = first; i < Math.Min(first + count, _environment.Count); i++)
                ScatterAdjoint(t, i, g, aBar, columns.InputAdjoint);
        }
    }

    /// <inheritdoc/>
    public override void Tangent(T* values, int first, int count, T* aDot)
    {
        ClearFeatures(aDot, first, count);
        for (var t = 0; t < _networks.Length; t++)
        {
            if (!Range(t, first, count, out var begin, out var width))
                continue;
            var columns = _columns[t]!;
            for (var i = first; i < Math.Min(first + count, _environment.Count); i++)
                GatherTangent(t, i);
            Buffer.MemoryCopy(_tangents[4 * t].Pointer + begin, columns.InputTangent + begin, width * sizeof(T), width * sizeof(T));
            var network = _networks[t]!;
            network.Tangent(values, columns, begin, width);
            AddProducts(t, first, count, columns.TangentOf(network.LayerCount), _rows, aDot);
            AddProducts(t, first, count, columns.Output(network.LayerCount - 1), _tangents, aDot);
        }
    }

    /// <inheritdoc/>
    public override void Reverse(T* values, int first, int count, T* aBar, T* aBar2)
    {
        for (var t = 0; t < _networks.Length; t++)
        {
            if (!Range(t, first, count, out var begin, out var width))
                continue;
            var columns = _columns[t]!;
            SpreadProducts(t, first, count, aBar2, _rows, columns.OutputReverse, accumulate: false);
            SpreadProducts(t, first, count, aBar, _tangents, columns.OutputReverse, accumulate: true);
            _networks[t]!.Reverse(values, columns, begin, width);
        }
    }

    /// <inheritdoc/>
    public override void AccumulateGradient(T* gradient, T* aBar, T* aBar2, int part, int parts)
    {
        if (_environment.Count == 0)
            return;
        for (var t = 0; t < _networks.Length; t++)
            _networks[t]?.AccumulateGradient(gradient, _columns[t]!, secondOrder: true, part, parts);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var fading in _fading)
            fading?.Dispose();
        foreach (var columns in _columns)
            columns?.Dispose();
        foreach (var buffer in (ReadOnlySpan<NativeBuffer<T>>)[.. _rows, .. _tangents])
            buffer.Dispose();
        _start.Dispose();
    }

    /// <summary>G of the neighbours of a type.</summary>
    private T* Embedding(int type) => _fading[type] is { } fading ? fading.Values : _columns[type]!.Output(_networks[type]!.LayerCount - 1);

    private int* Start(int type) => _start.Pointer + (type * (_stride + 1));

    private int PairsOf(int centre, int type)
    {
        var segment = _environment.Segment + (centre * (_settings.TypeCount + 1)) + type;
        return segment[1] - segment[0];
    }

    private bool Range(int type, int first, int count, out int begin, out int width)
    {
        begin = Start(type)[first];
        width = Start(type)[first + count] - begin;
        return _networks[type] is not null && width > 0;
    }

    private void ClearFeatures(T* a, int first, int count)
    {
        for (var row = 0; row < 4 * _settings.Width; row++)
            new Span<T>(a + ((nint)row * _stride) + first, count).Clear();
    }

    /// <summary>Lays out the rows of one centre; the empty slots share a column whose row is theirs times their number.</summary>
    private void Gather(int type, int centre)
    {
        var begin = Start(type)[centre];
        var pairs = PairsOf(centre, type);
        var source = _environment.Segment[(centre * (_settings.TypeCount + 1)) + type];
        var empty = T.CreateTruncating(_settings.Sel[type] - _environment.Filled[(centre * _settings.TypeCount) + type]);
        for (var c = 0; c < 4; c++)
        {
            var target = _rows[(4 * type) + c].Pointer + begin;
            new Span<T>(target, Start(type)[centre + 1] - begin).Clear();
            new Span<T>(_environment.Row(c) + source, pairs).CopyTo(new Span<T>(target, pairs));
            target[pairs] = empty * T.CreateTruncating(_settings.PaddingRow(_environment.CentreType, type, c));
        }

        var input = _columns[type]!.Input(0) + begin;
        new Span<T>(input, Start(type)[centre + 1] - begin).Clear();
        new Span<T>(_environment.Row(0) + source, pairs).CopyTo(new Span<T>(input, pairs));
        input[pairs] = T.CreateTruncating(_settings.PaddingRow(_environment.CentreType, type, 0));
        _fading[type]?.Set(_environment, source, pairs, begin, Start(type)[centre + 1]);
    }

    private void GatherTangent(int type, int centre)
    {
        var begin = Start(type)[centre];
        var pairs = PairsOf(centre, type);
        var source = _environment.Segment[(centre * (_settings.TypeCount + 1)) + type];
        for (var c = 0; c < 4; c++)
        {
            var target = _tangents[(4 * type) + c].Pointer + begin;
            new Span<T>(target, Start(type)[centre + 1] - begin).Clear();
            new Span<T>(_environment.RowTangent(c) + source, pairs).CopyTo(new Span<T>(target, pairs));
        }
    }

    /// <summary>A[m, c] += (1/N_c) Σ_j g_m(j) row_c(j).</summary>
    private void AddProducts(int type, int first, int count, T* g, NativeBuffer<T>[] rows, T* a)
    {
        var scale = T.One / T.CreateTruncating(_settings.SlotCount);
        var stride = _columns[type]!.Stride;
        for (var i = first; i < Math.Min(first + count, _environment.Count); i++)
        {
            var (begin, end) = (Start(type)[i], Start(type)[i + 1]);
            var row0 = rows[4 * type].Pointer;
            var row1 = rows[(4 * type) + 1].Pointer;
            var row2 = rows[(4 * type) + 2].Pointer;
            var row3 = rows[(4 * type) + 3].Pointer;
            for (var m = 0; m < _settings.Width; m++)
            {
                var line = g + ((nint)m * stride);
                Vector512<T> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
                for (var k = begin; k < end; k += Vector512<T>.Count)
                {
                    var value = Vector512.Load(line + k);
                    sum0 += value * Vector512.Load(row0 + k);
                    sum1 += value * Vector512.Load(row1 + k);
                    sum2 += value * Vector512.Load(row2 + k);
                    sum3 += value * Vector512.Load(row3 + k);
                }

                var target = a + ((nint)m * 4 * _stride) + i;
                target[0] += scale * Vector512.Sum(sum0);
                target[_stride] += scale * Vector512.Sum(sum1);
                target[2 * _stride] += scale * Vector512.Sum(sum2);
                target[3 * _stride] += scale * Vector512.Sum(sum3);
            }
        }
    }

    /// <summary>ḡ_m(j) (+)= (1/N_c) Σ_c Ā[m, c] row_c(j).</summary>
    private void SpreadProducts(int type, int first, int count, T* aBar, NativeBuffer<T>[] rows, T* gBar, bool accumulate)
    {
        var scale = T.One / T.CreateTruncating(_settings.SlotCount);
        var stride = _columns[type]!.Stride;
        for (var i = first; i < Math.Min(first + count, _environment.Count); i++)
        {
            var (begin, end) = (Start(type)[i], Start(type)[i + 1]);
            for (var m = 0; m < _settings.Width; m++)
            {
                var line = gBar + ((nint)m * stride);
                var source = aBar + ((nint)m * 4 * _stride) + i;
                for (var k = begin; k < end; k += Vector512<T>.Count)
                {
                    var sum = accumulate ? Vector512.Load(line + k) : Vector512<T>.Zero;
                    for (var c = 0; c < 4; c++)
                        sum += Vector512.Create(scale * source[c * _stride]) * Vector512.Load(rows[(4 * type) + c].Pointer + k);
                    sum.Store(line + k);
                }
            }
        }
    }

    /// <summary>R̄_c(j) = (1/N_c) Σ_m Ā[m, c] g_m(j), and through the networks' input for c = 0.</summary>
    private void ScatterAdjoint(int type, int centre, T* g, T* aBar, T* inputAdjoint)
    {
        var scale = T.One / T.CreateTruncating(_settings.SlotCount);
        var stride = _columns[type]!.Stride;
        var begin = Start(type)[centre];
        var source = _environment.Segment[(centre * (_settings.TypeCount + 1)) + type];
        var pairs = PairsOf(centre, type);
        for (var p = 0; p < pairs; p += Vector512<T>.Count)
        {
            Vector512<T> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            var line = g + begin + p;
            var own = aBar + centre;
            for (var m = 0; m < _settings.Width; m++, line += stride, own += 4 * _stride)
            {
                var value = Vector512.Load(line);
                sum0 += Vector512.Create(own[0]) * value;
                sum1 += Vector512.Create(own[_stride]) * value;
                sum2 += Vector512.Create(own[2 * _stride]) * value;
                sum3 += Vector512.Create(own[3 * _stride]) * value;
            }

            var count = Math.Min(Vector512<T>.Count, pairs - p);
            StoreSome((scale * sum0) + Vector512.Load(inputAdjoint + begin + p), _environment.RowAdjoint(0) + source + p, count);
            StoreSome(scale * sum1, _environment.RowAdjoint(1) + source + p, count);
            StoreSome(scale * sum2, _environment.RowAdjoint(2) + source + p, count);
            StoreSome(scale * sum3, _environment.RowAdjoint(3) + source + p, count);
        }

        _fading[type]?.AddTo(_environment.RowAdjoint(0) + source, begin, pairs);
    }

    /// <summary>Stores the first elements: behind the last pair come those of the next type or centre, another thread's perhaps.</summary>
    private static void StoreSome(Vector512<T> values, T* target, int count)
    {
        if (count == Vector512<T>.Count)
        {
            values.Store(target);
            return;
        }

        for (var k = 0; k < count; k++)
            target[k] = values[k];
    }
}
