using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.Spcfw;

/// <summary>
/// Splitting parameter and mesh of an Ewald sum of a given accuracy; either part gets half of it. The error of the
/// real-space part is that of J. Kolafa and J. W. Perram, Mol. Simul. 9, 351 (1992). The error of the mesh has the prefactor of
/// M. Deserno and C. Holm, J. Chem. Phys. 109, 7694 (1998), and, as forces are derivatives of the splines, goes with the power
/// p − 1 of the spacing; its constants were measured. Theory (8.10) and (8.11).
/// </summary>
internal sealed record EwaldChoice
{
    /// <summary>Order p of the splines: six mesh points along each axis fit one vector.</summary>
    public const int SplineOrder = 6;

    /// <summary>By how much a lattice vector may change until mesh and splitting are chosen again.</summary>
    public const double Tolerance = 0.1;

    // Forces on random charges and on water at spacings of 0.1/α to 0.45/α are within a factor of 2 below the estimate with these.
    private const double MeshFactor = 3.4e-3;
    private const double MeshCorrection = 32;

    /// <summary>α, 1/Å.</summary>
    public required double Alpha { get; init; }

    /// <summary>Mesh points along the three lattice vectors.</summary>
    public required (int A, int B, int C) Mesh { get; init; }

    /// <summary>Lengths of the lattice vectors it was chosen for, Å.</summary>
    public required (double A, double B, double C) Edges { get; init; }

    /// <summary>Σ q², e², it was chosen for.</summary>
    public required double ChargeSquares { get; init; }

    /// <summary>Chooses for a cell and its charges.</summary>
    /// <param name="cell">A periodic cell.</param>
    /// <param name="charges">Number of charges.</param>
    /// <param name="chargeSquares">Σ q², e².</param>
    /// <param name="cutoff">Cutoff of the real-space part, Å.</param>
    /// <param name="accuracy">Error of forces relative to that between two elementary charges 1 Å apart.</param>
    public static EwaldChoice Make(in Cell cell, int charges, double chargeSquares, double cutoff, double accuracy)
    {
        var edges = EdgesOf(cell);
        var alpha = SplittingFor(cell.Volume, charges, chargeSquares, cutoff, 0.5 * accuracy);
        return new EwaldChoice
        {
            Alpha = alpha,
            Mesh = (
                MeshFor(edges.A, alpha, cell.Volume, charges, chargeSquares, 0.5 * accuracy),
                MeshFor(edges.B, alpha, cell.Volume, charges, chargeSquares, 0.5 * accuracy),
                MeshFor(edges.C, alpha, cell.Volume, charges, chargeSquares, 0.5 * accuracy)),
            Edges = edges,
            ChargeSquares = chargeSquares,
        };
    }

    /// <summary>Whether the choice is good enough for a cell and its charges.</summary>
    public bool Holds(in Cell cell, double chargeSquares)
    {
        var edges = EdgesOf(cell);
        return chargeSquares == ChargeSquares && Near(edges.A, Edges.A) && Near(edges.B, Edges.B) && Near(edges.C, Edges.C);
    }

    /// <summary>α at which the real-space part beyond the cutoff makes the error 2 Q² exp(−α²r²)/√(N r V), 1/Å.</summary>
    public static double SplittingFor(double volume, int charges, double chargeSquares, double cutoff, double accuracy)
    {
        var tail = accuracy * Math.Sqrt(charges * cutoff * volume) / (2 * chargeSquares);
        // With hardly any charges no splitting is needed for accuracy; a weak one keeps the mesh small.
        return Math.Sqrt(-Math.Log(Math.Clamp(tail, 1e-30, 0.1))) / cutoff;
    }

    /// <summary>Writes the choice.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Alpha);
        writer.Write(Mesh.A);
        writer.Write(Mesh.B);
        writer.Write(Mesh.C);
        writer.Write(Edges.A);
        writer.Write(Edges.B);
        writer.Write(Edges.C);
        writer.Write(ChargeSquares);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public static EwaldChoice Restore(BinaryReader reader) => new()
    {
        Alpha = reader.ReadDouble(),
        Mesh = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32()),
        Edges = (reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble()),
        ChargeSquares = reader.ReadDouble(),
    };

    private static bool Near(double now, double then) => Math.Abs(now - then) <= Tolerance * then;

    private static (double A, double B, double C) EdgesOf(in Cell cell) => (Length(cell, 0), Length(cell, 1), Length(cell, 2));

    private static double Length(in Cell cell, int vector) =>
        Math.Sqrt((cell[vector, 0] * cell[vector, 0]) + (cell[vector, 1] * cell[vector, 1]) + (cell[vector, 2] * cell[vector, 2]));

    private static int MeshFor(double edge, double alpha, double volume, int charges, double chargeSquares, double accuracy)
    {
        var points = SplineOrder + 2;
        while (!FastFourierTransform.IsGoodLength(points) || MeshError(edge / points, alpha, volume, charges, chargeSquares) > accuracy)
            points++;
        return points;
    }

    /// <summary>C Q² (hα)^(p−1) (1 + c (hα)⁴) √(α √(2π)/(N V)).</summary>
    private static double MeshError(double spacing, double alpha, double volume, int charges, double chargeSquares)
    {
        var ha = spacing * alpha;
        return MeshFactor * chargeSquares * Math.Pow(ha, SplineOrder - 1) * (1 + (MeshCorrection * Math.Pow(ha, 4)))
            * Math.Sqrt(alpha * Math.Sqrt(2 * Math.PI) / (charges * volume));
    }
}
