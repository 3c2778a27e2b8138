using System.Diagnostics;
using System.Globalization;
using Meniscus.Atoms;
using Meniscus.Benchmarks.Reporting;
using Meniscus.Benchmarks.Water;
using Meniscus.Dynamics;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks.Jobs;

/// <summary>
/// The same model, atoms and velocities in molecular dynamics here and in an unmodified LAMMPS, which calls the model through
/// KIM and libmeniscus, on one and more MPI ranks: time per step, and how far the energies are apart after the last one.
/// </summary>
internal sealed class LammpsBenchmarks
{
    private const string ModelName = "Meniscus_benchmark";

    private readonly BenchmarkContext _context;
    private readonly DeepPotModel _model = WaterModel.Create(BenchmarkContext.Note);
    private readonly ResultTable _table = new(
        "lammps",
        "NVE of water, float64, model not compressed: meniscus md and lmp with the model through KIM",
        new("program", "program"),
        new("atoms", "atoms"),
        new("threads or ranks", "threads_or_ranks"),
        new("steps", "steps"),
        new("ms/step", "ms_per_step"),
        new("lmp/md", "ratio"),
        new("energy eV", "potential_energy_eV"),
        new("ΔE/E ×1e9", "energy_difference_1e9"));

    /// <summary>Prepares the model.</summary>
    public LammpsBenchmarks(BenchmarkContext context) => _context = context;

    /// <summary>Runs everything.</summary>
    /// <exception cref="InputException">LAMMPS, KIM or libmeniscus is not there.</exception>
    public RunReport Run()
    {
        var folder = Directory.CreateTempSubdirectory("meniscus-benchmark-").FullName;
        try
        {
            Install(folder);
            Compare(folder, copies: 2, steps: _context.Quick ? 10 : 200);
            Compare(folder, copies: 4, steps: _context.Quick ? 2 : 40);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        _table.Remark("lmp/md: time per step of lmp on N ranks, over that of md on as many threads; four ranks against as many threads as there are");
        _table.Remark("md makes tables and the code while it runs its first steps; what that takes is not in its time per step, nor lmp's start in lmp's");
        return _context.Report(_table);
    }

    private void Install(string folder)
    {
        var prefix = Environment.GetEnvironmentVariable("MENISCUS_NATIVE") is { Length: > 0 } named ? named : Path.Combine("artifacts", "native");
        if (!File.Exists(Path.Combine(prefix, "lib", "libmeniscus.so")))
            throw new InputException($"{prefix}: has no lib/libmeniscus.so; build it with src/Meniscus.Native/build.sh {prefix}, or name its place in MENISCUS_NATIVE, and start from the root of the repository");
        DeepPotModelFile.Save(_model, Path.Combine(folder, "water.dp"));
        Run(folder, Path.GetFullPath(Path.Combine("src", "Meniscus.Native", "kim", "install.sh")), Path.GetFullPath(prefix), Path.Combine(folder, "water.dp"), ModelName);
    }

    private void Compare(string folder, int copies, int steps)
    {
        var frame = WaterFrames.Read(_model.TypeMap, 1, copies, copies, copies)[0];
        var input = Input(folder, frame, steps);
        LammpsExport.Write(input, new LammpsExportOptions { Folder = folder, KimModel = ModelName });
        var own = new Dictionary<int, double>();
        var energy = 0.0;
        foreach (var threads in _context.Threads)
        {
            (own[threads], energy) = Simulate(input, threads);
            Add("meniscus md", frame.AtomCount, threads, steps, own[threads], double.NaN, energy, double.NaN);
        }

        foreach (var ranks in (ReadOnlySpan<int>)[1, 2, 4])
        {
            var (milliseconds, found) = Lammps(folder, ranks, steps);
            var beside = own.TryGetValue(ranks, out var same) ? same : own[_context.Threads.Max()];
            Add("lmp, KIM", frame.AtomCount, ranks, steps, milliseconds, milliseconds / beside, found, 1e9 * Math.Abs((found / energy) - 1));
        }
    }

    private void Add(string program, int atoms, int threads, int steps, double milliseconds, double ratio, double energy, double difference)
    {
        _table.Add(program, atoms, threads, steps, milliseconds, ratio, energy.ToString("F6", CultureInfo.InvariantCulture), difference);
        BenchmarkContext.Note(FormattableString.Invariant($"{program}, {atoms} atoms, {threads}: {milliseconds:g4} ms per step"));
    }

    private MdInput Input(string folder, LabelledFrame frame, int steps)
    {
        var structure = Path.Combine(folder, "start.xyz");
        Trajectory.Write(structure, [new Frame(_model.TypeMap, frame.Types, frame.Positions, new Cell(frame.Box))]);
        return new MdInput
        {
            Source = "benchmark",
            Models = [Path.Combine(folder, "water.dp")],
            Structure = structure,
            // Random weights hold no molecule together: cold atoms stay where they are for the length of the run. Short steps,
            // since it would soon show how differences of rounding grow, whose number of ranks is another order of sums.
            InitialTemperature = 100,
            TimestepFs = 0.1,
            RemoveComEvery = 0,
            Thermo = new() { File = Path.Combine(folder, "thermo.out"), Every = steps, Columns = ["Step", "PotEng"] },
            Restart = new() { File = Path.Combine(folder, "md.restart") },
            Stages = [new() { Name = "nve", Kind = StageKind.Nve, Steps = steps }],
        };
    }

    private static (double Milliseconds, double Energy) Simulate(MdInput input, int threads)
    {
        using var team = new WorkerTeam(threads);
        using var model = MdModel.Open(input, team);
        // Once for the code and the tables.
        MdRun.Run(input, new MdOptions { MaxSteps = 2 }, model.Potential, null, null, CancellationToken.None);
        var result = MdRun.Run(input, new MdOptions(), model.Potential, null, null, CancellationToken.None);
        return (result.MillisecondsPerStep, ThermoTable.Read(input.Thermo.File).Column("PotEng")[^1]);
    }

    private static (double Milliseconds, double Energy) Lammps(string folder, int ranks, int steps)
    {
        var output = Run(
            folder, "mpirun", "--allow-run-as-root", "--oversubscribe", "-n", ranks.ToString(CultureInfo.InvariantCulture), "lmp", "-in", LammpsExport.ScriptName, "-log", "none").Split('\n');
        var time = output.First(line => line.StartsWith("Loop time of ", StringComparison.Ordinal)).Split(' ')[3];
        var last = output.TakeWhile(line => !line.StartsWith("Loop time of ", StringComparison.Ordinal)).Last();
        var energy = last.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return (1e3 * double.Parse(time, CultureInfo.InvariantCulture) / steps, double.Parse(energy, CultureInfo.InvariantCulture));
    }

    /// <summary>Runs a program in a folder that is its HOME, where KIM keeps what is installed.</summary>
    private static string Run(string folder, string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["HOME"] = folder, ["OMP_NUM_THREADS"] = "1" },
            };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output
                : throw new InputException($"{program}: exit code {process.ExitCode}: {(output + error.GetAwaiter().GetResult()).Trim().ReplaceLineEndings(" ")}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InputException($"{program}: {e.Message}; install lammps, libkim-api-dev and openmpi-bin", e);
        }
    }
}
