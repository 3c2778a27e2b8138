using Meniscus.Atoms;
using Meniscus.Building;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Building;

public sealed class WaterBoxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 298.15)]
    [InlineData(32, 300)]
    [InlineData(192, 300)]
    [InlineData(192, 600)]
    public void ABoxHasTheMoleculesTheDensityAndNoOverlap(int count, double temperature)
    {
        var frame = Build(new() { WaterCount = count, Temperature = temperature });
        Assert.Equal(3 * count, frame.AtomCount);
        Assert.Equal(WaterDensity.At(temperature), AtomicMasses.Density(frame), 1e-9);
        AssertWaters(frame, count);
        AssertContacts(frame);
        var masses = AtomicMasses.PerAtom(frame);
        if (count > 1)
            Assert.Equal(temperature, MaxwellBoltzmann.Temperature(masses, frame.Velocities!), 1e-9);
        for (var k = 0; k < 3; k++)
            Assert.Equal(0, Enumerable.Range(0, frame.AtomCount).Sum(i => masses[i] * frame.Velocities![(3 * i) + k]), 1e-9);
    }

    [Theory]
    [InlineData(1.35)]
    [InlineData(0.02)]
    public void DenseAndThinBoxesHaveNoOverlap(double density) => AssertContacts(Build(new() { WaterCount = 150, Density = density }));

    [Fact]
    public void SolutesAreInTheBoxAndInItsDensity()
    {
        var solutes = MoleculeLibrary.Names.Where(name => name != "H2O").Append("Na+").Append("Cl-").Append("Ca2+").Select(name => (Molecule.Named(name), 1)).ToList();
        var frame = Build(new() { Edges = (18, 19, 22), Density = 1.05, Solutes = solutes });
        Assert.Equal(1.05, AtomicMasses.Density(frame), 0.002);
        AssertContacts(frame);
        var waters = (frame.AtomCount - solutes.Sum(s => s.Item1.AtomCount)) / 3;
        var molecules = Molecules.Find(frame);
        Assert.Equal(waters + solutes.Count, molecules.Count);
        // Each molecule is found again with its own atoms.
        for (var s = 0; s < solutes.Count; s++)
            Assert.Equal(solutes[s].Item1.Elements, molecules.Atoms(waters + s).ToArray().Select(frame.NameOf));
    }

    [Fact]
    public void TheSameSeedGivesTheSameBox()
    {
        var options = new WaterBoxOptions { WaterCount = 20, Temperature = 300, Seed = 5 };
        var (a, b, c) = (Build(options), Build(options), Build(options with { Seed = 6 }));
        Assert.Equal(a.Positions, b.Positions);
        Assert.Equal(a.Velocities!, b.Velocities!);
        Assert.NotEqual(a.Positions, c.Positions);
        // Velocities do not change where the molecules are.
        Assert.Equal(a.Positions, Build(options with { Temperature = null, Density = WaterDensity.At(300) }).Positions);
    }

    [Fact]
    public void OrientationsAreRandom()
    {
        var frame = Build(new() { WaterCount = 1000 });
        Span<double> sum = stackalloc double[3];
        for (var i = 0; i < 9000; i++)
            sum[i % 3] += frame.Positions[i] - frame.Positions[(i / 9 * 9) + (i % 3)];
        // 1000 vectors of 1.17 Å: the mean of each component has a standard deviation of 21 Å/1000.
        foreach (var component in sum)
            Assert.InRange(Math.Abs(component), 0, 90);
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        var error = Assert.Throws<InputException>(() => Build(new() { WaterCount = 135, Edges = (11, 11, 11) }));
        Assert.Contains("do not fit into 11 x 11 x 11 Å", error.Message, StringComparison.Ordinal);
        Assert.Contains("fill", Assert.Throws<InputException>(() => Build(new() { WaterCount = 1000, Edges = (11, 11, 11) })).Message, StringComparison.Ordinal);
        Assert.Contains("leave one of them out", Assert.Throws<InputException>(() => Build(new() { WaterCount = 1, Edges = (9, 9, 9), Density = 1 })).Message, StringComparison.Ordinal);
        Assert.Contains("give at least one", Assert.Throws<InputException>(() => Build(new())).Message, StringComparison.Ordinal);
        Assert.Contains("give the density", Assert.Throws<InputException>(() => Build(new() { WaterCount = 1, Temperature = 700 })).Message, StringComparison.Ordinal);
        Assert.Contains("a box of 0 water", Assert.Throws<InputException>(() => Build(new() { Edges = (2, 2, 2) })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(277.13, 0.999972, 2e-6)]
    [InlineData(298.15, 0.997045, 2e-6)]
    [InlineData(373.12, 0.95837, 3e-5)]
    [InlineData(373.2, 0.95831, 5e-5)]
    [InlineData(500, 0.83131, 3e-4)]
    [InlineData(600, 0.64941, 5e-4)]
    public void DensitiesAreThoseOfTheTables(double temperature, double density, double tolerance) =>
        Assert.Equal(density, WaterDensity.At(temperature), tolerance);

    [Theory]
    [InlineData("H2O", 0, 1, 0.9572)]
    [InlineData("CO2", 0, 2, 2.32)]
    [InlineData("NH4+", 1, 2, 1.6673)]
    [InlineData("H3O+", 1, 2, 1.6116)]
    [InlineData("NO3-", 1, 3, 2.1651)]
    [InlineData("methanol", 1, 2, 0.963)]
    [InlineData("methanol", 0, 2, 1.9474)]
    public void GeometriesAreThoseNamed(string name, int i, int j, double distance)
    {
        var p = Molecule.Named(name).Positions;
        Assert.Equal(distance, Math.Sqrt(Enumerable.Range(0, 3).Sum(k => Math.Pow(p[(3 * i) + k] - p[(3 * j) + k], 2))), 1e-4);
    }

    [Theory]
    [InlineData("Na+", "Na", 1)]
    [InlineData("Cl-", "Cl", -1)]
    [InlineData("Ca2+", "Ca", 2)]
    [InlineData("Mg+2", "Mg", 2)]
    [InlineData("K", "K", 0)]
    [InlineData("Co", "Co", 0)]
    public void IonsAreNamedByElementAndCharge(string name, string element, int charge)
    {
        var molecule = Molecule.Named(name);
        Assert.Equal([element], molecule.Elements);
        Assert.Equal(charge, molecule.Charge);
    }

    [Fact]
    public void MoleculesComeFromFilesToo()
    {
        var path = _folder.File("ethane.xyz");
        File.WriteAllText(path, "8\n\nC 0 0 0\nC 0 0 1.53\nH 1.02 0 -0.39\nH -0.51 0.88 -0.39\nH -0.51 -0.88 -0.39\nH -1.02 0 1.92\nH 0.51 0.88 1.92\nH 0.51 -0.88 1.92\n");
        var frame = Build(new() { WaterCount = 30, Solutes = [(Molecule.Named(path), 2)] });
        Assert.Equal(106, frame.AtomCount);
        AssertContacts(frame);
        Assert.Contains("did you mean methanol?", Assert.Throws<InputException>(() => Molecule.Named("methanl")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SpeedsAreThoseOfMaxwellAndBoltzmann()
    {
        var masses = Enumerable.Repeat(15.999, 20000).ToArray();
        var v = MaxwellBoltzmann.Draw(masses, 300, new RandomStream(3, "test"));
        var variance = Units.Boltzmann * 300 / (15.999 * Units.MassVelocitySquared);
        Assert.Equal(3, v.Average(x => Math.Pow(x, 4)) / (variance * variance), 0.1);
        Assert.Equal(0, v.Average(x => x * x * x) / Math.Pow(variance, 1.5), 0.05);
    }

    private static Frame Build(WaterBoxOptions options) => WaterBox.Build(options, TestContext.Current.CancellationToken);

    /// <summary>Every molecule has the geometry of water, and they come in the order O H H.</summary>
    private static void AssertWaters(Frame frame, int count)
    {
        var p = frame.Positions;
        for (var m = 0; m < count; m++)
        {
            Assert.Equal(["O", "H", "H"], Enumerable.Range(3 * m, 3).Select(frame.NameOf));
            Assert.Equal(0.9572, Distance(p, 3 * m, (3 * m) + 1), 1e-9);
            Assert.Equal(0.9572, Distance(p, 3 * m, (3 * m) + 2), 1e-9);
            Assert.Equal(1.5139, Distance(p, (3 * m) + 1, (3 * m) + 2), 1e-4);
        }
    }

    private static double Distance(double[] p, int i, int j) => Math.Sqrt(Enumerable.Range(0, 3).Sum(k => Math.Pow(p[(3 * i) + k] - p[(3 * j) + k], 2)));

    /// <summary>No two atoms of different molecules, images included, are closer than they may be.</summary>
    private static void AssertContacts(Frame frame)
    {
        var molecules = Molecules.Find(frame);
        var list = new NeighborList();
        list.Build(frame.Positions, frame.Cell, 4);
        for (var i = 0; i < frame.AtomCount; i++)
        {
            for (var p = list.Start[i]; p < list.Start[i + 1]; p++)
            {
                var (j, s) = (list.Neighbors[p], 3 * list.Shifts[p]);
                var d = Math.Sqrt(Enumerable.Range(0, 3).Sum(k => Math.Pow(list.WrappedPositions[(3 * j) + k] + list.ShiftVectors[s + k] - list.WrappedPositions[(3 * i) + k], 2)));
                if (molecules.MoleculeOf[i] != molecules.MoleculeOf[j])
                    Assert.True(d >= Smallest(frame.NameOf(i), frame.NameOf(j)) - 1e-9, $"{frame.NameOf(i)} {frame.NameOf(j)} {d}");
            }
        }

        static double Smallest(string a, string b) => (a, b) switch
        {
            ("O", "O") => 2.4,
            ("O", "H") or ("H", "O") or ("H", "H") => 1.5,
            _ => ContactDistance.Between(a, b),
        };
    }
}
