using System.Diagnostics;
using Meniscus.Numerics;
using Meniscus.IO;
using Meniscus.Potentials;
using Meniscus.Potentials.DeepPot;
using Meniscus.Training;
using Meniscus.Atoms;

var model = DeepPotModelFile.Load(args.Length > 1 ? args[1] : "../shared/reference/models/thesis_s05.dp");
ILabelledSystem sys = DeepmdSystems.Open(["../shared/data/water-pbe0/data_0"], model.TypeMap).Single();
void Train<T>(int threads, bool tables) where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
{
    using var kernel = new DeepPotKernel<T>(model);
    using var team = new WorkerTeam(threads);
    using var sweep = new GradientSweep<T>(kernel, team, tables);
    var loss = new EnergyLoss(new LossInput());
    var opt = new Adam<T>(kernel.Parameters.Length);
    var frame = sys.CreateFrame();
    var batch = new TrainingBatch();
    Action<int,int> upd = (p, n) => { int len = kernel.Parameters.Length; int a = len / n * p, b = p == n - 1 ? len : len / n * (p + 1); opt.Update(a, b - a, kernel.Parameters.Span, sweep.Gradient); };
    double best = 1e9; double[] ph = new double[5]; long alloc = 0;
    var times = new List<double>();
    for (int s = 0; s < (tables ? 400 : 30); s++)
    {
        long a0 = GC.GetTotalAllocatedBytes(true);
        long t0 = Stopwatch.GetTimestamp();
        sys.Read(s % sys.FrameCount, frame);
        batch.Clear(); batch.Add(frame);
        sweep.Predict(batch);
        long t1 = Stopwatch.GetTimestamp();
        LossSums sums = default;
        loss.Evaluate(batch, new LossPrefactors(0.02, 1000, 0, 0, 0), 1, ref sums);
        sweep.ClearGradient();
        long t2 = Stopwatch.GetTimestamp();
        sweep.AccumulateGradient();
        long t3 = Stopwatch.GetTimestamp();
        opt.BeginStep(1e-4);
        team.Run(upd);
        long t4 = Stopwatch.GetTimestamp();
        double F(long a, long b) => (b - a) * 1000.0 / Stopwatch.Frequency;
        var tot = F(t0, t4);
        if (tot < best) { best = tot; ph[0] = F(t0, t1); ph[1] = F(t1, t2); ph[2] = F(t2, t3); ph[3] = F(t3, t4); }
        times.Add(tot);
        alloc = GC.GetTotalAllocatedBytes(true) - a0;
    }
    times.Sort();
    Console.WriteLine($"train {typeof(T).Name} threads {threads} tables {tables}: best {best:F2} ms median {times[times.Count / 2]:F2}; predict {ph[0]:F2} loss {ph[1]:F2} grad {ph[2]:F2} adam {ph[3]:F2}; alloc {alloc}; coef {sweep.Tables?.CoefficientCount(0)}");
}
void Infer(Precision p, int threads, bool tables)
{
    var m = model with { Descriptor = model.Descriptor with { Precision = p }, Fitting = model.Fitting with { Precision = p }, Tables = tables ? new EmbeddingTableSettings { Tolerance = 1e-12, MinDistance = 0.8 } : null };
    using var team = new WorkerTeam(threads);
    using var pot = new DeepPotential(m, team);
    var f = sys.CreateFrame(); sys.Read(0, f);
    var r = new Evaluation();
    double best = 1e9; long al = 0;
    for (int s = 0; s < 400; s++)
    {
        long a0 = GC.GetTotalAllocatedBytes(true);
        long t0 = Stopwatch.GetTimestamp();
        pot.Evaluate(new Configuration(f.Types, f.Positions, new Cell(f.Box)), r);
        best = Math.Min(best, Stopwatch.GetElapsedTime(t0).TotalMilliseconds);
        al = GC.GetTotalAllocatedBytes(true) - a0;
    }
    Console.WriteLine($"infer {p} threads {threads} tables {tables}: {best:F2} ms = {best * 1000 * threads / 192:F1} core-us/atom alloc {al}");
}
var mode = args.Length > 0 ? args[0] : "all";
if (mode is "t64") { Train<double>(1, true); return; }
if (mode is "t32") { Train<float>(1, true); return; }
if (mode is "i32") { Infer(Precision.Float32, 1, true); return; }
if (mode is "i64") { Infer(Precision.Float64, 1, true); return; }
Infer(Precision.Float64, 1, true); Infer(Precision.Float64, 2, true); Infer(Precision.Float32, 1, true); Infer(Precision.Float32, 2, true); Infer(Precision.Float64, 1, false);
Train<double>(1, true); Train<double>(2, true); Train<float>(1, true); Train<float>(2, true); Train<double>(2, false);
var nl = new NeighborList(); var ff = sys.CreateFrame(); sys.Read(0, ff);
for (int k = 0; k < 50; k++) { long t0 = Stopwatch.GetTimestamp(); nl.Build(ff.Positions, new Cell(ff.Box), 6); if (k == 49) Console.WriteLine($"list {Stopwatch.GetElapsedTime(t0).TotalMicroseconds} us, {nl.PairCount}"); }
