using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Meniscus.Numerics;

/// <summary>
/// The discrete Fourier transform X_k = Σ_n x_n e^(−2πikn/N) of eight complex sequences at once, N a product of 2, 3 and 5.
/// Stockham's self-sorting form with radices 4, 2, 3 and 5: W. T. Cochran et al., Proc. IEEE 55, 1664 (1967); the radix-3
/// and radix-5 steps as in C. Temperton, J. Comput. Phys. 52, 1 (1983). One sequence per lane, real and imaginary parts
/// apart, so that every operation is one of whole vectors and no lane has to change its place; where vectors of eight are not in
/// hardware, the eight sequences are two times four.
/// </summary>
internal sealed unsafe class FastFourierTransform : IDisposable
{
    /// <summary>Sequences per call.</summary>
    public const int Lanes = 8;

    private readonly int[] _radices;
    private readonly NativeBuffer<double> _twiddles;

    /// <summary>Plans transforms of a length.</summary>
    /// <param name="length">N, at least 1, without prime factors other than 2, 3 and 5.</param>
    public FastFourierTransform(int length)
    {
        if (!IsGoodLength(length))
            throw new ArgumentOutOfRangeException(nameof(length), length, "expected a product of 2, 3 and 5");
        Length = length;
        _radices = Factor(length);
        _twiddles = MakeTwiddles();
    }

    /// <summary>N.</summary>
    public int Length { get; }

    /// <summary>Whether a number has no prime factors other than 2, 3 and 5.</summary>
    public static bool IsGoodLength(int length)
    {
        if (length < 1)
            return false;
        foreach (var prime in (ReadOnlySpan<int>)[2, 3, 5])
        {
            while (length % prime == 0)
                length /= prime;
        }

        return length == 1;
    }

    /// <summary>
    /// Transforms eight sequences. The inverse, without the factor 1/N, is the same with real and imaginary parts exchanged
    /// in all arguments.
    /// </summary>
    /// <param name="real">Real parts, N rows of eight; destroyed or result.</param>
    /// <param name="imaginary">Imaginary parts.</param>
    /// <param name="otherReal">Room for as many.</param>
    /// <param name="otherImaginary">Room for as many.</param>
    /// <returns>Whether the result is in the other arrays.</returns>
    public bool Forward(double* real, double* imaginary, double* otherReal, double* otherImaginary)
    {
        var (n, stride) = (Length, 1);
        var twiddle = _twiddles.Pointer;
        var inOther = false;
        foreach (var radix in _radices)
        {
            var pass = new Pass
            {
                FromReal = inOther ? otherReal : real,
                FromImaginary = inOther ? otherImaginary : imaginary,
                ToReal = inOther ? real : otherReal,
                ToImaginary = inOther ? imaginary : otherImaginary,
                Groups = n / radix,
                Stride = stride,
                Twiddles = twiddle,
            };
            if (Vector512.IsHardwareAccelerated)
                Run<Complex8>(radix, pass);
            else
                Run<Complex4>(radix, pass);

            twiddle += 2 * (radix - 1) * (n / radix);
            n /= radix;
            stride *= radix;
            inOther = !inOther;
        }

        return inOther;
    }

    /// <inheritdoc/>
    public void Dispose() => _twiddles.Dispose();

    private static int[] Factor(int length)
    {
        var radices = new List<int>();
        foreach (var radix in (ReadOnlySpan<int>)[5, 3, 4, 2])
        {
            for (; length % radix == 0; length /= radix)
                radices.Add(radix);
        }

        return [.. radices];
    }

    /// <summary>For each pass and p, e^(−2πipj/n) for j = 1 … radix − 1.</summary>
    private NativeBuffer<double> MakeTwiddles()
    {
        var all = new List<double>();
        var n = Length;
        foreach (var radix in _radices)
        {
            for (var p = 0; p < n / radix; p++)
            {
                for (var j = 1; j < radix; j++)
                {
                    var (sin, cos) = Math.SinCos(-2 * Math.PI * (p * j % n) / n);
                    all.AddRange([cos, sin]);
                }
            }

            n /= radix;
        }

        var buffer = new NativeBuffer<double>(all.Count);
        all.ToArray().CopyTo(buffer.Span);
        return buffer;
    }

    private static void Run<T>(int radix, in Pass pass)
        where T : struct, IComplexLanes<T>
    {
        switch (radix)
        {
            case 2: Radix2<T>(pass); break;
            case 3: Radix3<T>(pass); break;
            case 4: Radix4<T>(pass); break;
            default: Radix5<T>(pass); break;
        }
    }

    private static void Radix2<T>(in Pass pass)
        where T : struct, IComplexLanes<T>
    {
        var apart = pass.Apart;
        for (var p = 0; p < pass.Groups; p++)
        {
            var w = T.Broadcast(pass.Twiddles + (2 * p));
            for (var q = 0; q < Lanes * pass.Stride; q += T.Width)
            {
                var from = q + (Lanes * pass.Stride * p);
                var to = q + (2 * Lanes * pass.Stride * p);
                var a = pass.Load<T>(from);
                var b = pass.Load<T>(from + apart);
                pass.Store(to, a + b);
                pass.Store(to + (Lanes * pass.Stride), (a - b) * w);
            }
        }
    }

    private static void Radix3<T>(in Pass pass)
        where T : struct, IComplexLanes<T>
    {
        var apart = pass.Apart;
        var step = Lanes * pass.Stride;
        var (half, sine) = (T.Scale(0.5), T.Scale(0.5 * Math.Sqrt(3)));
        for (var p = 0; p < pass.Groups; p++)
        {
            var w1 = T.Broadcast(pass.Twiddles + (4 * p));
            var w2 = T.Broadcast(pass.Twiddles + (4 * p) + 2);
            for (var q = 0; q < Lanes * pass.Stride; q += T.Width)
            {
                var from = q + (Lanes * pass.Stride * p);
                var to = q + (3 * Lanes * pass.Stride * p);
                var a = pass.Load<T>(from);
                var b = pass.Load<T>(from + apart);
                var c = pass.Load<T>(from + (2 * apart));
                var sum = b + c;
                var middle = a - sum.Times(half);
                var turned = (b - c).Times(sine).TimesMinusI();
                pass.Store(to, a + sum);
                pass.Store(to + step, (middle + turned) * w1);
                pass.Store(to + (2 * step), (middle - turned) * w2);
            }
        }
    }

    private static void Radix4<T>(in Pass pass)
        where T : struct, IComplexLanes<T>
    {
        var apart = pass.Apart;
        var step = Lanes * pass.Stride;
        for (var p = 0; p < pass.Groups; p++)
        {
            var w1 = T.Broadcast(pass.Twiddles + (6 * p));
            var w2 = T.Broadcast(pass.Twiddles + (6 * p) + 2);
            var w3 = T.Broadcast(pass.Twiddles + (6 * p) + 4);
            for (var q = 0; q < Lanes * pass.Stride; q += T.Width)
            {
                var from = q + (Lanes * pass.Stride * p);
                var to = q + (4 * Lanes * pass.Stride * p);
                var a = pass.Load<T>(from);
                var b = pass.Load<T>(from + apart);
                var c = pass.Load<T>(from + (2 * apart));
                var d = pass.Load<T>(from + (3 * apart));
                var (ac, ca) = (a + c, a - c);
                var (bd, db) = (b + d, (b - d).TimesMinusI());
                pass.Store(to, ac + bd);
                pass.Store(to + step, (ca + db) * w1);
                pass.Store(to + (2 * step), (ac - bd) * w2);
                pass.Store(to + (3 * step), (ca - db) * w3);
            }
        }
    }

    private static void Radix5<T>(in Pass pass)
        where T : struct, IComplexLanes<T>
    {
        var apart = pass.Apart;
        var step = Lanes * pass.Stride;
        var (cos1, cos2) = (T.Scale(Math.Cos(0.4 * Math.PI)), T.Scale(Math.Cos(0.8 * Math.PI)));
        var (sin1, sin2) = (T.Scale(Math.Sin(0.4 * Math.PI)), T.Scale(Math.Sin(0.8 * Math.PI)));
        for (var p = 0; p < pass.Groups; p++)
        {
            var twiddle = pass.Twiddles + (8 * p);
            for (var q = 0; q < Lanes * pass.Stride; q += T.Width)
            {
                var from = q + (Lanes * pass.Stride * p);
                var to = q + (5 * Lanes * pass.Stride * p);
                var a = pass.Load<T>(from);
                var b = pass.Load<T>(from + apart);
                var c = pass.Load<T>(from + (2 * apart));
                var d = pass.Load<T>(from + (3 * apart));
                var e = pass.Load<T>(from + (4 * apart));
                var (be, eb) = (b + e, b - e);
                var (cd, dc) = (c + d, c - d);
                var even1 = a + be.Times(cos1) + cd.Times(cos2);
                var even2 = a + be.Times(cos2) + cd.Times(cos1);
                var odd1 = (eb.Times(sin1) + dc.Times(sin2)).TimesMinusI();
                var odd2 = (eb.Times(sin2) - dc.Times(sin1)).TimesMinusI();
                pass.Store(to, a + be + cd);
                pass.Store(to + step, (even1 + odd1) * T.Broadcast(twiddle));
                pass.Store(to + (2 * step), (even2 + odd2) * T.Broadcast(twiddle + 2));
                pass.Store(to + (3 * step), (even2 - odd2) * T.Broadcast(twiddle + 4));
                pass.Store(to + (4 * step), (even1 - odd1) * T.Broadcast(twiddle + 6));
            }
        }
    }

    /// <summary>One pass: y[q + s(rp + j)] = w^(pj) Σ_k x[q + s(p + km)] e^(−2πijk/r), with m groups p and stride s.</summary>
    private struct Pass
    {
        public double* FromReal;
        public double* FromImaginary;
        public double* ToReal;
        public double* ToImaginary;
        public double* Twiddles;
        public int Groups;
        public int Stride;

        /// <summary>Distance between the inputs of a butterfly, in doubles.</summary>
        public readonly int Apart => Lanes * Stride * Groups;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly T Load<T>(int at)
            where T : struct, IComplexLanes<T> => T.Load(FromReal + at, FromImaginary + at);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store<T>(int at, T value)
            where T : struct, IComplexLanes<T> => value.Store(ToReal + at, ToImaginary + at);
    }

    /// <summary>As many complex numbers as a vector has lanes.</summary>
    private interface IComplexLanes<T>
        where T : struct, IComplexLanes<T>
    {
        static abstract int Width { get; }

        static abstract T Load(double* real, double* imaginary);

        static abstract T Broadcast(double* value);

        /// <summary>A real number, for <see cref="Times"/>.</summary>
        static abstract T Scale(double value);

        static abstract T operator +(T a, T b);

        static abstract T operator -(T a, T b);

        static abstract T operator *(T a, T b);

        T Times(T scale);

        T TimesMinusI();

        void Store(double* real, double* imaginary);
    }

    /// <summary>Eight complex numbers.</summary>
    private readonly struct Complex8(Vector512<double> real, Vector512<double> imaginary) : IComplexLanes<Complex8>
    {
        private readonly Vector512<double> _real = real;
        private readonly Vector512<double> _imaginary = imaginary;

        public static int Width => Vector512<double>.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex8 Load(double* real, double* imaginary) => new(Vector512.Load(real), Vector512.Load(imaginary));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex8 Broadcast(double* value) => new(Vector512.Create(value[0]), Vector512.Create(value[1]));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex8 Scale(double value) => new(Vector512.Create(value), default);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex8 operator +(Complex8 a, Complex8 b) => new(a._real + b._real, a._imaginary + b._imaginary);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex8 operator -(Complex8 a, Complex8 b) => new(a._real - b._real, a._imaginary - b._imaginary);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex8 operator *(Complex8 a, Complex8 b) => new(
            Vector512.FusedMultiplyAdd(a._real, b._real, -(a._imaginary * b._imaginary)),
            Vector512.FusedMultiplyAdd(a._real, b._imaginary, a._imaginary * b._real));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Complex8 Times(Complex8 scale) => new(_real * scale._real, _imaginary * scale._real);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Complex8 TimesMinusI() => new(_imaginary, -_real);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(double* real, double* imaginary)
        {
            _real.Store(real);
            _imaginary.Store(imaginary);
        }
    }

    /// <summary>Four complex numbers.</summary>
    private readonly struct Complex4(Vector256<double> real, Vector256<double> imaginary) : IComplexLanes<Complex4>
    {
        private readonly Vector256<double> _real = real;
        private readonly Vector256<double> _imaginary = imaginary;

        public static int Width => Vector256<double>.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex4 Load(double* real, double* imaginary) => new(Vector256.Load(real), Vector256.Load(imaginary));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex4 Broadcast(double* value) => new(Vector256.Create(value[0]), Vector256.Create(value[1]));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex4 Scale(double value) => new(Vector256.Create(value), default);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex4 operator +(Complex4 a, Complex4 b) => new(a._real + b._real, a._imaginary + b._imaginary);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex4 operator -(Complex4 a, Complex4 b) => new(a._real - b._real, a._imaginary - b._imaginary);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Complex4 operator *(Complex4 a, Complex4 b) => new(
            Vector256.FusedMultiplyAdd(a._real, b._real, -(a._imaginary * b._imaginary)),
            Vector256.FusedMultiplyAdd(a._real, b._imaginary, a._imaginary * b._real));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Complex4 Times(Complex4 scale) => new(_real * scale._real, _imaginary * scale._real);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Complex4 TimesMinusI() => new(_imaginary, -_real);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(double* real, double* imaginary)
        {
            _real.Store(real);
            _imaginary.Store(imaginary);
        }
    }
}
