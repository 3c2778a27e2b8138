using System.Diagnostics;
using Meniscus.Atoms;
using Meniscus.Benchmarks.Reporting;
using Meniscus.Benchmarks.Water;
using Meniscus.Dynamics;
using Meniscus.IO;
using Meniscus.Numerics;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks.Jobs;

/// <summary>
/// Molecular dynamics: what a step costs beside the bare energy-and-force call, the published protocol of 12,288 atoms, and
/// neighbour lists of a million atoms.
/// </summary>
internal sealed class DynamicsBenchmarks
{
    private const double SkinAngstrom = 1;

    private readonly BenchmarkContext _context;
    private readonly DeepPotModel _model;
    private readonly ResultTable _steps = new(
        "md",
        "Molecular dynamics, thermo table and trajectory every 100 steps",
        new("ensemble", "ensemble"),
        new("atoms", "atoms"),
        new("format", "number_format"),
        new("embedding", "embedding"),
        new("threads", "threads"),
        new("steps", "steps"),
        new("ms/step", "ms_per_step"),
        new("bare call ms", "bare_call_ms"),
        new("step/call", "step_over_call"),
        new("model %", "potential_percent"),
        new("core-µs/atom", "core_us_per_atom"),
        new("published/this", "published_over_this"),
        new("Gflop/s", "gflop_per_s"),
        new("% of peak", "percent_of_peak"),
        new("ns/day", "ns_per_day"),
        new("lists", "neighbor_lists"),
        new("bytes/atom", "bytes_per_atom"));

    private readonly ResultTable _lists = new(
        "neighbor_lists",
        "Neighbour lists, cutoff 6 Å and skin 1 Å, one thread",
        new("atoms", "atoms"),
        new("pairs", "pairs"),
        new("s", "seconds"),
        new("ns/pair", "ns_per_pair"),
        new("bytes/atom", "bytes_per_atom"));

    /// <summary>Prepares the model.</summary>
    public DynamicsBenchmarks(BenchmarkContext context)
    {
        _context = context;
        _model = WaterModel.Create(BenchmarkContext.Note);
    }

    /// <summary>Runs everything.</summary>
    public RunReport Run()
    {
        foreach (var threads in _context.Threads)
        {
            foreach (var precision in (ReadOnlySpan<Precision>)[Precision.Float64, Precision.Float32])
            {
                foreach (var tables in (ReadOnlySpan<bool>)[true, false])
                    Simulate("nvt", precision, tables, [3, 1, 1], threads, steps: _context.Quick ? 50 : 500);
            }
        }

        foreach (var tables in (ReadOnlySpan<bool>)[true, false])
            Simulate("nve", Precision.Float64, tables, [4, 4, 4], 1, steps: _context.Quick ? 5 : 100);
        foreach (var copies in (ReadOnlySpan<int>)(_context.Quick ? [4, 8] : [4, 8, 17]))
            List(copies);
        _steps.Remark(FormattableString.Invariant(
            $"published: {LargeBenchmarks.PublishedMicroseconds} core-µs per atom and step, NVE, 100 steps, float64, direct, one core of a Xeon Platinum 8360Y, DeePMD-kit 2.2.9 in LAMMPS; {LargeBenchmarks.PublishedSource}"));
        _steps.Remark("bare call: energy and forces of these configurations, each with a list of its own; a run keeps its list while it holds every pair");
        return _context.Report(_steps, _lists);
    }

    private void Simulate(string ensemble, Precision precision, bool tables, int[] copies, int threads, int steps)
    {
        var model = WaterModel.As(_model, precision, tables);
        var frames = WaterFrames.Read(_model.TypeMap, 4, copies[0], copies[1], copies[2]);
        var size = new NeighborCounts(_model, frames);
        var bare = BareCall(model, frames, threads);
        var occupied = !tables ? null : precision == Precision.Float32 ? OccupiedPieces.Of<float>(model, frames[0]) : OccupiedPieces.Of<double>(model, frames[0]);
        using var team = new WorkerTeam(threads);
        using var potential = new DeepPotential(model, team);
        var folder = Directory.CreateTempSubdirectory("meniscus-benchmark-").FullName;
        try
        {
            var input = Input(folder, frames[0], ensemble, steps);
            ProcessMemory.ResetPeak();
            var result = MdRun.Run(input, new MdOptions(), potential, null, null, CancellationToken.None);
            Add(ensemble, precision, tables, threads, size, result, bare, new ModelOperations(model, size, occupied: occupied).Evaluation());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private double BareCall(DeepPotModel model, IReadOnlyList<LabelledFrame> frames, int threads)
    {
        using var job = new EvaluationJob(model, frames, threads);
        var plan = frames[0].AtomCount > 1000 ? _context.Plan.ForLargeSystem : _context.Plan;
        return RepeatedTiming.Measure(job.Step, plan).MedianMilliseconds;
    }

    private MdInput Input(string folder, LabelledFrame frame, string ensemble, int steps)
    {
        var structure = Path.Combine(folder, "start.xyz");
        Trajectory.Write(structure, [new Frame(_model.TypeMap, frame.Types, frame.Positions, new Cell(frame.Box))]);
        var nvt = ensemble == "nvt";
        return new MdInput
        {
            Structure = structure,
            // Random weights hold no molecule together: cold atoms stay where they are for the length of the run.
            InitialTemperature = 100,
            Skin = SkinAngstrom,
            Thermo = new() { File = Path.Combine(folder, "thermo.out") },
            Trajectories = [new() { File = Path.Combine(folder, "trajectory.xyz"), Every = 100 }],
            Restart = new() { File = Path.Combine(folder, "md.restart") },
            Stages = [new() { Name = ensemble, Kind = nvt ? StageKind.Nvt : StageKind.Nve, Steps = steps, Temperature = nvt ? Ramp.Constant(100) : null }],
        };
    }

    private void Add(
        string ensemble, Precision precision, bool tables, int threads, NeighborCounts size, MdResult result, double bare, OperationCount operations)
    {
        var single = precision == Precision.Float32;
        var perAtom = 1e3 * threads * result.MillisecondsPerStep / size.Atoms;
        var rate = 1e-6 * operations.Total / result.MillisecondsPerStep;
        var peak = 1e-9 * (single ? _context.Peak.Of<float>(threads) : _context.Peak.Of<double>(threads));
        _steps.Add(
            ensemble,
            size.Atoms,
            single ? "float32" : "float64",
            tables ? "tables" : "direct",
            threads,
            result.Steps,
            result.MillisecondsPerStep,
            bare,
            result.MillisecondsPerStep / bare,
            100 * result.PotentialShare,
            perAtom,
            Math.Round(size.Atoms) == LargeBenchmarks.PublishedAtoms && !single ? LargeBenchmarks.PublishedMicroseconds / perAtom : double.NaN,
            rate,
            100 * rate / peak,
            result.NanosecondsPerDay,
            result.NeighborListBuilds,
            ProcessMemory.Peak / size.Atoms);
        BenchmarkContext.Note(FormattableString.Invariant(
            $"{ensemble}, {size.Atoms:f0} atoms, {precision}, {(tables ? "tables" : "direct")}, {threads} threads: {result.MillisecondsPerStep:g4} ms per step, bare call {bare:g4} ms"));
    }

    private void List(int copies)
    {
        var frame = WaterFrames.Read(_model.TypeMap, 1, copies, copies, copies)[0];
        var cell = new Cell(frame.Box);
        var list = new VerletList();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        list.Update(frame.Positions, cell, _model.Descriptor.Cutoff, SkinAngstrom);
        var seconds = clock.Elapsed.TotalSeconds;
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        var pairs = list.List.PairCount;
        _lists.Add(frame.AtomCount, pairs, seconds, 1e9 * seconds / pairs, (double)bytes / frame.AtomCount);
        BenchmarkContext.Note(FormattableString.Invariant($"list of {frame.AtomCount} atoms: {seconds:g3} s"));
    }
}
