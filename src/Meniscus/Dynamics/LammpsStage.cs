// The commands of LAMMPS that do what a stage does. Source: the LAMMPS manual, pages fix nve, fix nvt/npt, fix temp/csvr, fix
// langevin, minimize, min_modify, velocity. Metal units: ps, bar, K, eV/Å.
using System.Globalization;

namespace Meniscus.Dynamics;

/// <summary>One stage of a run in the words of LAMMPS.</summary>
internal static class LammpsStage
{
    private static readonly (BarostatAxes Axis, string Name)[] Letters = [(BarostatAxes.X, "x"), (BarostatAxes.Y, "y"), (BarostatAxes.Z, "z")];

    /// <summary>Writes the commands of a stage.</summary>
    /// <param name="script">Where they go.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="input">The run.</param>
    /// <param name="seed">For what is drawn at random, above 0.</param>
    public static void Write(TextWriter script, StageInput stage, MdInput input, int seed)
    {
        script.WriteLine(Invariant($"timestep        {Picoseconds(stage.TimestepFs ?? input.TimestepFs)}"));
        if (stage.Kind == StageKind.Minimize)
        {
            script.WriteLine("min_style       fire");
            script.WriteLine("min_modify      norm max");
            script.WriteLine(Invariant($"minimize        0 {stage.ForceTolerance:r} {stage.Steps} {10 * stage.Steps}"));
            return;
        }

        if (stage.NewVelocities is { } temperature)
            script.WriteLine(Invariant($"velocity        all create {temperature:r} {seed} dist gaussian mom yes rot no"));
        var fixes = Fixes(stage, seed).ToArray();
        for (var k = 0; k < fixes.Length; k++)
            script.WriteLine($"fix             motion{k + 1} all {fixes[k]}");
        script.WriteLine(Invariant($"run             {stage.Steps}"));
        for (var k = 0; k < fixes.Length; k++)
            script.WriteLine($"unfix           motion{k + 1}");
    }

    private static IEnumerable<string> Fixes(StageInput stage, int seed)
    {
        var thermostat = stage.Temperature is { } t
            ? Invariant($"{t.Start:r} {t.Stop:r} {Picoseconds(stage.ThermostatPeriodFs)}")
            : "";
        return stage.Kind switch
        {
            StageKind.Nve => ["nve"],
            StageKind.Npt => [Invariant($"npt temp {thermostat} {Barostat(stage)} tchain {stage.ChainLength} pchain {stage.ChainLength}")],
            _ => stage.Thermostat switch
            {
                ThermostatKind.Csvr => ["nve", Invariant($"temp/csvr {thermostat} {seed}")],
                ThermostatKind.Langevin => ["nve", Invariant($"langevin {thermostat} {seed}")],
                _ => [Invariant($"nvt temp {thermostat} tchain {stage.ChainLength}")],
            },
        };
    }

    private static string Barostat(StageInput stage)
    {
        var pressure = stage.Pressure!.Value;
        var targets = Invariant($"{pressure.Start:r} {pressure.Stop:r} {Picoseconds(stage.BarostatPeriodFs)}");
        if (stage.Isotropic)
            return "iso " + targets;
        return stage.Axes == BarostatAxes.All
            ? "aniso " + targets
            : string.Join(' ', Letters.Where(letter => stage.Axes.HasFlag(letter.Axis)).Select(letter => $"{letter.Name} {targets}"));
    }

    /// <summary>Femtoseconds in ps, in decimal, so that 0.2 fs is 0.0002 and not a digit more.</summary>
    private static decimal Picoseconds(double femtoseconds) => (decimal)femtoseconds / 1000;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
