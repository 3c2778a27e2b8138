// A molecular dynamics run as an input of LAMMPS (https://docs.lammps.org) with its data file: the same atoms with the same
// velocities, the same equations of motion and the same output, by a Deep Potential that LAMMPS calls through KIM
// (https://openkim.org) or through DeePMD-kit's pair_style deepmd.
using System.Globalization;
using System.Text;
using Meniscus.Atoms;
using Meniscus.Input;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Training;

namespace Meniscus.Dynamics;

/// <summary>How LAMMPS calls the model.</summary>
public enum LammpsPairStyle
{
    /// <summary>As a model of KIM, which LAMMPS has as distributions ship it.</summary>
    Kim,

    /// <summary>By <c>pair_style deepmd</c>, for a LAMMPS that has it.</summary>
    Deepmd,
}

/// <summary>What is exported, and how.</summary>
public sealed record LammpsExportOptions
{
    /// <summary>Folder to write into.</summary>
    public required string Folder { get; init; }

    /// <summary>Name or number (from 1) of the one stage wanted; null for all stages.</summary>
    public string? Stage { get; init; }

    /// <summary>How LAMMPS calls the model.</summary>
    public LammpsPairStyle PairStyle { get; init; }

    /// <summary>The model's name in KIM; null for one made of its file name.</summary>
    public string? KimModel { get; init; }

    /// <summary>Restart of <c>meniscus md</c> that the atoms are taken from; null for the structure of the input.</summary>
    public string? Restart { get; init; }

    /// <summary>Receives what LAMMPS will do otherwise, one line each.</summary>
    public Action<string> Notice { get; init; } = _ => { };
}

/// <summary>What an export wrote.</summary>
/// <param name="Script">The input of LAMMPS.</param>
/// <param name="Data">The data file.</param>
/// <param name="Model">What the pair style calls: the model's name in KIM, or its file.</param>
/// <param name="Stages">Number of stages.</param>
/// <param name="Atoms">Number of atoms.</param>
public sealed record LammpsExportResult(string Script, string Data, string Model, int Stages, int Atoms);

/// <summary>Writes runs as inputs of LAMMPS.</summary>
public static class LammpsExport
{
    /// <summary>Name of the input of LAMMPS.</summary>
    public const string ScriptName = "in.lammps";

    /// <summary>Name of the data file.</summary>
    public const string DataName = "structure.data";

    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["Step"] = "step", ["Time"] = "time", ["Temp"] = "temp", ["PotEng"] = "pe", ["KinEng"] = "ke", ["TotEng"] = "etotal", ["Econserve"] = "econserve",
        ["Enthalpy"] = "enthalpy", ["Press"] = "press", ["Volume"] = "vol", ["Density"] = "density", ["Lx"] = "lx", ["Ly"] = "ly", ["Lz"] = "lz",
        ["Pxx"] = "pxx", ["Pyy"] = "pyy", ["Pzz"] = "pzz", ["Pxy"] = "pxy", ["Pxz"] = "pxz", ["Pyz"] = "pyz", ["Fmax"] = "fmax", ["Atoms"] = "atoms",
    };

    /// <summary>Writes the input and the data file.</summary>
    /// <param name="input">The run.</param>
    /// <param name="options">Which stages, and how.</param>
    /// <exception cref="InputException">The run cannot be had in LAMMPS, or something it names cannot be read.</exception>
    public static LammpsExportResult Write(MdInput input, LammpsExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        var stages = Select(input, options);
        Require(input);
        TellWhatDiffers(input, options, stages);
        var frame = Start(input, options);
        var (script, data) = (Path.Combine(options.Folder, ScriptName), Path.Combine(options.Folder, DataName));
        var model = ModelName(input, options);
        LammpsData.Write(data, frame);
        AtomicFile.WriteText(script, writer => WriteScript(writer, input, options, stages, frame.TypeMap, model));
        return new LammpsExportResult(script, data, model, stages.Count, frame.AtomCount);
    }

    private static IReadOnlyList<StageInput> Select(MdInput input, LammpsExportOptions options)
    {
        if (options.Stage is not { } wanted)
            return input.Stages;
        var found = input.Stages.Where((stage, k) => stage.Name == wanted || (k + 1).ToString(CultureInfo.InvariantCulture) == wanted).ToArray();
        return found.Length == 1
            ? found
            : throw new InputException($"{input.Source}: stages: {(found.Length == 0 ? "none is" : $"{found.Length} are")} called '{wanted}'; give one of the names [{string.Join(' ', input.Stages.Select(stage => stage.Name))}], or a number from 1 to {input.Stages.Count}");
    }

    private static void Require(MdInput input)
    {
        if (input.Models.FirstOrDefault(name => PotentialModels.IsBuiltIn(name) || name == MdModel.LennardJones) is { } own)
            throw new InputException($"{input.Source}: model: '{own}' is built into meniscus; LAMMPS is given Deep Potentials (for others write its own pair_style)");
        if (input.Zbl is not null)
            throw new InputException($"{input.Source}: zbl: the screened repulsion is not exported; LAMMPS adds none to a model of KIM (remove the section, or use pair_style hybrid/overlay by hand)");
    }

    private static void TellWhatDiffers(MdInput input, LammpsExportOptions options, IReadOnlyList<StageInput> stages)
    {
        if (input.Models.Count > 1 && options.PairStyle == LammpsPairStyle.Kim)
            options.Notice($"a model of KIM is a single one: {input.Models[0]} is exported, and no deviation is computed");
        if (input.Models.Count > 1 && input.MeanDrives)
            options.Notice("committee: LAMMPS moves the atoms by the first model, not by the mean");
        if (input.Thermo.Columns.Where(column => !Keywords.ContainsKey(column)).ToArray() is { Length: > 0 } unknown)
            options.Notice($"thermo: LAMMPS has no column {string.Join(", ", unknown)}; left out");
        if (stages.Any(stage => stage is { Kind: StageKind.Nvt, Thermostat: ThermostatKind.Csvr }))
            options.Notice("fix temp/csvr is in LAMMPS's package EXTRA-FIX, which Debian's lmp is built without");
        if (stages.Any(stage => stage.Thermostat != ThermostatKind.NoseHoover || stage.NewVelocities is not null))
            options.Notice("random numbers are LAMMPS's own: the trajectory is another one of the same ensemble");
    }

    /// <summary>The atoms as the run would start with them.</summary>
    private static Frame Start(MdInput input, LammpsExportOptions options)
    {
        using var team = new WorkerTeam(1);
        using var model = MdModel.Open(input with { Tables = false }, team);
        return FrameOf(options.Restart is { } path
            ? MdSetup.AtomsOf(MdRestart.Load(path), path, model.Potential.TypeMap)
            : MdSetup.FromStructure(input, model.Potential, options.Notice));
    }

    private static Frame FrameOf(MolecularState state)
    {
        var masses = new double[state.TypeMap.Count];
        for (var i = 0; i < state.AtomCount; i++)
            masses[state.Types[i]] = state.Masses[i];
        return new Frame(state.TypeMap, state.Types, state.Positions, state.Cell) { Velocities = state.Velocities, Masses = masses };
    }

    private static string ModelName(MdInput input, LammpsExportOptions options)
    {
        if (options.PairStyle == LammpsPairStyle.Deepmd)
            return string.Join(' ', input.Models.Select(name => Path.GetRelativePath(options.Folder, InputPath.Resolve(name, input.SourceFolder))));
        var name = options.KimModel ?? "Meniscus_" + Cleaned(Path.GetFileNameWithoutExtension(input.Models[0]));
        return Cleaned(name) == name && char.IsAsciiLetter(name[0])
            ? name
            : throw new InputException($"name of the model in KIM: '{name}'; expected a letter, then letters, digits and _");
    }

    private static string Cleaned(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        return text.Length > 0 ? text.ToString() : "_";
    }

    private static void WriteScript(TextWriter script, MdInput input, LammpsExportOptions options, IReadOnlyList<StageInput> stages, TypeMap map, string model)
    {
        script.WriteLine($"# {Path.GetFileName(input.Source)} as an input of LAMMPS: lmp -in {ScriptName}, or mpirun -n N lmp -in {ScriptName}");
        WriteAtomsAndModel(script, input, options, map, model);
        script.WriteLine(Invariant($"neighbor        {input.Skin:r} bin"));
        script.WriteLine("neigh_modify    every 1 delay 0 check yes");
        if (input.RemoveComEvery > 0)
            script.WriteLine(Invariant($"fix             com all momentum {input.RemoveComEvery} linear 1 1 1"));
        WriteOutputs(script, input, map);
        for (var k = 0; k < stages.Count; k++)
        {
            script.WriteLine();
            script.WriteLine($"# {stages[k].Name}");
            LammpsStage.Write(script, stages[k], input, SeedOf(input, k));
        }

        script.WriteLine();
        script.WriteLine($"write_restart   {Stem(input.Restart.File)}.lammps");
        if (input.FinalStructure is { } final)
            script.WriteLine($"write_data      {Stem(final)}.data nocoeff");
    }

    private static void WriteAtomsAndModel(TextWriter script, MdInput input, LammpsExportOptions options, TypeMap map, string model)
    {
        var kim = options.PairStyle == LammpsPairStyle.Kim;
        if (kim)
            script.WriteLine($"# The model {input.Models[0]} has to be known to KIM as {model}: src/Meniscus.Native/kim/install.sh PREFIX MODEL {model}");
        script.WriteLine(kim ? $"kim             init {model} metal" : "units           metal");
        script.WriteLine("atom_style      atomic");
        script.WriteLine("boundary        p p p");
        script.WriteLine("box             tilt large");
        script.WriteLine($"read_data       {DataName}");
        if (kim)
        {
            script.WriteLine($"kim             interactions {map}");
            return;
        }

        var deviation = input.Models.Count > 1 ? Invariant($" out_freq {input.ModelDeviation.Every} out_file {Path.GetFileName(input.ModelDeviation.File)}") : "";
        script.WriteLine($"pair_style      deepmd {model}{deviation}");
        script.WriteLine($"pair_coeff      * * {map}");
    }

    private static void WriteOutputs(TextWriter script, MdInput input, TypeMap map)
    {
        var columns = input.Thermo.Columns.Where(Keywords.ContainsKey).Select(column => Keywords[column]);
        script.WriteLine($"thermo_style    custom {string.Join(' ', columns)}");
        script.WriteLine("thermo_modify   format float %.12g norm no");
        script.WriteLine(Invariant($"thermo          {input.Thermo.Every}"));
        for (var k = 0; k < input.Trajectories.Count; k++)
        {
            var (trajectory, name) = (input.Trajectories[k], Invariant($"frames{k + 1}"));
            script.WriteLine(Invariant($"dump            {name} all custom {trajectory.Every} {DumpName(trajectory.File)} id element xu yu zu{(trajectory.Velocities ? " vx vy vz" : "")}{(trajectory.Forces ? " fx fy fz" : "")}"));
            script.WriteLine($"dump_modify     {name} element {map} sort id format float %.12g");
        }

        script.WriteLine(Invariant($"restart         {input.Restart.Every} {Stem(input.Restart.File)}.lammps.1 {Stem(input.Restart.File)}.lammps.2"));
    }

    // LAMMPS takes 1 to 900,000,000.
    private static int SeedOf(MdInput input, int stage) => 1 + (int)((ulong)(input.Seed + (7919 * stage)) % 899_999_999);

    private static string DumpName(string file) => Path.GetExtension(file) is ".dump" or ".lammpstrj" ? Path.GetFileName(file) : Path.GetFileName(file) + ".dump";

    private static string Stem(string file) => Path.GetFileNameWithoutExtension(file);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
