using System.Numerics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The whole model for a set of atoms of one type: environment → A → D → fitting network, and the sweeps back. Every
/// method works on a range of columns, so that threads share one set; ranges begin and end at multiples of
/// <see cref="MatrixProduct.ColumnAlignment"/>, and no column depends on another.
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class CentreColumns<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly DeepPotKernel<T> _kernel;
    private readonly NetworkKernel<T> _network;
    private readonly NetworkColumns<T> _fitting;
    private readonly NetworkColumns<T>? _vacuum;
    private readonly EmptySlots<T>? _emptySlots;
    private readonly NativeBuffer<T> _a = new(0);
    private readonly NativeBuffer<T> _aBar = new(0);
    private readonly NativeBuffer<T> _aDot = new(0);
    private readonly NativeBuffer<T> _aBar2 = new(0);
    private readonly NativeBuffer<T> _d = new(0);
    private readonly NativeBuffer<T> _dDot = new(0);
    private readonly bool _training;

    /// <summary>Creates the columns of a centre type.</summary>
    /// <param name="kernel">The model.</param>
    /// <param name="centreType">Type of the centres.</param>
    /// <param name="tables">Tables to embed through, or null to evaluate the networks for every neighbour.</param>
    /// <param name="training">Whether gradients are wanted.</param>
    public CentreColumns(DeepPotKernel<T> kernel, int centreType, ChebyshevEmbedding<T>? tables, bool training)
    {
        _kernel = kernel;
        _training = training;
        _network = kernel.Fittings[centreType];
        Environment = new EnvironmentMatrix<T>(kernel.Settings, centreType);
        Embedding = kernel.StoredTables is { } stored
            ? new StoredTableColumns<T>(kernel.Settings, Environment, stored)
            : tables is null
                ? new DirectColumns<T>(kernel.Settings, Environment, kernel.Embeddings, training)
                : training
                    ? new ChebyshevColumns<T>(kernel.Settings, Environment, tables)
                    : new PiecewiseColumns<T>(kernel.Settings, Environment, tables);
        _emptySlots = kernel.EmptySlotsOf(Environment);
        _fitting = new NetworkColumns<T>(_network, training ? SweepOrder.SecondOrder : SweepOrder.Inference, wantInputAdjoint: true, ownInput: false);
        if (kernel.SubtractsVacuum(centreType))
            _vacuum = new NetworkColumns<T>(_network, training ? SweepOrder.FirstOrder : SweepOrder.Inference, wantInputAdjoint: false, ownInput: true);
    }

    /// <summary>The environment of the centres.</summary>
    public EnvironmentMatrix<T> Environment { get; }

    /// <summary>The embedding step.</summary>
    public EmbeddingColumns<T> Embedding { get; }

    /// <summary>Number of columns to work on: the centres, padded to whole vectors.</summary>
    public int Used { get; private set; }

    /// <summary>Elements from one feature to the next.</summary>
    public int Stride { get; private set; }

    private int Features => _kernel.DescriptorWidth + _kernel.FrameParameterCount + _kernel.AtomParameterCount;

    /// <summary>Makes room; called after the environment has been filled.</summary>
    public void Resize()
    {
        Used = MatrixProduct.PadColumns(Environment.Count);
        Stride = NetworkColumns<T>.StrideFor(Used);
        if (Used == 0)
            return;
        _a.EnsureLength(4 * _kernel.Settings.Width * Stride);
        _aBar.EnsureLength(4 * _kernel.Settings.Width * Stride);
        _d.EnsureLength(Features * Stride);
        if (_training)
        {
            _aDot.EnsureLength(4 * _kernel.Settings.Width * Stride);
            _aBar2.EnsureLength(4 * _kernel.Settings.Width * Stride);
            _dDot.EnsureLength(Features * Stride);
        }

        Embedding.Resize(Stride);
        _fitting.Resize(Used);
        _fitting.UseInput(_d.Pointer, _dDot.Pointer);
        _vacuum?.Resize(Used);
    }

    /// <summary>
    /// Sets the frame and atomic parameters of a centre: rows below the descriptor, (value − average)/std.
    /// </summary>
    public void SetParameters(int centre, ReadOnlySpan<double> frameParameters, ReadOnlySpan<double> atomParameters)
    {
        var fitting = _kernel.Model.Fitting;
        var row = _kernel.DescriptorWidth;
        for (var k = 0; k < frameParameters.Length; k++)
            SetFeature(row++, centre, (frameParameters[k] - fitting.FrameParameterAverage![k]) * fitting.FrameParameterInverseStd![k]);
        for (var k = 0; k < atomParameters.Length; k++)
            SetFeature(row++, centre, (atomParameters[k] - fitting.AtomParameterAverage![k]) * fitting.AtomParameterInverseStd![k]);
    }

    /// <summary>Energy and dE/dx of every pair, for the columns [first, first + count).</summary>
    public void Energy(int first, int count)
    {
        var values = _kernel.Parameters.Values;
        Embedding.Forward(values, first, count, _a.Pointer);
        _emptySlots?.AddTo(_a.Pointer, Stride, first, count);
        _kernel.Contraction.Forward(_a.Pointer, _d.Pointer, Stride, first, count);
        ForwardFitting(values, first, count);
        for (var i = first; i < first + count; i++)
            _fitting.OutputAdjoint[i] = i < Environment.Count ? T.One : T.Zero;
        _network.Backward(values, _fitting, first, count);
        _kernel.Contraction.Backward(_a.Pointer, _fitting.InputAdjoint, _aBar.Pointer, Stride, first, count);
        Embedding.Backward(values, first, count, _aBar.Pointer);
        Environment.GradientFromRows(first, Math.Max(0, Math.Min(count, Environment.Count - first)));
    }

    /// <summary>Energy of a centre without its bias, eV.</summary>
    public double EnergyOf(int centre)
    {
        var energy = double.CreateTruncating(_fitting.Output(_network.LayerCount - 1)[centre]);
        return _vacuum is null ? energy : energy - double.CreateTruncating(_vacuum.Output(_network.LayerCount - 1)[centre]);
    }

    /// <summary>The descriptor D of a centre.</summary>
    public void CopyDescriptor(int centre, Span<double> target)
    {
        for (var k = 0; k < _kernel.DescriptorWidth; k++)
            target[k] = double.CreateTruncating(_d.Pointer[((nint)k * Stride) + centre]);
    }

    /// <summary>
    /// Tangent and reverse sweeps: after <see cref="Energy"/>, with the tangents of the environment rows set, leaves
    /// what the gradient of Σ c_i E_i + Ė needs.
    /// </summary>
    /// <param name="first">First column.</param>
    /// <param name="count">Number of columns.</param>
    /// <param name="energyWeight">c by atom of the configuration.</param>
    public void TangentAndReverse(int first, int count, double* energyWeight)
    {
        var values = _kernel.Parameters.Values;
        Embedding.Tangent(values, first, count, _aDot.Pointer);
        _kernel.Contraction.Tangent(_a.Pointer, _aDot.Pointer, _dDot.Pointer, Stride, first, count);
        ClearParameterTangents(first, count);
        _network.Tangent(values, _fitting, first, count);
        for (var i = first; i < first + count; i++)
        {
            var weight = i < Environment.Count ? T.CreateTruncating(energyWeight[Environment.Atom[i]]) : T.Zero;
            _fitting.OutputReverse[i] = weight;
            if (_vacuum is not null)
                _vacuum.OutputAdjoint[i] = -weight;
        }

        _network.Reverse(values, _fitting, first, count);
        if (_vacuum is not null)
        {
            _network.Backward(values, _vacuum, first, count);
            _network.CollectFirstOrder(_vacuum, first, count);
        }

        _kernel.Contraction.Reverse(_a.Pointer, _aDot.Pointer, _fitting.InputAdjoint, _fitting.InputReverse, _aBar2.Pointer, Stride, first, count);
        Embedding.Reverse(values, first, count, _aBar.Pointer, _aBar2.Pointer);
    }

    /// <summary>Adds this type's share of the gradient; one part of several, by rows of the weights.</summary>
    public void AccumulateGradient(T* gradient, int part, int parts)
    {
        if (Used == 0)
            return;
        _network.AccumulateGradient(gradient, _fitting, secondOrder: true, part, parts);
        if (_vacuum is not null)
            _network.AccumulateGradient(gradient, _vacuum, secondOrder: false, part, parts);

        Embedding.AccumulateGradient(gradient, _aBar.Pointer, _aBar2.Pointer, part, parts);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Environment.Dispose();
        Embedding.Dispose();
        _fitting.Dispose();
        _vacuum?.Dispose();
        foreach (var buffer in (ReadOnlySpan<NativeBuffer<T>>)[_a, _aBar, _aDot, _aBar2, _d, _dDot])
            buffer.Dispose();
    }

    private void SetFeature(int row, int centre, double value)
    {
        _d.Pointer[((nint)row * Stride) + centre] = T.CreateTruncating(value);
        if (_vacuum is not null)
            _vacuum.Input(0)[((nint)row * _vacuum.Stride) + centre] = T.CreateTruncating(value);
    }

    private void ForwardFitting(T* values, int first, int count)
    {
        ClearPaddedParameters(first, count);
        _network.Forward(values, _fitting, first, count);
        if (_vacuum is null)
            return;
        for (var row = 0; row < _kernel.DescriptorWidth; row++)
            new Span<T>(_vacuum.Input(0) + ((nint)row * _vacuum.Stride) + first, count).Clear();
        _network.Forward(values, _vacuum, first, count);
    }

    /// <summary>Parameter rows of padding columns hold whatever was there; make it zero, so that nothing is NaN.</summary>
    private void ClearPaddedParameters(int first, int count)
    {
        for (var row = _kernel.DescriptorWidth; row < Features; row++)
        {
            for (var i = Math.Max(first, Environment.Count); i < first + count; i++)
                SetFeature(row, i, 0);
        }
    }

    private void ClearParameterTangents(int first, int count)
    {
        for (var row = _kernel.DescriptorWidth; row < Features; row++)
            new Span<T>(_dDot.Pointer + ((nint)row * Stride) + first, count).Clear();
    }
}
