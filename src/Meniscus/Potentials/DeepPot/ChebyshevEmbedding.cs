using System.Numerics;
using System.Runtime.CompilerServices;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The embedding networks as piecewise Chebyshev expansions in s̃ (docs/theory.md, section 4).
/// <para>
/// An embedding G(s̃) is a function of one variable. On every piece [s_q, s_q + h_q] it is expanded in 16 Chebyshev
/// polynomials, from its values at the 16 Chebyshev points of the piece:
/// </para>
/// <code>
/// G_m(s̃) = Σ_k C_mk T_k(x),   x = 2(s̃ − s_q)/h_q − 1,
/// C_mk = (2 − δ_k0)/16 Σ_n G_m(s_n) cos(kπ(n + ½)/16)                          (4.1)
/// A_mc = (1/N_c) Σ_j G_m(s̃_j) R̃_jc = (1/N_c) Σ_k C_mk B_kc,  B_kc = Σ_j T_k(x_j) R̃_jc   (4.2)
/// </code>
/// <para>
/// The sum over neighbours only forms the moments B, which cost 16 × 4 multiply-adds per neighbour whatever the width of
/// the network; the rest is one matrix product. The gradient for the networks is the exact adjoint: C̄ = Ā Bᵀ + …, back
/// through (4.1), then ordinary back-propagation at a few hundred points. Pieces are halved where their last two
/// coefficients are above a tolerance (<see cref="PieceTree"/>), so the error bound is stated, not hoped for.
/// Source of the expansion: L. N. Trefethen, Approximation Theory and Approximation Practice (2013), ch. 3–4.
/// </para>
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class ChebyshevEmbedding<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Polynomials per piece; also the alignment of matrix columns.</summary>
    public const int Order = ChebyshevBasis.Order;

    /// <summary>Training pays for every piece, and above this many in one network the networks themselves are cheaper.</summary>
    private const int MaxPiecesInTraining = 96;

    /// <summary>Inference pays for pieces with neighbours only; this many in one network are a few seconds' work to make.</summary>
    private const int MaxPieces = 1024;

    /// <summary>Last coefficients, relative to the largest, that rounding in the networks can leave.</summary>
    private static readonly double RoundingLimit = typeof(T) == typeof(double) ? 1e-10 : 2e-6;

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

    /// <summary>Largest last coefficient allowed, relative to the largest coefficient of the network.</summary>
    public double Tolerance { get; set; }

    /// <summary>Size of all tables.</summary>
    public EmbeddingTableSize Size => new(
        _groups.Sum(g => g.Coefficients / Order), _groups.Sum(g => (long)g.Coefficients * g.Width));

    /// <summary>
    /// The pieces as text, for a checkpoint: they depend on the weights of the steps before, and the last digits of
    /// everything depend on them.
    /// </summary>
    public string State
    {
        get => string.Join('|', _groups.SelectMany(g => g.Trees).Select(t => t.State));
        set
        {
            var trees = _groups.SelectMany(g => g.Trees).ToArray();
            var parts = value.Split('|');
            if (parts.Length != trees.Length)
                throw new FormatException($"pieces of {parts.Length} embedding networks, expected {trees.Length}");
            for (var t = 0; t < trees.Length; t++)
                trees[t].State = parts[t];
        }
    }

    /// <summary>The tables for centres of a type.</summary>
    public Group GroupOf(int centreType) => _groups[_settings.TypeOneSide ? 0 : centreType];

    /// <summary>
    /// Evaluates the networks at the points of all pieces up to the given s̃ and expands them. Pieces that are there stay
    /// as they are unless they have to be halved, so tables that are extended keep every digit of what they had.
    /// </summary>
    /// <param name="values">Parameters.</param>
    /// <param name="upper">Largest s̃ per pair of types, [centre · types + neighbour].</param>
    /// <returns>False where the networks are not smooth enough, or too many pieces would be needed.</returns>
    public bool Prepare(T* values, ReadOnlySpan<double> upper)
    {
        foreach (var group in _groups)
        {
            do
            {
                if (!group.Lay(upper))
                    return false;
                group.Expand(values, _toCoefficients.Pointer);
            }
            while (group.Refine(Tolerance, RoundingLimit));
            if (group.HasKink)
                return false;
        }

        return true;
    }

    /// <summary>Forgets the pieces: halvings that weights of long ago needed are not carried along for ever.</summary>
    public void Forget()
    {
        foreach (var tree in _groups.SelectMany(g => g.Trees))
            tree.Clear();
    }

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

    /// <summary>The networks that centres of a type use, one per neighbour type, side by side in one coefficient matrix.</summary>
    internal sealed class Group : IDisposable
    {
        private readonly DescriptorSettings _settings;
        private readonly int _centre;
        private readonly NetworkKernel<T>?[] _networks;
        private readonly NetworkColumns<T>?[] _columns;
        private readonly bool _training;
        private readonly int[] _offset;
        private readonly NativeBuffer<T> _matrix = new(0);
        private readonly NativeBuffer<T> _transposed = new(0);
        private readonly NativeBuffer<T> _byPiece = new(0);
        private readonly NativeBuffer<T> _gradient = new(0);

        public Group(DescriptorSettings settings, NetworkKernel<T>?[] networks, int centre, bool training)
        {
            _settings = settings;
            _centre = centre;
            _training = training;
            var types = settings.TypeCount;
            _networks = [.. Enumerable.Range(0, types).Select(t => networks[settings.NetworkIndex(centre, t)])];
            _columns = Array.ConvertAll(_networks, n => n is null
                ? null
                : new NetworkColumns<T>(n, training ? SweepOrder.FirstOrder : SweepOrder.Inference, wantInputAdjoint: false, ownInput: true));
            Trees = [.. Enumerable.Range(0, types).Select(t => new PieceTree(LowerEnd(t)))];
            _offset = new int[types];
            Width = settings.Width;
            PaddedWidth = MatrixProduct.PadColumns(Width);
        }

        /// <summary>Pieces per neighbour type.</summary>
        public PieceTree[] Trees { get; }

        /// <summary>M.</summary>
        public int Width { get; }

        /// <summary>M, padded.</summary>
        public int PaddedWidth { get; }

        /// <summary>Columns of the coefficient matrix.</summary>
        public int Coefficients { get; private set; }

        /// <summary>First of the centre types that share the networks.</summary>
        private int FirstCentre => _settings.TypeOneSide ? 0 : _centre;

        private int EndCentre => _settings.TypeOneSide ? _settings.TypeCount : _centre + 1;

        /// <summary>Whether a network bends too sharply for tables.</summary>
        public bool HasKink { get; private set; }

        /// <summary>C/N_c, M rows of <see cref="Coefficients"/>.</summary>
        public T* Matrix => _matrix.Pointer;

        /// <summary>Cᵀ/N_c, <see cref="Coefficients"/> rows of <see cref="PaddedWidth"/>.</summary>
        public T* Transposed => _transposed.Pointer;

        /// <summary>C/N_c by piece, <see cref="PaddedWidth"/> rows of 16 each; only for inference.</summary>
        public T* ByPiece => _byPiece.Pointer;

        /// <summary>Gradient by C/N_c.</summary>
        public T* Gradient => _gradient.Pointer;

        /// <summary>First column of a neighbour type.</summary>
        public int Offset(int type) => _offset[type];

        /// <summary>Whether neighbours of a type have an embedding.</summary>
        public bool Embeds(int type) => _networks[type] is not null;

        /// <summary>The piece of s̃, counted through all neighbour types, the place x in it, −1…1, and dx/ds̃.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Locate(int type, T s, out T x, out T slope)
        {
            // A value beyond the last piece is NaN, since the caller has looked at the range: whatever it is multiplied with shows it.
            var piece = Math.Max(0, Trees[type].Locate(double.CreateTruncating(s), out var place, out var derivative));
            x = T.CreateTruncating(place);
            slope = T.CreateTruncating(derivative);
            return (_offset[type] / Order) + piece;
        }

        /// <summary>Lays pieces over the range of s̃ of every network.</summary>
        public bool Lay(ReadOnlySpan<double> upper)
        {
            Coefficients = 0;
            for (var t = 0; t < _networks.Length; t++)
            {
                _offset[t] = Coefficients;
                if (_networks[t] is null)
                    continue;
                if (!Trees[t].Lay(UpperEnd(t, upper), _training ? MaxPiecesInTraining : MaxPieces))
                    return false;
                Coefficients += Trees[t].Count * Order;
            }

            _matrix.EnsureLength(Width * Coefficients);
            _transposed.EnsureLength(Coefficients * PaddedWidth);
            if (!_training)
                _byPiece.EnsureLength(Coefficients * PaddedWidth);
            return true;
        }

        /// <summary>(4.1) for all networks.</summary>
        public void Expand(T* values, T* toCoefficients)
        {
            for (var t = 0; t < _networks.Length; t++)
            {
                if (_networks[t] is not { } network)
                    continue;
                var (columns, tree) = (_columns[t]!, Trees[t]);
                columns.Resize(tree.Count * Order);
                var input = columns.Input(0);
                for (var p = 0; p < tree.Count * Order; p++)
                    input[p] = T.CreateTruncating(tree.PointOf(p / Order, Points[p % Order]));
                network.Forward(values, columns, 0, tree.Count * Order);
                var y = columns.Output(network.LayerCount - 1);
                for (var q = 0; q < tree.Count; q++)
                {
                    MatrixProduct.Multiply(
                        Width, Order, Order, y + (q * Order), columns.Stride, 1, toCoefficients, Order, Matrix + _offset[t] + (q * Order), Coefficients, accumulate: false);
                }
            }

            var scale = T.One / T.CreateTruncating(_settings.SlotCount);
            for (var k = 0; k < Width * Coefficients; k++)
                Matrix[k] *= scale;
            Transpose.Copy(Matrix, Coefficients, Width, Coefficients, Transposed, PaddedWidth);
            for (var k = 0; k < (_training ? 0 : Coefficients); k += Order)
            {
                for (var m = 0; m < Width; m++)
                    new Span<T>(Matrix + ((nint)m * Coefficients) + k, Order).CopyTo(new Span<T>(ByPiece + ((nint)k * PaddedWidth) + (m * Order), Order));
            }
        }

        /// <summary>Halves the pieces whose last coefficients are too large; returns whether there were any.</summary>
        /// <param name="tolerance">Allowed, relative to the network's largest coefficient.</param>
        /// <param name="roundingLimit">Below this a piece is halved once more at most: what does not fall then is rounding.</param>
        public bool Refine(double tolerance, double roundingLimit)
        {
            var halved = false;
            HasKink = false;
            for (var t = 0; t < _networks.Length; t++)
            {
                if (_networks[t] is null)
                    continue;
                var tree = Trees[t];
                // The scale is that of the lowest pieces, which are always there, so that it does not change with the range.
                var scale = LargestCoefficient(t, tree.CountOfFirstBase);
                for (var q = tree.Count - 1; q >= 0; q--)
                {
                    var tail = LastCoefficient(_offset[t] + (q * Order)) / scale;
                    var resolved = tail <= roundingLimit * tree.Strictness(q);
                    var canHalve = tree.CanHalve(q, resolved);
                    HasKink |= !resolved && !canHalve;
                    if (tail > tolerance && canHalve)
                    {
                        tree.Halve(q, last: resolved);
                        halved = true;
                    }
                }
            }

            return halved && !HasKink;
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
                var points = Trees[t].Count * Order;
                for (var q = 0; q < Trees[t].Count; q++)
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
            _byPiece.Dispose();
            _gradient.Dispose();
        }

        /// <summary>
        /// s = 0, an empty slot or a neighbour at the cutoff, is the lowest value there is; a little to spare, because rows
        /// in float32 may be rounded past it.
        /// </summary>
        private double LowerEnd(int type)
        {
            var low = double.MaxValue;
            for (var centre = FirstCentre; centre < EndCentre; centre++)
                low = Math.Min(low, _settings.CutoffRow(centre, type, 0));
            return low - (1e-5 * (Math.Abs(low) + 1));
        }

        private double UpperEnd(int type, ReadOnlySpan<double> upper)
        {
            var high = double.MinValue;
            for (var centre = FirstCentre; centre < EndCentre; centre++)
                high = Math.Max(high, Math.Max(_settings.CutoffRow(centre, type, 0), upper[(centre * _settings.TypeCount) + type]));
            return high + (1e-5 * (Math.Abs(high) + 1));
        }

        private double LastCoefficient(int column)
        {
            var tail = T.Zero;
            for (var m = 0; m < Width; m++)
            {
                var last = Matrix + ((nint)m * Coefficients) + column + Order;
                tail = T.Max(tail, T.Max(T.Abs(last[-1]), T.Abs(last[-2])));
            }

            return double.CreateTruncating(tail);
        }

        private double LargestCoefficient(int type, int pieces)
        {
            var largest = T.Zero;
            for (var m = 0; m < Width; m++)
            {
                var row = Matrix + ((nint)m * Coefficients) + _offset[type];
                for (var q = 0; q < pieces * Order; q += Order)
                    largest = T.Max(largest, T.Max(T.Abs(row[q]), T.Abs(row[q + 1])));
            }

            return Math.Max(double.CreateTruncating(largest), double.Epsilon);
        }
    }
}
