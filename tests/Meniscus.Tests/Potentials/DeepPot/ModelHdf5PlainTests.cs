using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>The reader of .dp files that programs compiled ahead of time use, against the HDF5 library.</summary>
public sealed class ModelHdf5PlainTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reference_models_read_as_with_the_library()
    {
        var files = Directory.GetFiles(SharedData.Path("reference", "models"), "*.dp");
        Assert.NotEmpty(files);
        foreach (var file in files)
            ModelComparison.AssertSame(DeepPotModelFile.Load(file), Read(File.ReadAllBytes(file)));
    }

    [Theory]
    [InlineData(Precision.Float64)]
    [InlineData(Precision.Float32)]
    public void Our_own_files_read_back(Precision precision)
    {
        var model = SmallModel.Create(precision: precision);
        DeepPotModelFile.Save(model, _folder.File("ours.dp"));
        ModelComparison.AssertSame(model, Read(File.ReadAllBytes(_folder.File("ours.dp"))), compareScript: false);
    }

    [Fact]
    public void Damaged_files_give_a_model_or_one_line()
    {
        DeepPotModelFile.Save(SmallModel.Create(), _folder.File("ours.dp"));
        foreach (var whole in new[] { File.ReadAllBytes(_folder.File("ours.dp")), File.ReadAllBytes(SharedData.Path("reference", "models", "embdt.dp")) })
        {
            var random = new Random(22);
            for (var trial = 0; trial < 2000; trial++)
            {
                var copy = whole.ToArray();
                var at = trial % 2 == 0 ? random.Next(4096) : copy.Length - 1 - random.Next(4096);
                copy[at] = (byte)random.Next(256);
                if (trial % 3 == 0)
                    copy.AsSpan(at, Math.Min(8, copy.Length - at)).Fill(0xFF);
                AssertModelOrOneLine(trial % 5 == 0 ? copy[..at] : copy);
            }
        }
    }

    private static void AssertModelOrOneLine(byte[] content)
    {
        try
        {
            Read(content);
        }
        catch (InputException e)
        {
            Assert.StartsWith("damaged.dp: ", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
        }
    }

    private static DeepPotModel Read(byte[] content) =>
        DeepPotModelSection.Read(ModelHdf5.Read(content, "damaged.dp", aheadOfTime: true), "damaged.dp");
}
