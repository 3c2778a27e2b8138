using Meniscus.Atoms;
using Meniscus.Benchmarks.Reporting;
using Meniscus.Benchmarks.Water;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks.Jobs;

/// <summary>
/// Large systems: 12,288 atoms, the size of the published measurement of DeePMD-kit, and 98,304 atoms with the peak of
/// the memory, which has a limit.
/// </summary>
internal sealed class LargeBenchmarks
{
    /// <summary>
    /// DeePMD-kit 2.2.9 with TensorFlow in LAMMPS, uncompressed, float64, the same network shapes, 12,288 atoms of water,
    /// 100 steps of NVE in 11.15 s each, on one core of a Xeon Platinum 8360Y at 2.4 GHz. µs per atom and step.
    /// </summary>
    public const double PublishedMicroseconds = 908;

    /// <summary>Number of atoms of that measurement.</summary>
    public const int PublishedAtoms = 12_288;

    /// <summary>Where it was published.</summary>
    public const string PublishedSource = "data of i-PI v3 (J. Chem. Phys. 161, 062504, 2024): github.com/i-pi/ipiv3_data, Efficiency_benchmarks_input_files/Figure_04/1-beads/cpu/lammps";

    private const double MemoryLimitGigabytes = 4;

    private readonly BenchmarkContext _context;
    private readonly DeepPotModel _model;
    private readonly IReadOnlyList<LabelledFrame> _small;
    private readonly ResultTable _table = new(
        "large",
        "Energy, forces and virial of large systems",
        new("atoms", "atoms"),
        new("format", "number_format"),
        new("embedding", "embedding"),
        new("threads", "threads"),
        new("best ms", "best_ms"),
        new("median ms", "median_ms"),
        new("core-µs/atom", "core_us_per_atom"),
        new("published/this", "published_over_this"),
        new("Mflop", "mflop"),
        new("Gflop/s", "gflop_per_s"),
        new("% of peak", "percent_of_peak"),
        new("bytes/step", "allocated_bytes_per_step"),
        new("peak memory GB", "peak_memory_GB"));

    /// <summary>Prepares the model.</summary>
    public LargeBenchmarks(BenchmarkContext context)
    {
        _context = context;
        _model = WaterModel.Create(BenchmarkContext.Note);
        _small = WaterFrames.Read(_model.TypeMap, 1);
    }

    /// <summary>Runs everything.</summary>
    /// <param name="withinLimit">Whether the memory stayed below its limit.</param>
    public RunReport Run(out bool withinLimit)
    {
        withinLimit = true;
        foreach (var copies in (ReadOnlySpan<int>)[4, 8])
        {
            var frames = WaterFrames.Read(_model.TypeMap, copies == 4 ? 2 : 1, copies, copies, copies);
            var size = new NeighborCounts(_model, frames);
            _context.NoteNeighbors(_model, size);
            foreach (var threads in _context.Threads)
            {
                foreach (var precision in (ReadOnlySpan<Precision>)[Precision.Float64, Precision.Float32])
                {
                    withinLimit &= Evaluate(precision, tables: true, frames, size, threads) < MemoryLimitGigabytes;
                    // Minutes for the largest system, and nothing new about speed: only its memory is of interest.
                    if (copies == 4 || (!_context.Quick && threads == _context.Threads.Max()))
                        withinLimit &= Evaluate(precision, tables: false, frames, size, threads) < MemoryLimitGigabytes;
                }
            }
        }

        _table.Remark(FormattableString.Invariant(
            $"published: {PublishedMicroseconds} core-µs per atom and step on one core of a Xeon Platinum 8360Y, DeePMD-kit 2.2.9, float64, direct; another machine, the integration of NVE included; float64, direct is the row like it"));
        _table.Remark($"source: {PublishedSource}");
        _table.Remark(FormattableString.Invariant($"limit of the memory: {MemoryLimitGigabytes} GB, {(withinLimit ? "kept" : "EXCEEDED")}"));
        return _context.Report(_table);
    }

    /// <summary>Times one case and returns its peak memory, GB.</summary>
    private double Evaluate(Precision precision, bool tables, IReadOnlyList<LabelledFrame> frames, NeighborCounts size, int threads)
    {
        var single = precision == Precision.Float32;
        var model = WaterModel.As(_model, precision, tables);
        WarmUp(model, threads);
        ProcessMemory.ResetPeak();
        using var job = new EvaluationJob(model, frames, threads);
        var timing = RepeatedTiming.Measure(job.Step, _context.Plan.ForLargeSystem);
        var memory = 1e-9 * ProcessMemory.Peak;
        var occupied = single ? OccupiedPieces.Of<float>(model, frames[0]) : OccupiedPieces.Of<double>(model, frames[0]);
        var mflop = 1e-6 * new ModelOperations(model, size, occupied: occupied).Evaluation().Total;
        var rate = mflop / timing.BestMilliseconds;
        var peak = 1e-9 * (single ? _context.Peak.Of<float>(threads) : _context.Peak.Of<double>(threads));
        var perAtom = 1e3 * threads * timing.BestMilliseconds / size.Atoms;
        _table.Add(
            size.Atoms,
            single ? "float32" : "float64",
            tables ? "tables" : "direct",
            threads,
            timing.BestMilliseconds,
            timing.MedianMilliseconds,
            perAtom,
            Math.Round(size.Atoms) == PublishedAtoms && threads == 1 ? PublishedMicroseconds / perAtom : double.NaN,
            mflop,
            rate,
            100 * rate / peak,
            timing.BytesPerRepetition,
            memory);
        BenchmarkContext.Note(FormattableString.Invariant($"{size.Atoms:f0} atoms, {precision}, {(tables ? "tables" : "direct")}, {threads} threads: {timing.BestMilliseconds:g4} ms, {memory:g3} GB"));
        return memory;
    }
    /// <summary>Lets the compiler finish on a small system what would take minutes on a large one.</summary>
    private void WarmUp(DeepPotModel model, int threads)
    {
        using var job = new EvaluationJob(model, _small, threads);
        RepeatedTiming.Measure(job.Step, TimingPlan.Quick);
    }
}
