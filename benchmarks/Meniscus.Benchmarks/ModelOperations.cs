using Meniscus.Benchmarks.Water;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks;

/// <summary>
/// Operations that a model needs for a configuration, by formula from its shapes and the neighbours that are there
/// (docs/benchmarks.md). Only what the mathematics asks for is counted: no padding to whole vectors, no empty slots but
/// the one that stands for all of them, no activation functions, no geometry, no optimizer. What is spent on those
/// lowers the share of the peak, as it should. Written for models whose embeddings depend on the neighbour's type only
/// (type_one_side), as that of <see cref="WaterModel"/>.
/// </summary>
internal sealed class ModelOperations
{
    private const double MultiplyAdd = 2;

    /// <summary>Polynomials per piece of a table.</summary>
    private const int Order = ChebyshevBasis.Order;

    private readonly DeepPotModel _model;
    private readonly NeighborCounts _size;
    private readonly int? _coefficients;
    private readonly double[]? _occupied;

    /// <summary>Prepares the count.</summary>
    /// <param name="model">The model.</param>
    /// <param name="size">Centres and neighbours.</param>
    /// <param name="coefficients">Chebyshev coefficients per output in training, or null where embeddings are evaluated directly.</param>
    /// <param name="occupied">Pieces that hold neighbours of a centre, per centre type, where only these are summed over; else null.</param>
    public ModelOperations(DeepPotModel model, NeighborCounts size, int? coefficients = null, double[]? occupied = null)
    {
        _occupied = occupied;
        _model = model;
        _size = size;
        _coefficients = coefficients;
    }

    /// <summary>Chebyshev coefficients per output in tables of a size.</summary>
    public static int CoefficientsOf(EmbeddingTableSize size) => size.Pieces * Order;

    private int Width => _model.Descriptor.EmbeddingWidth;

    /// <summary>Energy, forces and virial: one forward and one backward sweep.</summary>
    public OperationCount Evaluation() => SumOverCentres((t, centres) => new OperationCount(
        centres * 2 * Weights(_model.Fitting.Networks[t]),
        _coefficients is null && _occupied is null ? DirectEvaluation(t) : TableEvaluation(t),
        centres * 3 * Contraction));

    /// <summary>
    /// One training step: the evaluation, the tangent and the reverse sweep, and the gradient of the weights, which is two
    /// products (values with second adjoints, tangents with first ones).
    /// </summary>
    public OperationCount TrainingStep()
    {
        var second = SumOverCentres((t, centres) => new OperationCount(
            centres * 4 * Weights(_model.Fitting.Networks[t]),
            _coefficients is null ? DirectGradient(t) : TableGradient(t),
            centres * 6 * Contraction));
        return Evaluation() + second + new OperationCount(0, TablePreparation(), 0);
    }

    /// <summary>Operations of one product with a network's matrices for one input: Σ inputs × outputs multiply-adds.</summary>
    private static double Weights(NeuralNetwork network) => MultiplyAdd * network.Layers.Sum(l => (double)l.InputCount * l.OutputCount);

    /// <summary>Operations of D from A; Ā from D̄ takes two of these, Ḋ two, A̿ four.</summary>
    private double Contraction => MultiplyAdd * 4 * _model.Descriptor.DescriptorWidth;

    /// <summary>Operations of A += G_j R̃_jᵀ for one neighbour.</summary>
    private double Outer => MultiplyAdd * 4 * Width;

    private OperationCount SumOverCentres(Func<int, double, OperationCount> ofType)
    {
        var sum = default(OperationCount);
        for (var t = 0; t < _size.Centres.Length; t++)
            sum += ofType(t, _size.Centres[t]);
        return sum;
    }

    /// <summary>Network forward and backward; A, Ḡ and R̄ are one outer product each.</summary>
    private double DirectEvaluation(int centre) => SumOverInputs(centre, weights => (2 * weights) + (3 * Outer));

    /// <summary>Network tangent, reverse and weights twice; Ȧ and G̿ are two outer products each.</summary>
    private double DirectGradient(int centre) => SumOverInputs(centre, weights => (4 * weights) + (4 * Outer));

    /// <summary>Network inputs of a centre type: its neighbours, and one per centre and neighbour type for all empty slots.</summary>
    private double SumOverInputs(int centre, Func<double, double> perInput)
    {
        var sum = 0.0;
        for (var t = 0; t < _size.Centres.Length; t++)
        {
            if (_model.Descriptor.Embeddings[t] is { } network)
                sum += (_size.Pairs(centre, t) + _size.Centres[centre]) * perInput(Weights(network));
        }

        return sum;
    }

    /// <summary>
    /// A neighbour takes part in four moments, and gives four adjoints and one derivative along s̃; polynomials and their
    /// derivatives by recurrence. A centre takes one product with the coefficients each way.
    /// </summary>
    private double TableEvaluation(int centre)
    {
        var perPair = MultiplyAdd * (Order + (4 * Order) + (2 * Order) + (9 * Order));
        return (Pairs(centre) * perPair) + (2 * CoefficientProduct(centre));
    }

    /// <summary>Tangents of the moments, one product for Ȧ and two for the adjoint of the coefficients.</summary>
    private double TableGradient(int centre)
    {
        var perPair = MultiplyAdd * ((2 * Order) + (8 * Order));
        return (Pairs(centre) * perPair) + (3 * CoefficientProduct(centre));
    }

    /// <summary>A (M × 4) from the moments (K × 4) of all centres of a type.</summary>
    private double CoefficientProduct(int centre) =>
        _size.Centres[centre] * MultiplyAdd * 4 * Width * (_occupied is null ? _coefficients!.Value : Order * _occupied[centre]);

    private double Pairs(int centre) => Enumerable.Range(0, _size.Centres.Length).Sum(t => _size.Pairs(centre, t));

    /// <summary>
    /// Once per step, whatever the number of atoms: the networks at every node forward, backward and weights, and the
    /// transforms from values to coefficients and back.
    /// </summary>
    private double TablePreparation()
    {
        if (_coefficients is not { } nodes)
            return 0;
        // All networks have one shape, and as many nodes as coefficients.
        var weights = Weights(_model.Descriptor.Embeddings[0]!);
        return nodes * ((3 * weights) + (2 * MultiplyAdd * Width * Order));
    }
}
