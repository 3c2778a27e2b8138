using System.Globalization;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Cli;

public sealed class PlotVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void PlotsALearningCurveWithValidation()
    {
        var curve = Write("lcurve.out", "#  step rmse_val rmse_trn rmse_e_val rmse_e_trn rmse_f_val rmse_f_trn lr", 8);
        var run = ProgramRun.Of("plot", curve, "-o", _folder.File("lcurve.svg"), "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error.Replace($"wrote {_folder.File("lcurve.svg")}", "", StringComparison.Ordinal).Trim()));
        var svg = File.ReadAllText(_folder.File("lcurve.svg"));
        Assert.Contains("validation", svg, StringComparison.Ordinal);
        Assert.Contains("RMSE (meV/Å)", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("Virial", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void PlotsDetailFilesByTheirPrefix()
    {
        Write("detail.e_peratom.out", "# water: data_e pred_e", 2);
        Write("detail.f.out", "# water: data_fx data_fy data_fz pred_fx pred_fy pred_fz", 6);
        Assert.Equal(0, ProgramRun.Of("plot", _folder.File("detail"), "-o", _folder.File("parity.svg")).ExitCode);
        var svg = File.ReadAllText(_folder.File("parity.svg"));
        Assert.Contains("predicted (eV/Å)", svg, StringComparison.Ordinal);
        Assert.Contains("RMSE", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void RefusesWhatItCannotPlotInOneLine()
    {
        var curve = Write("lcurve.out", "#  step rmse_e_trn rmse_f_trn lr", 4);
        var unnamed = Write("unnamed.out", "# one two three four", 4);
        File.WriteAllText(_folder.File("torn.f.out"), "# a: data_fx pred_fx\n1 2\n1 2 3\n");
        File.WriteAllText(_folder.File("text.f.out"), "hello world\n");
        File.WriteAllText(_folder.File("empty.f.out"), "");
        File.WriteAllText(_folder.File("odd.f.out"), "1 2 3\n");

        Refuses("x.pdf: a plot can be saved as PNG or SVG", curve, "-o", "x.pdf");
        Refuses("unnamed.out: the first line is not the header of a learning curve", unnamed);
        Refuses("torn.f.out line 3: 3 columns where the rows before have 2", _folder.File("torn"));
        Refuses("text.f.out line 1: 'hello' is not a number", _folder.File("text"));
        Refuses("empty.f.out: has no row of numbers", _folder.File("empty"));
        Refuses("odd.f.out: 3 columns; expected as many predictions as references", _folder.File("odd"));
    }

    private static void Refuses(string expected, params string[] args)
    {
        var run = ProgramRun.Of(["plot", .. args]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.ErrorLine, StringComparison.Ordinal);
    }

    private string Write(string name, string header, int columns)
    {
        var rows = Enumerable.Range(1, 20).Select(row =>
            string.Join(' ', Enumerable.Range(0, columns).Select(c => (c == 0 ? row : 1.0 / (row + c)).ToString(CultureInfo.InvariantCulture))));
        File.WriteAllLines(_folder.File(name), [header, .. rows]);
        return _folder.File(name);
    }
}
