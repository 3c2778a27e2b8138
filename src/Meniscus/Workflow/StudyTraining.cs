using System.Text.Json.Nodes;
using Meniscus.Training;

namespace Meniscus.Workflow;

/// <summary>
/// Makes the inputs of a study's trainings out of the one that its project has: systems, steps, seeds and files are the study's to set,
/// everything else stays. The file it writes is a training input of its own, which <c>meniscus train</c> and <c>dp train</c> take.
/// </summary>
internal static class StudyTraining
{
    private static readonly string[] SetByTheStudy =
        ["training_data", "validation_data", "numb_steps", "numb_epoch", "seed", "disp_file", "save_ckpt", "save_dir", "stat_file"];

    /// <summary>Reads the input of a project as it stands, to find its errors early.</summary>
    /// <param name="given">The input without systems.</param>
    /// <param name="where">Where it stands, for messages.</param>
    public static TrainingInput Parse(JsonObject given, string where)
    {
        if (given["training"] is JsonObject training && SetByTheStudy.FirstOrDefault(training.ContainsKey) is { } key)
            throw new InputException($"{where}/training/{key}: is set by the study; remove the key (steps and seeds have their own keys beside input)");
        return TrainingInput.Parse(Complete(given, ["systems"], [], 1, 1).ToJsonString(), where);
    }

    /// <summary>The input of one training.</summary>
    /// <param name="given">The input of the project.</param>
    /// <param name="systems">Systems, relative to the stage's folder or absolute.</param>
    /// <param name="validation">Systems kept apart; may be empty.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="seed">Seed of the weights and of the order of the batches.</param>
    /// <param name="startRate">Learning rate to begin with, or null for that of the project.</param>
    public static JsonObject Complete(JsonObject given, IReadOnlyList<string> systems, IReadOnlyList<string> validation, long steps, int seed, double? startRate = null)
    {
        var input = (JsonObject)given.DeepClone();
        var training = Section(input, "training");
        var data = new JsonObject { ["systems"] = new JsonArray([.. systems.Select(s => (JsonNode?)s)]) };
        if (training["batch_size"] is { } batch)
        {
            data["batch_size"] = batch.DeepClone();
            training.Remove("batch_size");
        }

        training["training_data"] = data;
        if (validation.Count > 0)
            training["validation_data"] = new JsonObject { ["systems"] = new JsonArray([.. validation.Select(s => (JsonNode?)s)]), ["batch_size"] = 1, ["numb_btch"] = 4 };
        training["numb_steps"] = steps;
        training["seed"] = seed;
        training["disp_file"] = "lcurve.out";
        training["save_ckpt"] = "model.ckpt";
        training["max_ckpt_keep"] = 1;
        var model = Section(input, "model");
        Section(model, "descriptor")["seed"] = seed;
        Section(model, "fitting_net")["seed"] = seed;
        if (startRate is { } rate)
            Section(input, "learning_rate")["start_lr"] = rate;
        return input;
    }

    private static JsonObject Section(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject section)
            return section;
        var made = new JsonObject();
        parent[name] = made;
        return made;
    }
}
