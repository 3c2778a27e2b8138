using System.Text.Json;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;
using Meniscus.Tests.Fixtures;
using Meniscus.Training;

namespace Meniscus.Tests.Training;

/// <summary>
/// Ten Adam steps of DeePMD-kit, reproduced: predictions, loss terms, the gradient of every parameter, and the
/// parameters after 1, 2 and 10 steps, with the embedding networks evaluated directly and through tables.
/// </summary>
[Trait("Category", "Kernels")]
public sealed unsafe class ReferenceTrainingTests
{
    [Theory]
    [InlineData("tiny_pbe0", false, 2)]
    [InlineData("tiny_pbe0", true, 1)]
    [InlineData("tiny_dplr_virial", false, 1)]
    [InlineData("tiny_dplr_virial", true, 2)]
    [InlineData("twoside_small_gelu_dplr", false, 2)]
    [InlineData("twoside_small_gelu_dplr", true, 2)]
    [InlineData("thesis_pbe0", false, 2)]
    [InlineData("thesis_pbe0", true, 2)]
    public void Ten_steps_match(string name, bool tables, int threads)
    {
        var manifest = ReferenceManifest.Require();
        var reference = JsonDocument.Parse(File.ReadAllText(manifest.PathOf("train/train.json"))).RootElement.GetProperty("cases").GetProperty(name);
        using var kernel = new DeepPotKernel<double>(DeepPotModelFile.Load(manifest.PathOf(reference.GetProperty("model").GetString()!)));
        using var team = new WorkerTeam(threads);
        using var sweep = new GradientSweep<double>(kernel, team, tables);
        using var system = OpenData(manifest, reference, kernel.Model.TypeMap);
        var loss = new EnergyLoss(Loss(reference));
        var optimizer = new Adam<double>(kernel.Parameters.Length);
        var step = 0;
        foreach (var expected in reference.GetProperty("steps").EnumerateArray())
        {
            var batch = new TrainingBatch();
            foreach (var frame in expected.GetProperty("frames").EnumerateArray())
            {
                var labelled = system.CreateFrame();
                system.Read(frame.GetInt32(), labelled);
                batch.Add(labelled);
            }

            sweep.Predict(batch);
            CheckPredictions(manifest, reference, expected, batch, step);
            var sums = default(LossSums);
            var prefactors = new LossPrefactors(
                expected.GetProperty("pref_e").GetDouble(), expected.GetProperty("pref_f").GetDouble(), expected.GetProperty("pref_v").GetDouble(), 0, 0);
            loss.Evaluate(batch, prefactors, batch.Frames.Count, ref sums);
            CheckLoss(expected, sums);
            sweep.ClearGradient();
            sweep.AccumulateGradient();
            if (step == 0)
                CheckGradient(manifest, reference, kernel, sweep.Gradient);
            optimizer.Step(kernel.Parameters.Span, sweep.Gradient, expected.GetProperty("lr").GetDouble());
            step++;
            if (step is 1 or 2 or 10)
                CheckParameters(manifest, reference, kernel, $"params_step{step}");
        }

        Assert.Equal(10, step);
        Assert.Equal(tables, sweep.Tables is not null);
    }

    private static ILabelledSystem OpenData(ReferenceManifest manifest, JsonElement reference, TypeMap target)
    {
        var set = reference.GetProperty("data").GetString()!;
        return DeepmdSystems.Open([manifest.PathOf($"../data/{Path.GetDirectoryName(set)}")], target).Single();
    }

    private static LossInput Loss(JsonElement reference)
    {
        var loss = reference.GetProperty("loss");
        LossPrefactor Term(string key) => new(loss.GetProperty($"start_pref_{key}").GetDouble(), loss.GetProperty($"limit_pref_{key}").GetDouble());
        return new LossInput { Energy = Term("e"), Force = Term("f"), Virial = Term("v") };
    }

    private static void CheckPredictions(ReferenceManifest manifest, JsonElement reference, JsonElement expected, TrainingBatch batch, int step)
    {
        var atoms = batch.Frames[0].AtomCount;
        for (var f = 0; f < batch.Frames.Count; f++)
            Near(expected.GetProperty("energy_pred")[f].GetDouble(), batch.Energies[f], (step == 0 ? 1e-11 : 1e-8) * atoms, $"energy at step {step}");
        if (step > 0)
            return;
        Same(manifest.Numbers(reference.GetProperty("force_pred_step0").GetString()!), batch.Forces, 1e-10, "force");
        Same(manifest.Numbers(reference.GetProperty("virial_pred_step0").GetString()!), batch.Virials, 1e-9, "virial");
    }

    private static void CheckLoss(JsonElement expected, in LossSums sums)
    {
        Relative(expected.GetProperty("loss").GetDouble(), sums.Loss, "loss");
        Relative(expected.GetProperty("rmse_e").GetDouble(), sums.EnergyPerAtom.RootMeanSquare, "rmse_e");
        Relative(expected.GetProperty("rmse_f").GetDouble(), sums.Force.RootMeanSquare, "rmse_f");
        if (expected.TryGetProperty("rmse_v", out var virial))
            Relative(virial.GetDouble(), sums.VirialPerAtom.RootMeanSquare, "rmse_v");

        // Rounding in another order moves an energy of 3e4 eV by 1e-11; its error, of 1e2 eV, by 1e-13 of itself.
        static void Relative(double reference, double value, string what) => Near(reference, value, 1e-9 * Math.Abs(reference), what);
    }

    private static void CheckGradient(ReferenceManifest manifest, JsonElement reference, DeepPotKernel<double> kernel, Span<double> gradient)
    {
        fixed (double* flat = gradient)
        {
            var values = Sampled(reference, kernel, flat);
            var expected = manifest.Numbers(reference.GetProperty("files").GetProperty("grad_step0").GetString()!);
            Same(expected, values, 1e-10 * expected.Max(Math.Abs), "gradient");
            CheckWholeTensors(reference, "grad_step0", kernel, flat, 1e-9);
        }
    }

    private static void CheckParameters(ReferenceManifest manifest, JsonElement reference, DeepPotKernel<double> kernel, string key)
    {
        var expected = manifest.Numbers(reference.GetProperty("files").GetProperty(key).GetString()!);
        Same(expected, Sampled(reference, kernel, kernel.Parameters.Values), 1e-9, key);
        CheckWholeTensors(reference, key, kernel, kernel.Parameters.Values, 1e-9);
    }

    private static double[] Sampled(JsonElement reference, DeepPotKernel<double> kernel, double* flat)
    {
        var values = new List<double>();
        foreach (var entry in reference.GetProperty("layout").EnumerateArray())
        {
            var dense = Dense(kernel, entry.GetProperty("name").GetString()!, flat);
            for (var k = 0; k < entry.GetProperty("count").GetInt32(); k++)
                values.Add(dense[k * entry.GetProperty("stride").GetInt32()]);
        }

        return [.. values];
    }

    private static void CheckWholeTensors(JsonElement reference, string key, DeepPotKernel<double> kernel, double* flat, double relative)
    {
        if (!reference.GetProperty("checks").TryGetProperty(key, out var checks))
            return;
        foreach (var check in checks.EnumerateArray())
        {
            var name = check.GetProperty("name").GetString()!;
            var dense = Dense(kernel, name, flat);
            var scale = Math.Sqrt(check.GetProperty("sumsq").GetDouble() * dense.Length) + 1e-12;
            Near(check.GetProperty("sum").GetDouble(), dense.Sum(), relative * scale, $"{key} sum of {name}");
            Near(check.GetProperty("sumsq").GetDouble(), dense.Sum(x => x * x), relative * scale * scale, $"{key} squares of {name}");
            Near(check.GetProperty("proj").GetDouble(), dense.Select((x, k) => x * Math.Cos((0.37 * k) + 0.1)).Sum(), relative * scale, $"{key} projection of {name}");
        }
    }

    private static double[] Dense(DeepPotKernel<double> kernel, string name, double* flat)
    {
        var tensor = kernel.Parameters.Tensors.Single(t => t.Name == name);
        return ParameterSet<double>.Dense(tensor, flat);
    }

    private static void Same(double[] expected, double[] actual, double tolerance, string what)
    {
        Assert.True(actual.Length >= expected.Length, $"{what}: {actual.Length} numbers, expected {expected.Length}");
        for (var k = 0; k < expected.Length; k++)
            Near(expected[k], actual[k], tolerance, $"{what}[{k}]");
    }

    private static void Near(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{what}: {actual:r}, expected {expected:r}, off by {actual - expected:g3}, allowed {tolerance:g3}");
}
