using Meniscus.Numerics;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Potentials.DeepPot;

/// <summary>Every model and frame of the reference folder, against DeePMD-kit's numbers and its stated tolerances.</summary>
[Trait("Category", "Kernels")]
public sealed class ReferenceInferenceTests
{
    [Fact]
    public void Every_case_is_within_its_tolerance()
    {
        var manifest = ReferenceManifest.Require();
        using var team = new WorkerTeam(2);
        var failures = new List<string>();
        var count = 0;
        foreach (var byModel in manifest.Cases.GroupBy(c => c.GetProperty("model").GetString()!))
        {
            foreach (var file in manifest.ModelFiles(byModel.Key))
            {
                using var potential = new DeepPotential(DeepPotModelFile.Load(file), team);
                foreach (var reference in byModel)
                {
                    count++;
                    failures.AddRange(ReferenceComparison.Failures(manifest, potential, potential.Model, reference).Select(f => $"{Path.GetFileName(file)} {f}"));
                }
            }
        }

        Assert.True(count >= 144, $"only {count} cases were found");
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(40)));
    }

    [Theory]
    [InlineData("thesis_s55")]
    [InlineData("thesis_s05")]
    [InlineData("twoside")]
    [InlineData("gelu")]
    [InlineData("softplus")]
    [InlineData("embdt")]
    [InlineData("exclude")]
    [InlineData("modelexcl")]
    [InlineData("typemap3")]
    [InlineData("overflow")]
    [InlineData("float32")]
    public void Tables_stay_within_the_tolerance_too(string model)
    {
        var manifest = ReferenceManifest.Require();
        using var team = new WorkerTeam(2);
        var stored = DeepPotModelFile.Load(manifest.ModelFiles(model).First());
        var tabulated = stored with { Tables = new EmbeddingTableSettings { Tolerance = 1e-12, MinDistance = 0.9 } };
        using var potential = new DeepPotential(tabulated, team);
        Assert.True(potential.UsesTables);
        var failures = manifest.Cases
            .Where(c => c.GetProperty("model").GetString() == model)
            .SelectMany(c => ReferenceComparison.Failures(manifest, potential, stored, c)).ToList();
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(40)));
    }

    [Fact]
    public void Descriptors_match()
    {
        var manifest = ReferenceManifest.Require();
        var count = 0;
        foreach (var model in manifest.Cases.Select(c => c.GetProperty("model").GetString()!).Distinct())
        {
            var file = manifest.PathOf($"expected/{model}__small.descriptor.npy");
            if (!File.Exists(file))
                continue;
            using var potential = new DeepPotential(DeepPotModelFile.Load(manifest.ModelFiles(model).First()));
            var result = new Evaluation { Extras = EvaluationExtras.Descriptors };
            ReferenceComparison.Evaluate(manifest, potential, potential.Model, "small", result, model);
            var expected = manifest.Numbers($"expected/{model}__small.descriptor.npy");
            Assert.Equal(expected.Length, result.Descriptors.Length);
            var tolerance = model == "float32" ? 1e-5 : 1e-12;
            for (var k = 0; k < expected.Length; k++)
                Assert.True(Math.Abs(expected[k] - result.Descriptors[k]) < tolerance, $"{model} descriptor {k}: {result.Descriptors[k]:r}, expected {expected[k]:r}");
            count++;
        }

        Assert.True(count > 10);
    }
}
