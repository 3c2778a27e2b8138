using System.Numerics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The embedding networks as piecewise Chebyshev expansions in s̃ (docs/theory.md, section 4).
/// <para>
/// An embedding G(s̃) is a function of one variable. On pieces of equal width h it is expanded in 16 Chebyshev
/// polynomials, from its values at the 16 Chebyshev points of each piece:
/// </para>
/// <code>
/// G_m(s̃) = Σ_k C_mk T_k(x),   x = 2(s̃ − s_q)/h − 1,
/// C_mk = (2 − δ_k0)/16 Σ_n G_m(s_n) cos(kπ(n + ½)/16)                          (4.1)
/// A_mc = (1/N_c) Σ_j G_m(s̃_j) R̃_jc = (1/N_c) Σ_k C_mk B_kc,  B_kc = Σ_j T_k(x_j) R̃_jc   (4.2)
/// </code>
/// <para>
/// The sum over neighbours only forms the moments B, which cost 16 × 4 multiply-adds per neighbour whatever the width of
/// the network; the rest is one matrix product. The gradient for the networks is the exact adjoint: C̄ = Ā Bᵀ + …, back
/// through (4.1), then ordinary back-propagation at a few hundred points. The width h is reduced until the last two
/// coefficients are below a tolerance, so the error bound is stated, not hoped for.
/// Source of the expansion: L. N. Trefethen, Approximation Theory and Approximation Practice (2013), ch. 3–4.
/// </para>
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class ChebyshevEmbedding<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Polynomials per piece; also the alignment of matrix columns.</summary>
    public const int Order = ChebyshevBasis.Order;

    /// <summary>Above this many pieces in one network the networks themselves are cheaper.</summary>
    public const int MaxPieces = 64;

    /// <summary>Factor by which pieces are made narrower; small steps waste few of them.</summary>
    private const double Shrink = 0.8;

    /// <summary>A smooth function's last coefficients fall by Shrink¹⁵ = 0.035; rounding does not fall, kinks fall by Shrink.</summary>
    private const double StillFalling = 0.5;

    /// <summary>Last coefficients, relative to the largest, that rounding in the networks can leave.</summary>
    private static readonly double RoundingLimit = typeof(T) == typeof(double) ? 1e-10 : 1e-5;

    private static readonly double[] Points = [.. Enumerable.Range(0, Order).Select(n => Math.Cos(Math.PI * (n + 0.5) / Order))];

    private readonly DescriptorSettings _settings;
    private readonly Group[] _groups;
    private readonly NativeBuffer<T> _toCoefficients = new(Order * Order);
    private readonly NativeBuffer<T> _toValues = new(Order * Order);

    /// <summary>Creates the tables for a model's networks.</summary>
    /// <param name="settings">The descriptor.</param>
    /// <param name="networks">Networks by <see cref="DescriptorSettings.NetworkIndex"/>; null where none is needed.</param>
    /// <param name="training">Whether gradients are wanted.</param>
    public ChebyshevEmbedding(DescriptorSettings settings, NetworkKernel<T>?[] networks, bool training)
    {
        _settings = settings;
        // The width that a network as DeePMD-kit initialises it needs; Prepare reduces it where it is not enough.
        PieceWidth = 4;
        Tolerance = typeof(T) == typeof(double) ? 1e-12 : 5e-7;
        _groups = new Group[settings.TypeOneSide ? 1 : settings.TypeCount];
        for (var g = 0; g < _groups.Length; g++)
            _groups[g] = new Group(settings, networks, g, training);
        for (var k = 0; k < Order; k++)
        {
            for (var n = 0; n < Order; n++)
            {
                var value = T.CreateTruncating((k == 0 ? 1.0 : 2.0) / Order * Math.Cos(Math.PI * k * (n + 0.5) / Order));
                _toCoefficients.Pointer[(n * Order) + k] = value;
                _toValues.Pointer[(k * Order) + n] = value;
            }
        }
    }

    /// <summary>Width h of a piece in units of s̃. It only ever shrinks; a checkpoint keeps it.</summary>
    public double PieceWidth { get; set; }

    /// <summary>Largest last coefficient allowed, relative to the largest coefficient of the network.</summary>
    public double Tolerance { get; set; }

    /// <summary>Largest last coefficient of the tables as they are, relative to the largest.</summary>
    public double Tail { get; private set; }

    /// <summary>Number of Chebyshev coefficients per output over all networks a centre of this type uses.</summary>
    public int CoefficientCount(int centreType) => GroupOf(centreType).Coefficients;

    /// <summary>Size of all tables.</summary>
    public EmbeddingTableSize Size => new(
        _groups.Sum(g => g.Coefficients / Order), _groups.Sum(g => (long)g.Coefficients * g.Width), PieceWidth);

    /// <summary>The tables for centres of a type.</summary>
    public Group GroupOf(int centreType) => _groups[_settings.TypeOneSide ? 0 : centreType];

    /// <summary>
    /// Evaluates the networks at the points of all pieces up to the given s̃ and expands them.
    /// </summary>
    /// <param name="values">Parameters.</param>
    /// <param name="upper">Largest s̃ per pair of types, [centre · types + neighbour].</param>
    /// <returns>False where the networks need more than <see cref="MaxPieces"/> pieces: they are not smooth.</returns>
    public bool Prepare(T* values, ReadOnlySpan<double> upper)
    {
        while (Expand(values, upper))
        {
            if (Tail <= Tolerance)
                return true;
            var (width, tail) = (PieceWidth, Tail);
            PieceWidth *= Shrink;
            if (Expand(values, upper) && Tail < StillFalling * tail)
                continue;

            // Narrower pieces do not help: what is left is rounding, or the function has kinks.
            PieceWidth = width;
            return Expand(values, upper) && Tail <= RoundingLimit;
        }

        return false;
    }

    /// <summary>
    /// As <see cref="Prepare"/>, but with pieces as wide as they are, so that what lies inside the old range keeps its
    /// value to the last bit.
    /// </summary>
    /// <returns>False where that would take too many pieces or miss the tolerance; the tables are then void.</returns>
    public bool Extend(T* values, ReadOnlySpan<double> upper) => Expand(values, upper) && Tail <= Tolerance;

    /// <summary>Sets the gradient of the coefficients to zero.</summary>
    public void ClearGradient()
    {
        foreach (var group in _groups)
            group.ClearGradient();
    }

    /// <summary>Takes the gradient of the coefficients back to the networks' parameters.</summary>
    /// <param name="values">Parameters.</param>
    /// <param name="gradient">Receives the gradient, added.</param>
    public void PropagateGradient(T* values, T* gradient)
    {
        foreach (var group in _groups)
            group.Propagate(values, gradient, _toValues.Pointer);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var group in _groups)
            group.Dispose();
        _toCoefficients.Dispose();
        _toValues.Dispose();
    }

    private bool Expand(T* values, ReadOnlySpan<double> upper)
    {
        Tail = 0;
        foreach (var group in _groups)
        {
            if (!group.Lay(upper, PieceWidth))
                return false;
            group.Expand(values, _toCoefficients.Pointer);
            Tail = Math.Max(Tail, group.Tail());
        }

        return true;
    }

    /// <summary>The networks that centres of a type use, one per neighbour type, side by side in one coefficient matrix.</summary>
    internal sealed class Group : IDisposable
    {
        private readonly DescriptorSettings _settings;
        private readonly int _centre;
        private readonly NetworkKernel<T>?[] _networks;
        private readonly NetworkColumns<T>?[] _columns;
        private readonly double[] _lower;
        private readonly int[] _pieces;
        private readonly int[] _offset;
        private readonly NativeBuffer<T> _matrix = new(0);
        private readonly NativeBuffer<T> _transposed = new(0);
        private readonly NativeBuffer<T> _gradient = new(0);

        public Group(DescriptorSettings settings, NetworkKernel<T>?[] networks, int centre, bool training)
        {
            _settings = settings;
            _centre = centre;
            var types = settings.TypeCount;
            _networks = [.. Enumerable.Range(0, types).Select(t => networks[settings.NetworkIndex(centre, t)])];
            _columns = Array.ConvertAll(_networks, n => n is null
                ? null
                : new NetworkColumns<T>(n, training ? SweepOrder.FirstOrder : SweepOrder.Inference, wantInputAdjoint: false, ownInput: true));
            _lower = new double[types];
            _pieces = new int[types];
            _offset = new int[types];
            Width = settings.Width;
            PaddedWidth = MatrixProduct.PadColumns(Width);
        }

        /// <summary>M.</summary>
        public int Width { get; }

        /// <summary>M, padded.</summary>
        public int PaddedWidth { get; }

        /// <summary>Columns of the coefficient matrix.</summary>
        public int Coefficients { get; private set; }

        /// <summary>C/N_c, M rows of <see cref="Coefficients"/>.</summary>
        public T* Matrix => _matrix.Pointer;

        /// <summary>Cᵀ/N_c, <see cref="Coefficients"/> rows of <see cref="PaddedWidth"/>.</summary>
        public T* Transposed => _transposed.Pointer;

        /// <summary>Gradient by C/N_c.</summary>
        public T* Gradient => _gradient.Pointer;

        /// <summary>First column of a neighbour type.</summary>
        public int Offset(int type) => _offset[type];

        /// <summary>Number of pieces of a neighbour type.</summary>
        public int Pieces(int type) => _pieces[type];

        /// <summary>Left end of the first piece of a neighbour type.</summary>
        public double Lower(int type) => _lower[type];

        /// <summary>Width of a piece.</summary>
        public double PieceWidth { get; private set; }

        /// <summary>Whether s̃ lies beyond the last piece of a neighbour type.</summary>
        public bool IsBeyond(int type, double s) => s > _lower[type] + (_pieces[type] * PieceWidth);

        /// <summary>Lays pieces over the range of s̃ of every network.</summary>
        public bool Lay(ReadOnlySpan<double> upper, double width)
        {
            PieceWidth = width;
            Coefficients = 0;
            for (var t = 0; t < _networks.Length; t++)
            {
                _offset[t] = Coefficients;
                _pieces[t] = 0;
                if (_networks[t] is null)
                    continue;
                // s = 0, an empty slot or a neighbour at the cutoff, is the lowest value there is.
                var (low, high) = (double.MaxValue, double.MinValue);
                for (var centre = 0; centre < _settings.TypeCount; centre++)
                {
                    if (!_settings.TypeOneSide && centre != _centre)
                        continue;
                    var padding = _settings.PaddingRow(centre, t, 0);
                    low = Math.Min(low, padding);
                    high = Math.Max(high, Math.Max(padding, upper[(centre * _settings.TypeCount) + t]));
                }

                // A little to spare: rows in float32 may be rounded past the ends. The lower end must not depend on the
                // upper one, or tables that are extended would give other last digits than before.
                _lower[t] = low - (1e-5 * (Math.Abs(low) + 1));
                var pieces = Math.Ceiling((high + (1e-5 * (Math.Abs(high) + 1)) - _lower[t]) / width);
                if (!(pieces <= MaxPieces))
                    return false;
                _pieces[t] = Math.Max(1, (int)pieces);
                Coefficients += _pieces[t] * Order;
            }

            _matrix.EnsureLength(Width * Coefficients);
            _transposed.EnsureLength(Coefficients * PaddedWidth);
            return true;
        }

        /// <summary>(4.1) for all networks.</summary>
        public void Expand(T* values, T* toCoefficients)
        {
            for (var t = 0; t < _networks.Length; t++)
            {
                if (_networks[t] is not { } network)
                    continue;
                var columns = _columns[t]!;
                var points = _pieces[t] * Order;
                columns.Resize(points);
                var input = columns.Input(0);
                for (var p = 0; p < points; p++)
                    input[p] = T.CreateTruncating(_lower[t] + (PieceWidth * ((p / Order) + (0.5 * (1 + Points[p % Order])))));
                network.Forward(values, columns, 0, points);
                var y = columns.Output(network.LayerCount - 1);
                for (var q = 0; q < _pieces[t]; q++)
                {
                    MatrixProduct.Multiply(
                        Width, Order, Order, y + (q * Order), columns.Stride, 1, toCoefficients, Order, Matrix + _offset[t] + (q * Order), Coefficients, accumulate: false);
                }
            }

            var scale = T.One / T.CreateTruncating(_settings.SlotCount);
            for (var k = 0; k < Width * Coefficients; k++)
                Matrix[k] *= scale;
            Transpose.Copy(Matrix, Coefficients, Width, Coefficients, Transposed, PaddedWidth);
        }

        /// <summary>Largest of the last two coefficients of any piece over the largest coefficient.</summary>
        public double Tail()
        {
            var (tail, largest) = (T.Zero, T.Zero);
            for (var m = 0; m < Width; m++)
            {
                var row = Matrix + ((nint)m * Coefficients);
                for (var q = 0; q < Coefficients; q += Order)
                {
                    tail = T.Max(tail, T.Max(T.Abs(row[q + Order - 1]), T.Abs(row[q + Order - 2])));
                    largest = T.Max(largest, T.Max(T.Abs(row[q]), T.Abs(row[q + 1])));
                }
            }

            return largest > T.Zero ? double.CreateTruncating(tail / largest) : 0;
        }

        public void ClearGradient()
        {
            _gradient.EnsureLength(Width * Coefficients);
            new Span<T>(Gradient, Width * Coefficients).Clear();
        }

        /// <summary>The adjoint of <see cref="Expand"/>, and back-propagation through the networks.</summary>
        public void Propagate(T* values, T* gradient, T* toValues)
        {
            var scale = T.One / T.CreateTruncating(_settings.SlotCount);
            for (var k = 0; k < Width * Coefficients; k++)
                Gradient[k] *= scale;
            for (var t = 0; t < _networks.Length; t++)
            {
                if (_networks[t] is not { } network)
                    continue;
                var columns = _columns[t]!;
                var points = _pieces[t] * Order;
                for (var q = 0; q < _pieces[t]; q++)
                {
                    MatrixProduct.Multiply(
                        Width, Order, Order, Gradient + _offset[t] + (q * Order), Coefficients, 1, toValues, Order, columns.OutputAdjoint + (q * Order), columns.Stride, accumulate: false);
                }

                network.Backward(values, columns, 0, points);
                network.CollectFirstOrder(columns, 0, points);
                network.AccumulateGradient(gradient, columns, secondOrder: false, 0, 1);
            }
        }

        public void Dispose()
        {
            foreach (var columns in _columns)
                columns?.Dispose();
            _matrix.Dispose();
            _transposed.Dispose();
            _gradient.Dispose();
        }
    }
}
