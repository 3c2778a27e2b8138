using System.Text.Json.Nodes;

namespace Meniscus.Workflow;

/// <summary>How the frames of an iteration's explorations were classed, over all runs together; a row of <c>iterations.csv</c>.</summary>
/// <param name="Iteration">Number; 0 explores with the starting model.</param>
/// <param name="Frames">Frames looked at.</param>
/// <param name="Accurate">Frames on which the models agree.</param>
/// <param name="Candidates">Frames on which they differ.</param>
/// <param name="Failed">Frames on which they differ too much, and runs that came apart.</param>
/// <param name="Chosen">Frames chosen for labelling.</param>
/// <param name="MeanDeviation">Mean over the frames of the largest deviation of a force, eV/Å.</param>
/// <param name="MaxDeviation">Largest of these, eV/Å.</param>
internal sealed record IterationCounts(int Iteration, long Frames, long Accurate, long Candidates, long Failed, long Chosen, double MeanDeviation, double MaxDeviation)
{
    /// <summary>Share of the frames that are not accurate.</summary>
    public double CandidateShare => Frames > 0 ? (Candidates + Failed) / (double)Frames : 1;

    /// <summary>Adds up what the selections of an iteration found.</summary>
    /// <param name="iteration">Number.</param>
    /// <param name="results">The results of its <see cref="SelectionStage"/>s.</param>
    /// <param name="cameApart">Explorations that came apart.</param>
    public static IterationCounts Of(int iteration, IReadOnlyList<JsonObject> results, int cameApart)
    {
        long Sum(string key) => results.Sum(r => r[key]?.GetValue<long>() ?? 0);
        var frames = Sum("frames");
        var weighted = results.Sum(r => (r["frames"]?.GetValue<long>() ?? 0) * (r["mean_deviation_eV_per_A"]?.GetValue<double>() ?? 0));
        return new(
            iteration, frames + cameApart, Sum("accurate"), Sum("candidate"), Sum("failed") + cameApart, Sum("chosen"),
            frames > 0 ? weighted / frames : 0,
            results.Select(r => r["max_deviation_eV_per_A"]?.GetValue<double>() ?? 0).DefaultIfEmpty(0).Max());
    }
}
