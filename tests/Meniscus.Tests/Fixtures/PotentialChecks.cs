using Meniscus.Potentials;

namespace Meniscus.Tests.Fixtures;

/// <summary>What every potential must pass: derivatives, invariances, the same bits again.</summary>
internal static class PotentialChecks
{
    private static readonly double[] Unit = [1, 0, 0, 0, 1, 0, 0, 0, 1];

    /// <summary>Forces of some atoms and all of the virial against differences of the energy.</summary>
    public static void DerivativesMatchEnergy(IPotential potential, RandomConfiguration water, double tolerance, double h = 1e-3, int every = 7)
    {
        var result = potential.Evaluate(water);
        for (var k = 0; k < water.Positions.Length; k += every)
        {
            var slope = FiniteDifference.Derivative(water.Positions, k, () => potential.Evaluate(water).Energy, h);
            Assert.Equal(-slope, result.Forces[k], tolerance * (1 + Math.Abs(slope)));
        }

        for (var k = 0; k < 9; k++)
        {
            double Energy(double strain)
            {
                var f = (double[])Unit.Clone();
                f[k] += strain;
                return potential.Evaluate(water with
                {
                    Positions = RandomConfiguration.Times(water.Positions, f),
                    Box = water.Box is null ? null : RandomConfiguration.Times(water.Box, f),
                }).Energy;
            }

            var slope = FiniteDifference.Derivative(Energy, 0.1 * h);
            Assert.Equal(-slope, result.Virial[k], 10 * tolerance * (1 + Math.Abs(slope)));
        }
    }

    /// <summary>Turned, moved, wrapped otherwise and with its atoms in another order, a configuration has the same energy and the forces that belong.</summary>
    public static void IsInvariant(IPotential potential, RandomConfiguration water, double tolerance)
    {
        var random = new Random(3);
        var result = potential.Evaluate(water);
        var rotation = RandomConfiguration.RandomRotation(random);
        var turned = potential.Evaluate(water with
        {
            Positions = RandomConfiguration.Times(water.Positions, rotation),
            Box = water.Box is null ? null : RandomConfiguration.Times(water.Box, rotation),
        });
        Near(result.Energy, turned.Energy, tolerance);
        Near(RandomConfiguration.Times(result.Forces, rotation), turned.Forces, tolerance);

        var moved = (double[])water.Positions.Clone();
        for (var k = 0; k < moved.Length; k++)
            moved[k] += 0.37 * ((k % 3) + 1);
        for (var i = 0; i < water.Count && water.Box is not null; i++)
        {
            var (x, y, z) = water.Cell.Cartesian(random.Next(-2, 3), random.Next(-2, 3), random.Next(-2, 3));
            (moved[3 * i], moved[(3 * i) + 1], moved[(3 * i) + 2]) = (moved[3 * i] + x, moved[(3 * i) + 1] + y, moved[(3 * i) + 2] + z);
        }

        var shifted = potential.Evaluate(water with { Positions = moved });
        Near(result.Energy, shifted.Energy, 10 * tolerance);
        Near(result.Forces, shifted.Forces, 10 * tolerance);
        Near(result.Virial, shifted.Virial, 100 * tolerance);

        var order = Enumerable.Range(0, water.Count).ToArray();
        random.Shuffle(order);
        var shuffled = potential.Evaluate(water with
        {
            Types = [.. order.Select(i => water.Types[i])],
            Positions = [.. order.SelectMany(i => water.Positions[(3 * i)..((3 * i) + 3)])],
        });
        Near(result.Energy, shuffled.Energy, tolerance);
        Near([.. order.SelectMany(i => result.Forces[(3 * i)..((3 * i) + 3)])], shuffled.Forces, tolerance);
    }

    /// <summary>All numbers are the same to the last bit.</summary>
    public static void SameBits(Evaluation a, Evaluation b)
    {
        Assert.Equal(BitConverter.DoubleToInt64Bits(a.Energy), BitConverter.DoubleToInt64Bits(b.Energy));
        Assert.Equal(a.Forces, b.Forces);
        Assert.Equal(a.Virial, b.Virial);
        Assert.Equal(a.AtomEnergies, b.AtomEnergies);
    }

    /// <summary>After a run of steps with a skin, a potential that was given the memory goes on with the same bits.</summary>
    public static void MemoryGoesOn(Func<IPotential> create, RandomConfiguration start)
    {
        using var first = create();
        first.Skin = 1;
        var now = start;
        var random = new Random(5);
        first.Evaluate(now);
        var builds = first.NeighborListBuilds;
        for (var step = 0; step < 4; step++)
        {
            first.Evaluate(now);
            now = now with { Positions = [.. now.Positions.Select(x => x + (0.02 * (random.NextDouble() - 0.5)))], Box = now.Box?.Select(x => 1.004 * x).ToArray() };
        }

        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, System.Text.Encoding.UTF8, leaveOpen: true))
            first.SaveMemory(writer);
        memory.Position = 0;
        using var second = create();
        second.Skin = 1;
        using (var reader = new BinaryReader(memory, System.Text.Encoding.UTF8, leaveOpen: true))
            second.RestoreMemory(reader);
        Assert.Equal(memory.Length, memory.Position);
        SameBits(first.Evaluate(now), second.Evaluate(now));
        // The list was kept, so there was something to remember.
        Assert.Equal(builds, first.NeighborListBuilds);
    }

    /// <summary>Once warm, evaluations take no memory from the collector.</summary>
    public static void AllocatesNothing(IPotential potential, RandomConfiguration configuration)
    {
        potential.Skin = 0;
        var result = new Evaluation();
        for (var n = 0; n < 3; n++)
            potential.Evaluate(configuration.Configuration, result);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 5; n++)
            potential.Evaluate(configuration.Configuration, result);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Near(double expected, double actual, double tolerance) => Assert.Equal(expected, actual, tolerance);

    private static void Near(double[] expected, double[] actual, double tolerance)
    {
        for (var k = 0; k < expected.Length; k++)
            Assert.Equal(expected[k], actual[k], tolerance);
    }
}
