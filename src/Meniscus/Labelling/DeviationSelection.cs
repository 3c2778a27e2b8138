using System.Globalization;
using Meniscus.Potentials;

namespace Meniscus.Labelling;

/// <summary>
/// Selection by how far models differ, as in the DP-GEN procedure (Y. Zhang et al., Comput. Phys. Commun. 253, 107206 (2020)): frames whose
/// largest deviation of a force lies between two bounds are candidates; below, the models know them already, above, they are likely unphysical.
/// </summary>
public static class DeviationSelection
{
    /// <summary>Measures each frame and returns those between the bounds; the reason of the others says on which side they lie.</summary>
    /// <param name="candidates">The frames.</param>
    /// <param name="models">The models; at least two.</param>
    /// <param name="low">Lower bound, eV/Å, inclusive.</param>
    /// <param name="high">Upper bound, eV/Å, exclusive.</param>
    /// <param name="progress">Told after each frame.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">A frame has an element that the models do not know, or atoms overlap.</exception>
    public static IReadOnlyList<SelectionCandidate> Filter(IReadOnlyList<SelectionCandidate> candidates, Committee models, double low, double high, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(models);
        var evaluation = new Evaluation();
        var between = new List<SelectionCandidate>();
        for (var n = 0; n < candidates.Count; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            var candidate = candidates[n];
            CandidateEvaluation.Evaluate(models, candidate, evaluation);
            models.EvaluateOthers(CandidateEvaluation.Configuration(models, candidate));
            candidate.Deviation = models.Deviation().MaxForce;
            candidate.Reason = Words(candidate.Deviation, low, high);
            if (candidate.Deviation >= low && candidate.Deviation < high)
                between.Add(candidate);
            progress?.Report(new ProgressReport(n + 1, candidates.Count, ""));
        }

        return between;
    }

    private static string Words(double deviation, double low, double high) => string.Create(
        CultureInfo.InvariantCulture,
        $"deviation {(deviation < low ? $"below {low:g6}" : deviation < high ? $"between {low:g6} and {high:g6}" : $"above {high:g6}")} eV/Å");
}
