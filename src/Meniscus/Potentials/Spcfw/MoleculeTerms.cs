using Meniscus.Atoms;

namespace Meniscus.Potentials.Spcfw;

/// <summary>
/// Bonds, angle, and what is taken back because the atoms of a molecule do not see each other's charges: the pair sum has
/// them like all others, so their Coulomb energy is subtracted; theory (8.9). Bond and pair energies go half to either
/// atom, the angle to the oxygen.
/// </summary>
internal ref struct MoleculeTerms(ReadOnlySpan<double> positions, Cell cell, Span<double> forces, Span<double> energies, Span<double> virial)
{
    private readonly ReadOnlySpan<double> _positions = positions;
    private readonly Cell _cell = cell;
    private readonly Span<double> _forces = forces;
    private readonly Span<double> _energies = energies;
    private readonly Span<double> _virial = virial;

    /// <summary>Adds the terms of a molecule.</summary>
    /// <param name="atoms">Oxygen and hydrogens.</param>
    /// <param name="cutoff">Distance up to which the pair sum has a pair, Å.</param>
    /// <returns>Whether all distances are below the cutoff.</returns>
    public readonly bool Add(ReadOnlySpan<int> atoms, double cutoff)
    {
        var (oxygen, first, second) = (atoms[0], atoms[1], atoms[2]);
        var a = Of(WaterTopology.Vector(_positions, _cell, oxygen, first));
        var b = Of(WaterTopology.Vector(_positions, _cell, oxygen, second));
        var c = b - a;
        var (lengthA, lengthB, lengthC) = (a.Length, b.Length, c.Length);
        Vector3D onFirst = default, onSecond = default;
        AddBond(oxygen, first, a, lengthA, ref onFirst);
        AddBond(oxygen, second, b, lengthB, ref onSecond);
        AddAngle(oxygen, a * (1 / lengthA), b * (1 / lengthB), lengthA, lengthB, ref onFirst, ref onSecond);
        const double OxygenHydrogen = -0.82 * 0.41 * Units.Coulomb, HydrogenHydrogen = 0.41 * 0.41 * Units.Coulomb;
        onFirst += Exclude(oxygen, first, a, lengthA, OxygenHydrogen);
        onSecond += Exclude(oxygen, second, b, lengthB, OxygenHydrogen);
        var between = Exclude(first, second, c, lengthC, HydrogenHydrogen);
        onFirst -= between;
        onSecond += between;
        AddForce(first, onFirst);
        AddForce(second, onSecond);
        AddForce(oxygen, default(Vector3D) - onFirst - onSecond);
        AddVirial(a, onFirst);
        AddVirial(b, onSecond);
        return lengthA < cutoff && lengthB < cutoff && lengthC < cutoff;
    }

    private static Vector3D Of((double X, double Y, double Z) v) => new(v.X, v.Y, v.Z);

    private readonly void AddBond(int oxygen, int hydrogen, Vector3D bond, double length, ref Vector3D onHydrogen)
    {
        var stretch = length - SpcfwWater.BondLength;
        Share(oxygen, hydrogen, 0.5 * SpcfwWater.BondConstant * stretch * stretch);
        onHydrogen -= bond * (SpcfwWater.BondConstant * stretch / length);
    }

    private readonly void AddAngle(int oxygen, Vector3D a, Vector3D b, double lengthA, double lengthB, ref Vector3D onFirst, ref Vector3D onSecond)
    {
        var cos = Math.Clamp(a.Dot(b), -1, 1);
        var bend = Math.Acos(cos) - SpcfwWater.Angle;
        _energies[oxygen] += 0.5 * SpcfwWater.AngleConstant * bend * bend;
        // A straight molecule has no direction to bend in; its force is held finite.
        var torque = SpcfwWater.AngleConstant * bend / Math.Max(Math.Sqrt(1 - (cos * cos)), 1e-6);
        onFirst += (b - (a * cos)) * (torque / lengthA);
        onSecond += (a - (b * cos)) * (torque / lengthB);
    }

    /// <summary>Takes back the Coulomb energy of a pair; returns the force on the second atom.</summary>
    private readonly Vector3D Exclude(int first, int second, Vector3D vector, double length, double product)
    {
        Share(first, second, -product / length);
        return vector * (-product / (length * length * length));
    }

    private readonly void Share(int first, int second, double energy)
    {
        _energies[first] += 0.5 * energy;
        _energies[second] += 0.5 * energy;
    }

    private readonly void AddForce(int atom, Vector3D force)
    {
        _forces[3 * atom] += force.X;
        _forces[(3 * atom) + 1] += force.Y;
        _forces[(3 * atom) + 2] += force.Z;
    }

    private readonly void AddVirial(Vector3D vector, Vector3D force)
    {
        _virial[0] += vector.X * force.X;
        _virial[1] += vector.X * force.Y;
        _virial[2] += vector.X * force.Z;
        _virial[3] += vector.Y * force.X;
        _virial[4] += vector.Y * force.Y;
        _virial[5] += vector.Y * force.Z;
        _virial[6] += vector.Z * force.X;
        _virial[7] += vector.Z * force.Y;
        _virial[8] += vector.Z * force.Z;
    }

    private readonly record struct Vector3D(double X, double Y, double Z)
    {
        public double Length => Math.Sqrt(Dot(this));

        public static Vector3D operator +(Vector3D a, Vector3D b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

        public static Vector3D operator -(Vector3D a, Vector3D b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

        public static Vector3D operator *(Vector3D a, double factor) => new(a.X * factor, a.Y * factor, a.Z * factor);

        public double Dot(Vector3D other) => (X * other.X) + (Y * other.Y) + (Z * other.Z);
    }
}
