using System.Diagnostics;
using Meniscus.Numerics;

unsafe
{
    void Go<T>() where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        foreach (var (name, m, n, k, tr) in new[] { ("fwd", 240, 64, 1600, 1), ("fwd", 240, 96, 1600, 1), ("fwd", 240, 128, 1600, 1), ("fwd2", 240, 96, 240, 1), ("bwd", 1600, 96, 240, 0), ("bwd", 1600, 64, 240, 0), ("wgrad", 1600, 240, 128, 0), ("wgrad", 1600, 240, 256, 0) })
        {
            using var a = new NativeBuffer<T>(m * k); using var b = new NativeBuffer<T>(k * n); using var c = new NativeBuffer<T>(m * n);
            var rnd = new Random(1);
            foreach (ref var x in a.Span) x = T.CreateChecked(rnd.NextDouble());
            foreach (ref var x in b.Span) x = T.CreateChecked(rnd.NextDouble());
            double best = 1e9;
            for (int rep = 0; rep < 200; rep++)
            {
                long t0 = Stopwatch.GetTimestamp();
                if (tr == 1) MatrixProduct.Multiply(m, n, k, a.Pointer, 1, m, b.Pointer, n, c.Pointer, n, false);
                else MatrixProduct.Multiply(m, n, k, a.Pointer, k, 1, b.Pointer, n, c.Pointer, n, false);
                best = Math.Min(best, Stopwatch.GetElapsedTime(t0).TotalSeconds);
            }
            Console.WriteLine($"{typeof(T).Name} {name} {m}x{n}x{k}: {best * 1e6:F1} us {2.0 * m * n * k / best / 1e9:F1} Gflop/s");
        }
    }
    Go<double>(); Go<float>();
}
