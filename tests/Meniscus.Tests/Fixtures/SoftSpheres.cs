using Meniscus.Atoms;
using Meniscus.Potentials;

namespace Meniscus.Tests.Fixtures;

/// <summary>
/// Spheres that push each other away with ε(1 − (r/r_c)²)³: smooth everywhere and bounded, so that dynamics can be tested
/// for what the equations of motion do. Lists every pair anew in each call unless a skin is given.
/// </summary>
public sealed class SoftSpheres : IPotential
{
    private readonly VerletList _list = new();

    /// <summary>ε, eV.</summary>
    public double Strength { get; init; } = 0.4;

    /// <summary>Makes the n-th evaluation give a force that is not a number.</summary>
    public int? BreakAt { get; init; }

    public TypeMap TypeMap { get; } = new(["Ar", "Ne"]);

    public double Cutoff => 4;

    public double Skin { get; set; }

    public long NeighborListBuilds => _list.Builds;

    public int Evaluations { get; private set; }

    /// <summary>A jittered cubic lattice of n³ spheres.</summary>
    public static Frame Lattice(int n, double spacing = 2.6, int seed = 1)
    {
        var random = new Random(seed);
        var positions = new double[3 * n * n * n];
        for (var i = 0; i < n * n * n; i++)
        {
            positions[3 * i] = spacing * ((i % n) + (0.2 * random.NextDouble()));
            positions[(3 * i) + 1] = spacing * ((i / n % n) + (0.2 * random.NextDouble()));
            positions[(3 * i) + 2] = spacing * ((i / n / n) + (0.2 * random.NextDouble()));
        }

        return new Frame(new TypeMap(["Ar", "Ne"]), [.. Enumerable.Range(0, n * n * n).Select(i => i % 2)], positions, Cell.Orthorhombic(n * spacing, n * spacing, n * spacing));
    }

    public void Evaluate(in Configuration configuration, Evaluation result)
    {
        Evaluations++;
        result.Reset(configuration.Types.Length, 0);
        _list.Update(configuration.Positions, configuration.Cell, Cutoff, Skin);
        var list = _list.List;
        Span<double> d = stackalloc double[3];
        for (var i = 0; i < list.AtomCount; i++)
        {
            for (var p = list.Start[i]; p < list.Start[i + 1]; p++)
            {
                for (var a = 0; a < 3; a++)
                    d[a] = list.WrappedPositions[(3 * list.Neighbors[p]) + a] + list.ShiftVectors[(3 * list.Shifts[p]) + a] - list.WrappedPositions[(3 * i) + a];
                AddPair(i, d, result);
            }
        }

        if (Evaluations == BreakAt)
            result.Forces[5] = double.NaN;
    }

    public void SaveMemory(BinaryWriter writer) => _list.Save(writer);

    public void RestoreMemory(BinaryReader reader) => _list.Restore(reader);

    public void Dispose()
    {
    }

    private void AddPair(int i, ReadOnlySpan<double> d, Evaluation result)
    {
        var u = ((d[0] * d[0]) + (d[1] * d[1]) + (d[2] * d[2])) / (Cutoff * Cutoff);
        if (u >= 1)
            return;
        // Every pair occurs from both ends; the energy is halved, the force on i is whole.
        result.AtomEnergies[i] += 0.5 * Strength * Math.Pow(1 - u, 3);
        result.Energy += 0.5 * Strength * Math.Pow(1 - u, 3);
        var slope = -6 * Strength * (1 - u) * (1 - u) / (Cutoff * Cutoff);
        for (var a = 0; a < 3; a++)
        {
            result.Forces[(3 * i) + a] += slope * d[a];
            for (var b = 0; b < 3; b++)
                result.Virial[(3 * a) + b] -= 0.5 * slope * d[a] * d[b];
        }
    }
}
