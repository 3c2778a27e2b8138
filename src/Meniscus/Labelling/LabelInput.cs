using System.Text.Json.Nodes;
using Meniscus.Input;

namespace Meniscus.Labelling;

/// <summary>What computes the labels.</summary>
public enum LabelCalculator
{
    /// <summary>The built-in SPC/Fw water.</summary>
    Spcfw,

    /// <summary>Quantum ESPRESSO's <c>pw.x</c>.</summary>
    Pwscf,

    /// <summary>CP2K's Quickstep.</summary>
    Cp2k,
}

/// <summary>
/// The input of labelling, in JSON or YAML: frames, a calculator with its settings, and where the results go. All keys are in
/// <c>docs/label-input.md</c>, which is generated from the table that reads them.
/// </summary>
public sealed record LabelInput
{
    // An input is a few kilobytes; anything of this size is another file given by mistake.
    private const long LargestFile = 16 << 20;

    /// <summary>Where the frames come from.</summary>
    public IReadOnlyList<LabelFramesInput> Frames { get; init; } = [];

    /// <summary>Order of the types in the output; null for the order in which they appear.</summary>
    public IReadOnlyList<string>? TypeMap { get; init; }

    /// <summary>What computes the labels.</summary>
    public LabelCalculator Calculator { get; init; }

    /// <summary>Folder for the labelled systems.</summary>
    public string Output { get; init; } = "labelled";

    /// <summary>File for the labelled frames as extended XYZ, or null.</summary>
    public string? ExtendedXyz { get; init; }

    /// <summary>Folder for the jobs and their table.</summary>
    public string Work { get; init; } = "label-work";

    /// <summary>How jobs are run.</summary>
    public LabelJobsInput Jobs { get; init; } = new();

    /// <summary>Settings of pw.x.</summary>
    public PwscfSettings Pwscf { get; init; } = new();

    /// <summary>Settings of CP2K.</summary>
    public Cp2kSettings Cp2k { get; init; } = new();

    /// <summary>What the user should know about the file, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Name of the file, for messages.</summary>
    public string Source { get; init; } = "";

    /// <summary>Folder of the file, where frames and pseudopotentials are looked for that are not in the current one; null for none.</summary>
    public string? SourceFolder { get; init; }

    /// <summary>Reads a file; YAML where its name ends in <c>.yaml</c> or <c>.yml</c>, else JSON.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file cannot be read or used.</exception>
    public static LabelInput Load(string path)
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
    public static LabelInput Parse(string text, string name = "label.json", bool yaml = false)
    {
        var tree = yaml ? InputTree.ParseYaml(text, name) : InputTree.ParseJson(text, name);
        if (tree is not JsonObject root)
            throw new InputException($"{name}: expected the input of labelling in braces, {{ \"frames\": …, \"calculator\": … }}");
        var warnings = new List<string>();
        return LabelInputSchema.Root.Read(new InputNode(root, name, "", LabelInputSchema.Root), warnings) with { Warnings = warnings, Source = name };
    }

    /// <summary>The normalised input: every key, defaults filled in. Reading it gives the same input again.</summary>
    public string ToJson() => LabelInputSchema.Root.WriteText(this);
}

/// <summary>One entry of <c>frames</c>.</summary>
public sealed record LabelFramesInput
{
    /// <summary>File or folder.</summary>
    public string File { get; init; } = "";

    /// <summary>First frame, from 0.</summary>
    public int First { get; init; }

    /// <summary>Last frame, inclusive; null for the end.</summary>
    public int? Last { get; init; }

    /// <summary>Every how many frames one is taken.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Names of the integer types of a LAMMPS file.</summary>
    public IReadOnlyList<string>? TypeNames { get; init; }
}

/// <summary>The section <c>jobs</c>.</summary>
public sealed record LabelJobsInput
{
    /// <summary>The program and its arguments; null for pw.x or cp2k.psmp on PATH.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Jobs at a time.</summary>
    public int Concurrent { get; init; } = 1;

    /// <summary>MPI ranks per job; 1 runs without <see cref="Mpi"/>.</summary>
    public int MpiRanks { get; init; } = 1;

    /// <summary>What stands before the command where there are several ranks; <c>{ranks}</c> is their number.</summary>
    public IReadOnlyList<string> Mpi { get; init; } = ["mpirun", "-n", "{ranks}"];

    /// <summary>OMP_NUM_THREADS of the jobs.</summary>
    public int OmpThreads { get; init; } = 1;

    /// <summary>Longest time of a job, s; null for no limit.</summary>
    public double? Timeout { get; init; }

    /// <summary>How often a job that crashed is started again.</summary>
    public int Retries { get; init; } = 1;

    /// <summary>Whether the scratch folder of a job that is done is kept.</summary>
    public bool KeepScratch { get; init; }

    /// <summary>Lines such as <c>--time=02:00:00</c> for the Slurm script, without #SBATCH.</summary>
    public IReadOnlyList<string> Slurm { get; init; } = [];
}

/// <summary>The section <c>pwscf</c>.</summary>
public sealed record PwscfSettings
{
    /// <summary>input_dft.</summary>
    public string Functional { get; init; } = "PBE";

    /// <summary>Pseudopotential file per element.</summary>
    public IReadOnlyDictionary<string, string> Pseudopotentials { get; init; } = new Dictionary<string, string>();

    /// <summary>Plane-wave cutoff, Ry.</summary>
    public double CutoffRy { get; init; } = 130;

    /// <summary>Cutoff of the density, Ry; null for pw.x's four times as much.</summary>
    public double? DensityCutoffRy { get; init; }

    /// <summary>Threshold of the scf, Ry.</summary>
    public double ConvergenceRy { get; init; } = 1e-6;

    /// <summary>occupations, or null.</summary>
    public string? Occupations { get; init; }

    /// <summary>smearing, or null.</summary>
    public string? Smearing { get; init; }

    /// <summary>degauss, Ry, or null.</summary>
    public double? DegaussRy { get; init; }

    /// <summary>Grid of k-points; null for Γ alone.</summary>
    public IReadOnlyList<int>? KPoints { get; init; }

    /// <summary>Shift of the grid, 0 or 1 per axis.</summary>
    public IReadOnlyList<int> KShift { get; init; } = [0, 0, 0];

    /// <summary>mixing_beta of the first try and of those after it.</summary>
    public IReadOnlyList<double> MixingBeta { get; init; } = [0.7, 0.3, 0.1];

    /// <summary>Most scf steps.</summary>
    public int MaxSteps { get; init; } = 100;

    /// <summary>Whether forces are computed.</summary>
    public bool Forces { get; init; } = true;

    /// <summary>Whether the stress is computed.</summary>
    public bool Stress { get; init; } = true;

    /// <summary>Further keys by namelist, as pw.x writes them.</summary>
    public IReadOnlyDictionary<string, JsonObject> Namelists { get; init; } = new Dictionary<string, JsonObject>();
}

/// <summary>The section <c>cp2k</c>.</summary>
public sealed record Cp2kSettings
{
    /// <summary>The functional: PBE, SCAN, R2SCAN, …</summary>
    public string Functional { get; init; } = "PBE";

    /// <summary>Cutoff of the finest grid, Ry.</summary>
    public double CutoffRy { get; init; } = 600;

    /// <summary>Relative cutoff, Ry.</summary>
    public double RelativeCutoffRy { get; init; } = 60;

    /// <summary>Basis set.</summary>
    public string Basis { get; init; } = "DZVP-MOLOPT-SR-GTH";

    /// <summary>File of the basis set in the data folder.</summary>
    public string BasisFile { get; init; } = "BASIS_MOLOPT";

    /// <summary>Pseudopotential; CP2K picks the charge.</summary>
    public string Potential { get; init; } = "GTH-PBE";

    /// <summary>File of the pseudopotential in the data folder.</summary>
    public string PotentialFile { get; init; } = "GTH_POTENTIALS";

    /// <summary>CP2K's data folder; null for the one it was built with.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Threshold of the scf.</summary>
    public double EpsScf { get; init; } = 1e-7;

    /// <summary>EPS_DEFAULT.</summary>
    public double EpsDefault { get; init; } = 1e-12;

    /// <summary>Steps of an inner scf loop.</summary>
    public int MaxScf { get; init; } = 50;

    /// <summary>Outer scf loops.</summary>
    public int OuterMaxScf { get; init; } = 10;

    /// <summary>Minimizer of the orbital transformation of the first try and of those after it.</summary>
    public IReadOnlyList<string> Minimizers { get; init; } = ["DIIS", "CG"];

    /// <summary>Whether the stress is computed.</summary>
    public bool Stress { get; init; } = true;

    /// <summary>Further lines by section: FORCE_EVAL, DFT, MGRID, QS, SCF, XC.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Lines { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
}
