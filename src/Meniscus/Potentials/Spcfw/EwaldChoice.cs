using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Potentials.Spcfw;

/// <summary>
/// Method, splitting parameter, and mesh or waves of an Ewald sum of a given accuracy. The error of the real-space part is that of
/// J. Kolafa and J. W. Perram, Mol. Simul. 9, 351 (1992).
/// <para>
/// Mesh: either part gets half of the error. That of the mesh has the prefactor of M. Deserno and C. Holm, J. Chem. Phys. 109, 7694
/// (1998), and, as forces are derivatives of the splines, goes with the power p − 1 of the spacing; its constants were measured. Theory
/// (8.10) and (8.11).
/// </para>
/// <para>
/// Direct sum: splitting and waves are those of LAMMPS's <c>kspace_style ewald</c>, where real-space part and each axis have the whole
/// error; theory (8.16) and (8.17). So a small system has the energy function that LAMMPS gives it, its truncation included.
/// </para>
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

    // Above this 2q² exp(−α²r²)/√(NrV) the charges are so few that no splitting is needed; a weak one keeps the background finite.
    private const double WeakestTail = 0.1;

    /// <summary>How the reciprocal-space part is computed.</summary>
    public required EwaldMethod Method { get; init; }

    /// <summary>α, 1/Å.</summary>
    public required double Alpha { get; init; }

    /// <summary>Mesh points along the three lattice vectors; zeros for the direct sum.</summary>
    public required (int A, int B, int C) Mesh { get; init; }

    /// <summary>Largest multiples of the three reciprocal vectors among the waves; zeros for the mesh.</summary>
    public required (int A, int B, int C) Waves { get; init; }

    /// <summary>Waves of the direct sum have at most this k² in <see cref="Box"/>, 1/Å².</summary>
    public required double LargestSquare { get; init; }

    /// <summary>The cell it was chosen for, lattice vectors as rows, Å.</summary>
    public required double[] Box { get; init; }

    /// <summary>Σ q², e², it was chosen for.</summary>
    public required double ChargeSquares { get; init; }

    /// <summary>Chooses for a cell and its charges.</summary>
    /// <param name="cell">A periodic cell.</param>
    /// <param name="charges">Number of charges.</param>
    /// <param name="chargeSquares">Σ q², e².</param>
    /// <param name="cutoff">Cutoff of the real-space part, Å.</param>
    /// <param name="accuracy">Error of forces relative to that between two elementary charges 1 Å apart.</param>
    /// <param name="method">null for the one with less work.</param>
    public static EwaldChoice Make(in Cell cell, int charges, double chargeSquares, double cutoff, double accuracy, EwaldMethod? method = null)
    {
        var mesh = MakeMesh(cell, charges, chargeSquares, cutoff, accuracy);
        var direct = MakeDirect(cell, charges, chargeSquares, cutoff, accuracy);
        return (method ?? (direct.DirectWork(cell, charges) <= mesh.MeshWork(charges) ? EwaldMethod.Direct : EwaldMethod.Mesh)) switch
        {
            EwaldMethod.Direct => direct,
            _ => mesh,
        };
    }

    /// <summary>Whether the choice is good enough for a cell and its charges.</summary>
    public bool Holds(in Cell cell, double chargeSquares)
    {
        var then = new Cell(Box);
        return chargeSquares == ChargeSquares && Near(cell, then, 0) && Near(cell, then, 1) && Near(cell, then, 2);
    }

    /// <summary>α at which the real-space part beyond the cutoff makes the error 2 Q² exp(−α²r²)/√(N r V), 1/Å.</summary>
    public static double SplittingFor(double volume, int charges, double chargeSquares, double cutoff, double accuracy)
    {
        var tail = accuracy * Math.Sqrt(charges * cutoff * volume) / (2 * chargeSquares);
        return Math.Sqrt(-Math.Log(Math.Clamp(tail, 1e-30, WeakestTail))) / cutoff;
    }

    /// <summary>Writes the choice.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write((int)Method);
        writer.Write(Alpha);
        foreach (var count in (ReadOnlySpan<int>)[Mesh.A, Mesh.B, Mesh.C, Waves.A, Waves.B, Waves.C])
            writer.Write(count);
        writer.Write(LargestSquare);
        foreach (var component in Box)
            writer.Write(component);
        writer.Write(ChargeSquares);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public static EwaldChoice Restore(BinaryReader reader) => new()
    {
        Method = (EwaldMethod)reader.ReadInt32(),
        Alpha = reader.ReadDouble(),
        Mesh = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32()),
        Waves = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32()),
        LargestSquare = reader.ReadDouble(),
        Box = [.. Enumerable.Range(0, 9).Select(_ => reader.ReadDouble())],
        ChargeSquares = reader.ReadDouble(),
    };

    private static EwaldChoice MakeMesh(in Cell cell, int charges, double chargeSquares, double cutoff, double accuracy)
    {
        var alpha = SplittingFor(cell.Volume, charges, chargeSquares, cutoff, 0.5 * accuracy);
        return new EwaldChoice
        {
            Method = EwaldMethod.Mesh,
            Alpha = alpha,
            Mesh = (
                MeshFor(Length(cell, 0), alpha, cell.Volume, charges, chargeSquares, 0.5 * accuracy),
                MeshFor(Length(cell, 1), alpha, cell.Volume, charges, chargeSquares, 0.5 * accuracy),
                MeshFor(Length(cell, 2), alpha, cell.Volume, charges, chargeSquares, 0.5 * accuracy)),
            Waves = default,
            LargestSquare = 0,
            Box = cell.ToArray(),
            ChargeSquares = chargeSquares,
        };
    }

    /// <summary>
    /// Per axis as many waves as a rectangular cell of these heights would need; an oblique cell has that many planes, which its
    /// longer edges cross at higher multiples.
    /// </summary>
    private static EwaldChoice MakeDirect(in Cell cell, int charges, double chargeSquares, double cutoff, double accuracy)
    {
        var alpha = DirectSplittingFor(cell.Volume, charges, chargeSquares, cutoff, accuracy);
        Span<int> multiples = stackalloc int[3];
        double largest = 0;
        for (var axis = 0; axis < 3; axis++)
        {
            var height = cell.Height(axis);
            var planes = 1;
            while (WaveError(planes, height, alpha, charges, chargeSquares) > accuracy)
                planes++;
            largest = Math.Max(largest, Math.Pow(2 * Math.PI * planes / height, 2));
            // The edge of a rectangular cell may be longer than its height by a rounding error.
            multiples[axis] = (int)Math.Ceiling(planes * Length(cell, axis) / height * (1 - 1e-12));
        }

        return new EwaldChoice
        {
            Method = EwaldMethod.Direct,
            Alpha = alpha,
            Mesh = default,
            Waves = (multiples[0], multiples[1], multiples[2]),
            LargestSquare = 1.00001 * largest,
            Box = cell.ToArray(),
            ChargeSquares = chargeSquares,
        };
    }

    /// <summary>
    /// As <see cref="SplittingFor"/>; where no splitting is needed LAMMPS takes an empirical one, made from the error of the
    /// forces in kcal/mol/Å.
    /// </summary>
    private static double DirectSplittingFor(double volume, int charges, double chargeSquares, double cutoff, double accuracy)
    {
        var tail = accuracy * Math.Sqrt(charges * cutoff * volume) / (2 * chargeSquares);
        return tail >= 1
            ? (1.35 - (0.15 * Math.Log(accuracy * Units.Coulomb / Units.KilocaloriePerMole))) / cutoff
            : SplittingFor(volume, charges, chargeSquares, cutoff, accuracy);
    }

    /// <summary>2q²α/L √(1/πnN) exp(−π²n²/α²L²), relative like the accuracy.</summary>
    private static double WaveError(int waves, double height, double alpha, int charges, double chargeSquares) =>
        2 * chargeSquares * alpha / height * Math.Sqrt(1 / (Math.PI * waves * charges))
        * Math.Exp(-Math.PI * Math.PI * waves * waves / (alpha * alpha * height * height));

    private static bool Near(in Cell now, in Cell then, int vector) =>
        Math.Abs(Length(now, vector) - Length(then, vector)) <= Tolerance * Length(then, vector);

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

    /// <summary>Charges, in whole blocks, times waves in half of the sphere.</summary>
    private double DirectWork(in Cell cell, int charges)
    {
        var waves = cell.Volume * Math.Pow(LargestSquare, 1.5) / (12 * Math.PI * Math.PI);
        return Math.Ceiling((double)charges / EwaldSum.BlockAtoms) * EwaldSum.BlockAtoms * waves;
    }

    /// <summary>M log₂ M for the transforms of M points, and p³ points to spread every charge over and to interpolate from.</summary>
    private double MeshWork(int charges)
    {
        var points = (double)Mesh.A * Mesh.B * Mesh.C;
        return (points * Math.Log2(points)) + (2.0 * SplineOrder * SplineOrder * SplineOrder * charges);
    }
}
