using System.Text.Json.Nodes;
using Meniscus.Analysis;

namespace Meniscus.Workflow;

/// <summary>Reads back the numbers that stages leave (<see cref="EstimateKeys"/>); what is missing or null is not a number.</summary>
internal static class ResultNumbers
{
    /// <summary>A number.</summary>
    public static double Double(this JsonObject json, string key, double missing = double.NaN) =>
        json[key] is JsonValue value && value.TryGetValue<double>(out var number) ? number : missing;

    /// <summary>A whole number; 0 where there is none.</summary>
    public static long Long(this JsonObject json, string key) =>
        json[key] is JsonValue value && value.TryGetValue<double>(out var number) && double.IsFinite(number) ? (long)number : 0;

    /// <summary>A text; empty where there is none.</summary>
    public static string Text(this JsonObject json, string key) =>
        json[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    /// <summary>Whether a key is there and true.</summary>
    public static bool Flag(this JsonObject json, string key) =>
        json[key] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    /// <summary>A mean with its error.</summary>
    public static Estimate EstimateOf(this JsonObject json, string name, string unit) => new(
        json.Double($"{name}_{unit}"), json.Double($"{name}_standard_error_{unit}"), json.Double($"{name}_independent_samples"));

    /// <summary>A mean with its error, or null.</summary>
    public static Estimate? EstimateOrNull(this JsonObject json, string name, string unit) =>
        json.EstimateOf(name, unit) is var value && double.IsFinite(value.Mean) ? value : null;

    /// <summary>Objects of a list.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject json, string key) => (json[key] as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>Texts of a list.</summary>
    public static IEnumerable<string> Texts(this JsonObject json, string key) =>
        (json[key] as JsonArray ?? []).Select(entry => entry is JsonValue value && value.TryGetValue<string>(out var text) ? text : "").Where(text => text.Length > 0);
}
