namespace Meniscus.Atoms;

/// <summary>Volume, heights and inverse of a cell whose rows are the lattice vectors a, b, c.</summary>
internal static class BoxGeometry
{
    /// <summary>a · (b × c), Å³; negative for a left-handed cell.</summary>
    public static double Volume(ReadOnlySpan<double> h) =>
        (h[0] * ((h[4] * h[8]) - (h[5] * h[7]))) + (h[1] * ((h[5] * h[6]) - (h[3] * h[8]))) + (h[2] * ((h[3] * h[7]) - (h[4] * h[6])));

    /// <summary>The smallest distance between opposite faces, Å: volume over the largest face.</summary>
    public static double SmallestHeight(ReadOnlySpan<double> h)
    {
        var largestFace = Math.Max(Face(h[..3], h[3..6]), Math.Max(Face(h[3..6], h[6..9]), Face(h[6..9], h[..3])));
        return Math.Abs(Volume(h)) / largestFace;
    }

    /// <summary>H⁻¹, so that fractional coordinates are s = r H⁻¹.</summary>
    public static void Invert(ReadOnlySpan<double> h, Span<double> inverse)
    {
        var volume = Volume(h);
        for (var i = 0; i < 3; i++)
        {
            var (r1, r2) = (3 * ((i + 1) % 3), 3 * ((i + 2) % 3));
            for (var k = 0; k < 3; k++)
            {
                var (c1, c2) = ((k + 1) % 3, (k + 2) % 3);
                // Column i of the inverse is the cross product of the two other rows over the volume.
                inverse[(3 * k) + i] = ((h[r1 + c1] * h[r2 + c2]) - (h[r1 + c2] * h[r2 + c1])) / volume;
            }
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => (a[0] * b[0]) + (a[1] * b[1]) + (a[2] * b[2]);

    private static double Face(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => Math.Sqrt(Math.Max(0, (Dot(a, a) * Dot(b, b)) - (Dot(a, b) * Dot(a, b))));
}
