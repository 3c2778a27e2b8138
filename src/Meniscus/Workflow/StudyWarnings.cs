using System.Globalization;
using Meniscus.Analysis;
using Meniscus.Atoms;

namespace Meniscus.Workflow;

/// <summary>What a reader of a study's numbers should know: what is missing, short, dropped, or outside what was trained.</summary>
internal static class StudyWarnings
{
    // Of the kinetic energy of an atom: how far the conserved quantity may go from its first value.
    private const double LargestDeviationShare = 0.03;

    /// <summary>The warnings, gravest first.</summary>
    public static IReadOnlyList<string> Of(StudyResults results) =>
    [
        .. Standing(results), .. Labels(results), .. Learning(results), .. Extrapolation(results), .. Disagreement(results), .. Runs(results), .. Drift(results), .. Versions(results),
    ];

    /// <summary>What stages told the user, once each.</summary>
    public static IReadOnlyList<string> Notices(StudyResults results) =>
    [
        .. results.Stages
            .SelectMany(stage => stage.Notices.Select(notice => (stage.Name, Text: Relative(notice, results.Folder))))
            .GroupBy(entry => entry.Text)
            .Select(group => $"{group.First().Name}{(group.Count() > 1 ? $" and {group.Count() - 1} more" : "")}: {group.Key}"),
    ];

    /// <summary>A text with paths in the study as the study names them.</summary>
    public static string Relative(string text, string folder)
    {
        text = text.Replace($"{folder}{Path.DirectorySeparatorChar}", "", StringComparison.Ordinal);
        for (var up = text.IndexOf("/../", StringComparison.Ordinal); up > 0; up = text.IndexOf("/../", StringComparison.Ordinal))
        {
            var start = text.LastIndexOfAny(['/', ' '], up - 1) + 1;
            text = text.Remove(start, up + "/../".Length - start);
        }

        return text;
    }

    private static IEnumerable<string> Standing(StudyResults results)
    {
        if (results.Status.Standing == StudyStanding.Running)
            yield return $"The study is not finished ({results.Status.Words}); numbers that are missing here come later.";
        else if (results.Status.Standing != StudyStanding.Done)
            yield return $"The study is not finished: {results.Status.Words}.";
    }

    private static IEnumerable<string> Labels(StudyResults results)
    {
        var (frames, done) = (results.Labels.Sum(l => l.Frames), results.Labels.Sum(l => l.Done));
        if (done < frames)
        {
            yield return Invariant(
                $"{frames - done} of {frames} frames sent for labels were dropped: {results.Labels.Sum(l => l.NotConverged)} not converged, {results.Labels.Sum(l => l.Crashed)} crashed, {results.Labels.Sum(l => l.TimedOut)} timed out.");
        }
    }

    private static IEnumerable<string> Learning(StudyResults results)
    {
        var project = results.Project;
        var ended = results.Stages.Any(s => s.Name.StartsWith("final/", StringComparison.Ordinal) || s.Name.StartsWith("production/", StringComparison.Ordinal));
        if (ended && results.Iterations.Count > 1 && results.Iterations[^1] is var last && last.CandidateShare > project.Stop.CandidateShare)
        {
            yield return Invariant(
                $"Concurrent learning ended before the models agreed: in the last exploration they differ by {project.Selection.Low} eV/Å or more on {last.CandidateShare:P0} of the frames; asked for was {project.Stop.CandidateShare:P0}. The frames taken from it were trained on since.");
        }
        else if (ended && results.Iterations.Count <= 1)
        {
            yield return "No iteration of concurrent learning: the models were never asked where they are unsure.";
        }

        foreach (var stage in results.Stages.Where(s => s.Notices.Any(n => n.StartsWith("came apart: ", StringComparison.Ordinal))))
            yield return $"{stage.Name} came apart and counts until then.";
    }

    private static IEnumerable<string> Extrapolation(StudyResults results)
    {
        var bounds = results.Project.Selection;
        foreach (var run in results.Extrapolations)
        {
            if (run.ShareAboveHigh > 0)
                yield return Invariant($"model, {run.Run}: the models differ by {bounds.High} eV/Å or more on {Share(run.ShareAboveHigh)} of the frames; the model extrapolates there.");
            else if (run.ShareAboveLow > results.Project.Stop.CandidateShare)
                yield return Invariant($"model, {run.Run}: the models differ by {bounds.Low} eV/Å or more on {Share(run.ShareAboveLow)} of the frames.");
            if (run.ShareCloser > 0)
                yield return Invariant($"model, {run.Run}: {Share(run.ShareCloser)} of the neighbours are closer than any pair of these elements that was trained on.");
        }
    }

    private static IEnumerable<string> Disagreement(StudyResults results)
    {
        foreach (var slab in results.Slabs.Where(s => s.Conditions.Source == StudyResults.Model))
        {
            if (results.Slabs.FirstOrDefault(s => IsPartner(s.Conditions, slab.Conditions)) is { } other && Text("surface tension", "mN/m", slab.SurfaceTension, other.SurfaceTension, slab.Conditions) is { } text)
                yield return text;
        }

        foreach (var bulk in results.Bulk.Where(b => b.Conditions.Source == StudyResults.Model))
        {
            if (results.Bulk.FirstOrDefault(b => IsPartner(b.Conditions, bulk.Conditions)) is { } other && Text("density", "g/cm³", bulk.Density, other.Density, bulk.Conditions) is { } text)
                yield return text;
        }

        static bool IsPartner(RunConditions a, RunConditions b) => a.Source == StudyResults.Reference && a.Run == b.Run;

        static string? Text(string what, string unit, Estimate model, Estimate reference, RunConditions conditions) =>
            new SourceComparison(model, reference) is { Agrees: false } comparison
                ? Invariant($"{conditions.Run}: the {what} of the model, {model} {unit}, and of the reference, {reference} {unit}, differ by {comparison.Sigmas:0.0} standard errors.")
                : null;
    }

    private static IEnumerable<string> Runs(StudyResults results) => results.Slabs.Select(s => s.Conditions)
        .Concat(results.Bulk.Select(b => b.Conditions))
        .Concat(results.Ramps.Select(r => r.Conditions))
        .SelectMany(run => run.Warnings.Select(warning => $"{run.Source}, {run.Run}: {warning}."));

    private static IEnumerable<string> Drift(StudyResults results)
    {
        foreach (var run in results.Simulations)
        {
            foreach (var part in run.Conserved)
            {
                if (part.LargestDeviation > LargestDeviationShare * 1.5 * Units.Boltzmann * 1000 * run.Temperature)
                    yield return Invariant($"{run.Source}, {run.Run}, {part.Stage}: the conserved quantity goes {part.LargestDeviation:0.0} meV per atom away from its first value (drift {part.Drift:G2} meV per atom and ps).");
            }
        }
    }

    private static IEnumerable<string> Versions(StudyResults results)
    {
        var versions = results.Stages.Select(s => s.Version).Where(v => v.Length > 0).Distinct().ToList();
        if (versions.Count > 1)
            yield return $"Stages were done by several versions of the program: {string.Join(", ", versions)}.";
    }

    private static string Share(double share) => share < 0.001 ? share.ToString("0.0E+0", CultureInfo.InvariantCulture) : (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
