using System.Text.Json.Nodes;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>An iteration of concurrent learning, over all its explorations together; a row of <c>iterations.csv</c>.</summary>
/// <param name="Number">Number; 0 explores with the starting model, when there are no models to differ yet.</param>
/// <param name="Frames">Frames looked at.</param>
/// <param name="Accurate">Frames on which the models agree.</param>
/// <param name="Candidates">Frames on which they differ.</param>
/// <param name="Failed">Frames on which they differ too much, and runs that came apart.</param>
/// <param name="Chosen">Frames chosen for labelling.</param>
/// <param name="MeanDeviation">Mean over the frames of the largest deviation of a force, eV/Å.</param>
/// <param name="MaxDeviation">Largest of these, eV/Å.</param>
public sealed record StudyIteration(int Number, long Frames, long Accurate, long Candidates, long Failed, long Chosen, double MeanDeviation, double MaxDeviation)
{
    private static readonly (string Name, Func<StudyIteration, double> Value)[] Columns =
    [
        ("iteration", i => i.Number), ("frames", i => i.Frames), ("accurate", i => i.Accurate), ("candidates", i => i.Candidates), ("failed", i => i.Failed),
        ("chosen", i => i.Chosen), ("mean_deviation_eV_per_A", i => i.MeanDeviation), ("max_deviation_eV_per_A", i => i.MaxDeviation),
    ];

    /// <summary>Share of the frames that are not accurate; NaN without frames.</summary>
    public double CandidateShare => Frames > 0 ? (Candidates + Failed) / (double)Frames : double.NaN;

    /// <summary>Adds up what the selections of an iteration found.</summary>
    /// <param name="number">Number.</param>
    /// <param name="results">The results of its <see cref="SelectionStage"/>s.</param>
    /// <param name="cameApart">Explorations that came apart.</param>
    internal static StudyIteration Of(int number, IReadOnlyList<JsonObject> results, int cameApart)
    {
        long Sum(string key) => results.Sum(r => r.Long(key));
        var frames = Sum("frames");
        return new(
            number, frames + cameApart, Sum("accurate"), Sum("candidate"), Sum("failed") + cameApart, Sum("chosen"),
            frames > 0 ? results.Sum(r => r.Long("frames") * r.Double("mean_deviation_eV_per_A", 0)) / frames : 0,
            results.Select(r => r.Double("max_deviation_eV_per_A", 0)).DefaultIfEmpty(0).Max());
    }

    /// <summary>Writes the table.</summary>
    internal static void Write(string path, IReadOnlyList<StudyIteration> iterations) =>
        CsvFile.Write(path, [.. Columns.Select(column => (column.Name, iterations.Select(column.Value).ToArray()))]);

    /// <summary>Reads the table.</summary>
    internal static List<StudyIteration> Read(CsvTable table)
    {
        var values = Array.ConvertAll(Columns, column => table.Column(column.Name));
        return
        [
            .. Enumerable.Range(0, table.RowCount).Select(row => new StudyIteration(
                (int)values[0][row], (long)values[1][row], (long)values[2][row], (long)values[3][row], (long)values[4][row], (long)values[5][row], values[6][row], values[7][row])),
        ];
    }
}
