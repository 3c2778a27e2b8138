using System.Text.Json.Nodes;
using Meniscus.Building;
using Meniscus.Dynamics;
using Meniscus.Input;
using Meniscus.Labelling;
using Meniscus.Training;
using static Meniscus.Input.InputTypes;

namespace Meniscus.Workflow;

/// <summary>The keys of a project file. Where a key means what a key of another input means, it has its name.</summary>
internal static class ProjectSchema
{
    private static readonly InputType<IReadOnlyList<string>> Names = ListOf(Text, "a list of names");

    private static readonly InputType<IReadOnlyList<double>> Temperatures =
        SomeOf(Positive, "a list of temperatures such as [300, 400]").Where(list => list.Distinct().Count() == list.Count, "a list of different temperatures");

    private static readonly InputType<IReadOnlyList<int>> Seeds =
        SomeOf(CountFrom(0), "a list of seeds such as [1, 2, 3, 4]").Where(list => list.Distinct().Count() == list.Count, "a list of different seeds");

    private static readonly InputType<(double Start, double Stop)> Pressures = new(
        "[start, stop]",
        (node, words) => node.Items(words) is [var start, var stop] ? (start.Real(words), stop.Real(words)) : throw node.Mismatch(words),
        ramp => new JsonArray(ramp.Start, ramp.Stop));

    private static readonly InputType<IReadOnlyDictionary<string, int>> Solutes = new(
        "numbers by name such as { \"Na+\": 4, \"Cl-\": 4 }",
        (node, words) => node.Value is JsonObject given
            ? given.ToDictionary(entry => entry.Key, entry => CountFrom(1).Read(node.Child(entry.Key)))
            : throw node.Mismatch(words),
        solutes => new JsonObject(solutes.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))));

    private static readonly InputType<JsonObject> TrainingInputText = new(
        "a training input in braces, as docs/train-input.md has it, without systems",
        (node, words) => node.Value is JsonObject given ? (JsonObject)given.DeepClone() : throw node.Mismatch(words),
        given => given.DeepClone());

    private static readonly InputSection<SystemInput> Substance = new(
        () => new(),
        [
            InputKey<SystemInput>.Value("water_molecules", CountFrom(1), s => s.Water, (s, x) => s with { Water = x }, "Water molecules of the box that is built."),
            InputKey<SystemInput>.Value("solutes", Solutes, s => s.Solutes, (s, x) => s with { Solutes = x }, "What is dissolved in it, and how many of each: names as `build water --solute` takes them, or files."),
            InputKey<SystemInput>.Value("density_g_per_cm3", Positive.OrNull(), s => s.Density, (s, x) => s with { Density = x }, "Density it begins with; null for that of water at the temperature.", "g/cm³"),
            InputKey<SystemInput>.Value("structure", Text.OrNothing(), s => s.Structure, (s, x) => s with { Structure = x }, "A file with a bulk to begin with, instead of a box that is built."),
        ]);

    private static readonly InputSection<OwnDataInput> Data = new(
        () => new(),
        [
            InputKey<OwnDataInput>.Value("systems", Names, d => d.Systems, (d, x) => d with { Systems = x }, "DeePMD systems that are trained on from the beginning."),
            InputKey<OwnDataInput>.Value("validation_systems", Names, d => d.ValidationSystems, (d, x) => d with { ValidationSystems = x }, "DeePMD systems that are kept apart, and tested on."),
            InputKey<OwnDataInput>.Value("dpgen", Names, d => d.Dpgen, (d, x) => d with { Dpgen = x }, "Folders of DP-GEN runs (with iter.000000 and so on); the frames they labelled are trained on."),
        ]);

    private static readonly InputSection<IntegrationInput> Dynamics = new(
        () => new(),
        [
            InputKey<IntegrationInput>.Value("timestep_fs", Positive, d => d.TimestepFs, (d, x) => d with { TimestepFs = x }, "Time step.", "fs"),
            InputKey<IntegrationInput>.Value("thermostat", OneOf(("nose-hoover", ThermostatKind.NoseHoover), ("csvr", ThermostatKind.Csvr), ("langevin", ThermostatKind.Langevin)), d => d.Thermostat, (d, x) => d with { Thermostat = x }, "Thermostat of slab runs; bulk runs at constant pressure have Nosé–Hoover chains."),
            InputKey<IntegrationInput>.Value("thermostat_fs", Positive, d => d.ThermostatFs, (d, x) => d with { ThermostatFs = x }, "τ of the thermostat.", "fs"),
            InputKey<IntegrationInput>.Value("barostat_fs", Positive, d => d.BarostatFs, (d, x) => d with { BarostatFs = x }, "τ of the barostat.", "fs"),
            InputKey<IntegrationInput>.Value("equilibration_fs", Positive, d => d.EquilibrationFs, (d, x) => d with { EquilibrationFs = x }, "Inverse friction of the Langevin thermostat that every run is equilibrated with.", "fs"),
        ]);

    private static readonly InputSection<ChoiceInput> Selection = new(
        () => new(),
        [
            InputKey<ChoiceInput>.Value("low_eV_per_A", Positive, s => s.Low, (s, x) => s with { Low = x }, "Frames whose largest deviation of a force between the models is below are accurate; from here on they are candidates.", "eV/Å"),
            InputKey<ChoiceInput>.Value("high_eV_per_A", Positive, s => s.High, (s, x) => s with { High = x }, "Frames from this deviation on have failed: thought unphysical, never labelled.", "eV/Å"),
            InputKey<ChoiceInput>.Value("method", OneOf(("random", false), ("farthest", true)), s => s.FarthestPoint, (s, x) => s with { FarthestPoint = x }, "How candidates are chosen where there are more than wanted: at random, or by farthest point in the descriptors of the first model."),
            InputKey<ChoiceInput>.Value("seed", WholeFrom(0), s => s.Seed, (s, x) => s with { Seed = x }, "Seed of random choices."),
        ],
        (s, node, _) => s.Low < s.High ? s : throw node.Child("high_eV_per_A").Mismatch("a deviation above low_eV_per_A"));

    private static readonly InputSection<StopInput> Stop = new(
        () => new(),
        [
            InputKey<StopInput>.Value("candidate_share", NotNegative.Where(x => x <= 1, "a share from 0 to 1"), s => s.CandidateShare, (s, x) => s with { CandidateShare = x }, "The iterations end once the candidates and failed frames of all runs together are no more than this share."),
            InputKey<StopInput>.Value("max_iterations", CountFrom(0), s => s.MaxIterations, (s, x) => s with { MaxIterations = x }, "They end after so many in any case, with a warning; 0 for the first training alone."),
        ]);

    private static readonly InputSection<StudyLabelsInput> Labels = new(
        () => new(),
        [
            InputKey<StudyLabelsInput>.Value("calculator", OneOf(("spcfw", LabelCalculator.Spcfw), ("pwscf", LabelCalculator.Pwscf), ("cp2k", LabelCalculator.Cp2k)), l => l.Calculator, (l, x) => l with { Calculator = x }, "What computes the labels: the built-in water model, Quantum ESPRESSO or CP2K."),
            InputKey<StudyLabelsInput>.Value("validation_share", NotNegative.Where(x => x < 1, "a share from 0 to below 1"), l => l.ValidationShare, (l, x) => l with { ValidationShare = x }, "Share of the labelled frames of each run that is kept apart from training, to test with."),
            InputKey<StudyLabelsInput>.Value("seed", CountFrom(0), l => l.Seed, (l, x) => l with { Seed = x }, "Seed of the choice of which those are."),
            InputKey<StudyLabelsInput>.Nested("jobs", LabelInputSchema.Jobs, l => l.Jobs, (l, x) => l with { Jobs = x }, "How the jobs are run."),
            InputKey<StudyLabelsInput>.Nested("pwscf", LabelInputSchema.Pwscf, l => l.Pwscf, (l, x) => l with { Pwscf = x }, "Settings of pw.x."),
            InputKey<StudyLabelsInput>.Nested("cp2k", LabelInputSchema.Cp2k, l => l.Cp2k, (l, x) => l with { Cp2k = x }, "Settings of CP2K."),
        ],
        (l, node, _) => l.Calculator != LabelCalculator.Pwscf || l.Pwscf.Pseudopotentials.Count > 0
            ? l
            : throw node.Error("'pwscf/pseudopotentials' is missing; expected the UPF file of each element, { \"O\": \"O.upf\", \"H\": \"H.upf\" }"));

    private static readonly InputSection<StudyTrainingInput> Training = new(
        () => new(),
        [
            InputKey<StudyTrainingInput>.Value("seeds", Seeds, t => t.Seeds, (t, x) => t with { Seeds = x }, "Seeds of the models, one model each; their differences are the deviation that frames are selected by."),
            InputKey<StudyTrainingInput>.Value("steps", WholeFrom(1), t => t.Steps, (t, x) => t with { Steps = x }, "Steps of the first training, and of later ones that begin anew."),
            InputKey<StudyTrainingInput>.Value("retrain", OneOf(("warm", true), ("fresh", false)), t => t.Warm, (t, x) => t with { Warm = x }, "Whether the trainings of later iterations go on from the models before or begin anew."),
            InputKey<StudyTrainingInput>.Value("retrain_steps", WholeFrom(1).OrNull(), t => t.RetrainSteps, (t, x) => t with { RetrainSteps = x }, "Steps of the trainings of later iterations; null for those of the first."),
            InputKey<StudyTrainingInput>.Value("retrain_start_lr", Positive.OrNull(), t => t.RetrainStartRate, (t, x) => t with { RetrainStartRate = x }, "Learning rate at which a training that goes on begins; null for that of the input."),
            InputKey<StudyTrainingInput>.Value("final_steps", WholeFrom(0), t => t.FinalSteps, (t, x) => t with { FinalSteps = x }, "Steps of the last training, anew on all data, after the iterations; 0 to simulate with the models of the last iteration."),
            InputKey<StudyTrainingInput>.Value("final_models", CountFrom(1).OrNull(), t => t.FinalModels, (t, x) => t with { FinalModels = x }, "How many models the last training makes, with the first of the seeds; null for all. The first one is simulated with, the others tell where it is unsure."),
            InputKey<StudyTrainingInput>.Value("input", TrainingInputText, t => t.Input, (t, x) => t with { Input = x }, "The training input of DeePMD-kit (docs/train-input.md): model, learning_rate, loss, and of training what is not systems, steps, seeds and files."),
        ],
        CompleteTraining);

    private static readonly InputSection<StudyAnalysisInput> Analysis = new(
        () => new(),
        [
            InputKey<StudyAnalysisInput>.Value("discard_ps", NotNegative, a => a.DiscardPs, (a, x) => a with { DiscardPs = x }, "Start of bulk and slab runs, after their equilibration, that averages leave out.", "ps"),
            InputKey<StudyAnalysisInput>.Value("rdf_max_A", Positive, a => a.RdfMax, (a, x) => a with { RdfMax = x }, "Range of radial distribution functions.", "Å"),
            InputKey<StudyAnalysisInput>.Value("rdf_bin_A", Positive, a => a.RdfBin, (a, x) => a with { RdfBin = x }, "Bin of radial distribution functions.", "Å"),
            InputKey<StudyAnalysisInput>.Value("profile_bin_A", Positive, a => a.ProfileBin, (a, x) => a with { ProfileBin = x }, "Bin of density profiles.", "Å"),
            InputKey<StudyAnalysisInput>.Value("ramp_bins", CountFrom(2), a => a.RampBins, (a, x) => a with { RampBins = x }, "Pressures that the ramp is divided into."),
        ]);

    /// <summary>The file.</summary>
    public static InputSection<ProjectInput> Root { get; } = new(
        () => new(),
        [
            InputKey<ProjectInput>.Value("name", Text, p => p.Name, (p, x) => p with { Name = x }, "Title of the study and of its report."),
            InputKey<ProjectInput>.Value("work", Text, p => p.Work, (p, x) => p with { Work = x }, "Folder for everything the study makes; like all paths here relative to this file."),
            InputKey<ProjectInput>.Nested("system", Substance, p => p.Substance, (p, x) => p with { Substance = x }, "What is simulated."),
            InputKey<ProjectInput>.Value("temperatures_K", Temperatures, p => p.Temperatures, (p, x) => p with { Temperatures = x }, "Temperatures of all runs that have none of their own.", "K"),
            InputKey<ProjectInput>.Value("pressure_bar", Real, p => p.Pressure, (p, x) => p with { Pressure = x }, "Pressure of the bulk.", "bar"),
            InputKey<ProjectInput>.Nested("data", Data, p => p.Data, (p, x) => p with { Data = x }, "Labelled frames that exist already."),
            InputKey<ProjectInput>.Value("start_models", Names, p => p.StartModels, (p, x) => p with { StartModels = x }, "The model that explores first: spcfw, the built-in water, or a model file; several are a committee. [] to train on own data first."),
            InputKey<ProjectInput>.Nested("dynamics", Dynamics, p => p.Dynamics, (p, x) => p with { Dynamics = x }, "Time step, thermostat and barostat of all runs."),
            InputKey<ProjectInput>.Nested("first_exploration", Protocol(labelled: true), p => p.FirstExploration, (p, x) => p with { FirstExploration = x }, "Runs of start_models; frames are taken from them evenly."),
            InputKey<ProjectInput>.Nested("exploration", Protocol(labelled: true), p => p.Exploration, (p, x) => p with { Exploration = x }, "Runs of the trained models in every iteration; frames on which they differ are taken."),
            InputKey<ProjectInput>.Nested("selection", Selection, p => p.Selection, (p, x) => p with { Selection = x }, "Which of their frames are labelled."),
            InputKey<ProjectInput>.Nested("stop", Stop, p => p.Stop, (p, x) => p with { Stop = x }, "When the iterations end."),
            InputKey<ProjectInput>.Nested("labels", Labels, p => p.Labels, (p, x) => p with { Labels = x }, "What computes energies, forces and virials."),
            InputKey<ProjectInput>.Nested("training", Training, p => p.Training, (p, x) => p with { Training = x }, "What is trained on them."),
            InputKey<ProjectInput>.Nested("production", Protocol(labelled: false), p => p.Production, (p, x) => p with { Production = x }, "Runs of the result, which are analysed."),
            InputKey<ProjectInput>.Value("compare_with", Text.OrNothing(), p => p.CompareWith, (p, x) => p with { CompareWith = x }, "A model that the production runs are done with too, such as spcfw where it made the labels; null for none."),
            InputKey<ProjectInput>.Nested("analysis", Analysis, p => p.Analysis, (p, x) => p with { Analysis = x }, "How production runs are analysed."),
        ],
        Complete);

    private static InputSection<ProtocolInput> Protocol(bool labelled)
    {
        List<InputKey<ProtocolInput>> keys =
        [
            InputKey<ProtocolInput>.Value("temperatures_K", Temperatures.OrNothing(), p => p.Temperatures, (p, x) => p with { Temperatures = x }, "Temperatures; null for those of the project.", "K"),
            InputKey<ProtocolInput>.Value("pressure_bar", Real.OrNull(), p => p.Pressure, (p, x) => p with { Pressure = x }, "Pressure of the bulk; null for that of the project.", "bar"),
            InputKey<ProtocolInput>.Value("equilibration_ps", Positive, p => p.EquilibrationPs, (p, x) => p with { EquilibrationPs = x }, "Equilibration before each bulk and slab run; not sampled.", "ps"),
            InputKey<ProtocolInput>.Value("bulk_ps", Positive, p => p.BulkPs, (p, x) => p with { BulkPs = x }, "Bulk at constant temperature and pressure.", "ps"),
            InputKey<ProtocolInput>.Value("ramp_ps", NotNegative, p => p.RampPs, (p, x) => p with { RampPs = x }, "Compression of the bulk after that; 0 for none.", "ps"),
            InputKey<ProtocolInput>.Value("ramp_bar", Pressures, p => p.RampBar, (p, x) => p with { RampBar = x }, "Pressures at its beginning and end.", "bar"),
            InputKey<ProtocolInput>.Value("slab_ps", NotNegative, p => p.SlabPs, (p, x) => p with { SlabPs = x }, "Slab at constant temperature in a box as wide as the mean bulk; 0 for none.", "ps"),
            InputKey<ProtocolInput>.Value("slab_length_A", Positive, p => p.SlabLength, (p, x) => p with { SlabLength = x }, "Length of that box, vacuum included.", "Å"),
            InputKey<ProtocolInput>.Value("frame_every_fs", Positive, p => p.FrameEveryFs, (p, x) => p with { FrameEveryFs = x }, "Time between frames of trajectories.", "fs"),
            InputKey<ProtocolInput>.Value("thermo_every_fs", Positive, p => p.ThermoEveryFs, (p, x) => p with { ThermoEveryFs = x }, "Time between rows of thermo tables, which the surface tension is computed from.", "fs"),
            InputKey<ProtocolInput>.Value("seed", WholeFrom(0), p => p.Seed, (p, x) => p with { Seed = x }, "Seed of velocities and stochastic thermostats."),
        ];
        if (labelled)
        {
            keys.AddRange(
            [
                InputKey<ProtocolInput>.Value("bulk_frames", CountFrom(0), p => p.BulkFrames, (p, x) => p with { BulkFrames = x }, "Most frames of each bulk run that are labelled."),
                InputKey<ProtocolInput>.Value("ramp_frames", CountFrom(0), p => p.RampFrames, (p, x) => p with { RampFrames = x }, "Most frames of each compression that are labelled."),
                InputKey<ProtocolInput>.Value("slab_frames", CountFrom(0), p => p.SlabFrames, (p, x) => p with { SlabFrames = x }, "Most frames of each slab run that are labelled."),
            ]);
        }

        return new InputSection<ProtocolInput>(() => new(), keys);
    }

    private static StudyTrainingInput CompleteTraining(StudyTrainingInput training, InputNode node, List<string> warnings)
    {
        if (training.FinalModels > training.Seeds.Count)
            throw node.Child("final_models").Mismatch($"at most the {training.Seeds.Count} models that seeds has");
        if (training.Input.Count == 0)
            throw node.Error("'input' is missing; expected a training input, { \"model\": …, \"learning_rate\": …, \"loss\": … }");
        var input = StudyTraining.Parse(training.Input, $"{node.Where}/input");
        warnings.AddRange(input.Warnings);
        return training;
    }

    private static ProjectInput Complete(ProjectInput project, InputNode node, List<string> warnings)
    {
        if (project.StartModels.Count == 0 && project.Data.Systems.Count == 0 && project.Data.Dpgen.Count == 0)
            throw node.Error("neither start_models nor data; name a model that explores first, or labelled frames to train on first");
        if (project.Labels.ValidationShare == 0 && project.Data.ValidationSystems.Count == 0)
            throw node.Child("labels").Child("validation_share").Error("is 0, and data/validation_systems names none; keep some frames apart, or nothing tells how good the models are");
        if (project.Training.Seeds.Count < 2 && project.Stop.MaxIterations > 0)
            throw node.Child("training").Child("seeds").Error("names one model; the iterations select frames on which several differ, so give at least two, or stop/max_iterations 0");
        foreach (var name in project.Substance.Solutes.Keys)
            Molecule.Named(name);
        return project;
    }
}
