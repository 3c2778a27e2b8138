using System.Globalization;
using System.Text.Json.Nodes;
using Meniscus.Training;

namespace Meniscus.Workflow;

/// <summary>
/// What stages take, roughly, before they are begun: from the speeds in <c>docs/benchmarks.md</c>, for a current desktop core. They tell an
/// hour from a month, not one minute from two.
/// </summary>
internal static class StudyCosts
{
    // µs per atom and step of the built-in water in a cubic box, one core.
    private const double Water = 2.8;

    // µs per atom and step of a network of DeePMD-kit's usual size (25-50-100, 240-240-240) with tables, one core.
    private const double UsualNetwork = 31;

    // µs per atom and frame of its training, one core, float32.
    private const double UsualTraining = 45;

    /// <summary>Molecular dynamics.</summary>
    /// <param name="models">What moves the atoms.</param>
    /// <param name="network">Training input of the models that are not built in.</param>
    /// <param name="atoms">Number of atoms.</param>
    /// <param name="steps">Number of steps.</param>
    public static StageCost Simulation(IReadOnlyList<string> models, JsonObject network, int atoms, long steps)
    {
        var perStep = models.Sum(model => PotentialModels.IsBuiltIn(model) ? Water : UsualNetwork * RelativeSize(network)) * atoms * 1e-6;
        return new(perStep * steps, string.Create(CultureInfo.InvariantCulture, $"{steps:N0} steps of {atoms} atoms"));
    }

    /// <summary>Training.</summary>
    /// <param name="input">The training input.</param>
    /// <param name="atoms">Atoms per frame.</param>
    public static StageCost Training(JsonObject input, int atoms)
    {
        var steps = input["training"]!["numb_steps"]!.GetValue<long>();
        var words = string.Create(CultureInfo.InvariantCulture, $"{steps:N0} steps");
        return new(steps * atoms * UsualTraining * 1e-6 * RelativeSize(input), words);
    }

    /// <summary>Time of a network of these widths relative to the usual one: multiplications of its matrices, and what does not depend on the widths.</summary>
    private static double RelativeSize(JsonObject input)
    {
        var descriptor = input["model"]?["descriptor"];
        int[] embedding = Widths(descriptor?["neuron"], [25, 50, 100]);
        int[] fitting = Widths(input["model"]?["fitting_net"]?["neuron"], [240, 240, 240]);
        var axis = descriptor?["axis_neuron"]?.GetValue<int>() ?? 16;
        return Work(embedding[^1], axis, fitting) / Work(100, 16, [240, 240, 240]);
    }

    private static double Work(int width, int axis, int[] fitting)
    {
        const double neighbours = 90, independent = 1.4e5;
        var sum = independent + (neighbours * width * 14.0);
        var before = width * axis;
        foreach (var layer in fitting)
        {
            sum += (double)before * layer;
            before = layer;
        }

        return sum;
    }

    private static int[] Widths(JsonNode? node, int[] usual) => node is JsonArray { Count: > 0 } list ? [.. list.Select(x => x!.GetValue<int>())] : usual;
}
