using System.Text.Json;
using System.Text.Json.Nodes;
using Meniscus.Input;
using static Meniscus.Input.InputTypes;

namespace Meniscus.Dynamics;

/// <summary>The keys of the input of a run. Periods and targets have the meanings of LAMMPS's <c>fix nvt</c> and <c>fix npt</c>.</summary>
internal static class MdInputSchema
{
    private static readonly (Func<StageInput, bool>, string) WithThermostat = (s => s.Kind is StageKind.Nvt or StageKind.Npt, "for the ensembles nvt and npt");

    private static readonly (Func<StageInput, bool>, string) WithBarostat = (s => s.Kind == StageKind.Npt, "for the ensemble npt");

    private static readonly (Func<StageInput, bool>, string) Minimizing = (s => s.Kind == StageKind.Minimize, "for minimize");

    private static readonly (Func<StageInput, bool>, string) Moving = (s => s.Kind != StageKind.Minimize, "for nve, nvt and npt");

    private static readonly InputType<Ramp> Target = new(
        "a number, or [start, stop] for a linear ramp over the stage",
        (node, words) => node.Value is JsonArray
            ? node.Items(words) is [var start, var stop] ? new Ramp(start.Real(words), stop.Real(words)) : throw node.Mismatch(words)
            : Ramp.Constant(node.Real(words)),
        ramp => ramp.IsConstant ? ramp.Start : new JsonArray(ramp.Start, ramp.Stop));

    private static readonly InputType<Ramp> TemperatureTarget =
        Target.Where(r => r.Start > 0 && r.Stop > 0, "a temperature above 0, or [start, stop] for a linear ramp over the stage");

    private static readonly InputType<IReadOnlyList<string>> Models = new(
        "the name of a model, or a list of names",
        (node, words) => node.Kind == JsonValueKind.Array
            ? SomeOf(Text, words).Read(node)
            : [node.Text(words)],
        models => models.Count == 1 ? models[0] : new JsonArray([.. models.Select(m => (JsonNode?)m)]));

    private static readonly InputType<IReadOnlyDictionary<string, double>> Masses = new(
        "masses by name such as { \"H\": 2.014 }",
        (node, words) => node.Value is JsonObject given
            ? given.ToDictionary(entry => entry.Key, entry => Positive.Read(node.Child(entry.Key)))
            : throw node.Mismatch(words),
        masses => new JsonObject(masses.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))));

    private static readonly InputType<IReadOnlyDictionary<string, (double Depth, double Diameter)>> LennardJonesTypes = new(
        "[epsilon in eV, sigma in Å] by name such as { \"Ar\": [0.0103, 3.4] }",
        (node, words) => node.Value is JsonObject { Count: > 0 } given
            ? given.ToDictionary(entry => entry.Key, entry => DepthAndDiameter(node.Child(entry.Key), words))
            : throw node.Mismatch(words),
        types => new JsonObject(types.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)new JsonArray(t.Value.Depth, t.Value.Diameter)))));

    private static readonly InputSection<LennardJonesInput> LennardJones = new(
        () => new(),
        [
            InputKey<LennardJonesInput>.Value("types", LennardJonesTypes, l => l.Types, (l, x) => l with { Types = x }, "ε and σ by name; Lorentz–Berthelot between names.", "eV and Å", required: true),
            InputKey<LennardJonesInput>.Value("cutoff_A", Positive, l => l.Cutoff, (l, x) => l with { Cutoff = x }, "Cutoff.", "Å", required: true),
            InputKey<LennardJonesInput>.Value("shift", Flag, l => l.Shifted, (l, x) => l with { Shifted = x }, "Whether the energy is shifted to 0 at the cutoff."),
        ]);

    private static readonly InputSection<ZblInput> Zbl = new(
        () => new(),
        [
            InputKey<ZblInput>.Value("inner_A", Positive, z => z.Inner, (z, x) => z with { Inner = x }, "Distance from which on it is switched off smoothly.", "Å", required: true),
            InputKey<ZblInput>.Value("outer_A", Positive, z => z.Outer, (z, x) => z with { Outer = x }, "Distance from which on it is zero.", "Å", required: true),
        ],
        (zbl, node, _) => zbl.Outer > zbl.Inner ? zbl : throw node.Child("outer_A").Mismatch("a distance beyond inner_A"));

    private static readonly InputType<(BarostatAxes Axes, bool Isotropic)> Coupling = OneOf(
        ("iso", (BarostatAxes.All, true)),
        ("aniso", (BarostatAxes.All, false)),
        ("x", (BarostatAxes.X, false)),
        ("y", (BarostatAxes.Y, false)),
        ("z", (BarostatAxes.Z, false)),
        ("xy", (BarostatAxes.X | BarostatAxes.Y, false)),
        ("xz", (BarostatAxes.X | BarostatAxes.Z, false)),
        ("yz", (BarostatAxes.Y | BarostatAxes.Z, false)));

    private static readonly InputType<IReadOnlyList<string>> Columns = SomeOf(
        Text.Where(ThermoColumns.IsKnown, $"one of {string.Join(", ", ThermoColumns.Names)}"), "a list of column names");

    private static readonly InputSection<ThermoInput> Thermo = new(
        () => new(),
        [
            InputKey<ThermoInput>.Value("file", Text, t => t.File, (t, x) => t with { File = x }, "The table."),
            InputKey<ThermoInput>.Value("every", WholeFrom(1), t => t.Every, (t, x) => t with { Every = x }, "Steps between rows."),
            InputKey<ThermoInput>.Value("columns", Columns, t => t.Columns, (t, x) => t with { Columns = x }, $"Columns, by LAMMPS's names: {string.Join(", ", ThermoColumns.Names)}."),
        ]);

    private static readonly InputSection<TrajectoryInput> Trajectory = new(
        () => new(),
        [
            InputKey<TrajectoryInput>.Value("file", Text, t => t.File, (t, x) => t with { File = x }, "The file; .xyz and .extxyz are extended XYZ, .dump and .lammpstrj LAMMPS dumps.", required: true),
            InputKey<TrajectoryInput>.Value("every", WholeFrom(1), t => t.Every, (t, x) => t with { Every = x }, "Steps between frames."),
            InputKey<TrajectoryInput>.Value("velocities", Flag, t => t.Velocities, (t, x) => t with { Velocities = x }, "Whether to write velocities."),
            InputKey<TrajectoryInput>.Value("forces", Flag, t => t.Forces, (t, x) => t with { Forces = x }, "Whether to write forces."),
        ]);

    private static readonly InputSection<RestartInput> Restart = new(
        () => new(),
        [
            InputKey<RestartInput>.Value("file", Text, r => r.File, (r, x) => r with { File = x }, "The file, replaced by each new restart."),
            InputKey<RestartInput>.Value("every", WholeFrom(1), r => r.Every, (r, x) => r with { Every = x }, "Steps between restarts; one is also written at the end and on Ctrl-C."),
        ]);

    private static readonly InputSection<ModelDeviationInput> Deviation = new(
        () => new(),
        [
            InputKey<ModelDeviationInput>.Value("file", Text, d => d.File, (d, x) => d with { File = x }, "The table, in DeePMD-kit's format."),
            InputKey<ModelDeviationInput>.Value("every", WholeFrom(1), d => d.Every, (d, x) => d with { Every = x }, "Steps between rows."),
        ]);

    private static readonly InputSection<StageInput> Stage = new(
        () => new(),
        [
            InputKey<StageInput>.Value("type", OneOf(("minimize", StageKind.Minimize), ("nve", StageKind.Nve), ("nvt", StageKind.Nvt), ("npt", StageKind.Npt)), s => s.Kind, (s, x) => s with { Kind = x }, "What the stage does.", aliases: ["ensemble"], required: true),
            InputKey<StageInput>.Value("name", Text, s => s.Name, (s, x) => s with { Name = x }, "A name for messages; its number where none is given."),
            InputKey<StageInput>.Value("steps", WholeFrom(1), s => s.Steps, (s, x) => s with { Steps = x }, "Number of steps; of a minimization the largest number.", required: true),
            InputKey<StageInput>.Value("timestep_fs", Positive.OrNull(), s => s.TimestepFs, (s, x) => s with { TimestepFs = x }, "Time step, where it is not that of the run.", "fs", when: Moving),
            InputKey<StageInput>.Value("velocities_K", Positive.OrNull(), s => s.NewVelocities, (s, x) => s with { NewVelocities = x }, "Draws new velocities of this temperature at the beginning of the stage.", "K", when: Moving),
            InputKey<StageInput>.Value("temperature_K", TemperatureTarget.OrNull(), s => s.Temperature, (s, x) => s with { Temperature = x }, "Target temperature; required with a thermostat.", "K", when: WithThermostat),
            InputKey<StageInput>.Value("thermostat", OneOf(("nose-hoover", ThermostatKind.NoseHoover), ("csvr", ThermostatKind.Csvr), ("langevin", ThermostatKind.Langevin)), s => s.Thermostat, (s, x) => s with { Thermostat = x }, "Nosé–Hoover chain, stochastic velocity rescaling, or Langevin; npt takes nose-hoover.", when: WithThermostat),
            InputKey<StageInput>.Value("thermostat_fs", Positive, s => s.ThermostatPeriodFs, (s, x) => s with { ThermostatPeriodFs = x }, "τ of the thermostat: LAMMPS's Tdamp; the inverse friction of Langevin.", "fs", when: WithThermostat),
            InputKey<StageInput>.Value("chain", CountFrom(1), s => s.ChainLength, (s, x) => s with { ChainLength = x }, "Thermostats in a Nosé–Hoover chain.", when: WithThermostat),
            InputKey<StageInput>.Value("pressure_bar", Target.OrNull(), s => s.Pressure, (s, x) => s with { Pressure = x }, "Target pressure; required with a barostat.", "bar", when: WithBarostat),
            InputKey<StageInput>.Value("barostat_fs", Positive, s => s.BarostatPeriodFs, (s, x) => s with { BarostatPeriodFs = x }, "τ_p of the barostat: LAMMPS's Pdamp.", "fs", when: WithBarostat),
            InputKey<StageInput>.Value("coupling", Coupling, s => (s.Axes, s.Isotropic), (s, x) => s with { Axes = x.Axes, Isotropic = x.Isotropic }, "Which edges of the cell move: all in proportion, all by themselves, or some by themselves.", when: WithBarostat),
            InputKey<StageInput>.Value("force_tolerance_eV_per_A", Positive, s => s.ForceTolerance, (s, x) => s with { ForceTolerance = x }, "Largest force on an atom at which the minimization ends.", "eV/Å", when: Minimizing),
        ],
        CompleteStage);

    /// <summary>The file.</summary>
    public static InputSection<MdInput> Root { get; } = new(
        () => new(),
        [
            InputKey<MdInput>.Value("model", Models, i => i.Models, (i, x) => i with { Models = x }, "The model: a model file, a checkpoint, spcfw for the built-in water model, or lennard-jones; a list is a committee.", aliases: ["models"], required: true),
            InputKey<MdInput>.Value("committee", OneOf(("first", false), ("mean", true)), i => i.MeanDrives, (i, x) => i with { MeanDrives = x }, "Which of several models moves the atoms: the first one or their mean."),
            InputKey<MdInput>.Nested("lennard_jones", LennardJones, i => i.LennardJones, (i, x) => i with { LennardJones = x }, "Parameters of the model `lennard-jones`."),
            InputKey<MdInput>.Nested("zbl", Zbl, i => i.Zbl, (i, x) => i with { Zbl = x }, "Adds the universal screened nuclear repulsion of Ziegler, Biersack and Littmark to the model, switched as LAMMPS's `pair_style zbl` does."),
            InputKey<MdInput>.Value("tables", Flag, i => i.Tables, (i, x) => i with { Tables = x }, "Whether the embedding networks are tabulated, to rounding; false evaluates them for every neighbour."),
            InputKey<MdInput>.Value("structure", Text, i => i.Structure, (i, x) => i with { Structure = x }, "File to start from: extended XYZ, LAMMPS data or dump, POSCAR, or a folder of DeePMD-kit data.", required: true),
            InputKey<MdInput>.Value("frame", CountFrom(-1), i => i.Frame, (i, x) => i with { Frame = x }, "Which frame of the file, from 0; -1 is the last."),
            InputKey<MdInput>.Value("type_map", ListOf(Text, "a list of names such as [\"O\", \"H\"]").OrNothing(), i => i.TypeMap, (i, x) => i with { TypeMap = x }, "Names of the integer types of a LAMMPS file that has no element names."),
            InputKey<MdInput>.Value("masses_amu", Masses, i => i.Masses, (i, x) => i with { Masses = x }, "Masses that are not the standard ones.", "amu"),
            InputKey<MdInput>.Value("timestep_fs", Positive, i => i.TimestepFs, (i, x) => i with { TimestepFs = x }, "Time step.", "fs"),
            InputKey<MdInput>.Value("velocities_K", Positive.OrNull(), i => i.InitialTemperature, (i, x) => i with { InitialTemperature = x }, "Temperature of initial velocities; those of the structure where it is not given.", "K"),
            InputKey<MdInput>.Value("seed", WholeFrom(0), i => i.Seed, (i, x) => i with { Seed = x }, "Seed of velocities and stochastic thermostats."),
            InputKey<MdInput>.Value("neighbor_skin_A", NotNegative, i => i.Skin, (i, x) => i with { Skin = x }, "How far beyond the cutoff neighbours are listed.", "Å"),
            InputKey<MdInput>.Value("remove_com_every", WholeFrom(0), i => i.RemoveComEvery, (i, x) => i with { RemoveComEvery = x }, "Steps between removals of the motion of the centre of mass; 0 for never."),
            InputKey<MdInput>.Nested("thermo", Thermo, i => i.Thermo, (i, x) => i with { Thermo = x }, "The table of energies, temperature and pressure."),
            InputKey<MdInput>.NestedList("trajectories", Trajectory, i => i.Trajectories, (i, x) => i with { Trajectories = x }, "Trajectories to write."),
            InputKey<MdInput>.Nested("restart", Restart, i => i.Restart, (i, x) => i with { Restart = x }, "The restart file."),
            InputKey<MdInput>.Nested("model_deviation", Deviation, i => i.ModelDeviation, (i, x) => i with { ModelDeviation = x }, "The deviation of a committee, where there is one."),
            InputKey<MdInput>.Value("final_structure", Text.OrNothing(), i => i.FinalStructure, (i, x) => i with { FinalStructure = x }, "File for the last frame with its velocities."),
            InputKey<MdInput>.NestedList("stages", Stage, i => i.Stages, (i, x) => i with { Stages = x }, "What to do, one after the other.", required: true),
        ],
        Complete);

    private static (double Depth, double Diameter) DepthAndDiameter(InputNode node, string words) =>
        node.Items(words) is [var depth, var diameter]
            ? (NotNegative.Read(depth), Positive.Read(diameter))
            : throw node.Mismatch(words);

    private static StageInput CompleteStage(StageInput stage, InputNode node, List<string> warnings)
    {
        if (stage.Kind is StageKind.Nvt or StageKind.Npt && stage.Temperature is null)
            throw node.Error("'temperature_K' is missing; expected the target temperature in K");
        if (stage.Kind != StageKind.Npt)
            return stage;
        if (stage.Pressure is null)
            throw node.Error("'pressure_bar' is missing; expected the target pressure in bar");
        if (stage.Thermostat != ThermostatKind.NoseHoover)
            throw node.Child("thermostat").Mismatch("nose-hoover, the thermostat that belongs to the barostat (or the ensemble nvt)");
        return stage;
    }

    private static MdInput Complete(MdInput input, InputNode node, List<string> warnings)
    {
        if (input.Stages.Count == 0)
            throw node.Child("stages").Error("is empty; expected at least one stage, [{ \"type\": \"nvt\", … }]");
        if (input.Models.Contains(MdModel.LennardJones) != input.LennardJones is not null)
            throw node.Child("lennard_jones").Error(input.LennardJones is null ? "is missing; the model lennard-jones needs its parameters" : "belongs to the model lennard-jones, which is not named; name it or remove the section");
        var files = input.Trajectories.Select(t => t.File).Append(input.Thermo.File).Append(input.Restart.File);
        if (input.Models.Count > 1)
            files = files.Append(input.ModelDeviation.File);
        if (input.FinalStructure is { } final)
            files = files.Append(final);
        if (files.GroupBy(Path.GetFullPath).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw node.Error($"{twice.First()} is the name of two outputs; give each its own");
        if (input.Models.Count == 1 && node.Child("model_deviation").Value is not null)
            warnings.Add($"{node.Where}: model_deviation has no effect with one model");
        return input with
        {
            Stages = [.. input.Stages.Select((stage, index) => stage.Name.Length > 0 ? stage : stage with { Name = FormattableString.Invariant($"stage {index + 1} ({NameOf(stage.Kind)})") })],
        };
    }

    private static string NameOf(StageKind kind) => kind switch
    {
        StageKind.Minimize => "minimize",
        StageKind.Nve => "nve",
        StageKind.Nvt => "nvt",
        _ => "npt",
    };
}
