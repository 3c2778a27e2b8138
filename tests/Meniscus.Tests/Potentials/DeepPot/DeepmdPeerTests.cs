using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>DeePMD-kit's own code reads models as they are written here (tests/peers), where MENISCUS_DEEPMD names its sources.</summary>
public sealed class DeepmdPeerTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void DeePMD_kit_computes_the_same_with_models_that_are_written_here()
    {
        var sources = Environment.GetEnvironmentVariable("MENISCUS_DEEPMD");
        Assert.SkipUnless(Directory.Exists(sources), "DeePMD-kit's sources are not here (MENISCUS_DEEPMD)");
        Assert.SkipUnless(Run("-c", "import numpy, h5py, yaml, array_api_compat").Code == 0, $"{Python} with numpy, h5py, PyYAML and array_api_compat is not here");
        string[] models = [.. Directory.GetFiles(Repository.Path("tests", "Meniscus.Tests", "Fixtures", "torch-checkpoints"), "*.pt").Order(StringComparer.Ordinal)];
        Assert.NotEmpty(models);
        var (code, output) = Run([Repository.Path("tests", "peers", "deepmd_models.py"), sources!, Path.Combine(AppContext.BaseDirectory, "Meniscus.Cli"), .. models]);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.True(code == 0, output);
        Assert.Equal(models.Length, output.Split(": agrees: ").Length - 1);
    }

    private static (int Code, string Output) Run(params string[] arguments) => OtherProgram.TryRun(Python, arguments);
}
