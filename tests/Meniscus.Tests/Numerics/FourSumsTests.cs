using System.Runtime.Intrinsics;
using Meniscus.Numerics;

namespace Meniscus.Tests.Numerics;

[Trait("Category", "Kernels")]
public sealed class FourSumsTests
{
    [Fact]
    public void Every_vector_gets_its_own_sum()
    {
        var doubles = Enumerable.Range(0, 4).Select(v => Vector512.Create([.. Enumerable.Range(0, 8).Select(k => Math.Pow(10, v) * (1 << k))])).ToArray();
        Assert.Equal((255.0, 2550.0, 25500.0, 255000.0), FourSums.Of(doubles[0], doubles[1], doubles[2], doubles[3]));
        var singles = Enumerable.Range(0, 4).Select(v => Vector512.Create([.. Enumerable.Range(0, 16).Select(k => (v + 1) * (float)(1 << k))])).ToArray();
        Assert.Equal((65535f, 131070f, 196605f, 262140f), FourSums.Of(singles[0], singles[1], singles[2], singles[3]));
    }
}
