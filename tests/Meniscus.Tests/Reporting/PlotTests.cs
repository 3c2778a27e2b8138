using System.Xml.Linq;
using Meniscus.Reporting;
using Meniscus.Tests.Fixtures;
using SkiaSharp;

namespace Meniscus.Tests.Reporting;

public sealed class PlotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheLearningCurvePicturesHaveTheRightSizeAndInk()
    {
        LearningCurvePlot.Save(Curve(), _folder.File("curve.png"));
        using var picture = SKBitmap.Decode(_folder.File("curve.png"));
        Assert.Equal((2080, 1360), (picture.Width, picture.Height));
        Assert.Contains(SKColor.Parse("#0072B2"), picture.Pixels);
        Assert.Contains(SKColor.Parse("#D55E00"), picture.Pixels);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheFontInTheAssemblyHasTheSignsOfTheField(bool bold)
    {
        using var font = new PlotFont().CreateTypeface(PlotFont.Family, bold, italic: false);
        Assert.NotNull(font);
        Assert.Equal((PlotFont.Family, bold), (font.FamilyName, font.IsBold));
        Assert.True(font.ContainsGlyphs("Å²³⁻⁰¹⁹·−±×≤≈→∂ΔΞγρσμ°"));
    }

    [Fact]
    public void TheTitleIsDrawn()
    {
        // Where no font is found, Skia draws nothing and says nothing: the strip with the title stays white.
        LearningCurvePlot.Save(Curve(), _folder.File("curve.png"));
        using var picture = SKBitmap.Decode(_folder.File("curve.png"));
        var strip = Enumerable.Range(0, 60).SelectMany(y => Enumerable.Range(400, 300).Select(x => picture.GetPixel(x, y)));
        Assert.InRange(strip.Count(pixel => pixel.Red < 100), 200, 5000);
    }

    [Fact]
    public void TheSvgIsWellFormedAndNamesFallbackFonts()
    {
        LearningCurvePlot.Save(Curve(), _folder.File("curve.svg"), logarithmicSteps: true);
        var svg = XDocument.Load(_folder.File("curve.svg"));
        var texts = svg.Descendants().Where(e => e.Name.LocalName == "text").ToList();
        Assert.Contains(texts, t => t.Value.Trim() == "RMSE (meV/Å)");
        Assert.Contains(texts, t => t.Value.Trim() == "10⁻⁵");
        Assert.All(texts, t => Assert.Equal("DejaVu Sans, Verdana, sans-serif", t.Attribute("font-family")!.Value));
    }

    [Fact]
    public void ACurveWithOneRowAndGapsIsPlotted()
    {
        LearningCurvePlot.Save(new LearningCurveData { Step = [100], ForceTraining = [0.5], EnergyTraining = [double.NaN] }, _folder.File("one.svg"));
        var text = File.ReadAllText(_folder.File("one.svg"));
        Assert.Contains("Force", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Energy", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ACurveWithNothingToPlotIsRefused()
    {
        var error = Assert.Throws<InputException>(() => LearningCurvePlot.Save(new LearningCurveData { Step = [1, 2] }, _folder.File("none.png")));
        Assert.Contains("no positive error to plot", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("none.png")));
    }

    [Fact]
    public void ParityOfManyPointsStaysSmall()
    {
        var random = new Random(1);
        var reference = Enumerable.Range(0, 300_000).Select(_ => random.NextDouble()).ToArray();
        var predicted = Array.ConvertAll(reference, r => r + 0.01 * random.NextDouble());
        ParityPlot.Save([ParitySeries.Force(reference, predicted)], _folder.File("parity.svg"));
        Assert.InRange(new FileInfo(_folder.File("parity.svg")).Length, 10_000, 1_000_000);
    }

    [Fact]
    public void EnergiesAreShownFromTheirMean()
    {
        var series = ParitySeries.EnergyPerAtom([-155.81, -155.79], [-155.80, -155.78]);
        Assert.Equal([-10, 10], series.Reference.Select(v => Math.Round(v, 6)));
        Assert.Equal([0, 20], series.Predicted.Select(v => Math.Round(v, 6)));
    }

    [Fact]
    public void ASinglePairOrNoneIsHandled()
    {
        ParityPlot.Save([ParitySeries.Force([2], [2])], _folder.File("single.png"));
        Assert.True(new FileInfo(_folder.File("single.png")).Length > 1000);
        Assert.Throws<InputException>(() => ParityPlot.Save([ParitySeries.Force([double.NaN], [2])], _folder.File("none.png")));
    }

    private static LearningCurveData Curve()
    {
        var step = Enumerable.Range(1, 500).Select(i => 100.0 * i).ToArray();
        double[] Error(double scale) => Array.ConvertAll(step, s => scale * (1 + Math.Sin(s) / 4) / Math.Sqrt(s));
        return new LearningCurveData
        {
            Step = step,
            EnergyTraining = Error(0.1),
            EnergyValidation = Error(0.12),
            ForceTraining = Error(1),
            ForceValidation = Error(1.3),
            VirialTraining = Error(0.3),
            VirialValidation = Error(0.4),
            LearningRate = Array.ConvertAll(step, s => 1e-3 * Math.Exp(-s / 5000)),
        };
    }
}
