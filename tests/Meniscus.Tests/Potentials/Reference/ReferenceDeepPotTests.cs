using Meniscus.Atoms;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Potentials.Reference;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.Reference;

/// <summary>The plain loops against DeePMD-kit's numbers, and what they refuse.</summary>
[Trait("Category", "Kernels")]
public sealed class ReferenceDeepPotTests
{
    private static readonly string[] SmallFrames = ["small", "smallskew", "cluster", "sparse"];

    [Theory]
    [InlineData("thesis_s55")]
    [InlineData("thesis_s05")]
    [InlineData("twoside")]
    [InlineData("tiny")]
    [InlineData("relu")]
    [InlineData("gelu")]
    [InlineData("softplus")]
    [InlineData("mixedact")]
    [InlineData("exclude")]
    [InlineData("atomener")]
    [InlineData("embdt")]
    [InlineData("overflow")]
    [InlineData("typemap3")]
    [InlineData("modelexcl")]
    [InlineData("float32")]
    [InlineData("faparam")]
    public void Small_frames_are_within_the_tolerance(string name)
    {
        var manifest = ReferenceManifest.Require();
        var model = DeepPotModelFile.Load(manifest.ModelFiles(name).First());
        using var potential = new ReferenceDeepPot(model);
        var cases = manifest.Cases
            .Where(c => c.GetProperty("model").GetString() == name && SmallFrames.Contains(c.GetProperty("frame").GetString())).ToList();
        Assert.Equal(SmallFrames.Length, cases.Count);
        var failures = cases.SelectMany(c => ReferenceComparison.Failures(manifest, potential, model, c)).ToList();
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }
}
