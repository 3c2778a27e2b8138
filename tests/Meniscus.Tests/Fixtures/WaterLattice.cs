using Meniscus.Atoms;
using Meniscus.Potentials;
using Meniscus.Potentials.Spcfw;

namespace Meniscus.Tests.Fixtures;

/// <summary>Water molecules of about the right shape on a distorted lattice, in the types of the built-in water model, with ions at will.</summary>
internal static class WaterLattice
{
    /// <summary>Molecules on an n × n × n lattice in a box.</summary>
    /// <param name="random">Gives orientations and displacements.</param>
    /// <param name="box">The cell, or null for none.</param>
    /// <param name="n">Molecules along each lattice vector.</param>
    /// <param name="ions">Names of ions that take the place of the last molecules.</param>
    public static RandomConfiguration Create(Random random, double[]? box, int n, params string[] ions)
    {
        var lattice = new Cell(box ?? [3.4 * n, 0, 0, 0, 3.4 * n, 0, 0, 0, 3.4 * n]);
        var (types, positions) = (new List<int>(), new List<double>());
        var molecules = (n * n * n) - ions.Length;
        for (var m = 0; m < n * n * n; m++)
        {
            var (x, y, z) = lattice.Cartesian((m / (n * n)) / (double)n, (m / n % n) / (double)n, (m % n) / (double)n);
            double[] centre = [x + Shake(random, 0.3), y + Shake(random, 0.3), z + Shake(random, 0.3)];
            positions.AddRange(centre);
            if (m >= molecules)
            {
                types.Add(SpcfwWater.TypeMap.IndexOf(ions[m - molecules]));
                continue;
            }

            types.AddRange([0, 1, 1]);
            var turn = RandomConfiguration.RandomRotation(random);
            foreach (var sign in (ReadOnlySpan<int>)[1, -1])
            {
                var half = 0.5 * (SpcfwWater.Angle + Shake(random, 0.2));
                var length = SpcfwWater.BondLength + Shake(random, 0.08);
                var bond = RandomConfiguration.Times([length * Math.Cos(half), sign * length * Math.Sin(half), 0], turn);
                for (var k = 0; k < 3; k++)
                    positions.Add(centre[k] + bond[k]);
            }
        }

        return new([.. types], [.. positions], box);
    }

    /// <summary>Evaluates a configuration once.</summary>
    public static Evaluation Evaluate(this IPotential potential, RandomConfiguration configuration)
    {
        var result = new Evaluation();
        potential.Evaluate(configuration.Configuration, result);
        return result;
    }

    private static double Shake(Random random, double width) => width * (random.NextDouble() - 0.5);
}
