using System.Globalization;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>How a study is run.</summary>
public sealed record StudyOptions
{
    /// <summary>Number of cores to use.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;
}

/// <summary>What a study came to.</summary>
/// <param name="Folder">Folder with everything it made.</param>
/// <param name="Iterations">Iterations that trained.</param>
/// <param name="Converged">Whether the candidate share fell under its bound; true where no iterations were asked for.</param>
public sealed record StudySummary(string Folder, int Iterations, bool Converged);

/// <summary>
/// Runs a study: explores, selects, labels and trains until the models agree, then trains the last models, simulates and analyses, as in
/// concurrent learning (L. Zhang et al., Phys. Rev. Mater. 3, 023804 (2019)). What is done already stays done; a study that was stopped
/// or killed goes on where it was.
/// </summary>
public sealed class StudyRun
{
    /// <summary>Name of the table of iterations.</summary>
    public const string IterationsFile = "iterations.csv";

    /// <summary>Name of the project as it was run, all defaults filled in.</summary>
    public const string ProjectFile = "project.normalized.json";

    private const string LockFile = "run.lock";

    private readonly ProjectInput _project;
    private readonly StudyPlan _plan;
    private readonly StageLedger _ledger;
    private readonly IStageRunner _runner;
    private readonly List<StudyIteration> _iterations = [];
    private readonly List<(LabelStage Stage, int Train, int Valid)> _labels = [];

    private StudyRun(ProjectInput project, StageLedger ledger, IStageRunner runner)
    {
        (_project, _ledger, _runner) = (project, ledger, runner);
        _plan = new StudyPlan(project);
    }

    /// <summary>Runs a study, or goes on with it.</summary>
    /// <param name="project">The project.</param>
    /// <param name="options">How.</param>
    /// <param name="events">Receives what happens, one event at a time, from several threads.</param>
    /// <param name="cancellation">Stops it; every stage leaves what it goes on from.</param>
    /// <exception cref="InputException">The project cannot be used, or another process runs it.</exception>
    /// <exception cref="StudyFailedException">A stage failed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static StudySummary Run(ProjectInput project, StudyOptions options, IProgress<StudyEvent>? events, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(project);
        ArgumentNullException.ThrowIfNull(options);
        var folder = project.WorkFolder;
        AtomicFile.RequireWritable(Path.Combine(folder, ProjectFile), "work");
        Directory.CreateDirectory(folder);
        using var held = Lock(folder);
        AtomicFile.RemoveLeftovers(folder);
        var ledger = new StageLedger(folder);
        var monitor = new StudyMonitor(folder, events);
        var runner = new StageRunner(new StageScheduler(folder, ledger, monitor, options.Cores), monitor, cancellation);
        try
        {
            var run = new StudyRun(project, ledger, runner);
            run._plan.RequireLabels();
            AtomicFile.WriteText(Path.Combine(folder, ProjectFile), writer => writer.Write(project.ToJson()));
            var summary = run.DoAll();
            monitor.End("done");
            return summary;
        }
        catch (OperationCanceledException e)
        {
            monitor.End("stopped");
            throw new OperationCanceledException("stopped; the same command goes on from here", e, cancellation);
        }
        catch (Exception e)
        {
            monitor.End($"failed: {e.Message}");
            throw;
        }
    }

    /// <summary>What a run would do, as far as it can be known before: later parts depend on what earlier ones find.</summary>
    /// <param name="project">The project.</param>
    /// <exception cref="InputException">The project cannot be used.</exception>
    public static IReadOnlyList<PlannedStage> DryRun(ProjectInput project)
    {
        ArgumentNullException.ThrowIfNull(project);
        var ledger = new StageLedger(project.WorkFolder);
        var listing = new StageListing(ledger);
        var run = new StudyRun(project, ledger, listing);
        try
        {
            run.DoAll();
        }
        catch (StageListing.NotKnownYetException)
        {
            // The rest of the plan is not known before these stages are done; production can be told all the same.
            run.ListTheRest(listing);
        }

        return listing.Stages;
    }

    /// <summary>Whether a process runs the study now.</summary>
    /// <param name="folder">Folder of the study.</param>
    internal static bool IsHeld(string folder)
    {
        try
        {
            using var held = new FileStream(Path.Combine(folder, LockFile), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private StudySummary DoAll()
    {
        var (last, converged) = Iterate();
        var data = _plan.Data(_labels);
        if (_plan.FinalTrainings(data) is { Count: > 0 } trainings)
            _runner.Run("final training", trainings);
        var models = _plan.FinalModels(last);
        var runs = _plan.Productions("model", models[0]);
        List<StudyStage> stages = [.. StudyPlan.Tests(models, data), .. runs.Select(r => r.Stage), .. _plan.Analyses("model", runs), .. _plan.Extrapolations(runs, models, data)];
        if (_plan.Reference is { } reference)
        {
            var references = _plan.Productions("reference", reference);
            stages.AddRange([.. references.Select(r => r.Stage), .. _plan.Analyses("reference", references)]);
        }

        _runner.Run("production", stages);
        return new StudySummary(_project.WorkFolder, last + 1, converged);
    }

    private (int Last, bool Converged) Iterate()
    {
        ExploreAndSelect(0);
        LabelAndTrain(0);
        for (var iteration = 1; iteration <= _project.Stop.MaxIterations; iteration++)
        {
            var found = ExploreAndSelect(iteration);
            if (found.CandidateShare <= _project.Stop.CandidateShare)
                return (iteration - 1, true);
            // Where nothing can be labelled, training again would change nothing.
            if (found.Chosen == 0)
                return (iteration - 1, false);
            LabelAndTrain(iteration);
        }

        return (_project.Stop.MaxIterations, _project.Stop.MaxIterations == 0);
    }

    private StudyIteration ExploreAndSelect(int iteration)
    {
        var explorations = _plan.Explorations(iteration);
        var selections = _plan.Selections(iteration);
        _runner.Run($"{StudyPlan.IterationName(iteration)}: explore", [.. explorations.Select(e => e.Stage), .. selections]);
        var found = StudyIteration.Of(
            iteration, [.. selections.Select(_runner.ResultOf)], explorations.Count(e => _runner.ResultOf(e.Stage)["came_apart"] is not null));
        _iterations.Add(found);
        if (!_runner.IsListing)
            StudyIteration.Write(Path.Combine(_project.WorkFolder, IterationsFile), _iterations);
        return found;
    }

    private void LabelAndTrain(int iteration)
    {
        var stages = _plan.Labels(iteration, selection => _runner.ResultOf(selection)["chosen"]?.GetValue<int>() ?? 0);
        _runner.Run($"{StudyPlan.IterationName(iteration)}: label", stages);
        foreach (var stage in stages)
        {
            var result = _runner.ResultOf(stage);
            _labels.Add((stage, result["train"]?.GetValue<int>() ?? 0, result["valid"]?.GetValue<int>() ?? 0));
        }

        var data = _plan.Data(_labels);
        if (data.Train.Count == 0)
            throw new StudyFailedException($"{StudyPlan.IterationName(iteration)}: none of the chosen frames has labels; the tables status.csv in {StudyPlan.IterationName(iteration)}/label say why");
        _runner.Run($"{StudyPlan.IterationName(iteration)}: train", _plan.Trainings(iteration, data));
    }

    private void ListTheRest(StageListing listing)
    {
        listing.GoOn();
        var none = new StudyData([], []);
        listing.Run("final training", _plan.FinalTrainings(none));
        listing.Run("production", [.. _plan.Productions("model", _plan.FinalModels(0)[0]).Select(r => r.Stage)]);
        if (_plan.Reference is { } reference)
            listing.Run("production", [.. _plan.Productions("reference", reference).Select(r => r.Stage)]);
    }

    /// <summary>One process at a time: two would write over each other. The lock goes with the process, however it ends.</summary>
    private static FileStream Lock(string folder)
    {
        var path = Path.Combine(folder, LockFile);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new InputException($"{folder}: another process runs this study; wait for it, or stop it ('meniscus status' shows how far it is)", e);
        }
    }
}
