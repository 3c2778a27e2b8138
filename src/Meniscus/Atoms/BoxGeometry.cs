namespace Meniscus.Atoms;

/// <summary>
/// Signed volume and smallest height of nine numbers that may be a cell: what a check asks before <see cref="Cell"/>,
/// which refuses those that are none.
/// </summary>
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

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => (a[0] * b[0]) + (a[1] * b[1]) + (a[2] * b[2]);

    private static double Face(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => Math.Sqrt(Math.Max(0, (Dot(a, a) * Dot(b, b)) - (Dot(a, b) * Dot(a, b))));
}
