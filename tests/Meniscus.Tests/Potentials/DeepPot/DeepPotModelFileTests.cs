using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>Reading and writing model files against the reference models.</summary>
public sealed class DeepPotModelFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryReferenceModelReadsAndItsFormatsAgreeBitForBit()
    {
        var files = Directory.GetFiles(SharedData.Path("reference", "models"));
        Assert.NotEmpty(files);
        foreach (var group in files.GroupBy(Path.GetFileNameWithoutExtension))
        {
            var models = group.Select(DeepPotModelFile.Load).ToList();
            foreach (var other in models.Skip(1))
                ModelComparison.AssertSame(models[0], other);
        }
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("float32")]
    [InlineData("faparam")]
    [InlineData("atomener")]
    [InlineData("exclude")]
    [InlineData("modelexcl")]
    [InlineData("typemap3")]
    [InlineData("embdt")]
    [InlineData("mixedact")]
    [InlineData("twoside")]
    public void EveryFormatGivesTheModelBackBitForBit(string name)
    {
        var model = DeepPotModelFile.Load(SharedData.Path("reference", "models", name + ".dp"));
        var previous = model;
        foreach (var ending in new[] { ".dp", ".yaml", ".json", ".yml", ".dp" })
        {
            var path = _folder.File("copy" + ending);
            DeepPotModelFile.Save(previous, path);
            previous = DeepPotModelFile.Load(path);
            ModelComparison.AssertSame(model, previous);
        }
    }

    [Theory]
    [InlineData(".dp")]
    [InlineData(".yaml")]
    [InlineData(".json")]
    public void AMillionNumbersSurviveEveryFormat(string ending)
    {
        var model = DeepPotModelFile.Load(SharedData.Path("reference", "models", "thesis_s55.dp"));
        var path = _folder.File("thesis" + ending);
        DeepPotModelFile.Save(model, path);
        ModelComparison.AssertSame(model, DeepPotModelFile.Load(path));
    }
}
