using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Meniscus.Numerics;

/// <summary>
/// C = A·B or C += A·B, the one matrix product of the project.
/// <para>
/// B and C are row-major with contiguous rows; A may be strided both ways, so that a matrix and its transpose are read
/// from the same storage without a copy. A tile of 8 rows × 3 vectors of C stays in registers while k runs (24 of the 32
/// registers of AVX-512; 4 × 3 of the 16 of AVX2), which needs 11 loads for 24 multiply-adds: the arithmetic is the
/// bound, not the loads. K and the columns are cut into blocks so that a block of B stays in the second-level cache while
/// the rows of A pass by once: A is the large matrix here, the weights or the descriptors.
/// </para>
/// <para>
/// Every element of C is one chain of fused multiply-adds in the order of k, whatever tile it falls into: results do not
/// depend on how rows and columns are divided among threads.
/// Source of the tiling: K. Goto and R. van de Geijn, ACM TOMS 34, 12 (2008).
/// </para>
/// </summary>
internal static unsafe class MatrixProduct
{
    /// <summary>The number of columns must be a multiple of this: the widest vector of the smallest element type.</summary>
    public const int ColumnAlignment = 16;

    /// <summary>Length of a block of k.</summary>
    private const int DepthBlock = 256;

    /// <summary>Columns of a block: 256 × 240 doubles of B fill half of a second-level cache of 1 MiB.</summary>
    private const int ColumnBlock = 240;

    /// <summary>Rows taken at a time where two products are added: 8 × 240 doubles of C are a third of the first-level cache.</summary>
    private const int RowGroup = 8;

    /// <summary>Rounds a number of columns up to what the product takes.</summary>
    public static int PadColumns(int columns) => (columns + ColumnAlignment - 1) & ~(ColumnAlignment - 1);

    /// <summary>C = A·B or C += A·B.</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C, a multiple of <see cref="ColumnAlignment"/>.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="a">A; element (i, k) is at a[i·rowStrideA + k·columnStrideA].</param>
    /// <param name="rowStrideA">Elements from one row of A to the next.</param>
    /// <param name="columnStrideA">Elements from one column of A to the next.</param>
    /// <param name="b">B, row-major.</param>
    /// <param name="strideB">Elements from one row of B to the next.</param>
    /// <param name="c">C, row-major.</param>
    /// <param name="strideC">Elements from one row of C to the next.</param>
    /// <param name="accumulate">Whether the product is added to C.</param>
    public static void Multiply<T>(
        int rows, int columns, int depth, T* a, int rowStrideA, int columnStrideA, T* b, int strideB, T* c, int strideC, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        MultiplySum(rows, columns, depth, a, null, rowStrideA, columnStrideA, b, null, strideB, c, strideC, accumulate);

    /// <summary>
    /// C = A·B + A′·B′ or C += A·B + A′·B′ with equal shapes and strides: C, the large matrix of a weight gradient, is
    /// passed over once.
    /// </summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C, a multiple of <see cref="ColumnAlignment"/>.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="a">A.</param>
    /// <param name="a2">A′, or null for none.</param>
    /// <param name="rowStrideA">Elements from one row of A to the next.</param>
    /// <param name="columnStrideA">Elements from one column of A to the next.</param>
    /// <param name="b">B.</param>
    /// <param name="b2">B′, or null for none.</param>
    /// <param name="strideB">Elements from one row of B to the next.</param>
    /// <param name="c">C.</param>
    /// <param name="strideC">Elements from one row of C to the next.</param>
    /// <param name="accumulate">Whether the product is added to C.</param>
    public static void MultiplySum<T>(
        int rows, int columns, int depth, T* a, T* a2, int rowStrideA, int columnStrideA, T* b, T* b2, int strideB, T* c, int strideC, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (depth == 0 && !accumulate)
        {
            for (var i = 0; i < rows; i++)
                new Span<T>(c + ((nint)i * strideC), columns).Clear();
        }

        for (var k = 0; k < depth; k += DepthBlock)
        {
            var block = Math.Min(DepthBlock, depth - k);
            var second = a2 == null ? 0 : a2 - a;
            var blockA = a + ((nint)k * columnStrideA);
            var add = accumulate || k > 0;
            for (var j = 0; j < columns; j += ColumnBlock)
            {
                var width = Math.Min(ColumnBlock, columns - j);
                var place = ((nint)k * strideB) + j;
                if (a2 == null)
                {
                    Block(rows, width, block, blockA, rowStrideA, columnStrideA, b + place, strideB, c + j, strideC, add);
                    continue;
                }

                // A few rows at a time: the tile of C that one product leaves is still in the first-level cache.
                for (var i = 0; i < rows; i += RowGroup)
                {
                    var group = Math.Min(RowGroup, rows - i);
                    var (offsetA, offsetC) = ((nint)i * rowStrideA, ((nint)i * strideC) + j);
                    Block(group, width, block, blockA + offsetA, rowStrideA, columnStrideA, b + place, strideB, c + offsetC, strideC, add);
                    Block(group, width, block, blockA + offsetA + second, rowStrideA, columnStrideA, b2 + place, strideB, c + offsetC, strideC, add: true);
                }
            }
        }
    }

    private static void Block<T>(int rows, int columns, int depth, T* a, nint ra, nint ca, T* b, nint sb, T* c, nint sc, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
            Block512(rows, columns, depth, a, ra, ca, b, sb, c, sc, add);
        else if (Vector256.IsHardwareAccelerated)
            Block256(rows, columns, depth, a, ra, ca, b, sb, c, sc, add);
        else
            BlockPlain(rows, columns, depth, a, ra, ca, b, sb, c, sc, add);
    }

    /// <summary>Columns of the next tile, in vectors: three where they fit, and never a lone one after a three.</summary>
    private static int TileVectors(int remaining) => remaining switch
    {
        >= 5 or 3 => 3,
        4 or 2 => 2,
        _ => 1,
    };

    private static void Block512<T>(
        int rows, int columns, int depth, T* a, nint ra, nint ca, T* b, nint sb, T* c, nint sc, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var width = Vector512<T>.Count;
        var i = 0;
        for (; i + 8 <= rows; i += 8)
        {
            var tileA = a + (i * ra);
            for (var j = 0; j < columns;)
            {
                var vectors = TileVectors((columns - j) / width);
                var tileC = c + (i * sc) + j;
                if (vectors == 3)
                    Tile8x3(depth, tileA, ra, ca, b + j, sb, tileC, sc, add);
                else if (vectors == 2)
                    Tile8x2(depth, tileA, ra, ca, b + j, sb, tileC, sc, add);
                else
                    Tile8x1(depth, tileA, ra, ca, b + j, sb, tileC, sc, add);
                j += vectors * width;
            }
        }

        for (; i < rows; i++)
        {
            for (var j = 0; j < columns; j += width)
                Tile1x1(depth, a + (i * ra), ca, b + j, sb, c + (i * sc) + j, add);
        }
    }

    private static void Block256<T>(
        int rows, int columns, int depth, T* a, nint ra, nint ca, T* b, nint sb, T* c, nint sc, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var width = Vector256<T>.Count;
        var i = 0;
        for (; i + 4 <= rows; i += 4)
        {
            var tileA = a + (i * ra);
            for (var j = 0; j < columns;)
            {
                var vectors = TileVectors((columns - j) / width);
                var tileC = c + (i * sc) + j;
                if (vectors == 3)
                {
                    Tile4x3(depth, tileA, ra, ca, b + j, sb, tileC, sc, add);
                }
                else
                {
                    for (var v = 0; v < vectors; v++)
                        Tile4x1(depth, tileA, ra, ca, b + j + (v * width), sb, tileC + (v * width), sc, add);
                }

                j += vectors * width;
            }
        }

        for (; i < rows; i++)
        {
            for (var j = 0; j < columns; j += width)
                Tile1x1Of256(depth, a + (i * ra), ca, b + j, sb, c + (i * sc) + j, add);
        }
    }

    private static void BlockPlain<T>(
        int rows, int columns, int depth, T* a, nint ra, nint ca, T* b, nint sb, T* c, nint sc, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var i = 0; i < rows; i++)
        {
            var row = c + (i * sc);
            if (!add)
                new Span<T>(row, columns).Clear();
            for (var k = 0; k < depth; k++)
            {
                var factor = a[(i * ra) + (k * ca)];
                var line = b + (k * sb);
                for (var j = 0; j < columns; j++)
                    row[j] += factor * line[j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x3<T>(int depth, T* a, nint ra, nint ca, T* b, nint sb, T* c, nint sc, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector512<T> c00, c01, c02, c10, c11, c12, c20, c21, c22, c30, c31, c32;
        Vector512<T> c40, c41, c42, c50, c51, c52, c60, c61, c62, c70, c71, c72;
        c00 = c01 = c02 = c10 = c11 = c12 = c20 = c21 = c22 = c30 = c31 = c32 = Vector512<T>.Zero;
        c40 = c41 = c42 = c50 = c51 = c52 = c60 = c61 = c62 = c70 = c71 = c72 = Vector512<T>.Zero;
        var w = Vector512<T>.Count;
        if (add)
        {
            Load3(c, w, out c00, out c01, out c02);
            Load3(c + sc, w, out c10, out c11, out c12);
            Load3(c + (2 * sc), w, out c20, out c21, out c22);
            Load3(c + (3 * sc), w, out c30, out c31, out c32);
            Load3(c + (4 * sc), w, out c40, out c41, out c42);
            Load3(c + (5 * sc), w, out c50, out c51, out c52);
            Load3(c + (6 * sc), w, out c60, out c61, out c62);
            Load3(c + (7 * sc), w, out c70, out c71, out c72);
        }

        // Two base pointers and the triple stride reach all eight rows with x64's scaled addresses.
        var ra3 = 3 * ra;
        var a4 = a + (4 * ra);
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector512.Load(b);
            var b1 = Vector512.Load(b + w);
            var b2 = Vector512.Load(b + (2 * w));
            var x = Vector512.Create(*a);
            c00 = Fma(x, b0, c00);
            c01 = Fma(x, b1, c01);
            c02 = Fma(x, b2, c02);
            x = Vector512.Create(a[ra]);
            c10 = Fma(x, b0, c10);
            c11 = Fma(x, b1, c11);
            c12 = Fma(x, b2, c12);
            x = Vector512.Create(a[2 * ra]);
            c20 = Fma(x, b0, c20);
            c21 = Fma(x, b1, c21);
            c22 = Fma(x, b2, c22);
            x = Vector512.Create(a[ra3]);
            c30 = Fma(x, b0, c30);
            c31 = Fma(x, b1, c31);
            c32 = Fma(x, b2, c32);
            x = Vector512.Create(*a4);
            c40 = Fma(x, b0, c40);
            c41 = Fma(x, b1, c41);
            c42 = Fma(x, b2, c42);
            x = Vector512.Create(a4[ra]);
            c50 = Fma(x, b0, c50);
            c51 = Fma(x, b1, c51);
            c52 = Fma(x, b2, c52);
            x = Vector512.Create(a4[2 * ra]);
            c60 = Fma(x, b0, c60);
            c61 = Fma(x, b1, c61);
            c62 = Fma(x, b2, c62);
            x = Vector512.Create(a4[ra3]);
            c70 = Fma(x, b0, c70);
            c71 = Fma(x, b1, c71);
            c72 = Fma(x, b2, c72);
            a += ca;
            a4 += ca;
            b += sb;
        }

        Store3(c, w, c00, c01, c02);
        Store3(c + sc, w, c10, c11, c12);
        Store3(c + (2 * sc), w, c20, c21, c22);
        Store3(c + (3 * sc), w, c30, c31, c32);
        Store3(c + (4 * sc), w, c40, c41, c42);
        Store3(c + (5 * sc), w, c50, c51, c52);
        Store3(c + (6 * sc), w, c60, c61, c62);
        Store3(c + (7 * sc), w, c70, c71, c72);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x2<T>(int depth, T* a, nint ra, nint ca, T* b, nint sb, T* c, nint sc, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector512<T> c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51, c60, c61, c70, c71;
        c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = c60 = c61 = c70 = c71 = Vector512<T>.Zero;
        var w = Vector512<T>.Count;
        if (add)
        {
            Load2(c, w, out c00, out c01);
            Load2(c + sc, w, out c10, out c11);
            Load2(c + (2 * sc), w, out c20, out c21);
            Load2(c + (3 * sc), w, out c30, out c31);
            Load2(c + (4 * sc), w, out c40, out c41);
            Load2(c + (5 * sc), w, out c50, out c51);
            Load2(c + (6 * sc), w, out c60, out c61);
            Load2(c + (7 * sc), w, out c70, out c71);
        }

        var ra3 = 3 * ra;
        var a4 = a + (4 * ra);
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector512.Load(b);
            var b1 = Vector512.Load(b + w);
            var x = Vector512.Create(*a);
            c00 = Fma(x, b0, c00);
            c01 = Fma(x, b1, c01);
            x = Vector512.Create(a[ra]);
            c10 = Fma(x, b0, c10);
            c11 = Fma(x, b1, c11);
            x = Vector512.Create(a[2 * ra]);
            c20 = Fma(x, b0, c20);
            c21 = Fma(x, b1, c21);
            x = Vector512.Create(a[ra3]);
            c30 = Fma(x, b0, c30);
            c31 = Fma(x, b1, c31);
            x = Vector512.Create(*a4);
            c40 = Fma(x, b0, c40);
            c41 = Fma(x, b1, c41);
            x = Vector512.Create(a4[ra]);
            c50 = Fma(x, b0, c50);
            c51 = Fma(x, b1, c51);
            x = Vector512.Create(a4[2 * ra]);
            c60 = Fma(x, b0, c60);
            c61 = Fma(x, b1, c61);
            x = Vector512.Create(a4[ra3]);
            c70 = Fma(x, b0, c70);
            c71 = Fma(x, b1, c71);
            a += ca;
            a4 += ca;
            b += sb;
        }

        Store2(c, w, c00, c01);
        Store2(c + sc, w, c10, c11);
        Store2(c + (2 * sc), w, c20, c21);
        Store2(c + (3 * sc), w, c30, c31);
        Store2(c + (4 * sc), w, c40, c41);
        Store2(c + (5 * sc), w, c50, c51);
        Store2(c + (6 * sc), w, c60, c61);
        Store2(c + (7 * sc), w, c70, c71);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x1<T>(int depth, T* a, nint ra, nint ca, T* b, nint sb, T* c, nint sc, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector512<T> c0, c1, c2, c3, c4, c5, c6, c7;
        c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = Vector512<T>.Zero;
        if (add)
        {
            (c0, c1, c2, c3) = (Vector512.Load(c), Vector512.Load(c + sc), Vector512.Load(c + (2 * sc)), Vector512.Load(c + (3 * sc)));
            (c4, c5, c6, c7) = (Vector512.Load(c + (4 * sc)), Vector512.Load(c + (5 * sc)), Vector512.Load(c + (6 * sc)), Vector512.Load(c + (7 * sc)));
        }

        var ra3 = 3 * ra;
        var a4 = a + (4 * ra);
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector512.Load(b);
            c0 = Fma(Vector512.Create(*a), b0, c0);
            c1 = Fma(Vector512.Create(a[ra]), b0, c1);
            c2 = Fma(Vector512.Create(a[2 * ra]), b0, c2);
            c3 = Fma(Vector512.Create(a[ra3]), b0, c3);
            c4 = Fma(Vector512.Create(*a4), b0, c4);
            c5 = Fma(Vector512.Create(a4[ra]), b0, c5);
            c6 = Fma(Vector512.Create(a4[2 * ra]), b0, c6);
            c7 = Fma(Vector512.Create(a4[ra3]), b0, c7);
            a += ca;
            a4 += ca;
            b += sb;
        }

        c0.Store(c);
        c1.Store(c + sc);
        c2.Store(c + (2 * sc));
        c3.Store(c + (3 * sc));
        c4.Store(c + (4 * sc));
        c5.Store(c + (5 * sc));
        c6.Store(c + (6 * sc));
        c7.Store(c + (7 * sc));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile1x1<T>(int depth, T* a, nint ca, T* b, nint sb, T* c, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = add ? Vector512.Load(c) : Vector512<T>.Zero;
        for (var k = 0; k < depth; k++)
            sum = Fma(Vector512.Create(a[k * ca]), Vector512.Load(b + (k * sb)), sum);
        sum.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x3<T>(int depth, T* a, nint ra, nint ca, T* b, nint sb, T* c, nint sc, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> c00, c01, c02, c10, c11, c12, c20, c21, c22, c30, c31, c32;
        c00 = c01 = c02 = c10 = c11 = c12 = c20 = c21 = c22 = c30 = c31 = c32 = Vector256<T>.Zero;
        var w = Vector256<T>.Count;
        if (add)
        {
            (c00, c01, c02) = (Vector256.Load(c), Vector256.Load(c + w), Vector256.Load(c + (2 * w)));
            (c10, c11, c12) = (Vector256.Load(c + sc), Vector256.Load(c + sc + w), Vector256.Load(c + sc + (2 * w)));
            (c20, c21, c22) = (Vector256.Load(c + (2 * sc)), Vector256.Load(c + (2 * sc) + w), Vector256.Load(c + (2 * sc) + (2 * w)));
            (c30, c31, c32) = (Vector256.Load(c + (3 * sc)), Vector256.Load(c + (3 * sc) + w), Vector256.Load(c + (3 * sc) + (2 * w)));
        }

        var ra3 = 3 * ra;
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + w);
            var b2 = Vector256.Load(b + (2 * w));
            var x = Vector256.Create(*a);
            c00 = Fma(x, b0, c00);
            c01 = Fma(x, b1, c01);
            c02 = Fma(x, b2, c02);
            x = Vector256.Create(a[ra]);
            c10 = Fma(x, b0, c10);
            c11 = Fma(x, b1, c11);
            c12 = Fma(x, b2, c12);
            x = Vector256.Create(a[2 * ra]);
            c20 = Fma(x, b0, c20);
            c21 = Fma(x, b1, c21);
            c22 = Fma(x, b2, c22);
            x = Vector256.Create(a[ra3]);
            c30 = Fma(x, b0, c30);
            c31 = Fma(x, b1, c31);
            c32 = Fma(x, b2, c32);
            a += ca;
            b += sb;
        }

        c00.Store(c);
        c01.Store(c + w);
        c02.Store(c + (2 * w));
        c10.Store(c + sc);
        c11.Store(c + sc + w);
        c12.Store(c + sc + (2 * w));
        c20.Store(c + (2 * sc));
        c21.Store(c + (2 * sc) + w);
        c22.Store(c + (2 * sc) + (2 * w));
        c30.Store(c + (3 * sc));
        c31.Store(c + (3 * sc) + w);
        c32.Store(c + (3 * sc) + (2 * w));
    }

    private static void Tile4x1<T>(int depth, T* a, nint ra, nint ca, T* b, nint sb, T* c, nint sc, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector256<T> c0, c1, c2, c3;
        c0 = c1 = c2 = c3 = Vector256<T>.Zero;
        if (add)
            (c0, c1, c2, c3) = (Vector256.Load(c), Vector256.Load(c + sc), Vector256.Load(c + (2 * sc)), Vector256.Load(c + (3 * sc)));
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector256.Load(b + (k * sb));
            var line = a + (k * ca);
            c0 = Fma(Vector256.Create(line[0]), b0, c0);
            c1 = Fma(Vector256.Create(line[ra]), b0, c1);
            c2 = Fma(Vector256.Create(line[2 * ra]), b0, c2);
            c3 = Fma(Vector256.Create(line[3 * ra]), b0, c3);
        }

        c0.Store(c);
        c1.Store(c + sc);
        c2.Store(c + (2 * sc));
        c3.Store(c + (3 * sc));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile1x1Of256<T>(int depth, T* a, nint ca, T* b, nint sb, T* c, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = add ? Vector256.Load(c) : Vector256<T>.Zero;
        for (var k = 0; k < depth; k++)
            sum = Fma(Vector256.Create(a[k * ca]), Vector256.Load(b + (k * sb)), sum);
        sum.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load3<T>(T* c, int w, out Vector512<T> x, out Vector512<T> y, out Vector512<T> z)
        where T : unmanaged
    {
        x = Vector512.Load(c);
        y = Vector512.Load(c + w);
        z = Vector512.Load(c + (2 * w));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store3<T>(T* c, int w, Vector512<T> x, Vector512<T> y, Vector512<T> z)
        where T : unmanaged
    {
        x.Store(c);
        y.Store(c + w);
        z.Store(c + (2 * w));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load2<T>(T* c, int w, out Vector512<T> x, out Vector512<T> y)
        where T : unmanaged
    {
        x = Vector512.Load(c);
        y = Vector512.Load(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store2<T>(T* c, int w, Vector512<T> x, Vector512<T> y)
        where T : unmanaged
    {
        x.Store(c);
        y.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Fma<T>(Vector512<T> x, Vector512<T> y, Vector512<T> z) =>
        typeof(T) == typeof(double)
            ? Vector512.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>()
            : Vector512.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Fma<T>(Vector256<T> x, Vector256<T> y, Vector256<T> z) =>
        typeof(T) == typeof(double)
            ? Vector256.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>()
            : Vector256.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>();
}
