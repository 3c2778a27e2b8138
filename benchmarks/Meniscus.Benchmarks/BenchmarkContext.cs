using Meniscus.Benchmarks.Jobs;
using Meniscus.Benchmarks.Reporting;
using Meniscus.Benchmarks.Water;
using Meniscus.Potentials.DeepPot;

namespace Meniscus.Benchmarks;

/// <summary>What all benchmarks of a run share: the options, the machine, its peak, and where notes go.</summary>
internal sealed class BenchmarkContext
{
    private readonly Machine _machine = Machine.Describe();
    private readonly List<string> _notes = [];

    /// <summary>Creates it.</summary>
    /// <param name="quick">Whether to see that all runs rather than to measure.</param>
    /// <param name="threads">Numbers of threads to run with.</param>
    public BenchmarkContext(bool quick, IReadOnlyList<int> threads)
    {
        Quick = quick;
        Threads = threads;
        Plan = quick ? TimingPlan.Quick : TimingPlan.Full;
        Peak = new PeakFlops(TimeSpan.FromSeconds(quick ? 0.3 : 1.5));
    }

    /// <summary>Whether to see that all runs rather than to measure.</summary>
    public bool Quick { get; }

    /// <summary>Numbers of threads to run with.</summary>
    public IReadOnlyList<int> Threads { get; }

    /// <summary>How long to measure.</summary>
    public TimingPlan Plan { get; }

    /// <summary>The machine's peak, measured in this run.</summary>
    public PeakFlops Peak { get; }

    /// <summary>Tells on standard error how far the run is.</summary>
    public static void Note(string line) => Console.Error.WriteLine(line);

    /// <summary>Keeps for the report how many neighbours the operations are counted with.</summary>
    public void NoteNeighbors(DeepPotModel model, NeighborCounts size)
    {
        var overflow = size.Largest.Zip(model.Descriptor.Sel).Any(pair => pair.First > pair.Second);
        _notes.Add(FormattableString.Invariant(
            $"{size.Atoms:f0} atoms: {size.PerAtom:f1} neighbours per atom, at most [{string.Join(", ", size.Largest)}] of [{model.TypeMap}] for sel [{string.Join(", ", model.Descriptor.Sel)}]{(overflow ? "; the farthest are left out" : "")}"));
    }

    /// <summary>The report of this run.</summary>
    public RunReport Report(params ResultTable[] tables) => new(_machine, PeakTable(), _notes, Quick, tables);

    private ResultTable PeakTable()
    {
        var table = new ResultTable(
            "peak", "Measured peak, multiply-adds on registers", new("format", "number_format"), new("threads", "threads"), new("Gflop/s", "gflop_per_s"));
        foreach (var threads in Threads)
        {
            table.Add("float64", threads, 1e-9 * Peak.Of<double>(threads));
            table.Add("float32", threads, 1e-9 * Peak.Of<float>(threads));
        }

        return table;
    }
}
