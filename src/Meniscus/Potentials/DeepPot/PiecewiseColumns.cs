using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The embedding step through <see cref="ChebyshevEmbedding{T}"/> for energies and forces, with only the pieces that hold
/// neighbours (docs/theory.md, 4.7): a trained network can need a hundred pieces, of which the neighbours of one atom lie
/// in some thirty.
/// <code>
/// A_c = Σ_q Bᵠ_c C_q,   Bᵠ_kc = Σ_{j in q} T_k(x_j) R̃_jc       q: pieces with neighbours of this centre
/// B̄ᵠ_c = C_q Ā_c,       R̄_jc = Σ_k B̄ᵠ_kc T_k(x_j) + …          as in (4.3)
/// </code>
/// The neighbours of all centres are sorted by piece, so that the coefficients of a piece stay in the first-level cache;
/// those of one centre and piece follow each other, and their moments never leave it. A centre's sums run over its pieces in
/// order, and in a piece over its neighbours as listed, whichever centres are computed with it.
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class PiecewiseColumns<T> : EmbeddingColumns<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Order = ChebyshevBasis.Order;

    /// <summary>Moments of one centre and piece.</summary>
    private const int MomentCount = 4 * Order;

    /// <summary>So many neighbours of a centre in a piece are cheaper one by one: 16 + 4 multiply-adds per m each, where moments take 64.</summary>
    private const int MaxSingles = 2;

    private readonly DescriptorSettings _settings;
    private readonly EnvironmentMatrix<T> _environment;
    private readonly ChebyshevEmbedding<T>.Group _group;
    private readonly NativeBuffer<Neighbor> _sorted = new(0);
    private readonly NativeBuffer<T> _place = new(0);
    private readonly NativeBuffer<T> _slope = new(0);
    private readonly NativeBuffer<int> _piece = new(0);
    private readonly NativeBuffer<int> _end = new(0);
    private readonly NativeBuffer<T> _a = new(0);
    private readonly NativeBuffer<T> _padding;
    private readonly int _padded;
    private readonly int _vectorized;
    private int _stride;

    /// <summary>Creates the step for the centres of an environment.</summary>
    public PiecewiseColumns(DescriptorSettings settings, EnvironmentMatrix<T> environment, ChebyshevEmbedding<T> embedding)
    {
        _settings = settings;
        _environment = environment;
        _group = embedding.GroupOf(environment.CentreType);
        _padded = _group.PaddedWidth;
        _vectorized = (_group.Width + Vector512<T>.Count - 1) / Vector512<T>.Count * Vector512<T>.Count;
        _padding = new NativeBuffer<T>(settings.TypeCount * 4 * _padded);
    }

    private int PieceCount => _group.Coefficients / Order;

    /// <inheritdoc/>
    public override void Resize(int stride)
    {
        _stride = stride;
        var types = _settings.TypeCount;
        var pairs = _environment.Count == 0 ? 0 : _environment.Segment[(_environment.Count * (types + 1)) - 1];
        _sorted.EnsureLength(pairs);
        _place.EnsureLength(pairs);
        _piece.EnsureLength(pairs);
        _end.EnsureLength(PieceCount + 1);
        _slope.EnsureLength(PieceCount);
        _a.EnsureLength(4 * stride * _padded);
        MakePadding();
    }

    /// <inheritdoc/>
    public override void Forward(T* values, int first, int count, T* a)
    {
        var end = Math.Min(first + count, _environment.Count);
        SortByPiece(first, end);
        StartWithPadding(first, end);
        new Span<T>(Centre(Math.Max(first, end)), (first + count - Math.Max(first, end)) * 4 * _padded).Clear();
        var moments = stackalloc T[MomentCount];
        for (var q = 0; q < PieceCount; q++)
        {
            var coefficients = _group.Transposed + ((nint)q * Order * _padded);
            for (int p = Begin(q), next; p < _end.Pointer[q]; p = next)
            {
                var target = Centre(_sorted.Pointer[p].Centre);
                next = EndOfCentre(p, _end.Pointer[q]);
                if (next - p > MaxSingles)
                {
                    Moments(p, next, moments);
                    AddProduct(moments, coefficients, target);
                    continue;
                }

                for (var single = p; single < next; single++)
                    AddSingle(_sorted.Pointer + single, coefficients, target);
            }
        }

        for (var c = 0; c < 4; c++)
            Transpose.Copy(Centre(first) + (c * _padded), 4 * _padded, count, _group.Width, a + ((nint)c * _stride) + first, 4 * _stride);
    }

    /// <inheritdoc/>
    public override void Backward(T* values, int first, int count, T* aBar)
    {
        for (var c = 0; c < 4; c++)
            Transpose.Copy(aBar + ((nint)c * _stride) + first, 4 * _stride, _group.Width, count, Centre(first) + (c * _padded), 4 * _padded);
        var moments = stackalloc T[MomentCount];
        for (var q = 0; q < PieceCount; q++)
        {
            var coefficients = _group.ByPiece + ((nint)q * Order * _padded);
            var slope = _slope.Pointer[q];
            for (var p = Begin(q); p < _end.Pointer[q];)
            {
                var next = EndOfCentre(p, _end.Pointer[q]);
                MomentAdjoints(Centre(_sorted.Pointer[p].Centre), coefficients, moments);
                for (; p < next; p++)
                    RowAdjoint(_sorted.Pointer + p, slope, moments);
            }
        }
    }

    /// <inheritdoc/>
    public override void Tangent(T* values, int first, int count, T* aDot) => throw OnlyInference();

    /// <inheritdoc/>
    public override void Reverse(T* values, int first, int count, T* aBar, T* aBar2) => throw OnlyInference();

    /// <inheritdoc/>
    public override void AccumulateGradient(T* gradient, T* aBar, T* aBar2, int part, int parts) => throw OnlyInference();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _sorted.Dispose();
        _place.Dispose();
        _slope.Dispose();
        _piece.Dispose();
        _end.Dispose();
        _a.Dispose();
        _padding.Dispose();
    }

    private static NotSupportedException OnlyInference() => new("training goes through all pieces");

    /// <summary>A of one centre, or its adjoint: four rows of <see cref="_padded"/>.</summary>
    private T* Centre(int centre) => _a.Pointer + ((nint)centre * 4 * _padded);

    private int Begin(int piece) => piece == 0 ? 0 : _end.Pointer[piece - 1];

    /// <summary>Where the neighbours of the centre of neighbour <paramref name="p"/> end in its piece.</summary>
    private int EndOfCentre(int p, int end)
    {
        var centre = _sorted.Pointer[p].Centre;
        do
            p++;
        while (p < end && _sorted.Pointer[p].Centre == centre);
        return p;
    }

    /// <summary>G R̃ᵀ/N_c of one empty slot per neighbour type, the same for every centre.</summary>
    private void MakePadding()
    {
        var basis = stackalloc T[Order];
        for (var t = 0; t < _settings.TypeCount; t++)
        {
            if (!_group.Embeds(t))
                continue;
            var q = _group.Locate(t, T.CreateTruncating(_settings.PaddingRow(_environment.CentreType, t, 0)), out var x, out _);
            ChebyshevBasis.Values(x, basis);
            var coefficients = _group.Transposed + ((nint)q * Order * _padded);
            for (var m = 0; m < _group.Width; m++)
            {
                var g = T.Zero;
                for (var k = 0; k < Order; k++)
                    g += basis[k] * coefficients[(k * _padded) + m];
                for (var c = 0; c < 4; c++)
                    _padding.Pointer[(((t * 4) + c) * _padded) + m] = g * T.CreateTruncating(_settings.PaddingRow(_environment.CentreType, t, c));
            }
        }
    }

    private void StartWithPadding(int first, int end)
    {
        var types = _settings.TypeCount;
        for (var i = first; i < end; i++)
        {
            var target = Centre(i);
            new Span<T>(target, 4 * _padded).Clear();
            for (var t = 0; t < types; t++)
            {
                if (!_group.Embeds(t))
                    continue;
                var empty = Vector512.Create(T.CreateTruncating(_settings.Sel[t] - _environment.Filled[(i * types) + t]));
                var source = _padding.Pointer + (t * 4 * _padded);
                for (var m = 0; m < 4 * _padded; m += Vector512<T>.Count)
                    (Vector512.Load(target + m) + (empty * Vector512.Load(source + m))).Store(target + m);
            }
        }
    }

    /// <summary>A counting sort, which keeps the order of centres, and of the neighbours of a centre, within a piece.</summary>
    private void SortByPiece(int first, int end)
    {
        var types = _settings.TypeCount;
        var next = _end.Pointer;
        new Span<int>(next, PieceCount + 1).Clear();
        for (var i = first; i < end; i++)
        {
            var segment = _environment.Segment + (i * (types + 1));
            for (var t = 0; t < types; t++)
            {
                for (var p = segment[t]; p < segment[t + 1]; p++)
                {
                    var q = _group.Locate(t, _environment.Row(0)[p], out _place.Pointer[p], out var slope);
                    _slope.Pointer[q] = slope;
                    _piece.Pointer[p] = q;
                    next[q + 1]++;
                }
            }
        }

        for (var q = 0; q < PieceCount; q++)
            next[q + 1] += next[q];
        for (var i = first; i < end; i++)
        {
            var segment = _environment.Segment + (i * (types + 1));
            for (var p = segment[0]; p < segment[types]; p++)
            {
                ref var neighbor = ref _sorted.Pointer[next[_piece.Pointer[p]]++];
                neighbor.X = _place.Pointer[p];
                neighbor.R0 = _environment.Row(0)[p];
                neighbor.R1 = _environment.Row(1)[p];
                neighbor.R2 = _environment.Row(2)[p];
                neighbor.R3 = _environment.Row(3)[p];
                neighbor.Pair = p;
                neighbor.Centre = i;
            }
        }
    }

    /// <summary>The moments of the neighbours of one centre in one piece, four rows of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Moments(int p, int end, T* moments)
    {
        var basis = stackalloc T[Order];
        var upper = Order - Vector512<T>.Count;
        Vector512<T> low0 = default, low1 = default, low2 = default, low3 = default;
        Vector512<T> high0 = default, high1 = default, high2 = default, high3 = default;
        for (; p < end; p++)
        {
            var neighbor = _sorted.Pointer + p;
            ChebyshevBasis.Values(neighbor->X, basis);
            var (r0, r1) = (Vector512.Create(neighbor->R0), Vector512.Create(neighbor->R1));
            var (r2, r3) = (Vector512.Create(neighbor->R2), Vector512.Create(neighbor->R3));
            var low = Vector512.Load(basis);
            low0 = MultiplyAdd(r0, low, low0);
            low1 = MultiplyAdd(r1, low, low1);
            low2 = MultiplyAdd(r2, low, low2);
            low3 = MultiplyAdd(r3, low, low3);
            if (Vector512<T>.Count == Order)
                continue;
            var high = Vector512.Load(basis + upper);
            high0 = MultiplyAdd(r0, high, high0);
            high1 = MultiplyAdd(r1, high, high1);
            high2 = MultiplyAdd(r2, high, high2);
            high3 = MultiplyAdd(r3, high, high3);
        }

        if (Vector512<T>.Count < Order)
        {
            high0.Store(moments + upper);
            high1.Store(moments + Order + upper);
            high2.Store(moments + (2 * Order) + upper);
            high3.Store(moments + (3 * Order) + upper);
        }

        low0.Store(moments);
        low1.Store(moments + Order);
        low2.Store(moments + (2 * Order));
        low3.Store(moments + (3 * Order));
    }

    /// <summary>A_c += G(s̃) R̃_c for one neighbour.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddSingle(Neighbor* neighbor, T* coefficients, T* target)
    {
        var basis = stackalloc T[Order];
        ChebyshevBasis.Values(neighbor->X, basis);
        var w = Vector512<T>.Count;
        var m = 0;
        // Even and odd k are summed apart: chains of 16 multiply-adds would be waited for.
        for (; m + (4 * w) <= _vectorized && Vector512.IsHardwareAccelerated; m += 4 * w)
        {
            Vector512<T> even0 = default, even1 = default, even2 = default, even3 = default;
            Vector512<T> odd0 = default, odd1 = default, odd2 = default, odd3 = default;
            var c = coefficients + m;
            for (var k = 0; k < Order; k += 2, c += 2 * _padded)
            {
                var factor = Vector512.Create(basis[k]);
                even0 = MultiplyAdd(factor, Vector512.Load(c), even0);
                even1 = MultiplyAdd(factor, Vector512.Load(c + w), even1);
                even2 = MultiplyAdd(factor, Vector512.Load(c + (2 * w)), even2);
                even3 = MultiplyAdd(factor, Vector512.Load(c + (3 * w)), even3);
                var d = c + _padded;
                factor = Vector512.Create(basis[k + 1]);
                odd0 = MultiplyAdd(factor, Vector512.Load(d), odd0);
                odd1 = MultiplyAdd(factor, Vector512.Load(d + w), odd1);
                odd2 = MultiplyAdd(factor, Vector512.Load(d + (2 * w)), odd2);
                odd3 = MultiplyAdd(factor, Vector512.Load(d + (3 * w)), odd3);
            }

            AddRows(neighbor, even0 + odd0, target + m);
            AddRows(neighbor, even1 + odd1, target + m + w);
            AddRows(neighbor, even2 + odd2, target + m + (2 * w));
            AddRows(neighbor, even3 + odd3, target + m + (3 * w));
        }

        for (; m < _vectorized; m += w)
        {
            Vector512<T> even = default, odd = default;
            var c = coefficients + m;
            for (var k = 0; k < Order; k += 2, c += 2 * _padded)
            {
                even = MultiplyAdd(Vector512.Create(basis[k]), Vector512.Load(c), even);
                odd = MultiplyAdd(Vector512.Create(basis[k + 1]), Vector512.Load(c + _padded), odd);
            }

            AddRows(neighbor, even + odd, target + m);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddRows(Neighbor* neighbor, Vector512<T> g, T* target)
    {
        var row = target + _padded;
        MultiplyAdd(Vector512.Create(neighbor->R0), g, Vector512.Load(target)).Store(target);
        MultiplyAdd(Vector512.Create(neighbor->R1), g, Vector512.Load(row)).Store(row);
        row += _padded;
        MultiplyAdd(Vector512.Create(neighbor->R2), g, Vector512.Load(row)).Store(row);
        row += _padded;
        MultiplyAdd(Vector512.Create(neighbor->R3), g, Vector512.Load(row)).Store(row);
    }

    /// <summary>A_c += Bᵠ_c C_q.</summary>
    private void AddProduct(T* moments, T* coefficients, T* target)
    {
        var m = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; m + (4 * Vector512<T>.Count) <= _vectorized; m += 4 * Vector512<T>.Count)
                AddTile4(moments, coefficients + m, target + m);
        }

        for (; m < _vectorized; m += Vector512<T>.Count)
            AddTile1(moments, coefficients + m, target + m);
    }

    /// <summary>Four rows × four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddTile4(T* b, T* c, T* a)
    {
        var w = Vector512<T>.Count;
        T* a1 = a + _padded, a2 = a1 + _padded, a3 = a2 + _padded;
        var (x00, x01, x02, x03) = (Vector512.Load(a), Vector512.Load(a + w), Vector512.Load(a + (2 * w)), Vector512.Load(a + (3 * w)));
        var (x10, x11, x12, x13) = (Vector512.Load(a1), Vector512.Load(a1 + w), Vector512.Load(a1 + (2 * w)), Vector512.Load(a1 + (3 * w)));
        var (x20, x21, x22, x23) = (Vector512.Load(a2), Vector512.Load(a2 + w), Vector512.Load(a2 + (2 * w)), Vector512.Load(a2 + (3 * w)));
        var (x30, x31, x32, x33) = (Vector512.Load(a3), Vector512.Load(a3 + w), Vector512.Load(a3 + (2 * w)), Vector512.Load(a3 + (3 * w)));
        for (var k = 0; k < Order; k++, b++, c += _padded)
        {
            var (c0, c1, c2, c3) = (Vector512.Load(c), Vector512.Load(c + w), Vector512.Load(c + (2 * w)), Vector512.Load(c + (3 * w)));
            var factor = Vector512.Create(b[0]);
            x00 = MultiplyAdd(factor, c0, x00);
            x01 = MultiplyAdd(factor, c1, x01);
            x02 = MultiplyAdd(factor, c2, x02);
            x03 = MultiplyAdd(factor, c3, x03);
            factor = Vector512.Create(b[Order]);
            x10 = MultiplyAdd(factor, c0, x10);
            x11 = MultiplyAdd(factor, c1, x11);
            x12 = MultiplyAdd(factor, c2, x12);
            x13 = MultiplyAdd(factor, c3, x13);
            factor = Vector512.Create(b[2 * Order]);
            x20 = MultiplyAdd(factor, c0, x20);
            x21 = MultiplyAdd(factor, c1, x21);
            x22 = MultiplyAdd(factor, c2, x22);
            x23 = MultiplyAdd(factor, c3, x23);
            factor = Vector512.Create(b[3 * Order]);
            x30 = MultiplyAdd(factor, c0, x30);
            x31 = MultiplyAdd(factor, c1, x31);
            x32 = MultiplyAdd(factor, c2, x32);
            x33 = MultiplyAdd(factor, c3, x33);
        }

        Store4(a, w, x00, x01, x02, x03);
        Store4(a1, w, x10, x11, x12, x13);
        Store4(a2, w, x20, x21, x22, x23);
        Store4(a3, w, x30, x31, x32, x33);
    }

    /// <summary>Four rows × one vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddTile1(T* b, T* c, T* a)
    {
        T* a1 = a + _padded, a2 = a1 + _padded, a3 = a2 + _padded;
        var (x0, x1, x2, x3) = (Vector512.Load(a), Vector512.Load(a1), Vector512.Load(a2), Vector512.Load(a3));
        for (var k = 0; k < Order; k++, b++, c += _padded)
        {
            var value = Vector512.Load(c);
            x0 = MultiplyAdd(Vector512.Create(b[0]), value, x0);
            x1 = MultiplyAdd(Vector512.Create(b[Order]), value, x1);
            x2 = MultiplyAdd(Vector512.Create(b[2 * Order]), value, x2);
            x3 = MultiplyAdd(Vector512.Create(b[3 * Order]), value, x3);
        }

        x0.Store(a);
        x1.Store(a1);
        x2.Store(a2);
        x3.Store(a3);
    }

    /// <summary>B̄ᵠ_c = C_q Ā_c: two sums side by side, over both halves of the 16 polynomials or over even and odd m.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MomentAdjoints(T* a, T* coefficients, T* moments)
    {
        // A vector holds 8 or 16 polynomials: with 8, the second vector is the upper half; with 16, it is the next m.
        var w = Vector512<T>.Count;
        var step = w == Order ? 2 : 1;
        var odd = step - 1;
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, y0 = default, y1 = default, y2 = default, y3 = default;
        T* a1 = a + _padded, a2 = a1 + _padded, a3 = a2 + _padded;
        for (var m = 0; m < _group.Width; m += step, coefficients += 2 * w)
        {
            var (low, high) = (Vector512.Load(coefficients), Vector512.Load(coefficients + w));
            x0 = MultiplyAdd(Vector512.Create(a[m]), low, x0);
            x1 = MultiplyAdd(Vector512.Create(a1[m]), low, x1);
            x2 = MultiplyAdd(Vector512.Create(a2[m]), low, x2);
            x3 = MultiplyAdd(Vector512.Create(a3[m]), low, x3);
            y0 = MultiplyAdd(Vector512.Create(a[m + odd]), high, y0);
            y1 = MultiplyAdd(Vector512.Create(a1[m + odd]), high, y1);
            y2 = MultiplyAdd(Vector512.Create(a2[m + odd]), high, y2);
            y3 = MultiplyAdd(Vector512.Create(a3[m + odd]), high, y3);
        }

        if (w == Order)
        {
            (x0 + y0).Store(moments);
            (x1 + y1).Store(moments + Order);
            (x2 + y2).Store(moments + (2 * Order));
            (x3 + y3).Store(moments + (3 * Order));
            return;
        }

        x0.Store(moments);
        y0.Store(moments + w);
        x1.Store(moments + Order);
        y1.Store(moments + Order + w);
        x2.Store(moments + (2 * Order));
        y2.Store(moments + (2 * Order) + w);
        x3.Store(moments + (3 * Order));
        y3.Store(moments + (3 * Order) + w);
    }

    /// <summary>R̄_c = Σ_k B̄_kc T_k, and through s̃: R̄_0 += Σ_k (Σ_c B̄_kc R̃_c) T_k′.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RowAdjoint(Neighbor* neighbor, T scale, T* moments)
    {
        var basis = stackalloc T[2 * Order];
        ChebyshevBasis.ValuesAndSlopes(neighbor->X, scale, basis, basis + Order);
        Vector512<T> sum0 = default, sum1 = default, sum2 = default, sum3 = default, along = default;
        var (r0, r1) = (Vector512.Create(neighbor->R0), Vector512.Create(neighbor->R1));
        var (r2, r3) = (Vector512.Create(neighbor->R2), Vector512.Create(neighbor->R3));
        for (var k = 0; k < Order; k += Vector512<T>.Count)
        {
            var polynomial = Vector512.Load(basis + k);
            var (v0, v1) = (Vector512.Load(moments + k), Vector512.Load(moments + Order + k));
            var (v2, v3) = (Vector512.Load(moments + (2 * Order) + k), Vector512.Load(moments + (3 * Order) + k));
            sum0 = MultiplyAdd(v0, polynomial, sum0);
            sum1 = MultiplyAdd(v1, polynomial, sum1);
            sum2 = MultiplyAdd(v2, polynomial, sum2);
            sum3 = MultiplyAdd(v3, polynomial, sum3);
            var inner = MultiplyAdd(v3, r3, MultiplyAdd(v2, r2, MultiplyAdd(v1, r1, v0 * r0)));
            along = MultiplyAdd(inner, Vector512.Load(basis + Order + k), along);
        }

        var p = neighbor->Pair;
        (_environment.RowAdjoint(0)[p], _environment.RowAdjoint(1)[p], _environment.RowAdjoint(2)[p], _environment.RowAdjoint(3)[p]) =
            FourSums.Of(sum0 + along, sum1, sum2, sum3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store4(T* a, int w, Vector512<T> x0, Vector512<T> x1, Vector512<T> x2, Vector512<T> x3)
    {
        x0.Store(a);
        x1.Store(a + w);
        x2.Store(a + (2 * w));
        x3.Store(a + (3 * w));
    }

    /// <summary>x·y + z, rounded once where the processor can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> MultiplyAdd(Vector512<T> x, Vector512<T> y, Vector512<T> z) =>
        typeof(T) == typeof(double)
            ? Vector512.MultiplyAddEstimate(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>()
            : Vector512.MultiplyAddEstimate(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>();

    /// <summary>A neighbour in its piece.</summary>
    private struct Neighbor
    {
        /// <summary>Place in the piece, −1…1.</summary>
        public T X;

        /// <summary>R̃.</summary>
        public T R0;
        public T R1;
        public T R2;
        public T R3;

        /// <summary>The pair in the environment.</summary>
        public int Pair;

        /// <summary>Its centre.</summary>
        public int Centre;
    }
}
