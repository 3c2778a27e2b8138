using Meniscus.Training;

namespace Meniscus.Tests.Training;

public sealed class LearningCurveFileTests : IDisposable
{
    private static readonly string[] Names = ["rmse", "rmse_e", "rmse_f"];

    private readonly string _folder = Directory.CreateTempSubdirectory("meniscus").FullName;

    private string Curve => Path.Combine(_folder, "lcurve.out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ColumnsAndFormatsAreThoseOfDeepmdKit()
    {
        using (var file = LearningCurveFile.Create(Curve, Names, validation: true))
        {
            file.Append(1, [27.5, 0.435, 0.8442], [26.71, double.NaN, 0.844213], 1e-3);
            file.Append(1_000_000, [1.005e-100, 2.5e-5, 123456], [0.03, -1e-10, 0], 3.51e-8);
        }

        // The lines that printf("%7d"), ("   %11.2e %11.2e") and ("   %8.1e") give.
        Assert.Equal(
            [
                "#  step      rmse_val    rmse_trn    rmse_e_val  rmse_e_trn    rmse_f_val  rmse_f_trn         lr",
                "# An error reads nan where the data has nothing to compare with",
                "      1      2.75e+01    2.67e+01      4.35e-01         nan      8.44e-01    8.44e-01    1.0e-03",
                "1000000     1.00e-100    3.00e-02      2.50e-05   -1.00e-10      1.23e+05    0.00e+00    3.5e-08",
            ],
            File.ReadAllLines(Curve));
    }

    [Fact]
    public void WithoutValidationThereAreTrainingColumnsOnly()
    {
        using (var file = LearningCurveFile.Create(Curve, Names, validation: false))
            file.Append(100, [], [1, 2, 3], 1e-3);
        var lines = File.ReadAllLines(Curve);
        Assert.Equal("#  step      rmse_trn    rmse_e_trn    rmse_f_trn         lr", lines[0]);
        Assert.Equal("    100      1.00e+00      2.00e+00      3.00e+00    1.0e-03", lines[2]);
    }

    [Fact]
    public void ARestartDropsWhatCameAfterIt()
    {
        using (var file = LearningCurveFile.Create(Curve, Names, validation: false))
        {
            for (var step = 100; step <= 500; step += 100)
                file.Append(step, [], [step, 1, 1], 1e-3);
        }

        File.AppendAllText(Curve, "    600      1.0");
        using (var file = LearningCurveFile.Continue(Curve, Names, validation: false, restartStep: 300))
            file.Append(400, [], [7, 7, 7], 1e-4);
        var curve = LearningCurve.Read(Curve);
        Assert.Equal([100.0, 200, 300, 400], curve.Column("step"));
        Assert.Equal([100.0, 200, 300, 7], curve.Column("rmse_trn"));
        Assert.Equal(1e-4, curve.Column("lr")[^1]);
        var e = Assert.Throws<InputException>(() => LearningCurveFile.Continue(Curve, Names, validation: true, restartStep: 300));
        Assert.Contains("lcurve.out", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ContinuingWithoutAFileStartsOne()
    {
        using (var file = LearningCurveFile.Continue(Curve, Names, validation: false, restartStep: 300))
            file.Append(400, [], [7, 7, 7], 1e-4);
        Assert.Equal([400.0], LearningCurve.Read(Curve).Column("step"));
    }

    [Fact]
    public void RowsCanBeWatchedWhileTheRunGoesOn()
    {
        using var file = LearningCurveFile.Create(Curve, Names, validation: false);
        file.Append(1, [], [1, 2, 3], 1e-3);
        using var reader = new StreamReader(new FileStream(Curve, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.EndsWith("1.0e-03\n", reader.ReadToEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void OtherWritersCurvesAreRead()
    {
        File.WriteAllText(Curve, "# step         rmse_val    rmse_trn   lr      \n# If there is no data, nan\n      1           nan    2.00e+00    1.0e-03\n");
        var curve = LearningCurve.Read(Curve);
        Assert.Equal(["step", "rmse_val", "rmse_trn", "lr"], curve.Columns);
        Assert.True(double.IsNaN(curve.Column("rmse_val")[0]));
        Assert.Throws<InputException>(() => curve.Column("rmse_e_val"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2 3\n")]
    [InlineData("# step rmse_trn lr\n 1 2\n")]
    [InlineData("# step rmse_trn lr\n 1 x 3\n")]
    public void FilesThatAreNoCurvesAreErrors(string text)
    {
        File.WriteAllText(Curve, text);
        var e = Assert.Throws<InputException>(() => LearningCurve.Read(Curve));
        Assert.Contains(Curve, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AveragesHaveTheirOwnFile()
    {
        var path = LearningCurveAveragesFile.PathBeside(Curve);
        Assert.Equal("lcurve.full.csv", Path.GetFileName(path));
        using (var file = LearningCurveAveragesFile.Create(path, Names, validation: true))
        {
            file.Append(100, [1.5, 2, 3], [4, double.NaN, 6], 1e-3, 12.3456, 61.04);
            file.Append(200, [1, 2, 3], [4, 5, 6], 3.51e-8, 12, 122);
        }

        using (var file = LearningCurveAveragesFile.Continue(path, Names, validation: true, restartStep: 100))
            file.Append(200, [7, 7, 7], [7, 7, 7], 1e-3, 1, 2);
        Assert.Equal(
            [
                "step,rmse_trn,rmse_e_trn,rmse_f_trn,rmse_val,rmse_e_val,rmse_f_val,lr,ms_per_step,wall_time_s",
                "100,1.5,2,3,4,,6,0.001,12.346,61.0",
                "200,7,7,7,7,7,7,0.001,1.000,2.0",
            ],
            File.ReadAllLines(path));
    }
}
