using Meniscus.Numerics;

namespace Meniscus.Tests.Numerics;

[Trait("Category", "Kernels")]
public sealed unsafe class ChebyshevBasisTests
{
    [Fact]
    public void Values_and_slopes_are_those_of_the_definition()
    {
        var basis = stackalloc double[ChebyshevBasis.Order];
        var slopes = stackalloc double[ChebyshevBasis.Order];
        for (var x = -0.999; x < 1; x += 0.0137)
        {
            ChebyshevBasis.ValuesAndSlopes(x, 0.5, basis, slopes);
            var angle = Math.Acos(x);
            for (var k = 0; k < ChebyshevBasis.Order; k++)
            {
                Assert.Equal(Math.Cos(k * angle), basis[k], 1e-12);
                Assert.Equal(0.5 * k * Math.Sin(k * angle) / Math.Sin(angle), slopes[k], 1e-10);
            }
        }
    }

    [Fact]
    public void Both_ways_agree_at_the_ends_and_in_both_formats()
    {
        var wide = stackalloc double[ChebyshevBasis.Order];
        var plain = stackalloc double[ChebyshevBasis.Order];
        var slopes = stackalloc double[ChebyshevBasis.Order];
        var plainSlopes = stackalloc double[ChebyshevBasis.Order];
        var single = stackalloc float[ChebyshevBasis.Order];
        var singleSlopes = stackalloc float[ChebyshevBasis.Order];
        foreach (var x in new[] { -1, -0.5, 0, 1e-12, 0.25, 1 })
        {
            ChebyshevBasis.ValuesAndSlopes(x, 1, wide, slopes);
            ChebyshevBasis.ByRecurrence(x, 1, plain, plainSlopes);
            ChebyshevBasis.ValuesAndSlopes((float)x, 1f, single, singleSlopes);
            for (var k = 0; k < ChebyshevBasis.Order; k++)
            {
                Assert.Equal(plain[k], wide[k], 1e-13);
                Assert.Equal(plainSlopes[k], slopes[k], 1e-11);
                Assert.Equal(plain[k], single[k], 1e-4);
                Assert.Equal(plainSlopes[k], singleSlopes[k], 2e-3);
            }

            ChebyshevBasis.Values(x, wide);
            for (var k = 0; k < ChebyshevBasis.Order; k++)
                Assert.Equal(plain[k], wide[k], 1e-13);
        }
    }
}
