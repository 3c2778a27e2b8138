using System.Text.Json.Nodes;
using Meniscus.Dynamics;
using Meniscus.Input;
using Meniscus.Labelling;
using Meniscus.Training;

namespace Meniscus.Workflow;

/// <summary>
/// The project file of a study, in JSON with comments or YAML: what is simulated, what explores, labels, learns, when learning stops, and
/// what is measured with the result. All keys are in <c>docs/project.md</c>, which is generated from the table that reads them.
/// </summary>
public sealed record ProjectInput
{
    // An input is a few kilobytes; anything of this size is another file given by mistake.
    private const long LargestFile = 16 << 20;

    /// <summary>Title of the study.</summary>
    public string Name { get; init; } = "water";

    /// <summary>Folder for everything the study makes, relative to the project file.</summary>
    public string Work { get; init; } = "study";

    /// <summary>What is simulated.</summary>
    public SystemInput Substance { get; init; } = new();

    /// <summary>Temperatures, K.</summary>
    public IReadOnlyList<double> Temperatures { get; init; } = [300, 400, 500, 600];

    /// <summary>Pressure of the bulk, bar.</summary>
    public double Pressure { get; init; } = 1;

    /// <summary>Labelled frames that exist already.</summary>
    public OwnDataInput Data { get; init; } = new();

    /// <summary>What explores before there is a trained model: names of models; empty to train on own data first.</summary>
    public IReadOnlyList<string> StartModels { get; init; } = [PotentialModels.Water];

    /// <summary>Step and coupling of all runs.</summary>
    public IntegrationInput Dynamics { get; init; } = new();

    /// <summary>Runs of the starting model.</summary>
    public ProtocolInput FirstExploration { get; init; } = new();

    /// <summary>Runs of the trained models in each iteration.</summary>
    public ProtocolInput Exploration { get; init; } = new();

    /// <summary>Which frames are labelled.</summary>
    public ChoiceInput Selection { get; init; } = new();

    /// <summary>When the iterations end.</summary>
    public StopInput Stop { get; init; } = new();

    /// <summary>What labels them.</summary>
    public StudyLabelsInput Labels { get; init; } = new();

    /// <summary>What is trained on them.</summary>
    public StudyTrainingInput Training { get; init; } = new();

    /// <summary>Runs of the result.</summary>
    public ProtocolInput Production { get; init; } = new();

    /// <summary>A potential that the production runs are done with too, to compare with; null for none.</summary>
    public string? CompareWith { get; init; }

    /// <summary>How the runs are analysed.</summary>
    public StudyAnalysisInput Analysis { get; init; } = new();

    /// <summary>What the user should know about the file, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Name of the file, for messages.</summary>
    public string Source { get; init; } = "";

    /// <summary>Folder of the file; paths in it are relative to this one.</summary>
    public string SourceFolder { get; init; } = "";

    /// <summary>Full path of <see cref="Work"/>.</summary>
    public string WorkFolder => Path.GetFullPath(Path.Combine(SourceFolder, Work));

    /// <summary>Reads a file; YAML where its name ends in <c>.yaml</c> or <c>.yml</c>, else JSON.</summary>
    /// <param name="path">The file, or a folder with a <c>project.json</c>.</param>
    /// <exception cref="InputException">The file cannot be read or used.</exception>
    public static ProjectInput Load(string path)
    {
        if (Directory.Exists(path))
            path = Path.Combine(path, "project.json");
        var text = IO.InputFile.ReadText(path, LargestFile);
        return Parse(text, path, InputTree.IsYaml(path)) with { SourceFolder = Path.GetDirectoryName(Path.GetFullPath(path))! };
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Name of the file, for messages.</param>
    /// <param name="yaml">Whether it is YAML.</param>
    /// <exception cref="InputException">The text cannot be used.</exception>
    public static ProjectInput Parse(string text, string name = "project.json", bool yaml = false)
    {
        var tree = yaml ? InputTree.ParseYaml(text, name) : InputTree.ParseJson(text, name);
        if (tree is not JsonObject root)
            throw new InputException($"{name}: expected a project in braces, {{ \"system\": …, \"temperatures_K\": … }}; 'meniscus init' writes one");
        var warnings = new List<string>();
        return ProjectSchema.Root.Read(new InputNode(root, name, "", ProjectSchema.Root), warnings) with { Warnings = warnings, Source = name };
    }

    /// <summary>The normalised project: every key, defaults filled in. Reading it gives the same project again.</summary>
    public string ToJson() => ProjectSchema.Root.WriteText(this);
}

/// <summary>The section <c>system</c>.</summary>
public sealed record SystemInput
{
    /// <summary>Number of water molecules of a built box.</summary>
    public int Water { get; init; } = 192;

    /// <summary>What is dissolved, by name, with how many.</summary>
    public IReadOnlyDictionary<string, int> Solutes { get; init; } = new Dictionary<string, int>();

    /// <summary>Density of a built box, g/cm³; null for that of water at the temperature.</summary>
    public double? Density { get; init; }

    /// <summary>A file with the bulk to begin with instead of a built box, or null.</summary>
    public string? Structure { get; init; }
}

/// <summary>The section <c>data</c>.</summary>
public sealed record OwnDataInput
{
    /// <summary>Systems to train on.</summary>
    public IReadOnlyList<string> Systems { get; init; } = [];

    /// <summary>Systems kept apart.</summary>
    public IReadOnlyList<string> ValidationSystems { get; init; } = [];

    /// <summary>Folders of finished DP-GEN runs, whose labelled frames are trained on.</summary>
    public IReadOnlyList<string> Dpgen { get; init; } = [];
}

/// <summary>The section <c>dynamics</c>.</summary>
public sealed record IntegrationInput
{
    /// <summary>Time step, fs.</summary>
    public double TimestepFs { get; init; } = 0.2;

    /// <summary>τ of the thermostat, fs.</summary>
    public double ThermostatFs { get; init; } = 20;

    /// <summary>τ of the barostat, fs.</summary>
    public double BarostatFs { get; init; } = 200;

    /// <summary>The thermostat of slabs.</summary>
    public ThermostatKind Thermostat { get; init; } = ThermostatKind.NoseHoover;

    /// <summary>Inverse friction of the Langevin thermostat that equilibrates, fs.</summary>
    public double EquilibrationFs { get; init; } = 100;
}

/// <summary>A set of runs at each temperature: <c>first_exploration</c>, <c>exploration</c>, <c>production</c>.</summary>
public sealed record ProtocolInput
{
    /// <summary>Temperatures, K; null for those of the project.</summary>
    public IReadOnlyList<double>? Temperatures { get; init; }

    /// <summary>Pressure of the bulk, bar; null for that of the project.</summary>
    public double? Pressure { get; init; }

    /// <summary>Equilibration before each bulk and slab run, ps.</summary>
    public double EquilibrationPs { get; init; } = 5;

    /// <summary>Bulk at constant pressure, ps.</summary>
    public double BulkPs { get; init; } = 20;

    /// <summary>Ramp of the pressure after it, ps; 0 for none.</summary>
    public double RampPs { get; init; }

    /// <summary>Pressures of the ramp, bar.</summary>
    public (double Start, double Stop) RampBar { get; init; } = (1, 10_000);

    /// <summary>Slab at constant volume, ps; 0 for none.</summary>
    public double SlabPs { get; init; } = 20;

    /// <summary>Length of the slab's box, Å.</summary>
    public double SlabLength { get; init; } = 50;

    /// <summary>Time between frames of trajectories, fs.</summary>
    public double FrameEveryFs { get; init; } = 50;

    /// <summary>Time between rows of thermo tables, fs.</summary>
    public double ThermoEveryFs { get; init; } = 5;

    /// <summary>Seed of velocities and stochastic thermostats.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Most frames labelled of each bulk run.</summary>
    public int BulkFrames { get; init; } = 100;

    /// <summary>Most frames labelled of each ramp.</summary>
    public int RampFrames { get; init; } = 50;

    /// <summary>Most frames labelled of each slab run.</summary>
    public int SlabFrames { get; init; } = 100;
}

/// <summary>The section <c>selection</c>.</summary>
public sealed record ChoiceInput
{
    /// <summary>Deviation of forces from which a frame is a candidate, eV/Å.</summary>
    public double Low { get; init; } = 0.05;

    /// <summary>Deviation from which it is thought unphysical, eV/Å.</summary>
    public double High { get; init; } = 0.3;

    /// <summary>Whether candidates are taken by farthest point in descriptor space; else at random.</summary>
    public bool FarthestPoint { get; init; }

    /// <summary>Seed of random choices.</summary>
    public long Seed { get; init; } = 1;
}

/// <summary>The section <c>stop</c>.</summary>
public sealed record StopInput
{
    /// <summary>Share of candidates and failed frames under which the models are accurate.</summary>
    public double CandidateShare { get; init; } = 0.05;

    /// <summary>Most iterations after the first training.</summary>
    public int MaxIterations { get; init; } = 10;
}

/// <summary>The section <c>labels</c>.</summary>
public sealed record StudyLabelsInput
{
    /// <summary>What computes them.</summary>
    public LabelCalculator Calculator { get; init; }

    /// <summary>Share of the frames of each run that is kept apart from training.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>Seed of which they are.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How jobs are run.</summary>
    public LabelJobsInput Jobs { get; init; } = new();

    /// <summary>Settings of pw.x.</summary>
    public PwscfSettings Pwscf { get; init; } = new();

    /// <summary>Settings of CP2K.</summary>
    public Cp2kSettings Cp2k { get; init; } = new();
}

/// <summary>The section <c>training</c>.</summary>
public sealed record StudyTrainingInput
{
    /// <summary>Seeds of the models, one model each.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [1, 2, 3, 4];

    /// <summary>Steps of the first training.</summary>
    public long Steps { get; init; } = 400_000;

    /// <summary>Whether later trainings go on from the models before; else they begin anew.</summary>
    public bool Warm { get; init; } = true;

    /// <summary>Steps of later trainings; null for those of the first.</summary>
    public long? RetrainSteps { get; init; }

    /// <summary>Learning rate at which a later training that goes on begins; null for the input's.</summary>
    public double? RetrainStartRate { get; init; }

    /// <summary>Steps of the last training, anew and on all data; 0 to use the last iteration's models.</summary>
    public long FinalSteps { get; init; } = 4_000_000;

    /// <summary>How many of the models the last training makes.</summary>
    public int? FinalModels { get; init; }

    /// <summary>The training input, without systems, steps and seeds.</summary>
    public JsonObject Input { get; init; } = [];
}

/// <summary>The section <c>analysis</c>.</summary>
public sealed record StudyAnalysisInput
{
    /// <summary>Start of each production run that averages leave out, after its equilibration, ps.</summary>
    public double DiscardPs { get; init; }

    /// <summary>Range of radial distribution functions, Å.</summary>
    public double RdfMax { get; init; } = 8;

    /// <summary>Bin of radial distribution functions, Å.</summary>
    public double RdfBin { get; init; } = 0.05;

    /// <summary>Bin of density profiles, Å.</summary>
    public double ProfileBin { get; init; } = 0.25;

    /// <summary>Bins of the pressure along the ramp.</summary>
    public int RampBins { get; init; } = 20;
}
