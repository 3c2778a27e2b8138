using Meniscus.Analysis;
using Meniscus.Atoms;
using Meniscus.Numerics;

namespace Meniscus.Tests.Analysis;

public sealed class StructureTests
{
    private static readonly TypeMap Water = new(["O", "H"]);

    [Fact]
    public void AnIdealGasHasAFlatRadialDistributionBeyondHalfTheCell()
    {
        var random = new RandomStream(1, "gas");
        var rdf = new RadialDistribution([("O", "O"), ("O", "H"), ("H", "O")], cutoff: 9, binCount: 18);
        var cell = new Cell([8, 0, 0, 2, 9, 0, -1, 3, 10]);
        for (var frame = 0; frame < 400; frame++)
            rdf.Add(RandomGas(random, cell, 20, 30));
        for (var pair = 0; pair < 3; pair++)
        {
            var g = rdf.Function(pair);
            // Bins above 2 Å have thousands of pairs.
            Assert.All(g[4..], value => Assert.InRange(value.Mean, 0.9, 1.1));
            Assert.InRange(g[4..].Count(value => Math.Abs(value.Mean - 1) < 2 * value.StandardError), 9, 14);
        }

        var expected = 30 / 720.0 * 4 / 3 * Math.PI * 729;
        Assert.InRange(rdf.Coordination(1)[^1].Mean, 0.99 * expected, 1.01 * expected);
        Assert.Equal(rdf.Function(1).Select(v => v.Mean), rdf.Function(2).Select(v => v.Mean), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void ALatticeHasItsShells()
    {
        // Simple cubic, edge 3: 6 neighbours at 3, 12 at 4.24.
        var positions = new double[3 * 27];
        for (var i = 0; i < 27; i++)
            (positions[3 * i], positions[(3 * i) + 1], positions[(3 * i) + 2]) = (3 * (i % 3), 3 * (i / 3 % 3), 3 * (i / 9));
        var rdf = new RadialDistribution([("O", "O")], cutoff: 5, binCount: 500);
        rdf.Add(new Frame(Water, new int[27], positions, Cell.Orthorhombic(9, 9, 9)));
        var coordination = rdf.Coordination(0);
        Assert.Equal([0, 6, 18], new[] { coordination[290].Mean, coordination[310].Mean, coordination[^1].Mean });
        Assert.InRange(rdf.Shell(0)!.Value.PeakPosition.Mean, 2.95, 3.05);
    }

    [Fact]
    public void WhatIsNotThereCannotBePaired()
    {
        var rdf = new RadialDistribution([("O", "Na")]);
        var error = Assert.Throws<InputException>(() => rdf.Add(RandomGas(new RandomStream(1, ""), Cell.Orthorhombic(9, 9, 9), 2, 2)));
        Assert.Equal("pair element 'Na' is not in the trajectory; it has O H", error.Message);
        Assert.Throws<InputException>(() => new RadialDistribution([("O", "O")]).Add(RandomGas(new RandomStream(1, ""), Cell.None, 2, 2)));
    }

    [Fact]
    public void ADriftingSlabGivesBackItsProfile()
    {
        var (profile, _) = Slab(frames: 200, axis: 2);
        var fit = profile.Fit();
        Assert.NotNull(fit);
        // The mass in the cell over 24 Å of liquid and 36 Å of vapour that has 0.02 of its density.
        var liquid = 900 * 15.999 * Units.AmuPerCubicAngstrom / (30 * 30 * (24 + (0.02 * 36)));
        Covers(liquid, fit.Liquid);
        Covers(0.02 * liquid, fit.Vapour);
        Covers(-12, fit.Lower);
        Covers(12, fit.Upper);
        Covers(1.2 * InterfaceFit.WidthPerDecay, fit.LowerWidth);
        Covers(1.2 * InterfaceFit.WidthPerDecay, fit.UpperWidth);
        Assert.InRange(fit.Lower.StandardError, 0.001, 0.2);
        Assert.InRange(profile.LargestDrift, 15, 25);
        // The integral of the profile is the mass in the cell.
        var mass = profile.MassDensity().Sum(v => v.Mean) * profile.Length / profile.BinCount;
        Assert.Equal(900 * 15.999 * Units.AmuPerCubicAngstrom / (30 * 30), mass, 9);
    }

    [Fact]
    public void TheCheckOfASlabSeesDriftAndVapour()
    {
        var (_, frames) = Slab(frames: 60, axis: 0);
        var check = new SlabCheck(axis: 0);
        frames.ForEach(check.Add);
        var warnings = check.Warnings();
        Assert.Contains(warnings, w => w.Contains("drifts", StringComparison.Ordinal));
        Assert.Contains(warnings, w => w.Contains("vapour", StringComparison.Ordinal));
        var filled = new SlabCheck();
        for (var i = 0; i < 20; i++)
            filled.Add(RandomGas(new RandomStream(i, "filled"), Cell.Orthorhombic(9, 9, 9), 50, 50));
        Assert.Contains(filled.Warnings(), w => w.Contains("no two interfaces", StringComparison.Ordinal));
    }

    [Fact]
    public void BrownianMotionGivesItsDiffusionCoefficientThroughTheFaces()
    {
        // Steps of variance 2D Δt per component: D = 0.2, Δt = 0.1.
        var random = new RandomStream(4, "brown");
        var msd = new MeanSquaredDisplacement(new DisplacementOptions { LongestLag = 2 });
        var cell = new Cell([10, 0, 0, 3, 11, 0, 1, -2, 12]);
        var frame = RandomGas(random, cell, 50, 0);
        for (var step = 0; step < 2000; step++)
        {
            var positions = Array.ConvertAll(frame.Positions, x => x + (Math.Sqrt(2 * 0.2 * 0.1) * random.NextNormal()) + 0.05);
            for (var p = 0; p < positions.Length; p += 3)
            {
                var (a, b, c) = cell.Fractional(positions[p], positions[p + 1], positions[p + 2]);
                (positions[p], positions[p + 1], positions[p + 2]) = cell.Cartesian(a - Math.Floor(a), b - Math.Floor(b), c - Math.Floor(c));
            }

            frame = new Frame(Water, frame.Types, positions, cell) { Time = 0.1 * step };
            msd.Add(frame);
        }

        var result = msd.Result();
        // The centre of mass of 50 atoms is taken off, and with it a fiftieth of the motion.
        Covers(0.2 * 49 / 50, result.Diffusion, 4);
        Assert.InRange(result.Diffusion.StandardError, 0.0002, 0.01);
        Assert.Equal(10, result.BlockCount);
        Assert.InRange(msd.LongestStep, 0.03, 0.2);
        Assert.Equal(6 * 0.196 * 1.0, result.Displacement[10].Mean, 0.03);
    }

    [Fact]
    public void BallisticMotionIsExactAndUnwrappedFramesAreBelieved()
    {
        var msd = new MeanSquaredDisplacement(new DisplacementOptions { RemoveDrift = false, FrameInterval = 0.5, LongestLag = 2 });
        for (var step = 0; step < 20; step++)
            msd.Add(new Frame(Water, [0], [7.0 * step, 0, 0], Cell.Orthorhombic(10, 10, 10)) { Unwrapped = true });
        Assert.Equal([0, 49, 196], msd.Result().Displacement.Take(3).Select(v => v.Mean));
    }

    [Fact]
    public void TheFiniteSizeCorrectionOfWaterIsThatOfTheFormula()
    {
        // 298 K, 0.896 mPa·s, 18.643 Å: 2.837297·k_B·T/(6πηL) = 3.708e-10 m²/s = 0.03708 Å²/ps.
        var expected = 2.837297 * 1.380649e-23 * 298 / (6 * Math.PI * 0.896e-3 * 18.643e-10) * 1e8;
        Assert.Equal(expected, DisplacementResult.FiniteSizeCorrection(298, 0.896, Math.Pow(18.643, 3)), 8);
        Assert.InRange(expected, 0.037, 0.0372);
    }

    [Fact]
    public void FramesThatDoNotFollowEachOtherAreRefused()
    {
        var msd = new MeanSquaredDisplacement(new DisplacementOptions());
        foreach (var time in new[] { 0.0, 1, 2, 4, 5 })
            msd.Add(new Frame(Water, [0], [0, 0, 0], Cell.Orthorhombic(10, 10, 10)) { Time = time });
        Assert.Contains("frames 1 and 2", Assert.Throws<InputException>(msd.Result).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => msd.Add(new Frame(Water, [0, 0], new double[6], Cell.None)));
        Assert.Throws<InputException>(() => new MeanSquaredDisplacement(new DisplacementOptions { Element = "Xe" }).Add(new Frame(Water, [0], new double[3], Cell.None)));
    }

    [Fact]
    public void MoleculesAcrossTheFacesAreFoundAndPointWhereTheyPoint()
    {
        // Ten molecules above the centre pointing up, ten below it tilted by 60°, all with an H across a face in x.
        var profile = new OrientationProfile(axis: 2, binWidth: 5);
        var (types, positions) = (new List<int>(), new List<double>());
        for (var m = 0; m < 20; m++)
        {
            var up = m < 10;
            var (x, z) = (0.1, up ? 26.0 : 24.0);
            var tilt = up ? 0 : Math.PI / 3;
            double[] direction = [0, Math.Sin(tilt) * 0.6, Math.Cos(tilt) * 0.6];
            types.AddRange([0, 1, 1]);
            positions.AddRange([x, 3.0 * m, z]);
            positions.AddRange([x - 0.76 + 60, (3.0 * m) + direction[1], z + direction[2]]);
            positions.AddRange([x + 0.76, (3.0 * m) + direction[1], z + direction[2]]);
        }

        types.Add(0);
        positions.AddRange([30, 30, 25]);
        for (var frame = 0; frame < 3; frame++)
            profile.Add(new Frame(Water, [.. types], [.. positions], Cell.Orthorhombic(60, 60, 50)));
        var cosine = profile.Cosine().Select(v => v.Mean).Where(double.IsFinite).ToArray();
        Assert.Equal([0.5, 1], cosine, (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal([-0.125, 1], profile.SecondLegendre().Select(v => v.Mean).Where(double.IsFinite), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal((60, 3), (profile.MoleculeCount, profile.OtherOxygens));
    }

    [Fact]
    public void AFrameWithoutWaterHasNoOrientation()
    {
        var frame = new Frame(new TypeMap(["Na"]), [0], [0, 0, 0], Cell.Orthorhombic(9, 9, 9));
        Assert.Contains("no water", Assert.Throws<InputException>(() => new OrientationProfile().Add(frame)).Message, StringComparison.Ordinal);
        var error = Assert.Throws<InputException>(() => new DensityProfile().Add(new Frame(new TypeMap(["1"]), [0], [0, 0, 0], Cell.Orthorhombic(9, 9, 9))));
        Assert.Contains("type '1' is no element", error.Message, StringComparison.Ordinal);
    }

    internal static Frame RandomGas(RandomStream random, Cell cell, int oxygens, int hydrogens)
    {
        var count = oxygens + hydrogens;
        var positions = new double[3 * count];
        for (var i = 0; i < count; i++)
        {
            var (a, b, c) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
            (positions[3 * i], positions[(3 * i) + 1], positions[(3 * i) + 2]) = cell.IsPeriodic ? cell.Cartesian(a, b, c) : (a, b, c);
        }

        return new Frame(Water, [.. Enumerable.Range(0, count).Select(i => i < oxygens ? 0 : 1)], positions, cell);
    }

    /// <summary>O atoms drawn from tanh profiles with surfaces at ±12 Å, decay 1.2 Å, vapour 0.02 of the liquid; the slab wanders once around a cell of 60 Å.</summary>
    private static (DensityProfile Profile, List<Frame> Frames) Slab(int frames, int axis)
    {
        var random = new RandomStream(9, "slab");
        var profile = new DensityProfile(axis, 0.5);
        var list = new List<Frame>();
        const int Atoms = 900;
        for (var frame = 0; frame < frames; frame++)
        {
            var centre = 60.0 * frame / frames * 20 / 60;
            var positions = new double[3 * Atoms];
            for (var i = 0; i < Atoms; i++)
            {
                positions[(3 * i) + ((axis + 1) % 3)] = 30 * random.NextDouble();
                positions[(3 * i) + ((axis + 2) % 3)] = 30 * random.NextDouble();
                positions[(3 * i) + axis] = centre + DrawHeight(random);
            }

            Cell cell = axis == 2 ? Cell.Orthorhombic(30, 30, 60) : Cell.Orthorhombic(60, 30, 30);
            list.Add(new Frame(Water, new int[Atoms], positions, cell));
            profile.Add(list[^1]);
        }

        return (profile, list);
    }

    private static double DrawHeight(RandomStream random)
    {
        while (true)
        {
            var z = 60 * (random.NextDouble() - 0.5);
            var density = 0.02 + (0.98 / 2 * (Math.Tanh((z + 12) / 1.2) - Math.Tanh((z - 12) / 1.2)));
            if (random.NextDouble() < density)
                return z;
        }
    }

    private static void Covers(double expected, Estimate estimate, double errors = 4)
    {
        Assert.True(estimate.StandardError > 0, $"no error on {estimate.Mean}");
        Assert.True(
            Math.Abs(estimate.Mean - expected) < (errors * estimate.StandardError) + (0.01 * Math.Abs(expected)),
            $"{estimate} is not {expected}");
    }
}
