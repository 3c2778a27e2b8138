using System.Text.Json.Nodes;
using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Training;

namespace Meniscus.Workflow;

/// <summary>Tests a model on labelled frames that it was not trained on; <c>detail.*.out</c> has labels and predictions.</summary>
internal sealed class TestStage : StudyStage
{
    /// <summary>What the names of the detail files begin with.</summary>
    public const string DetailPrefix = "detail";

    private readonly string _model;
    private readonly IReadOnlyList<string> _systems;

    /// <summary>Declares the stage.</summary>
    /// <param name="name">Name.</param>
    /// <param name="model">The model.</param>
    /// <param name="systems">The frames.</param>
    public TestStage(string name, string model, IReadOnlyList<string> systems)
        : base(name)
    {
        (_model, _systems) = (model, systems);
    }

    /// <inheritdoc/>
    public override string Kind => "test 1";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [_model, .. _systems];

    /// <inheritdoc/>
    public override JsonObject Settings => new() { ["model"] = _model, ["systems"] = new JsonArray([.. _systems.Select(s => (JsonNode?)s)]) };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [$"{DetailPrefix}.e_peratom.out"];

    /// <inheritdoc/>
    public override StageCost Cost => new(1, $"{_systems.Count} systems");

    /// <inheritdoc/>
    public override JsonObject Run(StageRun run)
    {
        using var team = run.Team();
        using var potential = PotentialModels.Open(run.Input(_model), team);
        using var data = new OpenSystems(DeepmdSystems.Open([.. _systems.Select(run.Input)], potential.TypeMap));
        var test = new ModelTest(potential);
        var labels = data.Systems.Select(ModelTest.LabelsOf).Aggregate(FrameLabels.None, (all, one) => all | one);
        DpTestDetailFiles.Write(run.File(DetailPrefix), labels, files => test.Run(data.Systems, [files], run.Progress, run.Cancellation));
        if (test.Overflow.Atoms > 0)
            run.Notice(FormattableString.Invariant($"{test.Overflow.Atoms} times an atom had more neighbours than the model's sel has slots"));
        var numbers = Numbers(test.Total);
        numbers["systems"] = new JsonArray([.. test.Systems.Select(s =>
        {
            var entry = Numbers(s.Errors);
            entry["system"] = Path.GetRelativePath(run.Study, s.System).Replace('\\', '/');
            return (JsonNode?)entry;
        })]);
        return numbers;
    }

    private static JsonObject Numbers(TestErrors errors)
    {
        var numbers = new JsonObject { ["frames"] = errors.FrameCount };
        Add("energy", "eV_per_atom", errors.EnergyPerAtom);
        Add("force", "eV_per_A", errors.Force);
        Add("virial", "eV_per_atom", errors.VirialPerAtom);
        return numbers;

        void Add(string name, string unit, ErrorStatistic statistic)
        {
            if (statistic.Count == 0)
                return;
            numbers[$"{name}_rmse_{unit}"] = statistic.Rmse;
            numbers[$"{name}_mae_{unit}"] = statistic.Mae;
            numbers[$"{name}_largest_{unit}"] = statistic.Largest;
        }
    }
}
