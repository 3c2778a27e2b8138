using System.Numerics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>What a network's sample arrays are needed for; each level keeps what the one before does.</summary>
internal enum SweepOrder
{
    /// <summary>Values and the adjoint of the input: energies and forces.</summary>
    Inference,

    /// <summary>And the gradient of the weights: back-propagation.</summary>
    FirstOrder,

    /// <summary>And the gradient of a directional derivative: training on forces.</summary>
    SecondOrder,
}

/// <summary>
/// Everything <see cref="NetworkKernel{T}"/> keeps per sample, layer by layer: feature-major arrays of
/// <see cref="Stride"/> columns. Padding columns up to <see cref="Used"/> are computed like the others; their adjoints
/// must be zero. What lies beyond is never touched.
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class NetworkColumns<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly NetworkKernel<T> _network;
    private readonly SweepOrder _order;
    private readonly bool _wantInputAdjoint;
    private readonly bool _ownInput;
    private readonly NativeBuffer<T>?[] _state;
    private readonly NativeBuffer<T>?[] _adjoint;
    private readonly NativeBuffer<T>?[] _tangent;
    private readonly NativeBuffer<T>?[] _reverse;
    private readonly LayerArrays[] _layers;
    private T* _externalInput;
    private T* _externalTangent;

    /// <summary>Creates the arrays; <see cref="Resize"/> gives them their length.</summary>
    /// <param name="network">The network they are for.</param>
    /// <param name="order">What they are for.</param>
    /// <param name="wantInputAdjoint">Whether adjoints of the input are wanted.</param>
    /// <param name="ownInput">Whether input and its tangent are kept here, or given by <see cref="UseInput"/>.</param>
    public NetworkColumns(NetworkKernel<T> network, SweepOrder order, bool wantInputAdjoint, bool ownInput)
    {
        _network = network;
        _order = order;
        _wantInputAdjoint = wantInputAdjoint;
        _ownInput = ownInput;
        var boundaries = network.LayerCount + 1;
        _state = new NativeBuffer<T>?[boundaries];
        _adjoint = new NativeBuffer<T>?[boundaries];
        _tangent = new NativeBuffer<T>?[boundaries];
        _reverse = new NativeBuffer<T>?[boundaries];
        _layers = new LayerArrays[network.LayerCount];
    }

    /// <summary>Elements from one feature to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>Columns that take part: the samples, padded to whole vectors.</summary>
    public int Used { get; private set; }

    /// <summary>Adjoint of the output; set before the backward sweep.</summary>
    public T* OutputAdjoint => Adjoint(_layers.Length);

    /// <summary>Adjoint of the input after the backward sweep.</summary>
    public T* InputAdjoint => Adjoint(0);

    /// <summary>Value adjoint of the output; set before the reverse sweep.</summary>
    public T* OutputReverse => ReverseOf(_layers.Length);

    /// <summary>Value adjoint of the input after the reverse sweep.</summary>
    public T* InputReverse => ReverseOf(0);

    /// <summary>Tangent of the input; set before the tangent sweep.</summary>
    public T* InputTangent => TangentOf(0);

    /// <summary>Elements from one feature to the next for a number of used columns.</summary>
    public static int StrideFor(int used) =>
        // Strides that are large powers of two put every row into the same few cache sets.
        used % 64 == 0 ? used + MatrixProduct.ColumnAlignment : used;

    /// <summary>Makes room for samples.</summary>
    /// <param name="used">Number of columns, a multiple of <see cref="MatrixProduct.ColumnAlignment"/>.</param>
    public void Resize(int used)
    {
        Used = used;
        Stride = StrideFor(used);
        for (var b = 0; b <= _layers.Length; b++)
        {
            var width = b == 0 ? _network.InputCount : _network.Shape(b - 1).Out;
            if (b > 0 || _ownInput)
                Ensure(ref _state[b], width);
            if (b > 0 || _wantInputAdjoint)
                Ensure(ref _adjoint[b], width);
            if (_order != SweepOrder.SecondOrder)
                continue;
            if (b > 0 || _ownInput)
                Ensure(ref _tangent[b], width);
            if (b > 0 || _wantInputAdjoint)
                Ensure(ref _reverse[b], width);
        }

        for (var l = 0; l < _layers.Length; l++)
            ResizeLayer(ref _layers[l], _network.Shape(l));
    }

    /// <summary>Takes the input, and its tangent, from arrays kept elsewhere, with the same stride.</summary>
    public void UseInput(T* input, T* tangent)
    {
        _externalInput = input;
        _externalTangent = tangent;
    }

    /// <summary>x of layer l.</summary>
    public T* Input(int l) => l == 0 && !_ownInput ? _externalInput : _state[l]!.Pointer;

    /// <summary>y of layer l.</summary>
    public T* Output(int l) => _state[l + 1]!.Pointer;

    /// <summary>ȳ at a boundary between layers; 0 is the input. Null where it is not wanted.</summary>
    public T* Adjoint(int boundary) => Pointer(_adjoint[boundary]);

    /// <summary>Tangent at a boundary between layers; 0 is the input.</summary>
    public T* TangentOf(int boundary) => boundary == 0 && !_ownInput ? _externalTangent : Pointer(_tangent[boundary]);

    /// <summary>y̿ at a boundary.</summary>
    public T* ReverseOf(int boundary) => Pointer(_reverse[boundary]);

    /// <summary>φ(z), where the layer has a step to train.</summary>
    public T* Value(int l) => Pointer(_layers[l].Value);

    /// <summary>φ′(z).</summary>
    public T* Slope(int l) => Pointer(_layers[l].Slope);

    /// <summary>φ″(z).</summary>
    public T* Curvature(int l) => Pointer(_layers[l].Curvature);

    /// <summary>z̄.</summary>
    public T* Weighted(int l) => Pointer(_layers[l].Weighted);

    /// <summary>z̿.</summary>
    public T* Weighted2(int l) => Pointer(_layers[l].Weighted2);

    /// <summary>ż.</summary>
    public T* PreTangent(int l) => Pointer(_layers[l].PreTangent);

    /// <summary>The products Δ̄ sums.</summary>
    public T* StepTerm(int l) => Pointer(_layers[l].StepTerm);

    /// <summary>z̿ᵀ, and below it z̄ᵀ: samples as rows, outputs (padded) as columns.</summary>
    public T* Samples(int l) => Pointer(_layers[l].Samples);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in (ReadOnlySpan<NativeBuffer<T>?>)[.. _state, .. _adjoint, .. _tangent, .. _reverse])
            buffer?.Dispose();
        foreach (var layer in _layers)
        {
            foreach (var buffer in (ReadOnlySpan<NativeBuffer<T>?>)[layer.Value, layer.Slope, layer.Curvature, layer.Weighted, layer.Weighted2, layer.PreTangent, layer.StepTerm, layer.Samples])
                buffer?.Dispose();
        }
    }

    private static T* Pointer(NativeBuffer<T>? buffer) => buffer is null ? null : buffer.Pointer;

    private void Ensure(ref NativeBuffer<T>? buffer, int rows) => EnsureLength(ref buffer, checked(rows * Stride));

    private static void EnsureLength(ref NativeBuffer<T>? buffer, int length)
    {
        if (buffer is null)
            buffer = new NativeBuffer<T>(length);
        else
            buffer.EnsureLength(length);
    }

    private void ResizeLayer(ref LayerArrays layer, (int In, int Out, bool HasStep) shape)
    {
        Ensure(ref layer.Slope, shape.Out);
        Ensure(ref layer.Weighted, shape.Out);
        if (_order == SweepOrder.Inference)
            return;
        if (shape.HasStep)
        {
            Ensure(ref layer.Value, shape.Out);
            Ensure(ref layer.StepTerm, shape.Out);
        }

        var second = _order == SweepOrder.SecondOrder;
        EnsureLength(ref layer.Samples, checked((second ? 2 : 1) * Used * MatrixProduct.PadColumns(shape.Out)));
        if (!second)
            return;
        Ensure(ref layer.Curvature, shape.Out);
        Ensure(ref layer.Weighted2, shape.Out);
        Ensure(ref layer.PreTangent, shape.Out);
    }

    private struct LayerArrays
    {
        public NativeBuffer<T>? Value;
        public NativeBuffer<T>? Slope;
        public NativeBuffer<T>? Curvature;
        public NativeBuffer<T>? Weighted;
        public NativeBuffer<T>? Weighted2;
        public NativeBuffer<T>? PreTangent;
        public NativeBuffer<T>? StepTerm;
        public NativeBuffer<T>? Samples;
    }
}
