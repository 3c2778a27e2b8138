using System.Text.Json.Nodes;
using Meniscus.Input;
using Meniscus.Training;

namespace Meniscus.Dynamics;

/// <summary>
/// The input of a molecular dynamics run, in JSON or YAML: a model, a structure, what to write, and the stages of the run
/// one after the other. All keys are in <c>docs/md-input.md</c>, which is generated from the table that reads them.
/// </summary>
public sealed record MdInput
{
    // An input is a few kilobytes; anything of this size is another file given by mistake.
    private const long LargestFile = 16 << 20;

    /// <summary>Names of the models; more than one is a committee.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Whether the mean of a committee drives the run; otherwise its first model does.</summary>
    public bool MeanDrives { get; init; }

    /// <summary>Parameters of the model <c>lennard-jones</c>; null for other models.</summary>
    public LennardJonesInput? LennardJones { get; init; }

    /// <summary>A screened nuclear repulsion added to the model, or null.</summary>
    public ZblInput? Zbl { get; init; }

    /// <summary>Whether embedding networks are tabulated to rounding.</summary>
    public bool Tables { get; init; } = true;

    /// <summary>File of the structure to start from.</summary>
    public string Structure { get; init; } = "";

    /// <summary>Which frame of it, from 0; −1 is the last.</summary>
    public int Frame { get; init; } = -1;

    /// <summary>Names of the integer types of a LAMMPS file without element names.</summary>
    public IReadOnlyList<string>? TypeMap { get; init; }

    /// <summary>Masses by name, amu, where they are not the standard ones.</summary>
    public IReadOnlyDictionary<string, double> Masses { get; init; } = new Dictionary<string, double>();

    /// <summary>Time step, fs.</summary>
    public double TimestepFs { get; init; } = 0.5;

    /// <summary>Seed of velocities and stochastic thermostats.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Skin of the neighbour list, Å.</summary>
    public double Skin { get; init; } = 1;

    /// <summary>Steps between removals of the motion of the centre of mass; 0 for never.</summary>
    public long RemoveComEvery { get; init; } = 1000;

    /// <summary>Temperature of the initial velocities, K; null to take those of the structure.</summary>
    public double? InitialTemperature { get; init; }

    /// <summary>The thermo table.</summary>
    public ThermoInput Thermo { get; init; } = new();

    /// <summary>The trajectories.</summary>
    public IReadOnlyList<TrajectoryInput> Trajectories { get; init; } = [];

    /// <summary>The restart file.</summary>
    public RestartInput Restart { get; init; } = new();

    /// <summary>The deviation of a committee.</summary>
    public ModelDeviationInput ModelDeviation { get; init; } = new();

    /// <summary>File for the last frame with its velocities, or null.</summary>
    public string? FinalStructure { get; init; }

    /// <summary>The stages.</summary>
    public IReadOnlyList<StageInput> Stages { get; init; } = [];

    /// <summary>What the user should know about the file, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Name of the file, for messages.</summary>
    public string Source { get; init; } = "";

    /// <summary>Folder of the file, where models and structures are looked for that are not in the current one; null for none.</summary>
    public string? SourceFolder { get; init; }

    /// <summary>Reads a file; YAML where its name ends in <c>.yaml</c> or <c>.yml</c>, else JSON.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file cannot be read or used.</exception>
    public static MdInput Load(string path)
    {
        var text = IO.InputFile.ReadText(path, LargestFile);
        return Parse(text, path, InputTree.IsYaml(path))
            with { SourceFolder = Path.GetDirectoryName(Path.GetFullPath(path)) };
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Name of the file, for messages.</param>
    /// <param name="yaml">Whether it is YAML.</param>
    /// <exception cref="InputException">The text cannot be used.</exception>
    public static MdInput Parse(string text, string name = "md.json", bool yaml = false)
    {
        var tree = yaml ? InputTree.ParseYaml(text, name) : InputTree.ParseJson(text, name);
        if (tree is not JsonObject root)
            throw new InputException($"{name}: expected the input of a run in braces, {{ \"model\": …, \"structure\": …, \"stages\": … }}");
        var warnings = new List<string>();
        return MdInputSchema.Root.Read(new InputNode(root, name, "", MdInputSchema.Root), warnings) with { Warnings = warnings, Source = name };
    }

    /// <summary>The normalised input: every key, defaults filled in. Reading it gives the same input again.</summary>
    public string ToJson() => MdInputSchema.Root.WriteText(this);

    /// <summary>The same input with its relative paths below a folder, as if the run were started there.</summary>
    /// <param name="folder">The folder.</param>
    public MdInput InFolder(string folder)
    {
        string In(string path) => Path.Combine(folder, path);
        return this with
        {
            Models = [.. Models.Select(name => PotentialModels.IsBuiltIn(name) || name == MdModel.LennardJones ? name : In(name))],
            Structure = In(Structure),
            Thermo = Thermo with { File = In(Thermo.File) },
            Trajectories = [.. Trajectories.Select(t => t with { File = In(t.File) })],
            Restart = Restart with { File = In(Restart.File) },
            ModelDeviation = ModelDeviation with { File = In(ModelDeviation.File) },
            FinalStructure = FinalStructure is { } file ? In(file) : null,
        };
    }
}

/// <summary>The section <c>lennard_jones</c>.</summary>
public sealed record LennardJonesInput
{
    /// <summary>Depth ε, eV, and diameter σ, Å, by name.</summary>
    public IReadOnlyDictionary<string, (double Depth, double Diameter)> Types { get; init; } = new Dictionary<string, (double, double)>();

    /// <summary>Cutoff, Å.</summary>
    public double Cutoff { get; init; }

    /// <summary>Whether the energy is shifted to 0 at the cutoff.</summary>
    public bool Shifted { get; init; }
}

/// <summary>The section <c>zbl</c>.</summary>
public sealed record ZblInput
{
    /// <summary>Distance from which on it is switched off, Å.</summary>
    public double Inner { get; init; }

    /// <summary>Distance from which on it is zero, Å.</summary>
    public double Outer { get; init; }
}

/// <summary>The section <c>thermo</c>.</summary>
public sealed record ThermoInput
{
    /// <summary>The file.</summary>
    public string File { get; init; } = "thermo.out";

    /// <summary>Steps between rows.</summary>
    public long Every { get; init; } = 100;

    /// <summary>Columns by their LAMMPS names.</summary>
    public IReadOnlyList<string> Columns { get; init; } = ThermoColumns.Default;
}

/// <summary>One entry of <c>trajectories</c>.</summary>
public sealed record TrajectoryInput
{
    /// <summary>The file; its ending chooses the format.</summary>
    public string File { get; init; } = "";

    /// <summary>Steps between frames.</summary>
    public long Every { get; init; } = 1000;

    /// <summary>Whether to write velocities.</summary>
    public bool Velocities { get; init; }

    /// <summary>Whether to write forces.</summary>
    public bool Forces { get; init; }
}

/// <summary>The section <c>restart</c>.</summary>
public sealed record RestartInput
{
    /// <summary>The file.</summary>
    public string File { get; init; } = "md.restart";

    /// <summary>Steps between restarts.</summary>
    public long Every { get; init; } = 10_000;
}

/// <summary>The section <c>model_deviation</c>.</summary>
public sealed record ModelDeviationInput
{
    /// <summary>The file.</summary>
    public string File { get; init; } = "model_devi.out";

    /// <summary>Steps between rows.</summary>
    public long Every { get; init; } = 100;
}

/// <summary>What a stage does.</summary>
public enum StageKind
{
    /// <summary>Goes downhill in energy.</summary>
    Minimize,

    /// <summary>Constant energy.</summary>
    Nve,

    /// <summary>Constant temperature.</summary>
    Nvt,

    /// <summary>Constant temperature and pressure.</summary>
    Npt,
}

/// <summary>The thermostats.</summary>
public enum ThermostatKind
{
    /// <summary>A Nosé–Hoover chain.</summary>
    NoseHoover,

    /// <summary>Stochastic velocity rescaling.</summary>
    Csvr,

    /// <summary>Friction and noise.</summary>
    Langevin,
}

/// <summary>One stage of a run.</summary>
public sealed record StageInput
{
    /// <summary>A name for messages.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it does.</summary>
    public StageKind Kind { get; init; }

    /// <summary>Number of steps; of a minimization the largest number.</summary>
    public long Steps { get; init; }

    /// <summary>Time step, fs; null for that of the run.</summary>
    public double? TimestepFs { get; init; }

    /// <summary>Temperature of new velocities at its beginning, K; null to keep them.</summary>
    public double? NewVelocities { get; init; }

    /// <summary>Target temperature, K.</summary>
    public Ramp? Temperature { get; init; }

    /// <summary>The thermostat.</summary>
    public ThermostatKind Thermostat { get; init; }

    /// <summary>τ, fs.</summary>
    public double ThermostatPeriodFs { get; init; } = 100;

    /// <summary>Length of Nosé–Hoover chains.</summary>
    public int ChainLength { get; init; } = 3;

    /// <summary>Target pressure, bar.</summary>
    public Ramp? Pressure { get; init; }

    /// <summary>τ_p, fs.</summary>
    public double BarostatPeriodFs { get; init; } = 1000;

    /// <summary>Which edges move.</summary>
    public BarostatAxes Axes { get; init; } = BarostatAxes.All;

    /// <summary>Whether they keep their proportions.</summary>
    public bool Isotropic { get; init; } = true;

    /// <summary>Largest force at which a minimization ends, eV/Å.</summary>
    public double ForceTolerance { get; init; } = 0.01;
}
