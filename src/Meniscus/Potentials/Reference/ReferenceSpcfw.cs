using Meniscus.Atoms;
using Meniscus.Potentials.Spcfw;

namespace Meniscus.Potentials.Reference;

/// <summary>
/// SPC/Fw water and ions as plain loops: every pair and every image within the cutoffs, and the reciprocal part of the
/// Ewald sum as a sum over wave vectors (theory, section 8), P. P. Ewald, Ann. Phys. 369, 253 (1921). Slow, and as exact as its
/// tolerance says; what the fast potential is tested against.
/// </summary>
internal sealed class ReferenceSpcfw
{
    private readonly double _tolerance;
    private readonly double? _alpha;
    private readonly (int A, int B, int C)? _waves;
    private readonly double _largestSquare;
    private double _energy;
    private double[] _forces = [];
    private double[] _virial = [];

    /// <summary>Creates it.</summary>
    /// <param name="tolerance">Both parts are cut where exp(−x²) is that small.</param>
    /// <param name="alpha">
    /// Splitting parameter, 1/Å, with the real-space part cut at 9 Å like Lennard-Jones; null for an exact sum, whose real-space part
    /// goes as far as the tolerance asks.
    /// </param>
    public ReferenceSpcfw(double tolerance = 1e-14, double? alpha = null)
    {
        _tolerance = tolerance;
        _alpha = alpha;
    }

    /// <summary>Creates it with the splitting and the waves of a direct sum.</summary>
    public ReferenceSpcfw(EwaldChoice choice)
        : this(alpha: choice.Alpha) => (_waves, _largestSquare) = (choice.Waves, choice.LargestSquare);

    /// <summary>Energy (eV), forces (eV/Å) and virial (eV) of molecules O H H, one after the other, then ions.</summary>
    public (double Energy, double[] Forces, double[] Virial) Evaluate(int[] types, double[] positions, Cell cell)
    {
        (_energy, _forces, _virial) = (0, new double[positions.Length], new double[9]);
        var reach = Math.Sqrt(-Math.Log(_tolerance));
        var alpha = !cell.IsPeriodic ? 0 : _alpha ?? 0.35;
        var cutoff = _alpha is null && cell.IsPeriodic ? Math.Max(reach / alpha, SpcfwWater.Cutoff) : SpcfwWater.Cutoff;
        SumPairs(types, positions, cell, alpha, cutoff);
        for (var i = 0; i < types.Length; i++)
        {
            if (types[i] == SpcfwWater.Oxygen)
                AddMolecule(positions, cell, i);
        }

        if (cell.IsPeriodic)
            SumWaves(types, positions, cell, alpha, _waves is null ? 2 * alpha * reach : Math.Sqrt(_largestSquare));
        return (_energy, _forces, _virial);
    }

    private void SumPairs(int[] types, double[] positions, Cell cell, double alpha, double cutoff)
    {
        int[] range = [0, 0, 0];
        for (var axis = 0; axis < 3 && cell.IsPeriodic; axis++)
            range[axis] = (int)Math.Ceiling(cutoff / cell.Height(axis)) + 1;
        for (var i = 0; i < types.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                for (var a = -range[0]; a <= range[0]; a++)
                {
                    for (var b = -range[1]; b <= range[1]; b++)
                    {
                        for (var c = -range[2]; c <= range[2]; c++)
                        {
                            if (i != j || (a, b, c) != (0, 0, 0))
                                AddPair(types, positions, cell, i, j, (a, b, c), alpha, cutoff);
                        }
                    }
                }
            }
        }
    }

    private void AddPair(int[] types, double[] positions, Cell cell, int i, int j, (int A, int B, int C) image, double alpha, double cutoff)
    {
        var (sx, sy, sz) = cell.IsPeriodic
            ? Plus(cell.Cartesian(image.A, image.B, image.C), Offset(positions, cell, i, j))
            : (0, 0, 0);
        var (x, y, z) = (positions[3 * i] - positions[3 * j] - sx, positions[(3 * i) + 1] - positions[(3 * j) + 1] - sy, positions[(3 * i) + 2] - positions[(3 * j) + 2] - sz);
        var r = Math.Sqrt((x * x) + (y * y) + (z * z));
        if (cell.IsPeriodic && r >= cutoff)
            return;
        // An atom and its own image share one energy between two equal ends.
        var weight = i == j ? 0.5 : 1;
        var product = Units.Coulomb * SpcfwWater.Charges[types[i]] * SpcfwWater.Charges[types[j]];
        var screened = 1 - (alpha * r * ScreenedCoulomb.ErfOver(alpha * r));
        var energy = product * screened / r;
        var slope = -product * ((screened / (r * r)) + (2 * alpha / Math.Sqrt(Math.PI) * Math.Exp(-alpha * alpha * r * r) / r));
        if (r < SpcfwWater.Cutoff)
        {
            var depth = Math.Sqrt(SpcfwWater.Depths[types[i]] * SpcfwWater.Depths[types[j]]);
            var sixth = Math.Pow(0.5 * (SpcfwWater.Diameters[types[i]] + SpcfwWater.Diameters[types[j]]) / r, 6);
            energy += 4 * depth * sixth * (sixth - 1);
            slope -= 24 * depth * sixth * ((2 * sixth) - 1) / r;
        }

        _energy += weight * energy;
        AddForce(i, j, (x, y, z), -weight * slope / r);
    }

    /// <summary>The lattice vector that brings j next to i, so that a few images are enough.</summary>
    private static (double X, double Y, double Z) Offset(double[] positions, Cell cell, int i, int j)
    {
        var (a, b, c) = cell.Fractional(positions[3 * i] - positions[3 * j], positions[(3 * i) + 1] - positions[(3 * j) + 1], positions[(3 * i) + 2] - positions[(3 * j) + 2]);
        return cell.Cartesian(Math.Round(a), Math.Round(b), Math.Round(c));
    }

    private static (double X, double Y, double Z) Plus((double X, double Y, double Z) a, (double X, double Y, double Z) b) => (a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    /// <summary>Force f·d on i and −f·d on j, where d points from j to i.</summary>
    private void AddForce(int i, int j, (double X, double Y, double Z) d, double f)
    {
        double[] vector = [d.X, d.Y, d.Z];
        for (var k = 0; k < 3; k++)
        {
            _forces[(3 * i) + k] += f * vector[k];
            _forces[(3 * j) + k] -= f * vector[k];
            for (var l = 0; l < 3; l++)
                _virial[(3 * k) + l] += f * vector[k] * vector[l];
        }
    }

    private void AddMolecule(double[] positions, Cell cell, int oxygen)
    {
        var a = WaterTopology.Vector(positions, cell, oxygen, oxygen + 1);
        var b = WaterTopology.Vector(positions, cell, oxygen, oxygen + 2);
        var c = (X: b.X - a.X, Y: b.Y - a.Y, Z: b.Z - a.Z);
        var (ra, rb, rc) = (Length(a), Length(b), Length(c));
        AddBond(oxygen + 1, oxygen, a, ra);
        AddBond(oxygen + 2, oxygen, b, rb);
        // The angle as a function of its three sides: cos θ = (a² + b² − c²)/2ab.
        var cos = ((ra * ra) + (rb * rb) - (rc * rc)) / (2 * ra * rb);
        var bend = Math.Acos(cos) - SpcfwWater.Angle;
        _energy += 0.5 * SpcfwWater.AngleConstant * bend * bend;
        var byCos = -SpcfwWater.AngleConstant * bend / Math.Sqrt(1 - (cos * cos));
        AddForce(oxygen + 1, oxygen, a, -byCos * ((1 / rb) - (cos / ra)) / ra);
        AddForce(oxygen + 2, oxygen, b, -byCos * ((1 / ra) - (cos / rb)) / rb);
        AddForce(oxygen + 2, oxygen + 1, c, byCos * (rc / (ra * rb)) / rc);
        Exclude(oxygen + 1, oxygen, a, ra, -0.82 * 0.41);
        Exclude(oxygen + 2, oxygen, b, rb, -0.82 * 0.41);
        Exclude(oxygen + 2, oxygen + 1, c, rc, 0.41 * 0.41);
    }

    private static double Length((double X, double Y, double Z) v) => Math.Sqrt((v.X * v.X) + (v.Y * v.Y) + (v.Z * v.Z));

    private void AddBond(int hydrogen, int oxygen, (double X, double Y, double Z) vector, double r)
    {
        _energy += 0.5 * SpcfwWater.BondConstant * Math.Pow(r - SpcfwWater.BondLength, 2);
        AddForce(hydrogen, oxygen, vector, -SpcfwWater.BondConstant * (r - SpcfwWater.BondLength) / r);
    }

    private void Exclude(int i, int j, (double X, double Y, double Z) vector, double r, double charges)
    {
        _energy -= Units.Coulomb * charges / r;
        AddForce(i, j, vector, -Units.Coulomb * charges / (r * r * r));
    }

    /// <summary>(2πe²/V) Σ exp(−k²/4α²)/k² |S(k)|² over half of the wave vectors twice, self energy and background.</summary>
    private void SumWaves(int[] types, double[] positions, Cell cell, double alpha, double largest)
    {
        var charges = Array.ConvertAll(types, t => SpcfwWater.Charges[t]);
        int[] range = [0, 0, 0];
        for (var axis = 0; axis < 3; axis++)
        {
            var edge = Math.Sqrt((cell[axis, 0] * cell[axis, 0]) + (cell[axis, 1] * cell[axis, 1]) + (cell[axis, 2] * cell[axis, 2]));
            range[axis] = (int)Math.Floor(largest * edge / (2 * Math.PI));
        }

        if (_waves is { } limits)
            (range[0], range[1], range[2]) = limits;

        for (var a = 0; a <= range[0]; a++)
        {
            for (var b = -range[1]; b <= range[1]; b++)
            {
                for (var c = -range[2]; c <= range[2]; c++)
                {
                    if (a > 0 || b > 0 || (b == 0 && c > 0))
                        AddWave(charges, positions, cell, (a, b, c), alpha, largest);
                }
            }
        }

        var net = charges.Sum();
        var background = -Units.Coulomb * Math.PI * net * net / (2 * cell.Volume * alpha * alpha);
        _energy += background - (Units.Coulomb * alpha / Math.Sqrt(Math.PI) * charges.Sum(q => q * q));
        for (var k = 0; k < 9; k += 4)
            _virial[k] += background;
    }

    private void AddWave(double[] charges, double[] positions, Cell cell, (int A, int B, int C) m, double alpha, double largest)
    {
        double[] k = new double[3];
        for (var x = 0; x < 3; x++)
        {
            var (p, q, r) = cell.Fractional(x == 0 ? 1 : 0, x == 1 ? 1 : 0, x == 2 ? 1 : 0);
            k[x] = 2 * Math.PI * ((p * m.A) + (q * m.B) + (r * m.C));
        }

        var square = (k[0] * k[0]) + (k[1] * k[1]) + (k[2] * k[2]);
        if (square > largest * largest)
            return;
        double real = 0, imaginary = 0;
        for (var i = 0; i < charges.Length; i++)
        {
            var (sin, cos) = Math.SinCos((k[0] * positions[3 * i]) + (k[1] * positions[(3 * i) + 1]) + (k[2] * positions[(3 * i) + 2]));
            real += charges[i] * cos;
            imaginary += charges[i] * sin;
        }

        // The wave and its mirror image.
        var factor = 4 * Math.PI * Units.Coulomb / cell.Volume * Math.Exp(-square / (4 * alpha * alpha)) / square;
        var energy = factor * ((real * real) + (imaginary * imaginary));
        _energy += energy;
        for (var i = 0; i < charges.Length; i++)
        {
            var (sin, cos) = Math.SinCos((k[0] * positions[3 * i]) + (k[1] * positions[(3 * i) + 1]) + (k[2] * positions[(3 * i) + 2]));
            var force = 2 * factor * charges[i] * ((sin * real) - (cos * imaginary));
            for (var x = 0; x < 3; x++)
                _forces[(3 * i) + x] += force * k[x];
        }

        for (var x = 0; x < 3; x++)
        {
            for (var y = 0; y < 3; y++)
                _virial[(3 * x) + y] += energy * ((x == y ? 1 : 0) - (2 * ((1 / square) + (1 / (4 * alpha * alpha))) * k[x] * k[y]));
        }
    }
}
