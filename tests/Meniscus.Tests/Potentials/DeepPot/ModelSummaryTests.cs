using System.Text.Json;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

public sealed class ModelSummaryTests
{
    [Fact]
    public void ParameterCountsAreDeepmdKits()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(SharedData.Path("reference", "manifest.json")));
        var models = manifest.RootElement.GetProperty("models");
        var count = 0;
        foreach (var entry in models.EnumerateObject().Where(m => m.Value.TryGetProperty("n_parameters", out _)))
        {
            var model = DeepPotModelFile.Load(SharedData.Path("reference", "models", entry.Name + ".dp"));
            Assert.Equal(entry.Value.GetProperty("n_parameters").GetInt64(), new ModelSummary(model).ParameterCount);
            count++;
        }
        Assert.True(count > 10);
    }

    [Fact]
    public void BiasAndStatisticsArePerType()
    {
        var summary = new ModelSummary(DeepPotModelFile.Load(SharedData.Path("reference", "models", "tiny.dp")));
        Assert.Equal(["O", "H"], summary.ObservedTypes);
        Assert.Equal("bias of O: -93.574327 eV", summary.Lines("bias")[0]);
        Assert.Equal("bias of H: -187.148653 eV", summary.Lines("bias")[1]);
        Assert.Equal(["parameters in descriptor: 320", "parameters in fitting-net: 3,522", "parameters in total: 3,842", "compressed: no"], summary.Lines("size"));
    }

    [Fact]
    public void EveryAttributeHasLinesAndUnknownOnesAreRefusedByName()
    {
        var summary = new ModelSummary(SmallModel.Create());
        Assert.All(ModelSummary.Attributes, attribute => Assert.NotEmpty(summary.Lines(attribute)));
        var error = Assert.Throws<InputException>(() => summary.Lines("weather"));
        Assert.Contains("'weather'", error.Message, StringComparison.Ordinal);
    }
}
