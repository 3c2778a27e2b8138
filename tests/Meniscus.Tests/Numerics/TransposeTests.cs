using Meniscus.Numerics;

namespace Meniscus.Tests.Numerics;

[Trait("Category", "Kernels")]
public sealed unsafe class TransposeTests
{
    [Fact]
    public void Every_element_arrives_and_nothing_else_is_touched()
    {
        var random = new Random(1);
        for (var shape = 0; shape < 100; shape++)
        {
            var (rows, columns) = (random.Next(40), random.Next(40));
            var (sourceStride, targetStride) = (columns + random.Next(4), rows + random.Next(4));
            using var source = new NativeBuffer<double>((rows * sourceStride) + 1);
            using var target = new NativeBuffer<double>((columns * targetStride) + 1);
            for (var k = 0; k < source.Length; k++)
                source.Pointer[k] = k + 1;
            target.Span.Fill(-1);
            Transpose.Copy(source.Pointer, sourceStride, rows, columns, target.Pointer, targetStride);
            for (var j = 0; j < columns; j++)
            {
                for (var i = 0; i < targetStride; i++)
                    Assert.Equal(i < rows ? source.Pointer[(i * sourceStride) + j] : -1, target.Pointer[(j * targetStride) + i]);
            }
        }
    }
}
