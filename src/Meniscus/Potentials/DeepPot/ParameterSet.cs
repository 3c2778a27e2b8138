using System.Numerics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>One weight matrix, bias or step inside a <see cref="ParameterSet{T}"/>.</summary>
/// <param name="Name">Its place in the model tree, such as <c>fitting/nets/networks[0]/layers[1]/w</c>.</param>
/// <param name="Rows">Rows (inputs of the layer; 1 for a vector).</param>
/// <param name="Columns">Columns (outputs of the layer).</param>
/// <param name="Offset">First element in the flat array.</param>
/// <param name="Trainable">Whether training changes it.</param>
internal readonly record struct ParameterTensor(string Name, int Rows, int Columns, int Offset, bool Trainable)
{
    /// <summary>Elements from one row to the next: the columns, padded with zeros for whole vectors.</summary>
    public int Stride => MatrixProduct.PadColumns(Columns);
}

/// <summary>
/// All trainable numbers of a model in one flat, padded array, so that an optimizer is a loop over it and a gradient is
/// an array of the same shape. Padding is zero and stays zero.
/// </summary>
/// <typeparam name="T">Number format of the networks.</typeparam>
internal sealed unsafe class ParameterSet<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<ParameterTensor> _tensors = [];
    private NativeBuffer<T>? _values;
    private int _length;

    /// <summary>The tensors, in the order of the model tree.</summary>
    public IReadOnlyList<ParameterTensor> Tensors => _tensors;

    /// <summary>Length of the flat array, padding included.</summary>
    public int Length => _length;

    /// <summary>Number of parameters, padding not counted.</summary>
    public long Count => _tensors.Sum(t => (long)t.Rows * t.Columns);

    /// <summary>The values. Valid once all tensors are added.</summary>
    public T* Values => (_values ??= new NativeBuffer<T>(_length)).Pointer;

    /// <summary>The values as a span.</summary>
    public Span<T> Span => new(Values, _length);

    /// <summary>Adds a tensor; only before the first use of <see cref="Values"/>.</summary>
    public ParameterTensor Add(string name, int rows, int columns, bool trainable)
    {
        var tensor = new ParameterTensor(name, rows, columns, _length, trainable);
        _tensors.Add(tensor);
        _length = checked(_length + (rows * tensor.Stride));
        return tensor;
    }

    /// <summary>Copies dense row-major values in.</summary>
    public void Set(in ParameterTensor tensor, ReadOnlySpan<double> dense)
    {
        for (var row = 0; row < tensor.Rows; row++)
        {
            for (var column = 0; column < tensor.Columns; column++)
                Values[tensor.Offset + (row * tensor.Stride) + column] = T.CreateTruncating(dense[(row * tensor.Columns) + column]);
        }
    }

    /// <summary>Copies values, or a gradient of the same layout, out as dense row-major numbers.</summary>
    public static double[] Dense(in ParameterTensor tensor, T* flat)
    {
        var dense = new double[tensor.Rows * tensor.Columns];
        for (var row = 0; row < tensor.Rows; row++)
        {
            for (var column = 0; column < tensor.Columns; column++)
                dense[(row * tensor.Columns) + column] = double.CreateTruncating(flat[tensor.Offset + (row * tensor.Stride) + column]);
        }

        return dense;
    }

    /// <inheritdoc/>
    public void Dispose() => _values?.Dispose();
}
