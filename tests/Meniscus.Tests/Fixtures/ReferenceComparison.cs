using System.Text.Json;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Tests.Fixtures;

/// <summary>One case of the reference folder against what a potential gives, by the folder's own tolerances.</summary>
internal static class ReferenceComparison
{
    /// <summary>Evaluates a frame with the parameters that the case was made with.</summary>
    public static void Evaluate(ReferenceManifest manifest, IPotential potential, DeepPotModel model, string frame, Evaluation result, string name)
    {
        var (types, positions, cell) = manifest.Frame(frame, potential.TypeMap);
        var configuration = new Configuration(types, positions, cell)
        {
            AtomParameters = model.Fitting.AtomParameterCount > 0 ? manifest.Numbers($"expected/{name}__{frame}.aparam.npy") : [],
            FrameParameters = model.Fitting.FrameParameterCount > 0 ? manifest.FrameParameters(name, frame) : [],
        };
        potential.Evaluate(configuration, result);
    }

    /// <summary>One line for every quantity that is off.</summary>
    public static List<string> Failures(ReferenceManifest manifest, IPotential potential, DeepPotModel stored, JsonElement reference)
    {
        var (model, frame) = (reference.GetProperty("model").GetString()!, reference.GetProperty("frame").GetString()!);
        var tolerance = manifest.Tolerance(reference.GetProperty("tolerance").GetString()!);
        var result = new Evaluation { Extras = EvaluationExtras.AtomVirials };
        Evaluate(manifest, potential, stored, frame, result, model);
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
            var limit = tolerance.GetProperty(key).GetDouble();
            if (!(error <= limit))
                failures.Add($"{model} {frame}: {what} off by {error:g3}, allowed {limit:g3}");
        }
    }

    private static double Largest(Func<int, double> difference, int count) =>
        Enumerable.Range(0, count).Max(i => Math.Abs(difference(i)) is var d && double.IsNaN(d) ? double.PositiveInfinity : d);
}
