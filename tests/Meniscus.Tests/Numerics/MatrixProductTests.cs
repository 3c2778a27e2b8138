using System.Numerics;
using Meniscus.Numerics;

namespace Meniscus.Tests.Numerics;

/// <summary>C = A·B against the triple loop, over shapes that reach every tile, and the promise that rows may be divided anyhow.</summary>
[Trait("Category", "Kernels")]
public sealed unsafe class MatrixProductTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Doubles_match_the_triple_loop(int seed) => MatchTripleLoop<double>(seed, 2.3e-16);

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Floats_match_the_triple_loop(int seed) => MatchTripleLoop<float>(seed, 1.2e-7);

    [Fact]
    public void Double_results_do_not_depend_on_how_rows_and_columns_are_divided() => DivideAnyhow<double>(5);

    [Fact]
    public void Float_results_do_not_depend_on_how_rows_and_columns_are_divided() => DivideAnyhow<float>(6);

    private static void MatchTripleLoop<T>(int seed, double epsilon)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        for (var shape = 0; shape < 120; shape++)
        {
            using var problem = new Problem<T>(random);
            var before = problem.C.Span.ToArray();
            problem.Multiply(0, problem.Rows, 0, problem.Columns);
            for (var i = 0; i < problem.Rows; i++)
            {
                for (var j = 0; j < problem.StrideC; j++)
                    problem.Check(i, j, before[(i * problem.StrideC) + j], epsilon);
            }
        }
    }

    private static void DivideAnyhow<T>(int seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        for (var shape = 0; shape < 60; shape++)
        {
            using var problem = new Problem<T>(random);
            var before = problem.C.Span.ToArray();
            problem.Multiply(0, problem.Rows, 0, problem.Columns);
            var whole = problem.C.Span.ToArray();
            before.CopyTo(problem.C.Span);
            var row = random.Next(problem.Rows + 1);
            var column = 16 * random.Next((problem.Columns / 16) + 1);
            problem.Multiply(0, row, 0, column);
            problem.Multiply(row, problem.Rows, 0, column);
            problem.Multiply(0, problem.Rows, column, problem.Columns);
            Assert.True(whole.AsSpan().SequenceEqual(problem.C.Span), $"{problem} cut at row {row}, column {column}");
        }
    }

    private sealed class Problem<T> : IDisposable
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly NativeBuffer<T> _a;
        private readonly NativeBuffer<T> _b;
        private readonly int _depth;
        private readonly int _rowStrideA;
        private readonly int _columnStrideA;
        private readonly int _strideB;
        private readonly bool _accumulate;

        public Problem(Random random)
        {
            Rows = random.Next(1, 71);
            Columns = 16 * random.Next(1, 9);
            _depth = random.Next(10) == 0 ? random.Next(2) : random.Next(601);
            _accumulate = random.Next(2) == 0;
            var isTransposed = random.Next(2) == 0;
            _rowStrideA = isTransposed ? 1 : _depth + random.Next(5);
            _columnStrideA = isTransposed ? Rows + random.Next(5) : 1;
            _strideB = Columns + (16 * random.Next(3));
            StrideC = Columns + random.Next(20);
            _a = Fill(random, (Rows * _rowStrideA) + (_depth * _columnStrideA) + 1);
            _b = Fill(random, (_depth * _strideB) + 1);
            C = Fill(random, Rows * StrideC);
        }

        public int Rows { get; }

        public int Columns { get; }

        public int StrideC { get; }

        public NativeBuffer<T> C { get; }

        public void Multiply(int firstRow, int endRow, int firstColumn, int endColumn) => MatrixProduct.Multiply(
            endRow - firstRow, endColumn - firstColumn, _depth, _a.Pointer + (firstRow * _rowStrideA), _rowStrideA, _columnStrideA, _b.Pointer + firstColumn, _strideB, C.Pointer + (firstRow * StrideC) + firstColumn, StrideC, _accumulate);

        /// <summary>One element against the loop; elements beside the columns must be as they were.</summary>
        public void Check(int i, int j, T before, double epsilon)
        {
            var actual = double.CreateTruncating(C.Pointer[(i * StrideC) + j]);
            if (j >= Columns)
            {
                Assert.Equal(double.CreateTruncating(before), actual);
                return;
            }

            var sum = _accumulate ? double.CreateTruncating(before) : 0;
            var size = Math.Abs(sum);
            for (var k = 0; k < _depth; k++)
            {
                var product = double.CreateTruncating(_a.Pointer[(i * _rowStrideA) + (k * _columnStrideA)]) * double.CreateTruncating(_b.Pointer[(k * _strideB) + j]);
                sum += product;
                size += Math.Abs(product);
            }

            Assert.True(Math.Abs(actual - sum) <= (_depth + 1) * epsilon * size, $"{this} at ({i}, {j}): {actual:r}, expected {sum:r}");
        }

        public void Dispose()
        {
            _a.Dispose();
            _b.Dispose();
            C.Dispose();
        }

        public override string ToString() =>
            $"{Rows} × {_depth} (strides {_rowStrideA}, {_columnStrideA}) times {_depth} × {Columns} (stride {_strideB}){(_accumulate ? ", added" : "")}";

        private static NativeBuffer<T> Fill(Random random, int length)
        {
            var buffer = new NativeBuffer<T>(length);
            foreach (ref var x in buffer.Span)
                x = T.CreateTruncating(random.NextDouble() - 0.5);
            return buffer;
        }
    }
}
