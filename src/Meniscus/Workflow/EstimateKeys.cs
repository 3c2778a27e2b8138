using System.Text.Json.Nodes;
using Meniscus.Analysis;

namespace Meniscus.Workflow;

/// <summary>Numbers in the summaries of analyses, under keys that carry their unit; what is not a finite number becomes null.</summary>
internal static class EstimateKeys
{
    /// <summary>Adds a number.</summary>
    public static JsonObject Number(this JsonObject json, string key, double value)
    {
        json[key] = double.IsFinite(value) ? value : null;
        return json;
    }

    /// <summary>Adds a mean, its standard error and the independent samples behind them.</summary>
    public static JsonObject Estimate(this JsonObject json, string name, string unit, Estimate value) => json
        .Number($"{name}_{unit}", value.Mean)
        .Number($"{name}_standard_error_{unit}", value.StandardError)
        .Number($"{name}_independent_samples", value.IndependentSamples);

    /// <summary>Adds lines of text.</summary>
    public static JsonObject Lines(this JsonObject json, string key, IEnumerable<string> lines)
    {
        json[key] = new JsonArray([.. lines.Select(line => (JsonNode?)line)]);
        return json;
    }
}
