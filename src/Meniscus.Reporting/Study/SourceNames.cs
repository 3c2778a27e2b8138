using Meniscus.Workflow;
using ScottPlot;

namespace Meniscus.Reporting.Study;

/// <summary>How the model and what it is compared with are called and coloured in all figures and tables of a report.</summary>
internal static class SourceNames
{
    public static string Of(string source, ProjectInput project) => source == StudyResults.Reference ? $"reference ({project.CompareWith})" : "model";

    public static Color Colour(string source) => Curves.Colour(source == StudyResults.Reference ? 1 : 0);

    /// <summary>Where points of both would lie on each other, those of the reference are moved a little to the right.</summary>
    public static double Shift(string source, double by) => source == StudyResults.Reference ? by : -by;

    /// <summary>The run of the reference that belongs to one of the model.</summary>
    public static T? PartnerOf<T>(this IEnumerable<T> results, RunConditions conditions, Func<T, RunConditions> of)
        where T : class =>
        results.FirstOrDefault(r => of(r).Source == StudyResults.Reference && of(r).Run == conditions.Run);
}
