using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Building;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>
/// The stages of a study, part by part, as the parts before have turned out: what an iteration trains on depends on what it has labelled.
/// <code>
/// iter-000/explore/bulk-300K   select/…   label/…   train/model-0 …     with the starting model
/// iter-001/explore/…                                                    with the models of iter-000, and so on
/// final/model-0 …   test/model-0 …   production/model/bulk-300K …   production/reference/…   analysis/…
/// </code>
/// </summary>
internal sealed class StudyPlan
{
    private readonly ProjectInput _project;
    private readonly int _atoms;
    private readonly IReadOnlyList<string> _ownSystems;
    private readonly IReadOnlyList<string> _ownValidation;

    /// <summary>Prepares the plan.</summary>
    /// <param name="project">The project.</param>
    /// <exception cref="InputException">A file that it names is not there.</exception>
    public StudyPlan(ProjectInput project)
    {
        _project = project;
        _atoms = CountAtoms();
        _ownSystems = [.. project.Data.Systems.Select(UserPath), .. project.Data.Dpgen.SelectMany(folder => DpgenRun.Open(UserPath(folder)).Systems)];
        _ownValidation = [.. project.Data.ValidationSystems.Select(UserPath)];
    }

    /// <summary>Checks what labels will need, so that nothing is missing after weeks of exploration.</summary>
    /// <exception cref="InputException">A program or a pseudopotential is missing.</exception>
    public void RequireLabels() => LabelStage.RequireReady(
        _project.Labels, _project.SourceFolder, _project.Source,
        [.. ((string[])["O", "H", .. _project.Substance.Solutes.Keys.SelectMany(name => Molecule.Named(name).Elements)]).Distinct()]);

    /// <summary>Number of models.</summary>
    public int ModelCount => _project.Training.Seeds.Count;

    /// <summary>Whether the first iteration explores; else it trains on own data alone.</summary>
    public bool FirstExplores => _project.StartModels.Count > 0;

    /// <summary>Folder of an iteration.</summary>
    public static string IterationName(int iteration) => string.Create(CultureInfo.InvariantCulture, $"iter-{iteration:000}");

    /// <summary>The explorations of an iteration.</summary>
    public IReadOnlyList<ProtocolRun> Explorations(int iteration)
    {
        if (iteration == 0)
            return FirstExplores ? new ProtocolRuns(_project, _project.FirstExploration).Make($"{IterationName(0)}/explore", StartModels, FirstStart(_project.FirstExploration), mayComeApart: false, _atoms) : [];
        return new ProtocolRuns(_project, _project.Exploration).Make($"{IterationName(iteration)}/explore", [ModelOf(iteration - 1, 0)], LaterStart(_project.Exploration), mayComeApart: true, _atoms);
    }

    /// <summary>The selections among the frames of an iteration's explorations.</summary>
    public IReadOnlyList<SelectionStage> Selections(int iteration)
    {
        var protocol = iteration == 0 ? _project.FirstExploration : _project.Exploration;
        IReadOnlyList<string> models = iteration == 0 ? [] : [.. Enumerable.Range(0, ModelCount).Select(k => ModelOf(iteration - 1, k))];
        return
        [
            .. Explorations(iteration).Select(run => new SelectionStage(
                $"{IterationName(iteration)}/select/{run.Name}",
                run.Trajectory,
                run.Kind == RunKind.Ramp ? 0 : protocol.EquilibrationPs,
                run.Kind switch { RunKind.Bulk => protocol.BulkFrames, RunKind.Ramp => protocol.RampFrames, _ => protocol.SlabFrames },
                models,
                _project.Selection)),
        ];
    }

    /// <summary>The labels of an iteration.</summary>
    /// <param name="iteration">Number.</param>
    /// <param name="chosen">Frames that each selection has chosen.</param>
    public IReadOnlyList<LabelStage> Labels(int iteration, Func<SelectionStage, int> chosen) =>
    [
        .. Selections(iteration).Where(selection => chosen(selection) > 0).Select(selection => new LabelStage(
            selection.Name.Replace("/select/", "/label/", StringComparison.Ordinal),
            $"{selection.Name}/{SelectionStage.ChosenFile}",
            chosen(selection),
            _project.Labels,
            _project.SourceFolder)),
    ];

    /// <summary>The trainings of an iteration.</summary>
    /// <param name="iteration">Number.</param>
    /// <param name="data">What there is to train on.</param>
    public IReadOnlyList<TrainingStage> Trainings(int iteration, StudyData data)
    {
        var training = _project.Training;
        var again = iteration > 0;
        var warm = again && training.Warm;
        return
        [
            .. training.Seeds.Select((seed, k) => new TrainingStage(
                $"{IterationName(iteration)}/train/model-{k}",
                training.Input,
                data.Train,
                data.Valid,
                again ? training.RetrainSteps ?? training.Steps : training.Steps,
                seed,
                _atoms,
                warm ? ModelOf(iteration - 1, k) : null,
                warm ? training.RetrainStartRate : null,
                checksData: iteration == 0 && k == 0)),
        ];
    }

    /// <summary>The last trainings; none where the models of the last iteration are used.</summary>
    public IReadOnlyList<TrainingStage> FinalTrainings(StudyData data) => _project.Training.FinalSteps == 0
        ? []
        :
        [
            .. _project.Training.Seeds.Take(_project.Training.FinalModels ?? ModelCount).Select((seed, k) => new TrainingStage(
                $"final/model-{k}", _project.Training.Input, data.Train, data.Valid, _project.Training.FinalSteps, seed, _atoms)),
        ];

    /// <summary>The models that the study ends with.</summary>
    /// <param name="lastIteration">The last iteration that trained.</param>
    public IReadOnlyList<string> FinalModels(int lastIteration) => _project.Training.FinalSteps == 0
        ? [.. Enumerable.Range(0, ModelCount).Select(k => ModelOf(lastIteration, k))]
        : [.. Enumerable.Range(0, _project.Training.FinalModels ?? ModelCount).Select(k => $"final/model-{k}/{TrainingStage.ModelFile}")];

    /// <summary>The tests of models on the frames kept apart.</summary>
    /// <param name="models">The models.</param>
    /// <param name="data">The frames.</param>
    public static IReadOnlyList<TestStage> Tests(IReadOnlyList<string> models, StudyData data) =>
        data.Valid.Count == 0 ? [] : [.. models.Select((model, k) => new TestStage($"test/model-{k}", model, data.Valid))];

    /// <summary>The production runs of a model.</summary>
    /// <param name="source"><c>model</c>, or <c>reference</c> for what it is compared with.</param>
    /// <param name="model">The model.</param>
    public IReadOnlyList<ProtocolRun> Productions(string source, string model) =>
        new ProtocolRuns(_project, _project.Production).Make($"production/{source}", [model], LaterStart(_project.Production), mayComeApart: false, _atoms);

    /// <summary>What the production runs are compared with, or null.</summary>
    public string? Reference => _project.CompareWith is { } name ? ModelPath(name) : null;

    /// <summary>The analyses of production runs.</summary>
    public IReadOnlyList<StudyStage> Analyses(string source, IReadOnlyList<ProtocolRun> runs)
    {
        var protocol = _project.Production;
        var skip = protocol.EquilibrationPs + _project.Analysis.DiscardPs;
        return
        [
            .. runs.Select(run => (StudyStage)(run.Kind switch
            {
                RunKind.Bulk => new BulkAnalysis($"analysis/{source}/{run.Name}", run, skip, _project.Analysis),
                RunKind.Ramp => new RampAnalysis($"analysis/{source}/{run.Name}", run, protocol, _project.Analysis),
                _ => new SlabAnalysis($"analysis/{source}/{run.Name}", run, skip, _project.Analysis),
            })),
        ];
    }

    /// <summary>Whether the production runs stayed where the model knows its way.</summary>
    public IReadOnlyList<StudyStage> Extrapolations(IReadOnlyList<ProtocolRun> runs, IReadOnlyList<string> models, StudyData data) =>
    [
        .. runs.Select(run => new ExtrapolationStage(
            $"analysis/extrapolation/{run.Name}", run, run.Kind == RunKind.Ramp ? 0 : _project.Production.EquilibrationPs, models, data.Train, _project.Selection)),
    ];

    /// <summary>What there is to train on and test with after an iteration.</summary>
    /// <param name="labels">All label stages so far with the numbers of frames they made to train on and to test with.</param>
    public StudyData Data(IEnumerable<(LabelStage Stage, int Train, int Valid)> labels)
    {
        var all = labels.ToList();
        return new(
            [.. _ownSystems, .. all.Where(l => l.Train > 0).Select(l => $"{l.Stage.Name}/{LabelStage.TrainFolder}")],
            [.. _ownValidation, .. all.Where(l => l.Valid > 0).Select(l => $"{l.Stage.Name}/{LabelStage.ValidFolder}")]);
    }

    private IReadOnlyList<string> StartModels => [.. _project.StartModels.Select(ModelPath)];

    private static string ModelOf(int iteration, int k) => string.Create(CultureInfo.InvariantCulture, $"{IterationName(iteration)}/train/model-{k}/{TrainingStage.ModelFile}");

    private Func<double, StartStructure> FirstStart(ProtocolInput protocol) => temperature => _project.Substance.Structure is { } file
        ? new LastFrame(UserPath(file), Foreign: true)
        : new BuiltBox(_project.Substance, temperature, protocol.Seed);

    /// <summary>Where the first exploration ended at the nearest temperature, which is closer to equilibrium than a box that is built.</summary>
    private Func<double, StartStructure> LaterStart(ProtocolInput protocol) => temperature =>
    {
        if (!FirstExplores)
            return FirstStart(protocol)(temperature);
        var nearest = (_project.FirstExploration.Temperatures ?? _project.Temperatures).MinBy(t => Math.Abs(t - temperature));
        return new LastFrame($"{IterationName(0)}/explore/{ProtocolRun.NameOf(RunKind.Bulk, nearest)}/{SimulationStage.FinalFile}", Foreign: false);
    };

    private int CountAtoms()
    {
        if (_project.Substance.Structure is { } file)
            return Trajectory.ReadLast(UserPath(file)).AtomCount;
        return (3 * _project.Substance.Water) + _project.Substance.Solutes.Sum(s => s.Value * Molecule.Named(s.Key).AtomCount);
    }

    private string ModelPath(string name) => Training.PotentialModels.IsBuiltIn(name) ? name : UserPath(name);

    private string UserPath(string path)
    {
        var full = Path.GetFullPath(Path.Combine(_project.SourceFolder, path));
        return Path.Exists(full) ? full : throw new InputException($"{_project.Source}: {path}: no such file or folder in {(_project.SourceFolder.Length > 0 ? _project.SourceFolder : ".")}; paths are relative to the project file");
    }
}

/// <summary>What models are trained on and tested with: systems as stages name their inputs.</summary>
/// <param name="Train">To train on.</param>
/// <param name="Valid">Kept apart.</param>
internal sealed record StudyData(IReadOnlyList<string> Train, IReadOnlyList<string> Valid);
