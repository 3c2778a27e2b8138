using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Meniscus.Benchmarks.Reporting;
using Perfolizer.Horology;

namespace Meniscus.Benchmarks.Kernels;

/// <summary>
/// Runs the kernel benchmarks with BenchmarkDotNet, in this process so that the peak is that of the same run, and puts
/// beside its times the work done, its rate and the share of the peak. BenchmarkDotNet's own log goes to standard error.
/// </summary>
internal static class KernelBenchmarks
{
    private static readonly Type[] Areas =
    [
        typeof(MatrixProductBenchmarks<double>), typeof(MatrixProductBenchmarks<float>),
        typeof(ActivationBenchmarks<double>), typeof(ActivationBenchmarks<float>),
        typeof(ChebyshevBenchmarks<double>), typeof(ChebyshevBenchmarks<float>),
        typeof(ContractionBenchmarks<double>), typeof(ContractionBenchmarks<float>),
        typeof(TransposeBenchmarks<double>), typeof(TransposeBenchmarks<float>),
        typeof(NeighborListBenchmarks),
    ];

    /// <summary>Runs the kernels whose full name matches.</summary>
    /// <param name="context">Options, machine and peak.</param>
    /// <param name="filter">Glob on namespace, class and method.</param>
    public static RunReport Run(BenchmarkContext context, string filter)
    {
        var summaries = BenchmarkRunner.Run(Areas, Configure(context.Quick, filter));
        var table = new ResultTable(
            "kernels",
            "Kernels, one thread",
            new("kernel", "kernel"),
            new("case", "case"),
            new("format", "number_format"),
            new("best µs", "best_us"),
            new("median µs", "median_us"),
            new("counted", "work"),
            new("unit", "work_unit"),
            new("G unit/s", "rate_giga_per_s"),
            new("% of peak", "percent_of_peak"),
            new("bytes", "allocated_bytes"),
            new("OpenBLAS/this", "openblas_time_over_this"));
        foreach (var summary in summaries)
        {
            foreach (var report in summary.Reports.Where(r => !IsPeer(r.BenchmarkCase)))
                Add(table, summary, report, context.Peak);
        }

        if (table.IsEmpty)
            throw new InputException($"--filter: no kernel matches '{filter}'; try *MatrixProduct*, *Chebyshev* or *NeighborList*");
        table.Remark(OpenBlas.Description is { } peer ? $"peer: {peer}" : "peer: no OpenBLAS on this machine (libopenblas.so.0), so there is no ratio");
        return context.Report(table);
    }

    private static ManualConfig Configure(bool quick, string filter)
    {
        var length = quick ? Job.ShortRun.WithWarmupCount(8).WithIterationTime(TimeInterval.FromMilliseconds(50)) : Job.MediumRun.WithLaunchCount(1);
        var job = length.WithToolchain(InProcessEmitToolchain.Instance);
        return ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .WithOrderer(new DefaultOrderer(SummaryOrderPolicy.Declared))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(new StreamLogger(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true }))
            .AddFilter(new GlobFilter([filter]), new SimpleFilter(c => OpenBlas.IsAvailable || !IsPeer(c)));
    }

    private static bool IsPeer(BenchmarkCase benchmark) => benchmark.Descriptor.WorkloadMethod.Name == nameof(MatrixProductBenchmarks<double>.OpenBLAS);

    private static void Add(ResultTable table, Summary summary, BenchmarkReport report, PeakFlops peak)
    {
        var benchmark = report.BenchmarkCase;
        var format = benchmark.Descriptor.Type.GetGenericArguments().FirstOrDefault();
        var work = (KernelWork)benchmark.Parameters.Items.Single().Value;
        if (report.ResultStatistics is not { } time)
            throw new InvalidOperationException($"{benchmark.DisplayInfo} gave no result; the log on standard error says why");
        var rate = work.Count / time.Min;
        var best = 1e-9 * (format == typeof(float) ? peak.Of<float>(1) : peak.Of<double>(1));
        table.Add(
            $"{benchmark.Descriptor.Type.Name.Split("Benchmarks")[0]}.{benchmark.Descriptor.WorkloadMethod.Name}",
            work.Name,
            format is null ? "" : format == typeof(float) ? "float32" : "float64",
            1e-3 * time.Min,
            1e-3 * time.Median,
            work.Count,
            work.Unit,
            rate,
            work.Unit == KernelWork.Flop ? 100 * rate / best : double.NaN,
            (double)(report.GcStats.GetBytesAllocatedPerOperation(benchmark) ?? 0),
            PeerTime(summary, benchmark) / time.Min);
    }

    private static double PeerTime(Summary summary, BenchmarkCase benchmark) => summary.Reports
        .FirstOrDefault(r => IsPeer(r.BenchmarkCase) && r.BenchmarkCase.Parameters.ValueInfo == benchmark.Parameters.ValueInfo)?
        .ResultStatistics?.Min ?? double.NaN;
}
