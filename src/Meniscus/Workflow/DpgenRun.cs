using System.Globalization;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>
/// A finished run of DP-GEN, as its folders tell: <c>iter.000000/00.train</c>, <c>01.model_devi</c>, <c>02.fp</c>. The frames that an iteration
/// labelled are DeePMD systems <c>02.fp/data.*</c>. Source: DP-GEN's documentation, "Overview of the structure of the run process"
/// (Y. Zhang et al., Comput. Phys. Commun. 253, 107206 (2020)).
/// </summary>
internal sealed class DpgenRun
{
    private DpgenRun(string folder, IReadOnlyList<string> systems, IReadOnlyList<DpgenIteration> iterations)
    {
        (Folder, Systems, Iterations) = (folder, systems, iterations);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The systems that it labelled.</summary>
    public IReadOnlyList<string> Systems { get; }

    /// <summary>How its iterations classed their frames.</summary>
    public IReadOnlyList<DpgenIteration> Iterations { get; }

    /// <summary>Looks through the folder of a run.</summary>
    /// <exception cref="InputException">It is not one, or labelled nothing.</exception>
    public static DpgenRun Open(string folder)
    {
        string[] iterations = NamedFolders.StartingWith(folder, "iter.");
        if (iterations.Length == 0)
            throw new InputException($"{folder}: no folder iter.000000; expected that of a DP-GEN run");
        string[] systems =
        [
            .. iterations.Select(iteration => Path.Combine(iteration, "02.fp"))
                .Where(Directory.Exists)
                .SelectMany(fp => NamedFolders.StartingWith(fp, "data.")),
        ];
        if (systems.Length == 0)
            throw new InputException($"{folder}: none of its {iterations.Length} iterations has labelled frames in 02.fp/data.*; expected a DP-GEN run that got that far");
        return new DpgenRun(folder, systems, [.. iterations.Select(DpgenIteration.Read)]);
    }
}

/// <summary>How an iteration of DP-GEN classed the frames of its explorations.</summary>
/// <param name="Name">Folder: <c>iter.000000</c>.</param>
/// <param name="Accurate">Frames on which the models agree.</param>
/// <param name="Candidates">Frames on which they differ.</param>
/// <param name="Failed">Frames on which they differ too much.</param>
internal sealed record DpgenIteration(string Name, long Accurate, long Candidates, long Failed)
{
    /// <summary>Counts the lines of <c>02.fp/rest_accurate.shuffled.*.out</c>, <c>candidate.shuffled.*.out</c>, <c>rest_failed.shuffled.*.out</c>.</summary>
    public static DpgenIteration Read(string folder) => new(
        Path.GetFileName(folder), Count(folder, "rest_accurate"), Count(folder, "candidate"), Count(folder, "rest_failed"));

    /// <summary>The row in words.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Accurate} accurate, {Candidates} candidates, {Failed} failed");

    private static long Count(string folder, string name)
    {
        var fp = Path.Combine(folder, "02.fp");
        return Directory.Exists(fp)
            ? Directory.GetFiles(fp, $"{name}.shuffled.*.out").Sum(file => File.ReadLines(file).LongCount(line => line.Trim() is { Length: > 0 } text && text[0] != '#'))
            : 0;
    }
}
