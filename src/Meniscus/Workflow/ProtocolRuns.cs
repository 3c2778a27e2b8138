using System.Globalization;
using Meniscus.Dynamics;
using Meniscus.IO;

namespace Meniscus.Workflow;

/// <summary>What a run simulates.</summary>
internal enum RunKind
{
    /// <summary>Bulk at constant pressure.</summary>
    Bulk,

    /// <summary>Bulk under a pressure that rises.</summary>
    Ramp,

    /// <summary>A slab with two surfaces.</summary>
    Slab,
}

/// <summary>A run of a protocol.</summary>
/// <param name="Kind">What it simulates.</param>
/// <param name="Temperature">K.</param>
/// <param name="Stage">The stage that does it.</param>
internal sealed record ProtocolRun(RunKind Kind, double Temperature, SimulationStage Stage)
{
    /// <summary>Name: <c>bulk-300K</c>.</summary>
    public string Name => NameOf(Kind, Temperature);

    /// <summary>The trajectory.</summary>
    public string Trajectory => $"{Stage.Name}/{SimulationStage.TrajectoryFile}";

    /// <summary>The thermo table.</summary>
    public string Thermo => $"{Stage.Name}/{SimulationStage.ThermoFile}";

    /// <summary>The last frame.</summary>
    public string Final => $"{Stage.Name}/{SimulationStage.FinalFile}";

    /// <summary>Name of a run.</summary>
    public static string NameOf(RunKind kind, double temperature) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind switch { RunKind.Bulk => "bulk", RunKind.Ramp => "ramp", _ => "slab" }}-{temperature}K");
}

/// <summary>
/// The runs of a protocol: at each temperature the bulk at constant pressure, its compression, and a slab in a box as wide as the mean bulk.
/// Velocities are drawn anew and brought to the temperature with a Langevin thermostat, as Nosé–Hoover chains alone do not equilibrate the
/// stiff bonds of water with the rest.
/// </summary>
/// <param name="project">The project.</param>
/// <param name="protocol">Times and temperatures.</param>
internal sealed class ProtocolRuns(ProjectInput project, ProtocolInput protocol)
{
    private const long RestartEvery = 2000;

    /// <summary>Temperatures of the protocol, K.</summary>
    public IReadOnlyList<double> Temperatures => protocol.Temperatures ?? project.Temperatures;

    /// <summary>The runs.</summary>
    /// <param name="folder">What the names of their stages begin with.</param>
    /// <param name="models">Models that move the atoms.</param>
    /// <param name="bulkStart">What the bulk begins with at a temperature.</param>
    /// <param name="mayComeApart">Whether a run that fails counts until then.</param>
    /// <param name="atoms">Number of atoms.</param>
    public IReadOnlyList<ProtocolRun> Make(string folder, IReadOnlyList<string> models, Func<double, StartStructure> bulkStart, bool mayComeApart, int atoms)
    {
        var runs = new List<ProtocolRun>();
        foreach (var temperature in Temperatures)
        {
            ProtocolRun Add(RunKind kind, StartStructure start, IReadOnlyList<StageInput> stages)
            {
                var name = $"{folder}/{ProtocolRun.NameOf(kind, temperature)}";
                var run = new ProtocolRun(kind, temperature, new SimulationStage(name, Input(stages), models, start, mayComeApart, steps => StudyCosts.Simulation(models, project.Training.Input, atoms, steps)));
                runs.Add(run);
                return run;
            }

            var bulk = Add(RunKind.Bulk, bulkStart(temperature), [Equilibration(temperature), Npt("bulk", temperature, protocol.BulkPs, Ramp.Constant(protocol.Pressure ?? project.Pressure))]);
            if (protocol.RampPs > 0)
                Add(RunKind.Ramp, new LastFrame(bulk.Final, Foreign: false), [Npt("ramp", temperature, protocol.RampPs, new Ramp(protocol.RampBar.Start, protocol.RampBar.Stop))]);
            if (protocol.SlabPs > 0)
                Add(RunKind.Slab, new SlabOfBulk(bulk.Trajectory, protocol.EquilibrationPs, protocol.SlabLength), [Equilibration(temperature), Nvt(temperature)]);
        }

        return runs;
    }

    private MdInput Input(IReadOnlyList<StageInput> stages) => new()
    {
        TimestepFs = project.Dynamics.TimestepFs,
        Seed = protocol.Seed,
        Thermo = new ThermoInput { Every = Steps(protocol.ThermoEveryFs * 1e-3) },
        Trajectories = [new TrajectoryInput { Every = Steps(protocol.FrameEveryFs * 1e-3) }],
        Restart = new RestartInput { Every = RestartEvery },
        Stages = stages,
    };

    private StageInput Equilibration(double temperature) => new()
    {
        Name = "equilibrate",
        Kind = StageKind.Nvt,
        Steps = Steps(protocol.EquilibrationPs),
        NewVelocities = temperature,
        Temperature = Ramp.Constant(temperature),
        Thermostat = ThermostatKind.Langevin,
        ThermostatPeriodFs = project.Dynamics.EquilibrationFs,
    };

    private StageInput Npt(string name, double temperature, double ps, Ramp pressure) => new()
    {
        Name = name,
        Kind = StageKind.Npt,
        Steps = Steps(ps),
        Temperature = Ramp.Constant(temperature),
        ThermostatPeriodFs = project.Dynamics.ThermostatFs,
        Pressure = pressure,
        BarostatPeriodFs = project.Dynamics.BarostatFs,
    };

    private StageInput Nvt(double temperature) => new()
    {
        Name = "slab",
        Kind = StageKind.Nvt,
        Steps = Steps(protocol.SlabPs),
        Temperature = Ramp.Constant(temperature),
        Thermostat = project.Dynamics.Thermostat,
        ThermostatPeriodFs = project.Dynamics.ThermostatFs,
    };

    private long Steps(double ps) => Math.Max(1, (long)Math.Round(ps * 1e3 / project.Dynamics.TimestepFs));
}
