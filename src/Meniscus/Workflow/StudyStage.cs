using System.Text.Json.Nodes;
using Meniscus.Numerics;

namespace Meniscus.Workflow;

/// <summary>
/// A part of a study that is done or not: it reads named files, has settings, and makes a folder. While files and settings are what they
/// were in its last run, it need not be done again. Stages know each other only by the files they read.
/// </summary>
internal abstract class StudyStage
{
    /// <summary>Declares a stage.</summary>
    /// <param name="name">Name and folder, relative to that of the study: <c>iter-000/explore/bulk-300K</c>.</param>
    protected StudyStage(string name)
    {
        Name = name;
    }

    /// <summary>Name, and folder relative to that of the study.</summary>
    public string Name { get; }

    /// <summary>What kind of stage it is, with a number that goes up when it would make other files of the same settings.</summary>
    public abstract string Kind { get; }

    /// <summary>Files and folders it reads: relative to the study's folder, or absolute where they are the user's.</summary>
    public abstract IReadOnlyList<string> Inputs { get; }

    /// <summary>Everything else that its files depend on.</summary>
    public abstract JsonObject Settings { get; }

    /// <summary>Files and folders it makes for others, relative to its own folder.</summary>
    public abstract IReadOnlyList<string> Outputs { get; }

    /// <summary>Entries of its folder that stay when it is done again with other inputs: work that knows by itself what is stale.</summary>
    public virtual IReadOnlyList<string> Kept => [];

    /// <summary>What it takes, roughly.</summary>
    public abstract StageCost Cost { get; }

    /// <summary>
    /// Does it. The folder holds what an earlier run of the same settings and inputs left that did not get to its end, from which it goes on,
    /// or is empty but for <see cref="Kept"/>.
    /// </summary>
    /// <param name="run">Where and with what.</param>
    /// <returns>Numbers for tables and the report.</returns>
    /// <exception cref="InputException">Something that it reads cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was stopped, and goes on from there the next time.</exception>
    public abstract JsonObject Run(StageRun run);
}

/// <summary>What a stage takes.</summary>
/// <param name="CoreSeconds">Computing time on one core of a current machine, s; NaN where another program computes.</param>
/// <param name="Words">What there is to do: <c>40,000 steps of 192 atoms</c>.</param>
internal readonly record struct StageCost(double CoreSeconds, string Words);

/// <summary>The circumstances in which a stage is done.</summary>
internal sealed class StageRun
{
    /// <summary>Folder of the study.</summary>
    public required string Study { get; init; }

    /// <summary>Folder of the stage.</summary>
    public required string Folder { get; init; }

    /// <summary>Number of threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Receives what the user should know.</summary>
    public required Action<string> Notice { get; init; }

    /// <summary>Receives how far it is.</summary>
    public required IProgress<ProgressReport> Progress { get; init; }

    /// <summary>Asks it to stop soon, and to leave what it goes on from.</summary>
    public required CancellationToken Cancellation { get; init; }

    /// <summary>A path of <see cref="StudyStage.Inputs"/>, where it is.</summary>
    public string Input(string path) => Path.Combine(Study, path);

    /// <summary>A file of the stage's folder.</summary>
    public string File(string name) => Path.Combine(Folder, name);

    /// <summary>A path as a file in the stage's folder names it, so that the study can be moved.</summary>
    public string Relative(string path) => Path.IsPathRooted(path) ? path : Path.GetRelativePath(Folder, Input(path)).Replace('\\', '/');

    /// <summary>Threads.</summary>
    public WorkerTeam Team() => new(Threads);
}
