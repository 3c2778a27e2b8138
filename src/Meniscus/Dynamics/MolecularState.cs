using Meniscus.Atoms;
using Meniscus.Numerics;
using Meniscus.Potentials;

namespace Meniscus.Dynamics;

/// <summary>
/// Atoms in motion: positions (never wrapped, so that paths can be followed), velocities, cell, and what the potential
/// last said of them. Sums run over the atoms in their order, so they do not depend on the number of threads.
/// <code>
/// K = ½ Σ m v²,   T = 2K/(N_f k_B),   N_f = 3N − 3,   P = (Σ m v vᵀ + Ξ)/V           (10.1)
/// </code>
/// N_f leaves out the motion of the centre of mass, as LAMMPS does (<c>compute temp</c>, <c>compute pressure</c>).
/// </summary>
public sealed class MolecularState
{
    private readonly double[] _inverseMass;

    /// <summary>Creates a state at rest.</summary>
    /// <param name="typeMap">The potential's types.</param>
    /// <param name="types">Type of each atom.</param>
    /// <param name="masses">Mass of each atom, amu.</param>
    /// <param name="positions">Å, x y z per atom; copied.</param>
    /// <param name="cell">The cell, or <see cref="Cell.None"/>.</param>
    public MolecularState(TypeMap typeMap, int[] types, double[] masses, ReadOnlySpan<double> positions, Cell cell)
    {
        TypeMap = typeMap;
        Types = types;
        Masses = masses;
        Positions = positions.ToArray();
        Velocities = new double[positions.Length];
        Cell = cell;
        _inverseMass = [.. masses.Select(m => 1 / (m * Units.MassVelocitySquared))];
        TotalMass = masses.Sum();
    }

    /// <summary>Names of the types.</summary>
    public TypeMap TypeMap { get; }

    /// <summary>Type of each atom.</summary>
    public int[] Types { get; }

    /// <summary>Mass of each atom, amu.</summary>
    public double[] Masses { get; }

    /// <summary>Mass of all atoms, amu.</summary>
    public double TotalMass { get; }

    /// <summary>Number of atoms, N.</summary>
    public int AtomCount => Types.Length;

    /// <summary>N_f = 3N − 3, at least 1.</summary>
    public int DegreesOfFreedom => Math.Max(1, (3 * AtomCount) - 3);

    /// <summary>Positions, Å, x y z per atom.</summary>
    public double[] Positions { get; }

    /// <summary>Velocities, Å/ps, x y z per atom.</summary>
    public double[] Velocities { get; }

    /// <summary>The cell.</summary>
    public Cell Cell { get; set; }

    /// <summary>Energy, forces and virial at these positions.</summary>
    public Evaluation Evaluation { get; } = new();

    /// <summary>Forces, eV/Å, x y z per atom.</summary>
    public double[] Forces => Evaluation.Forces;

    /// <summary>Steps since the beginning of the run.</summary>
    public long Step { get; set; }

    /// <summary>Time since the beginning of the run, ps.</summary>
    public double Time { get; set; }

    /// <summary>Replaces the velocities by new ones of a temperature.</summary>
    /// <param name="temperature">K.</param>
    /// <param name="random">Random numbers.</param>
    public void DrawVelocities(double temperature, RandomStream random) =>
        MaxwellBoltzmann.Draw(Masses, temperature, random).CopyTo(Velocities, 0);

    /// <summary>Evaluates the potential at these positions.</summary>
    public void Evaluate(IPotential potential)
    {
        ArgumentNullException.ThrowIfNull(potential);
        potential.Evaluate(new Configuration(Types, Positions, Cell), Evaluation);
    }

    /// <summary>v += F/m · dt.</summary>
    /// <param name="time">dt, ps.</param>
    public void Kick(double time)
    {
        var (v, f) = (Velocities, Forces);
        for (var i = 0; i < AtomCount; i++)
        {
            var factor = time * _inverseMass[i];
            v[3 * i] += factor * f[3 * i];
            v[(3 * i) + 1] += factor * f[(3 * i) + 1];
            v[(3 * i) + 2] += factor * f[(3 * i) + 2];
        }
    }

    /// <summary>r += v · dt.</summary>
    /// <param name="time">dt, ps.</param>
    public void Drift(double time)
    {
        var (r, v) = (Positions, Velocities);
        for (var k = 0; k < r.Length; k++)
            r[k] += time * v[k];
    }

    /// <summary>v *= factor.</summary>
    public void ScaleVelocities(double factor)
    {
        for (var k = 0; k < Velocities.Length; k++)
            Velocities[k] *= factor;
    }

    /// <summary>Scales velocities by axis.</summary>
    public void ScaleVelocities(double x, double y, double z)
    {
        for (var k = 0; k < Velocities.Length; k += 3)
        {
            Velocities[k] *= x;
            Velocities[k + 1] *= y;
            Velocities[k + 2] *= z;
        }
    }

    /// <summary>Stretches cell and positions along x, y and z.</summary>
    public void Stretch(double x, double y, double z)
    {
        Span<double> rows = stackalloc double[9];
        for (var row = 0; row < 3; row++)
        {
            rows[3 * row] = Cell[row, 0] * x;
            rows[(3 * row) + 1] = Cell[row, 1] * y;
            rows[(3 * row) + 2] = Cell[row, 2] * z;
        }

        Cell = new Cell(rows);
        for (var k = 0; k < Positions.Length; k += 3)
        {
            Positions[k] *= x;
            Positions[k + 1] *= y;
            Positions[k + 2] *= z;
        }
    }

    /// <summary>K, eV.</summary>
    public double KineticEnergy()
    {
        double sum = 0;
        for (var i = 0; i < AtomCount; i++)
        {
            var (x, y, z) = (Velocities[3 * i], Velocities[(3 * i) + 1], Velocities[(3 * i) + 2]);
            sum += Masses[i] * ((x * x) + (y * y) + (z * z));
        }

        return 0.5 * Units.MassVelocitySquared * sum;
    }

    /// <summary>T of a kinetic energy, K.</summary>
    /// <param name="kineticEnergy">K, eV.</param>
    public double Temperature(double kineticEnergy) => 2 * kineticEnergy / (DegreesOfFreedom * Units.Boltzmann);

    /// <summary>Σ m v vᵀ, eV: xx yy zz xy xz yz.</summary>
    /// <param name="tensor">Receives six numbers.</param>
    public void KineticTensor(Span<double> tensor)
    {
        double xx = 0, yy = 0, zz = 0, xy = 0, xz = 0, yz = 0;
        for (var i = 0; i < AtomCount; i++)
        {
            var (x, y, z) = (Velocities[3 * i], Velocities[(3 * i) + 1], Velocities[(3 * i) + 2]);
            var (mx, my, mz) = (Masses[i] * x, Masses[i] * y, Masses[i] * z);
            xx += mx * x;
            yy += my * y;
            zz += mz * z;
            xy += mx * y;
            xz += mx * z;
            yz += my * z;
        }

        ReadOnlySpan<double> sums = [xx, yy, zz, xy, xz, yz];
        for (var k = 0; k < 6; k++)
            tensor[k] = Units.MassVelocitySquared * sums[k];
    }

    /// <summary>P, bar: xx yy zz xy xz yz; zeros without a cell.</summary>
    /// <param name="tensor">Receives six numbers.</param>
    public void PressureTensor(Span<double> tensor)
    {
        if (!Cell.IsPeriodic)
        {
            tensor[..6].Clear();
            return;
        }

        KineticTensor(tensor);
        var w = Evaluation.Virial;
        ReadOnlySpan<double> virial = [w[0], w[4], w[8], (w[1] + w[3]) / 2, (w[2] + w[6]) / 2, (w[5] + w[7]) / 2];
        for (var k = 0; k < 6; k++)
            tensor[k] = (tensor[k] + virial[k]) * Units.EvPerCubicAngstrom / Cell.Volume;
    }
}
