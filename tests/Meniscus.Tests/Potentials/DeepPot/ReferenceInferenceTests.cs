using System.Text.Json;
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
                    failures.AddRange(Compare(manifest, potential, reference, 1).Select(f => $"{Path.GetFileName(file)} {f}"));
                }
            }
        }

        Assert.True(count >= 144, $"only {count} cases were found");
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(40)));
    }

    [Theory]
    [InlineData("thesis_s55", 1)]
    [InlineData("thesis_s05", 1)]
    [InlineData("twoside", 1)]
    [InlineData("gelu", 1)]
    [InlineData("softplus", 1)]
    [InlineData("embdt", 1)]
    [InlineData("exclude", 1)]
    [InlineData("modelexcl", 1)]
    [InlineData("typemap3", 1)]
    [InlineData("overflow", 1)]
    [InlineData("float32", 1)]
    public void Tables_stay_within_the_tolerance_too(string model, double loosened)
    {
        var manifest = ReferenceManifest.Require();
        using var team = new WorkerTeam(2);
        var stored = DeepPotModelFile.Load(manifest.ModelFiles(model).First());
        var tabulated = stored with { Tables = new EmbeddingTableSettings { Tolerance = 1e-12, MinDistance = 0.9 } };
        using var potential = new DeepPotential(tabulated, team);
        Assert.True(potential.UsesTables);
        var failures = manifest.Cases
            .Where(c => c.GetProperty("model").GetString() == model)
            .SelectMany(c => Compare(manifest, potential, c, loosened)).ToList();
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
            Evaluate(manifest, potential, model, "small", result);
            var expected = manifest.Numbers($"expected/{model}__small.descriptor.npy");
            Assert.Equal(expected.Length, result.Descriptors.Length);
            var tolerance = model == "float32" ? 1e-5 : 1e-12;
            for (var k = 0; k < expected.Length; k++)
                Assert.True(Math.Abs(expected[k] - result.Descriptors[k]) < tolerance, $"{model} descriptor {k}: {result.Descriptors[k]:r}, expected {expected[k]:r}");
            count++;
        }

        Assert.True(count > 10);
    }

    private static void Evaluate(ReferenceManifest manifest, DeepPotential potential, string model, string frame, Evaluation result)
    {
        var (types, positions, cell) = manifest.Frame(frame, potential.TypeMap);
        var aparam = $"expected/{model}__{frame}.aparam.npy";
        var configuration = new Configuration(types, positions, cell)
        {
            AtomParameters = potential.Model.Fitting.AtomParameterCount > 0 ? manifest.Numbers(aparam) : [],
            FrameParameters = potential.Model.Fitting.FrameParameterCount > 0 ? manifest.FrameParameters(model, frame) : [],
        };
        potential.Evaluate(configuration, result);
    }

    private static List<string> Compare(ReferenceManifest manifest, DeepPotential potential, JsonElement reference, double loosened)
    {
        var (model, frame) = (reference.GetProperty("model").GetString()!, reference.GetProperty("frame").GetString()!);
        var tolerance = manifest.Tolerance(reference.GetProperty("tolerance").GetString()!);
        var result = new Evaluation { Extras = EvaluationExtras.AtomVirials };
        Evaluate(manifest, potential, model, frame, result);
        var expected = manifest.Numbers(reference.GetProperty("file").GetString()!);
        var atoms = expected.Length / 13;
        var failures = new List<string>();
        Check("energy", Math.Abs(result.Energy - reference.GetProperty("energy").GetDouble()) / atoms, "energy_per_atom");
        Check("atom energy", Largest(i => result.AtomEnergies[i] - expected[13 * i], atoms), "atom_energy");
        Check("force", Largest(i => result.Forces[i] - expected[(13 * (i / 3)) + 1 + (i % 3)], 3 * atoms), "force");
        Check("virial", Largest(i => result.Virial[i] - reference.GetProperty("virial")[i].GetDouble(), 9), "virial");
        Check("atom virial", Largest(i => result.AtomVirials[i] - expected[(13 * (i / 9)) + 4 + (i % 9)], 9 * atoms), "atom_virial");
        return failures;

        void Check(string what, double error, string key)
        {
            var limit = loosened * tolerance.GetProperty(key).GetDouble();
            if (!(error <= limit))
                failures.Add($"{model} {frame}: {what} off by {error:g3}, allowed {limit:g3}");
        }
    }

    private static double Largest(Func<int, double> difference, int count) =>
        Enumerable.Range(0, count).Max(i => Math.Abs(difference(i)) is var d && double.IsNaN(d) ? double.PositiveInfinity : d);
}
