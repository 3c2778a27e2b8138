namespace Meniscus.Atoms;

/// <summary>
/// The shortest distance between two atoms of a frame under periodic images, by a plain loop over all pairs. With
/// fractional differences rounded into [−½, ½], every other image is at least half a cell height away, so one image per
/// pair is exact as soon as any pair is closer than that; until then the 26 images around are tried as well. An atom
/// and its own image count as a pair.
/// </summary>
public static class ShortestDistance
{
    /// <summary>Finds it.</summary>
    /// <param name="frame">Positions, box and types; atoms of type −1 (padding) are left out.</param>
    /// <returns>The distance, Å, and the two atoms (equal for an atom and its image); infinity and −1 without any pair.</returns>
    public static (double Distance, int I, int J) Find(LabelledFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var best = (Square: double.PositiveInfinity, I: -1, J: -1);
        Span<double> inverse = stackalloc double[9];
        var oneImageIsExactBelow = 0.0;
        if (frame.Periodic)
        {
            BoxGeometry.Invert(frame.Box, inverse);
            oneImageIsExactBelow = 0.25 * Math.Pow(BoxGeometry.SmallestHeight(frame.Box), 2);
        }

        for (var i = 0; i < frame.AtomCount; i++)
        {
            if (frame.Types[i] < 0)
                continue;
            if (frame.Periodic && best.I < 0)
                best = (ShortestLatticeVectorSquare(frame.Box), i, i);
            for (var j = i + 1; j < frame.AtomCount; j++)
            {
                if (frame.Types[j] < 0)
                    continue;
                var square = PairSquare(frame, i, j, inverse, best.Square < oneImageIsExactBelow ? 0 : 1);
                if (square < best.Square)
                    best = (square, i, j);
            }
        }

        return (Math.Sqrt(best.Square), best.I, best.J);
    }

    private static double PairSquare(LabelledFrame frame, int i, int j, ReadOnlySpan<double> inverse, int reach)
    {
        var x = frame.Positions;
        double dx = x[3 * j] - x[3 * i], dy = x[(3 * j) + 1] - x[(3 * i) + 1], dz = x[(3 * j) + 2] - x[(3 * i) + 2];
        if (!frame.Periodic)
            return (dx * dx) + (dy * dy) + (dz * dz);
        var a = Math.Round((dx * inverse[0]) + (dy * inverse[3]) + (dz * inverse[6]));
        var b = Math.Round((dx * inverse[1]) + (dy * inverse[4]) + (dz * inverse[7]));
        var c = Math.Round((dx * inverse[2]) + (dy * inverse[5]) + (dz * inverse[8]));
        return ShortestImageSquare(frame.Box, dx, dy, dz, a, b, c, reach);
    }

    private static double ShortestImageSquare(ReadOnlySpan<double> h, double dx, double dy, double dz, double a, double b, double c, int reach)
    {
        var best = double.PositiveInfinity;
        for (var p = a - reach; p <= a + reach; p++)
        {
            for (var q = b - reach; q <= b + reach; q++)
            {
                for (var r = c - reach; r <= c + reach; r++)
                {
                    var ex = dx - (p * h[0]) - (q * h[3]) - (r * h[6]);
                    var ey = dy - (p * h[1]) - (q * h[4]) - (r * h[7]);
                    var ez = dz - (p * h[2]) - (q * h[5]) - (r * h[8]);
                    best = Math.Min(best, (ex * ex) + (ey * ey) + (ez * ez));
                }
            }
        }

        return best;
    }

    private static double ShortestLatticeVectorSquare(ReadOnlySpan<double> h)
    {
        var best = double.PositiveInfinity;
        for (var code = 14; code < 27; code++)
        {
            // Half of the 26 neighbours: code 13 is the cell itself, the others are their mirror images.
            double p = (code / 9) - 1, q = (code / 3 % 3) - 1, r = (code % 3) - 1;
            best = Math.Min(best, ShortestImageSquare(h, 0, 0, 0, p, q, r, 0));
        }

        return best;
    }
}
