using System.Numerics;
using System.Runtime.Intrinsics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The four sweeps through a network that energies, forces and their training gradient need, for many inputs at once.
/// <para>
/// Arrays are feature-major: row = feature, column = sample, so that every matrix product reads the weights as they are
/// stored, in both directions. With x the input of a layer, z = xW + b, y = φ(z)Δ + shortcut(x), and for a scalar
/// E = Σ y_out (docs/theory.md, section 3):
/// </para>
/// <code>
/// forward   z = Wᵀx + b,   y = Δφ(z) + S x                                (3.1)
/// backward  z̄ = Δφ′(z)ȳ,   x̄ = W z̄ + Sᵀȳ                                  (3.2)
/// tangent   ż = Wᵀẋ,       ẏ = Δφ′(z)ż + S ẋ                              (3.3)
/// reverse   z̿ = Δφ′(z)y̿ + Δφ″(z)ż ȳ,   x̿ = W z̿ + Sᵀy̿                      (3.4)
/// weights   W̄ = x z̿ᵀ + ẋ z̄ᵀ,   b̄ = Σ z̿,   Δ̄ = Σ φ(z)y̿ + φ′(z)ż ȳ            (3.5)
/// </code>
/// <para>
/// The reverse sweep differentiates c·E + Ė, where Ė is the derivative of E along a direction of the inputs: the adjoint
/// of ẏ is the ȳ of the backward sweep, which is why nothing has to be computed twice. Without a tangent the same sweep
/// is ordinary back-propagation. Source: B. A. Pearlmutter, Neural Comput. 6, 147 (1994).
/// </para>
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class NetworkKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Layer[] _layers;

    /// <summary>Binds a stored network to a place in a parameter set.</summary>
    /// <param name="network">The network as stored.</param>
    /// <param name="parameters">Receives its tensors.</param>
    /// <param name="name">Its place in the model tree.</param>
    /// <param name="trainable">Whether training changes a layer.</param>
    public NetworkKernel(NeuralNetwork network, ParameterSet<T> parameters, string name, Func<int, bool> trainable)
    {
        Source = network;
        _layers = new Layer[network.Layers.Count];
        for (var l = 0; l < _layers.Length; l++)
        {
            var layer = network.Layers[l];
            var prefix = $"{name}/layers[{l}]";
            _layers[l] = new Layer(
                layer,
                parameters.Add($"{prefix}/w", layer.InputCount, layer.OutputCount, trainable(l)),
                layer.Bias is null ? null : parameters.Add($"{prefix}/b", 1, layer.OutputCount, trainable(l)),
                layer.TimeStep is null ? null : parameters.Add($"{prefix}/idt", 1, layer.OutputCount, trainable(l)));
        }
    }

    /// <summary>The network the numbers came from.</summary>
    public NeuralNetwork Source { get; }

    /// <summary>Number of layers.</summary>
    public int LayerCount => _layers.Length;

    /// <summary>Number of inputs.</summary>
    public int InputCount => _layers[0].In;

    /// <summary>Number of outputs.</summary>
    public int OutputCount => _layers[^1].Out;

    /// <summary>Inputs and outputs of a layer, for the sizes of the sample arrays.</summary>
    public (int In, int Out, bool HasStep) Shape(int layer) => (_layers[layer].In, _layers[layer].Out, _layers[layer].Step is not null);

    /// <summary>Copies the stored numbers into the parameter set.</summary>
    public void LoadInto(ParameterSet<T> parameters)
    {
        for (var l = 0; l < _layers.Length; l++)
        {
            var layer = Source.Layers[l];
            parameters.Set(_layers[l].Weights, layer.Weights);
            if (_layers[l].Bias is { } bias)
                parameters.Set(bias, layer.Bias);
            if (_layers[l].Step is { } step)
                parameters.Set(step, layer.TimeStep);
        }
    }

    /// <summary>A stored network with the numbers of <paramref name="values"/>.</summary>
    public NeuralNetwork Store(T* values) => new([.. _layers.Select((layer, l) => new NetworkLayer(layer.In, layer.Out)
    {
        Weights = ParameterSet<T>.Dense(layer.Weights, values),
        Bias = layer.Bias is { } bias ? ParameterSet<T>.Dense(bias, values) : null,
        TimeStep = layer.Step is { } step ? ParameterSet<T>.Dense(step, values) : null,
        Activation = layer.Activation,
        Resnet = Source.Layers[l].Resnet,
    })]);

    /// <summary>Forward sweep (3.1) over the columns [first, first + count).</summary>
    public void Forward(T* values, NetworkColumns<T> columns, int first, int count)
    {
        for (var l = 0; l < _layers.Length; l++)
        {
            ref readonly var layer = ref _layers[l];
            var stride = columns.Stride;
            var x = columns.Input(l) + first;
            var y = columns.Output(l) + first;
            MatrixProduct.Multiply(
                layer.Out, count, layer.In, values + layer.Weights.Offset, 1, layer.Weights.Stride, x, stride, y, stride, accumulate: false);
            var bias = layer.Bias is { } b ? values + b.Offset : null;
            var step = layer.Step is { } s ? values + s.Offset : null;
            var value = Row(columns.Value(l), first);
            var slope = Row(columns.Slope(l), first);
            var curvature = Row(columns.Curvature(l), first);
            for (var h = 0; h < layer.Out; h++)
            {
                var row = (nint)h * stride;
                ActivationKernel.Row(
                    layer.Activation,
                    y + row,
                    bias == null ? T.Zero : bias[h],
                    step == null ? T.One : step[h],
                    layer.Shortcut ? x + ((nint)(h % layer.In) * stride) : null,
                    value == null ? null : value + row,
                    slope == null ? null : slope + row,
                    curvature == null ? null : curvature + row,
                    count);
            }
        }
    }

    /// <summary>
    /// Backward sweep (3.2): from the adjoint of the output, <see cref="NetworkColumns{T}.OutputAdjoint"/>, to that of
    /// the input, <see cref="NetworkColumns{T}.InputAdjoint"/> (left out where the columns were made without it).
    /// </summary>
    public void Backward(T* values, NetworkColumns<T> columns, int first, int count)
    {
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            ref readonly var layer = ref _layers[l];
            var stride = columns.Stride;
            var yBar = columns.Adjoint(l + 1) + first;
            var zBar = columns.Weighted(l) + first;
            var slope = columns.Slope(l) + first;
            var step = layer.Step is { } s ? values + s.Offset : null;
            for (var h = 0; h < layer.Out; h++)
            {
                var row = (nint)h * stride;
                var factor = Vector512.Create(step == null ? T.One : step[h]);
                for (var i = 0; i < count; i += Vector512<T>.Count)
                    (Vector512.Load(yBar + row + i) * Vector512.Load(slope + row + i) * factor).Store(zBar + row + i);
            }

            Descend(values, layer, zBar, yBar, Row(columns.Adjoint(l), first), stride, count);
        }
    }

    /// <summary>Tangent sweep (3.3) from <see cref="NetworkColumns{T}.InputTangent"/>.</summary>
    public void Tangent(T* values, NetworkColumns<T> columns, int first, int count)
    {
        for (var l = 0; l < _layers.Length; l++)
        {
            ref readonly var layer = ref _layers[l];
            var stride = columns.Stride;
            var xDot = columns.TangentOf(l) + first;
            var zDot = columns.PreTangent(l) + first;
            var yDot = columns.TangentOf(l + 1) + first;
            MatrixProduct.Multiply(
                layer.Out, count, layer.In, values + layer.Weights.Offset, 1, layer.Weights.Stride, xDot, stride, zDot, stride, accumulate: false);
            var slope = columns.Slope(l) + first;
            var step = layer.Step is { } s ? values + s.Offset : null;
            for (var h = 0; h < layer.Out; h++)
            {
                var row = (nint)h * stride;
                var factor = Vector512.Create(step == null ? T.One : step[h]);
                var through = layer.Shortcut ? xDot + ((nint)(h % layer.In) * stride) : null;
                for (var i = 0; i < count; i += Vector512<T>.Count)
                {
                    var y = Vector512.Load(zDot + row + i) * Vector512.Load(slope + row + i) * factor;
                    if (through != null)
                        y += Vector512.Load(through + i);
                    y.Store(yDot + row + i);
                }
            }
        }
    }

    /// <summary>
    /// Reverse sweep (3.4) from <see cref="NetworkColumns{T}.OutputReverse"/>, which leaves what the weights need, the
    /// two adjoints of z side by side with samples as rows, for <see cref="AccumulateGradient"/>.
    /// </summary>
    public void Reverse(T* values, NetworkColumns<T> columns, int first, int count)
    {
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            ref readonly var layer = ref _layers[l];
            var stride = columns.Stride;
            var yBar2 = columns.ReverseOf(l + 1) + first;
            var zBar2 = columns.Weighted2(l) + first;
            PairAdjoint(values, layer, columns, l, first, count);
            var padded = layer.Weights.Stride;
            Transpose.Copy(zBar2, stride, layer.Out, count, columns.Samples(l) + ((nint)first * padded), padded);
            Transpose.Copy(columns.Weighted(l) + first, stride, layer.Out, count, columns.Samples(l) + ((nint)(columns.Used + first) * padded), padded);
            Descend(values, layer, zBar2, yBar2, Row(columns.ReverseOf(l), first), stride, count);
        }
    }

    /// <summary>
    /// Back-propagation without a tangent: <see cref="Backward"/> has been run, and its adjoints are all there is.
    /// </summary>
    public void CollectFirstOrder(NetworkColumns<T> columns, int first, int count)
    {
        for (var l = 0; l < _layers.Length; l++)
        {
            var padded = _layers[l].Weights.Stride;
            Transpose.Copy(columns.Weighted(l) + first, columns.Stride, _layers[l].Out, count, columns.Samples(l) + ((nint)first * padded), padded);
        }
    }

    /// <summary>
    /// Adds (3.5) over all columns to a gradient laid out as the parameters. Work is divided by rows of W, and each
    /// element is one sum in the order of the columns: the result is the same for any number of parts.
    /// </summary>
    /// <param name="gradient">Gradient of the whole parameter set.</param>
    /// <param name="columns">Columns after <see cref="Reverse"/> or <see cref="CollectFirstOrder"/>.</param>
    /// <param name="secondOrder">Whether there is a tangent.</param>
    /// <param name="part">Which part to do, from 0.</param>
    /// <param name="parts">Number of parts.</param>
    public void AccumulateGradient(T* gradient, NetworkColumns<T> columns, bool secondOrder, int part, int parts)
    {
        for (var l = 0; l < _layers.Length; l++)
        {
            ref readonly var layer = ref _layers[l];
            if (!layer.Weights.Trainable)
                continue;
            var (begin, end) = Slice(layer.In, part, parts);
            var (stride, padded) = (columns.Stride, layer.Weights.Stride);
            var target = gradient + layer.Weights.Offset + ((nint)begin * padded);
            var samples = columns.Samples(l);
            var rows = (nint)begin * stride;
            MatrixProduct.MultiplySum(
                end - begin,
                padded,
                columns.Used,
                columns.Input(l) + rows,
                secondOrder ? columns.TangentOf(l) + rows : null,
                stride,
                1,
                samples,
                secondOrder ? samples + ((nint)columns.Used * padded) : null,
                padded,
                target,
                padded,
                accumulate: true);
            if (part == parts - 1)
                AccumulateVectors(gradient, layer, columns, l, secondOrder);
        }
    }

    /// <summary>Part of a range, cut at multiples of eight rows so that only the last part has a ragged end.</summary>
    private static (int Begin, int End) Slice(int length, int part, int parts)
    {
        var blocks = (length + 7) / 8;
        return (Math.Min(length, blocks * part / parts * 8), Math.Min(length, blocks * (part + 1) / parts * 8));
    }

    private static T* Row(T* array, int first) => array == null ? null : array + first;

    /// <summary>x̄ = W z̄ + Sᵀȳ.</summary>
    private static void Descend(T* values, in Layer layer, T* zBar, T* yBar, T* xBar, int stride, int count)
    {
        if (xBar == null)
            return;
        MatrixProduct.Multiply(
            layer.In, count, layer.Out, values + layer.Weights.Offset, layer.Weights.Stride, 1, zBar, stride, xBar, stride, accumulate: false);
        if (!layer.Shortcut)
            return;
        for (var h = 0; h < layer.Out; h++)
        {
            var (target, source) = ((nint)(h % layer.In) * stride, (nint)h * stride);
            for (var i = 0; i < count; i += Vector512<T>.Count)
                (Vector512.Load(xBar + target + i) + Vector512.Load(yBar + source + i)).Store(xBar + target + i);
        }
    }

    /// <summary>z̿ = Δφ′y̿ + Δφ″ż ȳ, and the products that Δ̄ sums.</summary>
    private static void PairAdjoint(T* values, in Layer layer, NetworkColumns<T> columns, int l, int first, int count)
    {
        var stride = columns.Stride;
        var yBar = columns.Adjoint(l + 1) + first;
        var yBar2 = columns.ReverseOf(l + 1) + first;
        var zDot = columns.PreTangent(l) + first;
        var slope = columns.Slope(l) + first;
        var curvature = columns.Curvature(l) + first;
        var value = Row(columns.Value(l), first);
        var zBar2 = columns.Weighted2(l) + first;
        var stepTerm = Row(columns.StepTerm(l), first);
        var step = layer.Step is { } s ? values + s.Offset : null;
        for (var h = 0; h < layer.Out; h++)
        {
            var row = (nint)h * stride;
            var factor = Vector512.Create(step == null ? T.One : step[h]);
            for (var i = 0; i < count; i += Vector512<T>.Count)
            {
                var k = row + i;
                var d1 = Vector512.Load(slope + k);
                var y2 = Vector512.Load(yBar2 + k);
                var zy = Vector512.Load(zDot + k) * Vector512.Load(yBar + k);
                (factor * ((d1 * y2) + (Vector512.Load(curvature + k) * zy))).Store(zBar2 + k);
                if (stepTerm != null)
                    ((Vector512.Load(value + k) * y2) + (d1 * zy)).Store(stepTerm + k);
            }
        }
    }

    private static void AccumulateVectors(T* gradient, in Layer layer, NetworkColumns<T> columns, int l, bool secondOrder)
    {
        if (layer.Bias is { } bias)
            AddRowSums(gradient + bias.Offset, secondOrder ? columns.Weighted2(l) : columns.Weighted(l), layer.Out, columns);
        if (layer.Step is not { } step)
            return;
        if (!secondOrder)
            FirstOrderStepTerm(layer, columns, l);
        AddRowSums(gradient + step.Offset, columns.StepTerm(l), layer.Out, columns);
    }

    private static void FirstOrderStepTerm(in Layer layer, NetworkColumns<T> columns, int l)
    {
        var value = columns.Value(l);
        var yBar = columns.Adjoint(l + 1);
        var term = columns.StepTerm(l);
        for (var h = 0; h < layer.Out; h++)
        {
            var row = (nint)h * columns.Stride;
            for (var i = 0; i < columns.Used; i += Vector512<T>.Count)
                (Vector512.Load(value + row + i) * Vector512.Load(yBar + row + i)).Store(term + row + i);
        }
    }

    private static void AddRowSums(T* target, T* matrix, int rows, NetworkColumns<T> columns)
    {
        for (var h = 0; h < rows; h++)
        {
            var sum = Vector512<T>.Zero;
            for (var i = 0; i < columns.Used; i += Vector512<T>.Count)
                sum += Vector512.Load(matrix + ((nint)h * columns.Stride) + i);
            target[h] += Vector512.Sum(sum);
        }
    }

    private readonly struct Layer
    {
        public Layer(NetworkLayer source, ParameterTensor weights, ParameterTensor? bias, ParameterTensor? step)
        {
            In = source.InputCount;
            Out = source.OutputCount;
            Activation = source.Activation;
            Shortcut = source.HasShortcut;
            Weights = weights;
            Bias = bias;
            Step = step;
        }

        public int In { get; }

        public int Out { get; }

        public ActivationFunction Activation { get; }

        public bool Shortcut { get; }

        public ParameterTensor Weights { get; }

        public ParameterTensor? Bias { get; }

        public ParameterTensor? Step { get; }
    }
}
