using Meniscus.Atoms;
using Meniscus.Potentials;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials;

/// <summary>Committees and how far their models differ.</summary>
public sealed class ModelDeviationTests
{
    private static readonly TypeMap Water = new(["O", "H"]);

    [Fact]
    public void Deviations_are_the_standard_deviations_of_the_models()
    {
        using var committee = Models(CommitteeForces.Mean);
        var atoms = RandomConfiguration.Create(new Random(2), CellShape.Cubic, 10, 2, smallestDistance: 1.2);
        var result = committee.Evaluate(atoms);
        var all = committee.Evaluations;
        var perAtom = new double[10];
        var deviation = committee.Deviation(perAtom: perAtom);
        for (var i = 0; i < 10; i++)
        {
            var variance = Enumerable.Range(3 * i, 3).Sum(k => Variance(all.Select(e => e.Forces[k])));
            Assert.Equal(Math.Sqrt(variance), perAtom[i], 1e-12);
        }

        Assert.Equal((perAtom.Max(), perAtom.Min()), (deviation.MaxForce, deviation.MinForce));
        Assert.Equal(perAtom.Average(), deviation.AverageForce, 1e-12);
        var virial = Enumerable.Range(0, 9).Select(k => Math.Sqrt(Variance(all.Select(e => e.Virial[k] / 10)))).ToArray();
        Assert.Equal(virial.Max(), deviation.MaxVirial, 1e-12);
        Assert.Equal(virial.Min(), deviation.MinVirial, 1e-12);
        Assert.Equal(Math.Sqrt(virial.Average(v => v * v)), deviation.AverageVirial, 1e-12);
        Assert.Equal(Math.Sqrt(Variance(all.Select(e => e.Energy / 10))), deviation.Energy, 1e-12);
        Assert.True(deviation.MinForce > 1e-4 && deviation.Energy > 1e-4);
        Assert.Equal(all.Average(e => e.Energy), result.Energy, 1e-12);

        var relative = committee.Deviation(new ModelDeviationOptions { RelativeForce = 0.5, RelativeVirial = 0.2 });
        var ratios = Enumerable.Range(0, 10).Select(i => perAtom[i] / (Norm(result.Forces, 3 * i, 3) + 0.5)).ToArray();
        Assert.Equal(ratios.Max(), relative.MaxForce, 1e-12);
        Assert.Equal(virial.Max() / ((Norm(result.Virial, 0, 9) / 10) + 0.2), relative.MaxVirial, 1e-12);
    }

    [Fact]
    public void Errors_are_taken_from_the_labels()
    {
        using var committee = Models(CommitteeForces.First);
        var atoms = RandomConfiguration.Create(new Random(2), CellShape.Cubic, 6, 2, smallestDistance: 1.2);
        var first = committee.Evaluate(atoms);
        PotentialChecks.SameBits(committee.Evaluations[0], first);
        Assert.Throws<InvalidOperationException>(() => committee.Deviation());
        committee.EvaluateOthers(new Configuration(atoms.Types, atoms.Positions, atoms.Cell));
        var labels = new LabelledFrame(6) { Energy = 1.2 };
        for (var k = 0; k < 18; k++)
            labels.Forces[k] = 0.1 * k;
        var perAtom = new double[6];
        var deviation = committee.Deviation(new ModelDeviationOptions { Labels = labels }, perAtom);
        Assert.Equal(Math.Sqrt(committee.Evaluations.Average(e => Math.Pow((e.Energy - 1.2) / 6, 2))), deviation.Energy, 1e-12);
        Assert.Equal(Math.Sqrt(committee.Evaluations.Average(e => Enumerable.Range(3, 3).Sum(k => Math.Pow(e.Forces[k] - (0.1 * k), 2)))), perAtom[1], 1e-12);
    }

    [Fact]
    public void Models_of_other_types_are_refused_with_both_lists()
    {
        using var water = new Zbl(Water, 1, 2);
        using var more = new Zbl(new TypeMap(["H", "O", "Na"]), 1, 2);
        var error = Assert.Throws<InputException>(() => new Committee([water, more]));
        Assert.Contains("model 2 of 2 has the types [H O Na], the first one [O H]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restored_memory_goes_on_with_the_same_bits() =>
        PotentialChecks.MemoryGoesOn(() => Models(CommitteeForces.Mean), RandomConfiguration.Create(new Random(2), CellShape.Cubic, 10, 2, smallestDistance: 1.2));

    private static Committee Models(CommitteeForces forces) =>
        new([new Zbl(Water, 1.4, 4), new Zbl(new TypeMap(["H", "O"]), 1.2, 4.4), new LennardJones(Water, [new(0.02, 1.6), new(0.01, 1.2)], 4.8, shifted: true)], forces);

    private static double Variance(IEnumerable<double> values)
    {
        var all = values.ToArray();
        return all.Average(v => (v - all.Average()) * (v - all.Average()));
    }

    private static double Norm(double[] values, int from, int count) => Math.Sqrt(values.AsSpan(from, count).ToArray().Sum(v => v * v));
}
