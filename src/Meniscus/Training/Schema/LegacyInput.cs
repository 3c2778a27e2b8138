using System.Text.Json;
using System.Text.Json.Nodes;

namespace Meniscus.Training.Schema;

/// <summary>
/// Inputs of older DeePMD-kit versions in today's form: v1, with <c>systems</c> and <c>batch_size</c> right in
/// <c>training</c>; the warm-up of v3.0 and the optimizer of v3.0 and v3.1 in <c>training</c>. v0, flat and without
/// <c>model</c>, is refused.
/// </summary>
internal static class LegacyInput
{
    private static readonly string[] DataKeys = ["systems", "set_prefix", "batch_size", "sys_probs", "sys_weights", "auto_prob", "auto_prob_style"];

    private static readonly string[] WarmupKeys = ["warmup_steps", "warmup_ratio", "warmup_start_factor"];

    private static readonly string[] OptimizerKeys = ["opt_type", "adam_beta1", "adam_beta2", "weight_decay", "kf_blocksize", "kf_start_pref_e", "kf_limit_pref_e", "kf_start_pref_f", "kf_limit_pref_f", "muon_momentum", "momentum"];

    /// <summary>Rewrites the tree in place.</summary>
    /// <param name="root">The file.</param>
    /// <param name="file">Its name.</param>
    /// <param name="warnings">Takes what was rewritten.</param>
    public static void Upgrade(JsonObject root, string file, List<string> warnings)
    {
        if (!root.ContainsKey("model") && (root.ContainsKey("use_smooth") || root.ContainsKey("sel_a")))
            throw new InputException($"{file}: an input of DeePMD-kit v0, flat and without a model section, is not supported; write it in the form of v2 or v3");
        if (root["training"] is not JsonObject training)
            return;
        if (training.ContainsKey("systems"))
            UpgradeVersion1(root, training, file, warnings);
        Move(training, WarmupKeys, root, "learning_rate", file, warnings);
        if (training.ContainsKey("opt_type") || training.ContainsKey("kf_blocksize"))
            Move(training, OptimizerKeys, root, "optimizer", file, warnings);
    }

    private static void UpgradeVersion1(JsonObject root, JsonObject training, string file, List<string> warnings)
    {
        if (training.ContainsKey("training_data"))
            throw new InputException($"{file}: training/systems: given beside training_data; put the systems into training_data only");
        warnings.Add($"{file}: training/systems is the form of DeePMD-kit v1; read as training/training_data/systems");
        var data = new JsonObject();
        MoveKeys(training, DataKeys, data);
        training["training_data"] = data;
        ReplaceDecayRate(root, training);
    }

    /// <summary>v1 gave the factor per decay; what it leads to at the end is today's stop_lr.</summary>
    private static void ReplaceDecayRate(JsonObject root, JsonObject training)
    {
        if (root["learning_rate"] is not JsonObject rate || rate.ContainsKey("stop_lr"))
            return;
        if (Number(rate["decay_rate"]) is not { } factor || Number(rate["start_lr"]) is not { } start || Number(rate["decay_steps"] ?? 5000) is not { } interval
            || Number(training["stop_batch"] ?? training["numb_steps"]) is not { } steps)
            return;
        rate.Remove("decay_rate");
        rate["stop_lr"] = Math.Exp(Math.Log(factor) * (steps / interval)) * start;
    }

    private static void Move(JsonObject from, string[] names, JsonObject root, string section, string file, List<string> warnings)
    {
        if (!names.Any(from.ContainsKey))
            return;
        if (root[section] is not JsonObject to)
            root[section] = to = [];
        if (names.FirstOrDefault(name => from.ContainsKey(name) && to.ContainsKey(name)) is { } twice)
            throw new InputException($"{file}: training/{twice}: also given in {section}; give it there only");
        warnings.Add($"{file}: training/{names.First(from.ContainsKey)} is an older place; read as in {section}");
        MoveKeys(from, names, to);
        if (to["opt_type"] is { } type)
        {
            to.Remove("opt_type");
            to["type"] = type;
        }
    }

    private static void MoveKeys(JsonObject from, string[] names, JsonObject to)
    {
        foreach (var name in names)
        {
            if (!from.ContainsKey(name))
                continue;
            var value = from[name];
            from.Remove(name);
            to[name] = value;
        }
    }

    private static double? Number(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number && node.AsValue().TryGetValue<double>(out var x) && x > 0 ? x : null;
}
