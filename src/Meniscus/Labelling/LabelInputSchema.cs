using System.Text.Json;
using System.Text.Json.Nodes;
using Meniscus.Input;
using static Meniscus.Input.InputTypes;

namespace Meniscus.Labelling;

/// <summary>The keys of the input of labelling. Keys of programs keep the programs' names and meanings.</summary>
internal static class LabelInputSchema
{
    private static readonly string[] Namelists = ["control", "system", "electrons"];

    private static readonly string[] Cp2kSections = ["FORCE_EVAL", "DFT", "MGRID", "QS", "SCF", "XC"];

    private static readonly InputType<IReadOnlyList<string>> Words = new(
        "a command, or a list of its words",
        (node, words) => node.Kind == JsonValueKind.Array
            ? SomeOf(Text, words).Read(node)
            : node.Text(words).Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } split ? split : throw node.Mismatch(words),
        list => new JsonArray([.. list.Select(word => (JsonNode?)word)]));

    private static readonly InputType<IReadOnlyDictionary<string, string>> Files = new(
        "files by element such as { \"O\": \"O.upf\", \"H\": \"H.upf\" }",
        (node, words) => node.Value is JsonObject given
            ? given.ToDictionary(entry => entry.Key, entry => Text.Read(node.Child(entry.Key)))
            : throw node.Mismatch(words),
        files => new JsonObject(files.Select(f => KeyValuePair.Create(f.Key, (JsonNode?)f.Value))));

    private static readonly InputType<IReadOnlyList<double>> Betas = new(
        "a number above 0 and at most 1, or a list of them",
        (node, words) =>
        {
            IReadOnlyList<double> values = node.Kind == JsonValueKind.Array ? [.. node.Items(words).Select(item => item.Real(words))] : [node.Real(words)];
            return values.Count > 0 && values.All(x => x is > 0 and <= 1) ? values : throw node.Mismatch(words);
        },
        values => new JsonArray([.. values.Select(x => (JsonNode?)x)]));

    private static readonly InputType<IReadOnlyList<int>> Grid = ListOf(CountFrom(1), "three whole numbers such as [2, 2, 2]").Where(g => g.Count == 3, "three whole numbers such as [2, 2, 2]");

    private static readonly InputType<IReadOnlyList<int>> Shift = ListOf(CountFrom(0), "three numbers, 0 or 1").Where(g => g.Count == 3 && g.All(x => x <= 1), "three numbers, 0 or 1");

    private static readonly InputType<IReadOnlyDictionary<string, JsonObject>> NamelistKeys = new(
        "keys by namelist such as { \"system\": { \"nspin\": 2 } }",
        ReadNamelists,
        namelists => new JsonObject(namelists.Select(n => KeyValuePair.Create(n.Key, (JsonNode?)n.Value.DeepClone()))));

    private static readonly InputType<IReadOnlyDictionary<string, IReadOnlyList<string>>> Lines = new(
        "lists of lines by section such as { \"DFT\": [\"CHARGE 1\"] }; sections: " + string.Join(", ", Cp2kSections),
        ReadLines,
        lines => new JsonObject(lines.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)new JsonArray([.. l.Value.Select(x => (JsonNode?)x)])))));

    private static readonly InputSection<LabelFramesInput> Frames = new(
        () => new(),
        [
            InputKey<LabelFramesInput>.Value("file", Text, f => f.File, (f, x) => f with { File = x }, "Extended XYZ, LAMMPS dump or data, POSCAR, or a folder of DeePMD-kit data.", required: true),
            InputKey<LabelFramesInput>.Value("first", CountFrom(0), f => f.First, (f, x) => f with { First = x }, "First frame to take, from 0."),
            InputKey<LabelFramesInput>.Value("last", CountFrom(0).OrNull(), f => f.Last, (f, x) => f with { Last = x }, "Last frame to take, inclusive; null for the end of the file."),
            InputKey<LabelFramesInput>.Value("every", CountFrom(1), f => f.Every, (f, x) => f with { Every = x }, "Take every so many frames one."),
            InputKey<LabelFramesInput>.Value("type_map", ListOf(Text, "a list of names such as [\"O\", \"H\"]").OrNothing(), f => f.TypeNames, (f, x) => f with { TypeNames = x }, "Names of the integer types of a LAMMPS file that has no element names."),
        ]);

    internal static readonly InputSection<LabelJobsInput> Jobs = new(
        () => new(),
        [
            InputKey<LabelJobsInput>.Value("command", Words.OrNothing(), j => j.Command, (j, x) => j with { Command = x }, "The program, with arguments if it needs some; null for pw.x or cp2k.psmp on PATH."),
            InputKey<LabelJobsInput>.Value("concurrent", CountFrom(1), j => j.Concurrent, (j, x) => j with { Concurrent = x }, "Jobs at a time."),
            InputKey<LabelJobsInput>.Value("mpi_ranks", CountFrom(1), j => j.MpiRanks, (j, x) => j with { MpiRanks = x }, "MPI ranks of a job; 1 runs the program without mpi_command."),
            InputKey<LabelJobsInput>.Value("mpi_command", Words, j => j.Mpi, (j, x) => j with { Mpi = x }, "What stands before the program where there are several ranks; {ranks} is their number."),
            InputKey<LabelJobsInput>.Value("omp_threads", CountFrom(1), j => j.OmpThreads, (j, x) => j with { OmpThreads = x }, "OMP_NUM_THREADS of a job."),
            InputKey<LabelJobsInput>.Value("timeout_s", Positive.OrNull(), j => j.Timeout, (j, x) => j with { Timeout = x }, "Longest time of one try of a job; it is ended then, with status timed_out.", "s"),
            InputKey<LabelJobsInput>.Value("retries", CountFrom(0), j => j.Retries, (j, x) => j with { Retries = x }, "How often a job that crashed is started again."),
            InputKey<LabelJobsInput>.Value("keep_scratch", Flag, j => j.KeepScratch, (j, x) => j with { KeepScratch = x }, "Whether wavefunctions and the like of jobs that are done are kept."),
            InputKey<LabelJobsInput>.Value("slurm", ListOf(Text, "a list of options such as [\"--time=02:00:00\"]"), j => j.Slurm, (j, x) => j with { Slurm = x }, "Options for the #SBATCH lines of the script that --dry-run writes."),
        ]);

    internal static readonly InputSection<PwscfSettings> Pwscf = new(
        () => new(),
        [
            InputKey<PwscfSettings>.Value("functional", Text, p => p.Functional, (p, x) => p with { Functional = x }, "input_dft of pw.x: PBE, SCAN, R2SCAN, …; SCAN and R2SCAN need a pw.x with libxc."),
            InputKey<PwscfSettings>.Value("pseudopotentials", Files, p => p.Pseudopotentials, (p, x) => p with { Pseudopotentials = x }, "UPF file of each element; norm-conserving ones for a meta-GGA."),
            InputKey<PwscfSettings>.Value("ecutwfc_Ry", Positive, p => p.CutoffRy, (p, x) => p with { CutoffRy = x }, "Cutoff of the plane waves.", "Ry"),
            InputKey<PwscfSettings>.Value("ecutrho_Ry", Positive.OrNull(), p => p.DensityCutoffRy, (p, x) => p with { DensityCutoffRy = x }, "Cutoff of the density; null for four times ecutwfc.", "Ry"),
            InputKey<PwscfSettings>.Value("conv_thr_Ry", Positive, p => p.ConvergenceRy, (p, x) => p with { ConvergenceRy = x }, "Threshold of the scf.", "Ry"),
            InputKey<PwscfSettings>.Value("occupations", Text.OrNothing(), p => p.Occupations, (p, x) => p with { Occupations = x }, "occupations of pw.x."),
            InputKey<PwscfSettings>.Value("smearing", Text.OrNothing(), p => p.Smearing, (p, x) => p with { Smearing = x }, "smearing of pw.x."),
            InputKey<PwscfSettings>.Value("degauss_Ry", NotNegative.OrNull(), p => p.DegaussRy, (p, x) => p with { DegaussRy = x }, "Width of the smearing.", "Ry"),
            InputKey<PwscfSettings>.Value("k_points", Grid.OrNothing(), p => p.KPoints, (p, x) => p with { KPoints = x }, "Monkhorst–Pack grid; null for Γ alone, with real wavefunctions."),
            InputKey<PwscfSettings>.Value("k_shift", Shift, p => p.KShift, (p, x) => p with { KShift = x }, "Shift of the grid by half a step, 0 or 1 per axis."),
            InputKey<PwscfSettings>.Value("mixing_beta", Betas, p => p.MixingBeta, (p, x) => p with { MixingBeta = x }, "Mixing of the first try; where the scf does not converge, the next one of the list is tried."),
            InputKey<PwscfSettings>.Value("electron_maxstep", CountFrom(1), p => p.MaxSteps, (p, x) => p with { MaxSteps = x }, "Most steps of the scf."),
            InputKey<PwscfSettings>.Value("tprnfor", Flag, p => p.Forces, (p, x) => p with { Forces = x }, "Whether forces are computed."),
            InputKey<PwscfSettings>.Value("tstress", Flag, p => p.Stress, (p, x) => p with { Stress = x }, "Whether the stress, and with it the virial, is computed."),
            InputKey<PwscfSettings>.Value("namelists", NamelistKeys, p => p.Namelists, (p, x) => p with { Namelists = x }, "Any further key of the namelists control, system and electrons, passed on as it is."),
        ]);

    internal static readonly InputSection<Cp2kSettings> Cp2k = new(
        () => new(),
        [
            InputKey<Cp2kSettings>.Value("functional", Text, c => c.Functional, (c, x) => c with { Functional = x }, "PBE, BLYP, … as XC_FUNCTIONAL knows them; SCAN and R2SCAN through libxc; other names of libxc joined by '+', such as MGGA_X_R2SCAN+MGGA_C_R2SCAN."),
            InputKey<Cp2kSettings>.Value("cutoff_Ry", Positive, c => c.CutoffRy, (c, x) => c with { CutoffRy = x }, "Cutoff of the finest grid.", "Ry"),
            InputKey<Cp2kSettings>.Value("rel_cutoff_Ry", Positive, c => c.RelativeCutoffRy, (c, x) => c with { RelativeCutoffRy = x }, "REL_CUTOFF of the grids.", "Ry"),
            InputKey<Cp2kSettings>.Value("basis", Text, c => c.Basis, (c, x) => c with { Basis = x }, "BASIS_SET of every element."),
            InputKey<Cp2kSettings>.Value("basis_file", Text, c => c.BasisFile, (c, x) => c with { BasisFile = x }, "File with it, in the data folder."),
            InputKey<Cp2kSettings>.Value("potential", Text, c => c.Potential, (c, x) => c with { Potential = x }, "POTENTIAL of every element."),
            InputKey<Cp2kSettings>.Value("potential_file", Text, c => c.PotentialFile, (c, x) => c with { PotentialFile = x }, "File with it, in the data folder."),
            InputKey<Cp2kSettings>.Value("data_folder", Text.OrNothing(), c => c.DataFolder, (c, x) => c with { DataFolder = x }, "CP2K's data folder; null for the one it was built with."),
            InputKey<Cp2kSettings>.Value("eps_scf", Positive, c => c.EpsScf, (c, x) => c with { EpsScf = x }, "EPS_SCF of the inner and outer loops."),
            InputKey<Cp2kSettings>.Value("eps_default", Positive, c => c.EpsDefault, (c, x) => c with { EpsDefault = x }, "EPS_DEFAULT."),
            InputKey<Cp2kSettings>.Value("max_scf", CountFrom(1), c => c.MaxScf, (c, x) => c with { MaxScf = x }, "Most steps of an inner loop."),
            InputKey<Cp2kSettings>.Value("outer_max_scf", CountFrom(1), c => c.OuterMaxScf, (c, x) => c with { OuterMaxScf = x }, "Most outer loops."),
            InputKey<Cp2kSettings>.Value("ot_minimizer", SomeOf(Text, "a list of minimizers such as [\"DIIS\", \"CG\"]"), c => c.Minimizers, (c, x) => c with { Minimizers = x }, "Minimizer of the orbital transformation of the first try; where the scf does not converge, the next one of the list is tried."),
            InputKey<Cp2kSettings>.Value("stress", Flag, c => c.Stress, (c, x) => c with { Stress = x }, "Whether the stress, and with it the virial, is computed."),
            InputKey<Cp2kSettings>.Value("lines", Lines, c => c.Lines, (c, x) => c with { Lines = x }, "Further lines of the input, passed on as they are."),
        ]);

    /// <summary>The file.</summary>
    public static InputSection<LabelInput> Root { get; } = new(
        () => new(),
        [
            InputKey<LabelInput>.NestedList("frames", Frames, i => i.Frames, (i, x) => i with { Frames = x }, "The frames to label.", required: true),
            InputKey<LabelInput>.Value("type_map", ListOf(Text, "a list of names such as [\"O\", \"H\"]").OrNothing(), i => i.TypeMap, (i, x) => i with { TypeMap = x }, "Order of the types in the output; null for that of their appearance."),
            InputKey<LabelInput>.Value("calculator", OneOf(("spcfw", LabelCalculator.Spcfw), ("pwscf", LabelCalculator.Pwscf), ("cp2k", LabelCalculator.Cp2k)), i => i.Calculator, (i, x) => i with { Calculator = x }, "What computes the labels: the built-in water model, Quantum ESPRESSO or CP2K."),
            InputKey<LabelInput>.Value("output", Text, i => i.Output, (i, x) => i with { Output = x }, "Folder for the labelled frames, one system of DeePMD-kit data per composition; made anew by every run."),
            InputKey<LabelInput>.Value("extxyz", Text.OrNothing(), i => i.ExtendedXyz, (i, x) => i with { ExtendedXyz = x }, "File for the same frames as extended XYZ."),
            InputKey<LabelInput>.Value("work", Text, i => i.Work, (i, x) => i with { Work = x }, "Folder for the jobs and status.csv."),
            InputKey<LabelInput>.Nested("jobs", Jobs, i => i.Jobs, (i, x) => i with { Jobs = x }, "How the jobs are run."),
            InputKey<LabelInput>.Nested("pwscf", Pwscf, i => i.Pwscf, (i, x) => i with { Pwscf = x }, "Settings of pw.x."),
            InputKey<LabelInput>.Nested("cp2k", Cp2k, i => i.Cp2k, (i, x) => i with { Cp2k = x }, "Settings of CP2K."),
        ],
        Complete);

    private static LabelInput Complete(LabelInput input, InputNode node, List<string> warnings)
    {
        if (input.Frames.Count == 0)
            throw node.Child("frames").Error("is empty; expected at least one file, [{ \"file\": \"frames.xyz\" }]");
        if (input.Calculator == LabelCalculator.Pwscf && input.Pwscf.Pseudopotentials.Count == 0)
            throw node.Error("'pwscf/pseudopotentials' is missing; expected the UPF file of each element, { \"O\": \"O.upf\", \"H\": \"H.upf\" }");
        if (Path.GetFullPath(input.Output) == Path.GetFullPath(input.Work))
            throw node.Error($"output and work are both {input.Output}; give each its own folder");
        return input;
    }

    private static Dictionary<string, JsonObject> ReadNamelists(InputNode node, string words)
    {
        if (node.Value is not JsonObject given)
            throw node.Mismatch(words);
        var namelists = new Dictionary<string, JsonObject>();
        foreach (var (name, value) in given)
        {
            var child = node.Child(name);
            if (!Namelists.Contains(name))
                throw child.Error($"no such namelist; expected one of {string.Join(", ", Namelists)}");
            if (value is not JsonObject keys)
                throw child.Mismatch(words);
            foreach (var (key, setting) in keys)
            {
                if (PwscfInput.OwnKeys.TryGetValue(key.ToLowerInvariant(), out var instead))
                    throw child.Child(key).Error($"is written by meniscus; {instead}");
                if (setting is not JsonValue)
                    throw child.Child(key).Mismatch("a number, a text, true or false");
            }

            namelists.Add(name, (JsonObject)keys.DeepClone());
        }

        return namelists;
    }

    private static Dictionary<string, IReadOnlyList<string>> ReadLines(InputNode node, string words)
    {
        if (node.Value is not JsonObject given)
            throw node.Mismatch(words);
        var lines = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (name, _) in given)
        {
            if (!Cp2kSections.Contains(name))
                throw node.Child(name).Error($"no section that lines can be added to; expected one of {string.Join(", ", Cp2kSections)}");
            lines.Add(name, ListOf(Text, "a list of lines").Read(node.Child(name)));
        }

        return lines;
    }
}
