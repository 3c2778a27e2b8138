using System.Numerics;
using Meniscus.Atoms;
using Meniscus.Benchmarks.Reporting;
using Meniscus.Benchmarks.Water;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks.Jobs;

/// <summary>
/// Training steps and evaluations of water in float64 and float32, on one and more threads, directly and through tables:
/// time, operations, share of the peak, memory.
/// </summary>
internal sealed class JobBenchmarks
{
    private readonly BenchmarkContext _context;
    private readonly DeepPotModel _model;
    private readonly ResultTable _jobs = new(
        "jobs",
        "Whole jobs",
        new("job", "job"),
        new("atoms", "atoms"),
        new("format", "number_format"),
        new("embedding", "embedding"),
        new("threads", "threads"),
        new("best ms", "best_ms"),
        new("median ms", "median_ms"),
        new("core-µs/atom", "core_us_per_atom"),
        new("Mflop", "mflop"),
        new("fitting", "fitting_mflop"),
        new("embedding", "embedding_mflop"),
        new("rest", "rest_mflop"),
        new("Gflop/s", "gflop_per_s"),
        new("% of peak", "percent_of_peak"),
        new("bytes/step", "allocated_bytes_per_step"));

    private readonly ResultTable _parts = new(
        "training_parts",
        "Parts of the training step, median ms",
        new("atoms", "atoms"),
        new("format", "number_format"),
        new("embedding", "embedding"),
        new("threads", "threads"),
        new("predict", "predict_ms"),
        new("loss", "loss_ms"),
        new("gradient", "gradient_ms"),
        new("optimizer", "optimizer_ms"));

    /// <summary>Prepares the model.</summary>
    public JobBenchmarks(BenchmarkContext context)
    {
        _context = context;
        _model = WaterModel.Create(BenchmarkContext.Note);
    }

    /// <summary>Runs everything; the result has the machine, the peak and the tables.</summary>
    public RunReport Run()
    {
        foreach (var (copies, large) in (ReadOnlySpan<(int[] Copies, bool Large)>)[([1, 1, 1], false), ([3, 1, 1], false), ([4, 4, 4], true)])
        {
            var frames = WaterFrames.Read(_model.TypeMap, large ? 2 : 8, copies[0], copies[1], copies[2]);
            var size = new NeighborCounts(_model, frames);
            _context.NoteNeighbors(_model, size);
            foreach (var threads in _context.Threads)
            {
                RunFormat<double>(Precision.Float64, frames, size, threads, large);
                RunFormat<float>(Precision.Float32, frames, size, threads, large);
            }
        }

        RunPublicModel();
        return _context.Report(_jobs, _parts, new SpcfwBenchmark(_context).Run());
    }

    private void RunFormat<T>(Precision precision, IReadOnlyList<LabelledFrame> frames, NeighborCounts size, int threads, bool large)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (var tables in (ReadOnlySpan<bool>)[true, false])
        {
            if (!large)
                Train<T>(precision, frames, size, threads, tables);
            if (tables || !large || !_context.Quick)
                Evaluate<T>(precision, _model, frames, size, threads, tables, large ? _context.Plan.ForLargeSystem : _context.Plan);
        }
    }

    private void Train<T>(Precision precision, IReadOnlyList<LabelledFrame> frames, NeighborCounts size, int threads, bool tables)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var model = WaterModel.As(_model, precision, tables: false);
        using var job = new TrainingJob<T>(model, frames, threads, tables);
        var timing = RepeatedTiming.Measure(job.Step, _context.Plan, job.Parts.Clear);
        var operations = new ModelOperations(model, size, job.Coefficients).TrainingStep();
        var (format, embedding) = (NameOf(precision), NameOf(job.Coefficients is not null));
        AddJob<T>("training step", size, format, embedding, threads, timing, operations);
        _parts.Add([size.Atoms, format, embedding, threads, .. job.Parts.Medians.Cast<object>()]);
    }

    private void Evaluate<T>(
        Precision precision,
        DeepPotModel source,
        IReadOnlyList<LabelledFrame> frames,
        NeighborCounts size,
        int threads,
        bool tables,
        TimingPlan plan,
        string name = "energy + force")
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var model = WaterModel.As(source, precision, tables);
        using var job = new EvaluationJob(model, frames, threads);
        var timing = RepeatedTiming.Measure(job.Step, plan);
        var operations = new ModelOperations(model, size, occupied: OccupiedPieces.Of<T>(model, frames[0])).Evaluation();
        AddJob<T>(name, size, NameOf(precision), NameOf(tables), threads, timing, operations);
    }

    /// <summary>A model that was trained for long, whose tables have many pieces; left out where it is not at hand.</summary>
    private void RunPublicModel()
    {
        if (PublicModel.Load(BenchmarkContext.Note) is not var (model, frames))
            return;
        var size = new NeighborCounts(model, frames);
        _context.NoteNeighbors(model, size);
        foreach (var threads in _context.Threads)
        {
            foreach (var tables in (ReadOnlySpan<bool>)[true, false])
            {
                Evaluate<double>(Precision.Float64, model, frames, size, threads, tables, _context.Plan, "energy + force, SCAN model");
                Evaluate<float>(Precision.Float32, model, frames, size, threads, tables, _context.Plan, "energy + force, SCAN model");
            }
        }
    }

    private void AddJob<T>(
        string name, NeighborCounts size, string format, string embedding, int threads, JobTiming timing, OperationCount operations)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var million = 1e-6 * operations;
        var rate = million.Total / timing.BestMilliseconds;
        var peak = 1e-9 * _context.Peak.Of<T>(threads);
        _jobs.Add(
            name,
            size.Atoms,
            format,
            embedding,
            threads,
            timing.BestMilliseconds,
            timing.MedianMilliseconds,
            1e3 * threads * timing.BestMilliseconds / size.Atoms,
            million.Total,
            million.Fitting,
            million.Embedding,
            million.Rest,
            rate,
            100 * rate / peak,
            timing.BytesPerRepetition);
        BenchmarkContext.Note(FormattableString.Invariant(
            $"{name}, {size.Atoms:f0} atoms, {format}, {embedding}, {threads} threads: {timing.BestMilliseconds:g4} ms of {timing.Repetitions}"));
    }

    private static string NameOf(Precision precision) => precision == Precision.Float32 ? "float32" : "float64";

    private static string NameOf(bool tables) => tables ? "tables" : "direct";
}
