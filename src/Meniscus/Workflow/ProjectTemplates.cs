using System.Text.Json.Nodes;
using Meniscus.Dynamics;
using Meniscus.Input;
using Meniscus.Labelling;

namespace Meniscus.Workflow;

/// <summary>The projects that <c>meniscus init</c> writes.</summary>
public static class ProjectTemplates
{
    private static readonly (string Name, string Words, Func<ProjectInput> Make)[] Table =
    [
        ("study", "192 molecules, 300 to 600 K, r²SCAN labels of Quantum ESPRESSO, four models, long runs: weeks on a cluster.", Study),
        ("quick", "64 molecules labelled with the built-in water: start to end in minutes, with nothing else installed.", Quick),
        ("bulk", "the study without slabs: bulk water under pressure.", Bulk),
        ("salt", "a NaCl solution, from labelled frames of your own.", Salt),
        ("own-data", "models of labelled frames of your own, improved by exploring with them.", OwnData),
    ];

    /// <summary>Names, with a line on each.</summary>
    public static IReadOnlyList<(string Name, string Words)> Names { get; } = [.. Table.Select(t => (t.Name, t.Words))];

    /// <summary>A template.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="InputException">There is none of this name.</exception>
    public static ProjectInput Get(string name) => Table.FirstOrDefault(t => t.Name == name).Make is { } make
        ? make()
        : throw new InputException($"--template {name}: no such template; expected one of {string.Join(", ", Names.Select(n => n.Name))}");

    /// <summary>A project as JSON with a comment above each key.</summary>
    /// <param name="project">The project.</param>
    /// <param name="template">Name of the template it is.</param>
    public static string Commented(ProjectInput project, string template)
    {
        ArgumentNullException.ThrowIfNull(project);
        var words = Names.First(n => n.Name == template).Words;
        var calculator = project.Labels.Calculator;
        var values = ProjectSchema.Root.Write(project);
        values.Insert(0, "$schema", SchemaFile);
        return CommentedInput.Text(
            ProjectSchema.Root,
            values,
            [$"A project of meniscus: {words}", "'meniscus run' does all of it and goes on where it was stopped; 'meniscus run --dry-run' shows the plan first.", "All keys: docs/project.md."],
            path => (path == "labels/pwscf" && calculator != LabelCalculator.Pwscf) || (path == "labels/cp2k" && calculator != LabelCalculator.Cp2k)
                || (path == "labels/jobs" && calculator == LabelCalculator.Spcfw));
    }

    /// <summary>Name of the schema that stands beside a project.</summary>
    public const string SchemaFile = "project.schema.json";

    /// <summary>The JSON Schema of project files, for editors.</summary>
    public static string Schema() => JsonText.Indented(InputJsonSchema.Of("A project of meniscus", ProjectSchema.Root));

    private static ProjectInput Study() => new()
    {
        Name = "Surface tension of water",
        Substance = new SystemInput { Water = 192 },
        Temperatures = [300, 400, 500, 600],
        StartModels = [Training.PotentialModels.Water],
        Dynamics = new IntegrationInput { TimestepFs = 0.2, ThermostatFs = 20, BarostatFs = 200 },
        FirstExploration = new ProtocolInput { EquilibrationPs = 20, BulkPs = 2000, RampPs = 10_000, SlabPs = 10_000, FrameEveryFs = 1000, ThermoEveryFs = 20, BulkFrames = 890, RampFrames = 890, SlabFrames = 540 },
        Exploration = new ProtocolInput { EquilibrationPs = 20, BulkPs = 500, RampPs = 1000, SlabPs = 1000, FrameEveryFs = 500, ThermoEveryFs = 20, BulkFrames = 50, RampFrames = 50, SlabFrames = 50 },
        Selection = new ChoiceInput { FarthestPoint = true },
        Labels = new StudyLabelsInput
        {
            Calculator = LabelCalculator.Pwscf,
            ValidationShare = 0.1,
            Jobs = new LabelJobsInput { MpiRanks = 8 },
            Pwscf = new PwscfSettings
            {
                Functional = "R2SCAN",
                CutoffRy = 130,
                ConvergenceRy = 1e-6,
                Pseudopotentials = new Dictionary<string, string> { ["O"] = "pseudo/O_ONCV_PBE_sr.upf", ["H"] = "pseudo/H_ONCV_PBE_sr.upf" },
            },
        },
        Training = new StudyTrainingInput { Seeds = [1, 2, 3, 4], Steps = 400_000, RetrainSteps = 200_000, RetrainStartRate = 1e-4, FinalSteps = 4_000_000, FinalModels = 4, Input = StudyNetwork() },
        Production = new ProtocolInput { EquilibrationPs = 50, BulkPs = 2000, RampPs = 10_000, SlabPs = 10_000, FrameEveryFs = 1000, ThermoEveryFs = 20 },
        Analysis = new StudyAnalysisInput { DiscardPs = 100 },
    };

    private static ProjectInput Quick() => new()
    {
        Name = "Built-in water, learned",
        Substance = new SystemInput { Water = 64 },
        Temperatures = [300, 350],
        Dynamics = new IntegrationInput { TimestepFs = 0.5, ThermostatFs = 100, BarostatFs = 500 },
        // Hotter and denser than what is simulated in the end, so that the models have seen what they will meet.
        FirstExploration = new ProtocolInput { Temperatures = [320, 440], Pressure = 500, EquilibrationPs = 2, BulkPs = 8, RampPs = 4, RampBar = (500, 60_000), SlabPs = 9, SlabLength = 40, FrameEveryFs = 25, BulkFrames = 200, RampFrames = 50, SlabFrames = 200 },
        Exploration = new ProtocolInput { Temperatures = [330, 420], EquilibrationPs = 1, BulkPs = 3, SlabPs = 3, SlabLength = 40, FrameEveryFs = 40, BulkFrames = 40, RampFrames = 0, SlabFrames = 40, Seed = 2 },
        Selection = new ChoiceInput { Low = 0.2, High = 1.0 },
        Stop = new StopInput { CandidateShare = 0.1, MaxIterations = 1 },
        Labels = new StudyLabelsInput { Calculator = LabelCalculator.Spcfw },
        Training = new StudyTrainingInput { Seeds = [1, 2], Steps = 12_000, RetrainSteps = 5000, RetrainStartRate = 3e-3, FinalSteps = 40_000, Input = SmallNetwork() },
        Production = new ProtocolInput { EquilibrationPs = 2, BulkPs = 20, RampPs = 6, SlabPs = 30, SlabLength = 40, FrameEveryFs = 50, Seed = 3 },
        CompareWith = Meniscus.Training.PotentialModels.Water,
        Analysis = new StudyAnalysisInput { DiscardPs = 2, RampBins = 10 },
    };

    private static ProjectInput Bulk() => Study() with
    {
        Name = "Water under pressure",
        FirstExploration = Study().FirstExploration with { SlabPs = 0, SlabFrames = 0 },
        Exploration = Study().Exploration with { SlabPs = 0, SlabFrames = 0 },
        Production = Study().Production with { SlabPs = 0 },
    };

    private static ProjectInput Salt() => Study() with
    {
        Name = "Surface tension of a NaCl solution",
        Substance = new SystemInput { Water = 192, Solutes = new Dictionary<string, int> { ["Na+"] = 4, ["Cl-"] = 4 } },
        Temperatures = [300],
        StartModels = [],
        Data = new OwnDataInput { Systems = ["data/train"], ValidationSystems = ["data/valid"] },
        Labels = Study().Labels with
        {
            Pwscf = Study().Labels.Pwscf with
            {
                Pseudopotentials = new Dictionary<string, string>
                {
                    ["O"] = "pseudo/O_ONCV_PBE_sr.upf", ["H"] = "pseudo/H_ONCV_PBE_sr.upf", ["Na"] = "pseudo/Na_ONCV_PBE_sr.upf", ["Cl"] = "pseudo/Cl_ONCV_PBE_sr.upf",
                },
            },
        },
        Training = Study().Training with { Input = StudyNetwork("O", "H", "Na", "Cl") },
    };

    private static ProjectInput OwnData() => Study() with
    {
        Name = "Water from own data",
        StartModels = [],
        Data = new OwnDataInput { Systems = ["data/train"], ValidationSystems = ["data/valid"] },
    };

    private static JsonObject StudyNetwork(params string[] elements) => Network(
        elements.Length > 0 ? elements : ["O", "H"], [25, 50, 100], 16, [250, 250, 250], 5.5, false, "float64", 1e-3, 3.51e-8, 5000, (0.02, 1, 0.01, 0.1));

    private static JsonObject SmallNetwork() => Network(["O", "H"], [16, 32, 32], 8, [48, 48, 48], 0.5, true, "float32", 1e-2, 1e-5, 200, (0.02, 1, 0.02, 1));

    private static JsonObject Network(
        string[] elements, int[] embedding, int axis, int[] fitting, double smooth, bool oneSide, string precision, double startRate, double stopRate, int decaySteps,
        (double StartE, double LimitE, double StartV, double LimitV) loss) => new()
        {
            ["model"] = new JsonObject
            {
                ["type_map"] = new JsonArray([.. elements.Select(e => (JsonNode?)e)]),
                ["descriptor"] = new JsonObject
                {
                    ["type"] = "se_e2_a",
                    ["sel"] = "auto",
                    ["rcut"] = 6.0,
                    ["rcut_smth"] = smooth,
                    ["neuron"] = new JsonArray([.. embedding.Select(n => (JsonNode?)n)]),
                    ["axis_neuron"] = axis,
                    ["type_one_side"] = oneSide,
                    ["precision"] = precision,
                },
                ["fitting_net"] = new JsonObject
                {
                    ["neuron"] = new JsonArray([.. fitting.Select(n => (JsonNode?)n)]),
                    ["resnet_dt"] = true,
                    ["precision"] = precision,
                },
            },
            ["learning_rate"] = new JsonObject { ["type"] = "exp", ["start_lr"] = startRate, ["stop_lr"] = stopRate, ["decay_steps"] = decaySteps },
            ["loss"] = new JsonObject
            {
                ["type"] = "ener",
                ["start_pref_e"] = loss.StartE,
                ["limit_pref_e"] = loss.LimitE,
                ["start_pref_f"] = 1000,
                ["limit_pref_f"] = 1,
                ["start_pref_v"] = loss.StartV,
                ["limit_pref_v"] = loss.LimitV,
            },
            ["training"] = new JsonObject { ["batch_size"] = 1, ["disp_freq"] = precision == "float32" ? 200 : 2000, ["save_freq"] = precision == "float32" ? 2000 : 20_000 },
        };
}
