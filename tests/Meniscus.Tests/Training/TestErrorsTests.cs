using CsCheck;
using Meniscus.Atoms;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

public class TestErrorsTests
{
    private const FrameLabels All = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial;

    [Fact]
    public void ErrorsAreThoseOfDpTest()
    {
        var errors = new TestErrors();
        // Two frames of two atoms; energies off by 3 and -1, one force component off by 6 in all, virials off by 2 and 0.
        errors.Add(new LabelledFrame(2) { Labels = All }, 3, [6, 0, 0, 0, 0, 0], Filled(9, 2));
        errors.Add(new LabelledFrame(2) { Labels = All }, -1, new double[6], new double[9]);

        Assert.Equal(2, errors.FrameCount);
        Close(Math.Sqrt((9 + 1) / 2.0), 2, errors.Energy);
        Close(Math.Sqrt((9 + 1) / 2.0) / 2, 1, errors.EnergyPerAtom);
        Close(Math.Sqrt(36 / 12.0), 0.5, errors.Force);
        Close(Math.Sqrt(9 * 4 / 18.0), 1, errors.Virial);
        Close(Math.Sqrt(9 * 4 / 18.0) / 2, 0.5, errors.VirialPerAtom);
    }

    [Fact]
    public void SystemsCombineWithTheirNumbersOfValuesAsWeights()
    {
        Gen.Select(Gen.Double[-1, 1].Array[1, 20], Gen.Double[-1, 1].Array[1, 20]).Sample((first, second) =>
        {
            var a = Statistic(first);
            var b = Statistic(second);
            var both = a;
            both.Add(b);
            var weighted = Math.Sqrt((a.Count * a.Rmse * a.Rmse + b.Count * b.Rmse * b.Rmse) / (a.Count + b.Count));
            Assert.Equal(weighted, both.Rmse, 1e-12);
            Assert.Equal((a.Count * a.Mae + b.Count * b.Mae) / (a.Count + b.Count), both.Mae, 1e-12);
        });
    }

    [Fact]
    public void AddingASystemIsAddingItsFrames()
    {
        var (whole, first, second) = (new TestErrors(), new TestErrors(), new TestErrors());
        foreach (var (part, atoms, energy) in new[] { (first, 2, 0.5), (second, 5, -2.0), (second, 5, 0.1) })
        {
            foreach (var errors in new[] { part, whole })
                errors.Add(new LabelledFrame(atoms) { Labels = All }, energy, Filled(3 * atoms, energy), Filled(9, energy));
        }
        first.Add(second);
        Assert.Equal(whole.FrameCount, first.FrameCount);
        Assert.Equal(whole.EnergyPerAtom.Rmse, first.EnergyPerAtom.Rmse, 1e-15);
        Assert.Equal(whole.Force.Mae, first.Force.Mae, 1e-15);
        Assert.Equal(whole.VirialPerAtom.Rmse, first.VirialPerAtom.Rmse, 1e-15);
    }

    [Fact]
    public void LabelsThatAreMissingDoNotCount()
    {
        var errors = new TestErrors();
        errors.Add(new LabelledFrame(1) { Labels = FrameLabels.Force }, 5, [3, 3, 3], Filled(9, 1));
        errors.Add(new LabelledFrame(1) { Labels = FrameLabels.Virial, Periodic = false }, 5, [3, 3, 3], Filled(9, 1));
        Assert.Equal(3, errors.Force.Rmse, 1e-15);
        Assert.Equal(0, errors.Virial.Count);
        Assert.True(double.IsNaN(errors.Energy.Rmse) && double.IsNaN(errors.VirialPerAtom.Mae));
    }

    [Fact]
    public void PaddingAtomsDoNotCount()
    {
        var frame = new LabelledFrame(2) { Labels = All };
        frame.Types[1] = -1;
        var errors = new TestErrors();
        errors.Add(frame, 4, [1, 1, 1, 100, 100, 100], new double[9]);
        Assert.Equal(4, errors.EnergyPerAtom.Rmse);
        Assert.Equal(3, errors.Force.Count);
        Assert.Equal(1, errors.Force.Rmse);
    }

    private static ErrorStatistic Statistic(double[] differences)
    {
        var statistic = new ErrorStatistic();
        foreach (var difference in differences)
            statistic.Add(difference);
        return statistic;
    }

    private static void Close(double rmse, double mae, ErrorStatistic statistic)
    {
        Assert.Equal(rmse, statistic.Rmse, 1e-14);
        Assert.Equal(mae, statistic.Mae, 1e-14);
    }

    private static double[] Filled(int count, double value) => [.. Enumerable.Repeat(value, count)];
}
