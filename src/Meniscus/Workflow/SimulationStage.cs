using System.Text.Json.Nodes;
using Meniscus.Dynamics;
using Meniscus.IO;
using Meniscus.Training;

namespace Meniscus.Workflow;

/// <summary>
/// A molecular dynamics run: what it begins with, models, and an input whose files have fixed names in the stage's folder. An exploration may
/// come apart, as its models are not finished: what it has seen until then counts, and its last frames tell the next models.
/// </summary>
internal sealed class SimulationStage : StudyStage
{
    /// <summary>The trajectory.</summary>
    public const string TrajectoryFile = "run.xyz";

    /// <summary>The thermo table.</summary>
    public const string ThermoFile = "run.thermo";

    /// <summary>The last frame with velocities.</summary>
    public const string FinalFile = "final.xyz";

    /// <summary>The input, for <c>meniscus md</c>.</summary>
    public const string InputFileName = "md.json";

    private const string StartFile = "start.xyz";
    private const string RestartFile = "md.restart";

    private const double LargestLeak = 500; // meV per atom

    private readonly MdInput _input;
    private readonly IReadOnlyList<string> _models;
    private readonly StartStructure _start;
    private readonly bool _mayComeApart;
    private readonly Func<long, StageCost> _cost;

    /// <summary>Declares the stage.</summary>
    /// <param name="name">Name.</param>
    /// <param name="input">Stages, step and intervals; files and models are set here.</param>
    /// <param name="models">Models: built-in names or files as <see cref="Inputs"/> names them.</param>
    /// <param name="start">What it begins with.</param>
    /// <param name="mayComeApart">Whether a run that fails counts until then.</param>
    /// <param name="cost">What a number of steps takes.</param>
    public SimulationStage(string name, MdInput input, IReadOnlyList<string> models, StartStructure start, bool mayComeApart, Func<long, StageCost> cost)
        : base(name)
    {
        (_models, _start, _mayComeApart, _cost) = (models, start, mayComeApart, cost);
        _input = input with
        {
            Structure = StartFile,
            Thermo = input.Thermo with { File = ThermoFile },
            Trajectories = [new TrajectoryInput { File = TrajectoryFile, Every = input.Trajectories[0].Every }],
            Restart = input.Restart with { File = RestartFile },
            FinalStructure = FinalFile,
            Stages = start.NeedsRelaxation ? [Relaxation, .. input.Stages] : input.Stages,
        };
    }

    /// <inheritdoc/>
    public override string Kind => "simulation 1";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [.. _start.Inputs, .. _models.Where(model => !PotentialModels.IsBuiltIn(model))];

    /// <inheritdoc/>
    public override JsonObject Settings => new()
    {
        ["start"] = _start.Settings,
        ["input"] = JsonNode.Parse((_input with { Models = _models }).ToJson()),
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [TrajectoryFile, ThermoFile, FinalFile];

    /// <inheritdoc/>
    public override StageCost Cost => _cost(_input.Stages.Where(s => s.Kind != StageKind.Minimize).Sum(s => s.Steps));

    private static StageInput Relaxation => new() { Name = "relax", Kind = StageKind.Minimize, Steps = 300, ForceTolerance = 0.5 };

    /// <inheritdoc/>
    public override JsonObject Run(StageRun run)
    {
        var written = _input with { Models = [.. _models.Select(model => PotentialModels.IsBuiltIn(model) ? model : run.Relative(model))] };
        var restart = run.File(RestartFile);
        var goesOn = File.Exists(restart);
        if (!goesOn)
        {
            Trajectory.Write(run.File(StartFile), [_start.Make(run)], TrajectoryContent.Velocities, TrajectoryFormat.ExtendedXyz);
            AtomicFile.WriteText(run.File(InputFileName), writer => writer.Write(written.ToJson()));
        }

        var input = written.InFolder(run.Folder);
        using var team = run.Team();
        using var model = MdModel.Open(input, team);
        try
        {
            var result = MdRun.Run(input, new MdOptions { Threads = run.Threads, Restart = goesOn ? restart : null, Notice = run.Notice }, model.Potential, model.Deviation, run.Progress, run.Cancellation);
            RequireConservation(result);
            return Numbers(result);
        }
        catch (MdFailedException e) when (_mayComeApart)
        {
            run.Notice($"came apart: {e.Message}");
            return SaveWhatIsThere(run, e.Message);
        }
    }

    /// <summary>A model that leaks this much has left what it knows, even where no atom flew away.</summary>
    private static void RequireConservation(MdResult result)
    {
        foreach (var drift in result.Drifts)
        {
            if (drift.LargestMevPerAtom > LargestLeak)
                throw new MdFailedException(FormattableString.Invariant($"{drift.Stage}: the conserved quantity went {drift.LargestMevPerAtom / 1000:g3} eV per atom away from its start; the model does not know what it met there, so let it explore more (hotter, denser), or take a shorter time step"));
        }
    }

    private static JsonObject SaveWhatIsThere(StageRun run, string message)
    {
        var last = Trajectory.ReadLast(run.File(TrajectoryFile), new TrajectoryOptions { TolerateTornEnd = true });
        Trajectory.Write(run.File(FinalFile), [last], TrajectoryContent.Velocities, TrajectoryFormat.ExtendedXyz);
        return new JsonObject { ["came_apart"] = message };
    }

    private static JsonObject Numbers(MdResult result)
    {
        var numbers = new JsonObject { ["atoms"] = result.Atoms };
        if (result.Steps > 0)
            numbers["ms_per_step"] = result.MillisecondsPerStep;
        numbers["stages"] = new JsonArray([.. result.Drifts.Select(drift => (JsonNode?)new JsonObject
        {
            ["name"] = drift.Stage,
            ["conserved_drift_meV_per_atom_per_ps"] = drift.MevPerAtomPerPs,
            ["conserved_largest_deviation_meV_per_atom"] = drift.LargestMevPerAtom,
        })]);
        return numbers;
    }
}
