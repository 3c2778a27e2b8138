using System.Text;
using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// Energies and virials of a LAMMPS log for the frames of a dump, paired by their step. The energy is <c>PotEng</c>. The virial is
/// V times the six values of a <c>compute ID all pressure NULL virial</c> printed as <c>c_ID[1]</c> … <c>c_ID[6]</c>, or V times <c>Pxx</c> … <c>Pyz</c>
/// less Σ m v v where the dump has velocities (and the masses give the log's <c>KinEng</c>). Where a step occurs in several runs of the log
/// the volume of the cell tells which. Source: LAMMPS manual, pages <c>thermo_style</c> and <c>compute pressure</c>.
/// </summary>
public sealed class LammpsLogLabels
{
    // Logs print eight digits, and dumps may print six.
    private const double SameVolume = 1e-4;
    private const double SameKineticEnergy = 1e-3;

    private static readonly string[] Pressures = ["Pxx", "Pyy", "Pzz", "Pxy", "Pxz", "Pyz"];
    private static readonly int[] Component = [0, 4, 8, 1, 2, 5];

    private readonly string _path;
    private readonly List<Run> _runs = [];

    private LammpsLogLabels(string path) => _path = path;

    /// <summary>Frames labelled so far that got an energy and no virial.</summary>
    public int WithoutVirial { get; private set; }

    /// <summary>Reads a log.</summary>
    /// <param name="path">The log.</param>
    /// <param name="units">Units of a log that does not say them; null to believe it, metal where it is silent.</param>
    /// <param name="run">Number of the run from 1, −1 for the last, 0 for all that are no minimizations.</param>
    /// <exception cref="InputException">It has no table with Step and PotEng, or is in units that are not converted.</exception>
    public static LammpsLogLabels Read(string path, LammpsUnits? units = null, int run = 0)
    {
        var log = new LammpsLogLabels(path);
        var virials = VirialComputes(path);
        var name = units switch { LammpsUnits.Real => "real", LammpsUnits.Metal => "metal", _ => null };
        foreach (var table in ThermoReader.Read(path, new ThermoTableOptions { Units = name, Run = run }, []))
        {
            if (table.Units is not ("metal" or "real"))
                throw new InputException($"{path}: the log is in LAMMPS's units '{table.Units}', which are not converted; expected metal or real");
            log._runs.Add(new Run(table, path, virials));
        }

        return log;
    }

    /// <summary>The frame with the labels of its step; null and a note where the log has none for it.</summary>
    /// <param name="frame">A frame of the dump that the run wrote.</param>
    /// <param name="leftOut">Takes note of frames without a row; null to stop with an error.</param>
    /// <exception cref="InputException">The log is of another run, or does not tell which of its runs the frame is from.</exception>
    public Frame? Label(Frame frame, LeftOutFrames? leftOut)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var step = frame.Step ?? throw new InputException($"{_path}: the frame has no step to find in the log");
        var rows = _runs.Where(run => run.Rows.ContainsKey(step)).Select(run => (Run: run, Row: run.Rows[step])).ToList();
        var place = FormattableString.Invariant($"{_path}, step {step}");
        if (rows.Count == 0)
            return LeaveOut(leftOut, place, "the log has no row for the step of the frame");
        var fitting = rows.FindAll(at => at.Run.VolumeAt(at.Row) is not { } volume || Math.Abs(volume - frame.Cell.Volume) <= SameVolume * volume);
        if (fitting.Count == 0)
            throw new InputException(FormattableString.Invariant($"{place}: volume {rows[0].Run.VolumeAt(rows[0].Row):0.##} Å³ in the log, {frame.Cell.Volume:0.##} Å³ in the frame; the log is of another run, or the units are others"));
        var (chosen, index) = fitting[^1];
        var energy = chosen.Energy[index];
        if (fitting.Exists(at => at.Run.Energy[at.Row] != energy))
            throw new InputException($"{place}: the step occurs in {fitting.Count} runs of the log with different energies; name the run with --run");
        if (!double.IsFinite(energy))
            return LeaveOut(leftOut, place, "the energy in the log is no finite number");
        var virial = Virial(frame, chosen, index);
        WithoutVirial += virial is null ? 1 : 0;
        return WithLabels(frame, energy, virial);
    }

    private static Frame? LeaveOut(LeftOutFrames? leftOut, string place, string reason)
    {
        if (leftOut is null)
            throw new InputException($"{place}: {reason}; print thermo output at the steps of the dump");
        leftOut.Add(place, reason);
        return null;
    }

    private static double[]? Virial(Frame frame, Run run, int row)
    {
        if ((run.Virial ?? run.Pressure) is not { } columns || !frame.Cell.IsPeriodic)
            return null;
        var virial = new double[9];
        for (var i = 0; i < 6; i++)
        {
            var value = columns[i][row] * (run.Virial is null ? 1 : run.BarPerUnit) / Units.EvPerCubicAngstrom * frame.Cell.Volume;
            virial[Component[i]] = value;
            virial[(3 * (Component[i] % 3)) + (Component[i] / 3)] = value;
        }

        if (!Array.TrueForAll(virial, double.IsFinite))
            return null;
        return run.Virial is not null || SubtractKinetic(frame, run, row, virial) ? virial : null;
    }

    /// <summary>Takes Σ m v v from V·P; false where velocities are not there or masses are not those of the run.</summary>
    private static bool SubtractKinetic(Frame frame, Run run, int row, double[] virial)
    {
        if (frame.Velocities is not { } v || run.Kinetic is not { } kinetic)
            return false;
        var masses = AtomicMasses.PerAtom(frame);
        var sum = new double[9];
        for (var i = 0; i < 9; i++)
        {
            for (var atom = 0; atom < frame.AtomCount; atom++)
                sum[i] += Units.MassVelocitySquared * masses[atom] * v[(3 * atom) + (i / 3)] * v[(3 * atom) + (i % 3)];
        }

        if (!(Math.Abs((0.5 * (sum[0] + sum[4] + sum[8])) - kinetic[row]) <= SameKineticEnergy * kinetic[row]))
            return false;
        for (var i = 0; i < 9; i++)
            virial[i] -= sum[i];
        return true;
    }

    private static Frame WithLabels(Frame frame, double energy, double[]? virial) => new(frame.TypeMap, frame.Types, frame.Positions, frame.Cell)
    {
        Unwrapped = frame.Unwrapped,
        Velocities = frame.Velocities,
        Forces = frame.Forces,
        Energy = energy,
        Virial = virial,
        Masses = frame.Masses,
        Step = frame.Step,
        Time = frame.Time,
    };

    /// <summary>Names of the computes of the virial of all atoms; logs repeat the commands of the input.</summary>
    private static List<string> VirialComputes(string path)
    {
        var names = new List<string>();
        using var lines = TextLines.Open(path);
        while (lines.TryRead(out var line))
        {
            if (!line.StartsWith("compute"u8))
                continue;
            var words = Encoding.UTF8.GetString(line).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 6 && words[0] == "compute" && words[2] == "all" && words[3] == "pressure" && words[4] == "NULL" && words[5] == "virial")
                names.Add(words[1]);
        }

        return names;
    }

    /// <summary>The columns of one run that are needed, in eV and Å.</summary>
    private sealed class Run
    {
        private readonly List<double>? _volume;

        public Run(ThermoRun table, string path, List<string> virials)
        {
            Energy = Column(table, "PotEng") ?? throw new InputException(
                $"{path}: no column 'PotEng'; it has {string.Join(' ', table.FileNames)}. A log holds what thermo_style prints at each step and no positions or forces: print pe (and pxx to pyz, or a compute pressure NULL virial) at the steps of the dump");
            Kinetic = Column(table, "KinEng");
            _volume = Column(table, "Volume");
            Virial = virials.Select(name => Columns(table, Enumerable.Range(1, 6).Select(i => FormattableString.Invariant($"c_{name}[{i}]")))).FirstOrDefault(columns => columns is not null);
            Pressure = Columns(table, Pressures);
            // The columns of computes are as LAMMPS printed them: atmospheres in units real.
            BarPerUnit = table.Units == "real" ? Units.Atmosphere : 1;
            var steps = Column(table, "Step")!;
            for (var row = 0; row < steps.Count; row++)
                Rows[(long)steps[row]] = row;
        }

        public Dictionary<long, int> Rows { get; } = [];

        public List<double> Energy { get; }

        public List<double>? Kinetic { get; }

        public List<double>[]? Virial { get; }

        public List<double>[]? Pressure { get; }

        public double BarPerUnit { get; }

        public double? VolumeAt(int row) => _volume?[row];

        private static List<double>? Column(ThermoRun table, string name) => Array.IndexOf(table.Names, name) is >= 0 and var index ? table.Columns[index] : null;

        private static List<double>[]? Columns(ThermoRun table, IEnumerable<string> names)
        {
            var columns = names.Select(name => Column(table, name)).ToArray();
            List<double>[] found = [.. columns.OfType<List<double>>()];
            return found.Length == columns.Length ? found : null;
        }
    }
}
