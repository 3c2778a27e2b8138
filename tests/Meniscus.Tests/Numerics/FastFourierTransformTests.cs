using Meniscus.Numerics;

namespace Meniscus.Tests.Numerics;

/// <summary>The transform against the sum that defines it, for all lengths that a mesh may have.</summary>
[Trait("Category", "Kernels")]
public sealed unsafe class FastFourierTransformTests
{
    public static TheoryData<int> Lengths { get; } = [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 25, 27, 30, 32, 36, 40, 45, 48, 50, 54, 60, 64, 72, 75, 81, 90, 100, 125, 128, 180];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void It_is_the_discrete_Fourier_transform(int length)
    {
        using var transform = new FastFourierTransform(length);
        using var memory = new NativeBuffer<double>(4 * 8 * length);
        var random = new Random(length);
        double[] real = Numbers(random, 8 * length), imaginary = Numbers(random, 8 * length);
        var (r, i) = Run(transform, memory, real, imaginary);
        for (var k = 0; k < length; k++)
        {
            for (var lane = 0; lane < 8; lane++)
            {
                var (expectedReal, expectedImaginary) = Sum(real, imaginary, length, k, lane);
                Assert.InRange(r[(8 * k) + lane] - expectedReal, -3e-15 * length, 3e-15 * length);
                Assert.InRange(i[(8 * k) + lane] - expectedImaginary, -3e-15 * length, 3e-15 * length);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void With_the_parts_exchanged_it_is_the_inverse(int length)
    {
        using var transform = new FastFourierTransform(length);
        using var memory = new NativeBuffer<double>(4 * 8 * length);
        var random = new Random(length);
        double[] real = Numbers(random, 8 * length), imaginary = Numbers(random, 8 * length);
        var (r, i) = Run(transform, memory, real, imaginary);
        var (backImaginary, backReal) = Run(transform, memory, i, r);
        for (var n = 0; n < real.Length; n++)
        {
            Assert.Equal(real[n], backReal[n] / length, 1e-14);
            Assert.Equal(imaginary[n], backImaginary[n] / length, 1e-14);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(22)]
    [InlineData(-4)]
    public void Other_lengths_are_refused(int length)
    {
        Assert.False(FastFourierTransform.IsGoodLength(length));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FastFourierTransform(length));
    }

    private static double[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];

    private static (double[] Real, double[] Imaginary) Run(FastFourierTransform transform, NativeBuffer<double> memory, double[] real, double[] imaginary)
    {
        var block = real.Length;
        var p = memory.Pointer;
        real.CopyTo(new Span<double>(p, block));
        imaginary.CopyTo(new Span<double>(p + block, block));
        if (transform.Forward(p, p + block, p + (2 * block), p + (3 * block)))
            p += 2 * block;
        return (new Span<double>(p, block).ToArray(), new Span<double>(p + block, block).ToArray());
    }

    private static (double Real, double Imaginary) Sum(double[] real, double[] imaginary, int length, int k, int lane)
    {
        double sumReal = 0, sumImaginary = 0;
        for (var n = 0; n < length; n++)
        {
            var (sin, cos) = Math.SinCos(-2 * Math.PI * ((long)n * k % length) / length);
            sumReal += (real[(8 * n) + lane] * cos) - (imaginary[(8 * n) + lane] * sin);
            sumImaginary += (real[(8 * n) + lane] * sin) + (imaginary[(8 * n) + lane] * cos);
        }

        return (sumReal, sumImaginary);
    }
}
